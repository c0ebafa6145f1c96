//! Discrete Fourier transforms of real signals, with their own buffers.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, FftNum, RealFftPlanner, RealToComplex};

/// What can be transformed: `f32` and `f64`.
///
/// Plans are made in here and nowhere else, because a crate that makes one compiles the whole library underneath
/// for it.
pub trait Real: FftNum {
    /// Plans a transform of `len` real samples to `len` / 2 + 1 bins.
    fn plan_forward(len: usize) -> Arc<dyn RealToComplex<Self>>;

    /// Plans a transform of `len` / 2 + 1 bins to `len` real samples.
    fn plan_inverse(len: usize) -> Arc<dyn ComplexToReal<Self>>;
}

macro_rules! real {
    ($real:ty) => {
        impl Real for $real {
            #[inline(never)]
            fn plan_forward(len: usize) -> Arc<dyn RealToComplex<Self>> {
                RealFftPlanner::new().plan_fft_forward(len)
            }

            #[inline(never)]
            fn plan_inverse(len: usize) -> Arc<dyn ComplexToReal<Self>> {
                RealFftPlanner::new().plan_fft_inverse(len)
            }
        }
    };
}

real!(f32);
real!(f64);

/// Transforms real samples into bins 0 (0 Hz) to `len` / 2 (half the sample rate). Not normalised.
///
/// Making one allocates; transforming does not. The bits of the result depend on the processor: the
/// library underneath chooses its instructions.
pub struct ForwardFft<T = f32> {
    plan: Arc<dyn RealToComplex<T>>,
    samples: Vec<T>,
    bins: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

/// Transforms bins 0 to `len` / 2 back into real samples. Not normalised: after a [`ForwardFft`] of
/// the same length, samples are `len` times what they were.
pub struct InverseFft<T = f32> {
    plan: Arc<dyn ComplexToReal<T>>,
    bins: Vec<Complex<T>>,
    samples: Vec<T>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> ForwardFft<T> {
    /// A transform of `len` samples, at least 1.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let plan = T::plan_forward(len.max(1));
        Self {
            samples: plan.make_input_vec(),
            bins: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// Samples it takes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no transform is empty")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Bins it gives: `len` / 2 + 1.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.bins.len()
    }

    /// The buffer to fill with `len` samples before [`transform`](Self::transform).
    pub fn samples_mut(&mut self) -> &mut [T] {
        &mut self.samples
    }

    /// Transforms what is in [`samples_mut`](Self::samples_mut); its content is spent afterwards.
    pub fn transform(&mut self) -> &[Complex<T>] {
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let _ =
            self.plan.process_with_scratch(&mut self.samples, &mut self.bins, &mut self.scratch);
        &self.bins
    }

    /// Transforms `samples`; missing ones count as 0, those beyond `len` are left out.
    pub fn transform_of(&mut self, samples: &[T]) -> &[Complex<T>] {
        let count = samples.len().min(self.samples.len());
        self.samples[..count].copy_from_slice(&samples[..count]);
        self.samples[count..].fill(T::zero());
        self.transform()
    }
}

impl<T: Real> InverseFft<T> {
    /// A transform to `len` samples, at least 1.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let plan = T::plan_inverse(len.max(1));
        Self {
            bins: plan.make_input_vec(),
            samples: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// Samples it gives.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no transform is empty")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// The buffer to fill with `len` / 2 + 1 bins before [`transform`](Self::transform).
    pub fn bins_mut(&mut self) -> &mut [Complex<T>] {
        &mut self.bins
    }

    /// Transforms what is in [`bins_mut`](Self::bins_mut); its content is spent afterwards.
    pub fn transform(&mut self) -> &[T] {
        // A real signal has no imaginary part at 0 Hz, nor at half the rate where a bin lies there.
        if let Some(first) = self.bins.first_mut() {
            first.im = T::zero();
        }
        if self.samples.len().is_multiple_of(2)
            && let Some(last) = self.bins.last_mut()
        {
            last.im = T::zero();
        }
        // As above.
        let _ =
            self.plan.process_with_scratch(&mut self.bins, &mut self.samples, &mut self.scratch);
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_and_back_gives_the_samples_times_their_number() {
        for len in [1, 2, 9, 60, 480] {
            let samples: Vec<f64> = (0..len).map(|n| ((n * n) % 17) as f64 - 8.0).collect();
            let mut forward = ForwardFft::new(len);
            let mut inverse = InverseFft::new(len);
            assert_eq!((forward.len(), forward.bins(), inverse.len()), (len, len / 2 + 1, len));
            inverse.bins_mut().copy_from_slice(forward.transform_of(&samples));
            for (back, x) in inverse.transform().iter().zip(&samples) {
                assert!((back / len as f64 - x).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn missing_samples_count_as_zero() {
        let mut fft = ForwardFft::<f32>::new(8);
        fft.transform_of(&[1.0; 8]);
        let bins = fft.transform_of(&[1.0]);
        assert!(bins.iter().all(|bin| (bin - Complex::new(1.0, 0.0)).norm() < 1e-6));
    }

    #[test]
    fn an_imaginary_part_at_the_ends_is_left_out() {
        let mut inverse = InverseFft::<f32>::new(4);
        inverse.bins_mut().fill(Complex::new(1.0, 1.0));
        assert!(inverse.transform().iter().all(|x| x.is_finite()));
    }
}
