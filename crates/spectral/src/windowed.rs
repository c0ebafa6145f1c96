//! Power spectra of windowed pieces: one piece at a time, and along a stream.

use crate::fft::ForwardFft;
use crate::window::hann;

/// The power spectrum of one windowed piece, zero-padded to the transform's length if that is more.
pub struct WindowedPower {
    window: Vec<f32>,
    fft: ForwardFft<f32>,
    power: Vec<f32>,
}

impl WindowedPower {
    /// For pieces as long as `window` and a transform of `size` samples, at least that long.
    #[must_use]
    pub fn new(window: Vec<f32>, size: usize) -> Self {
        let fft = ForwardFft::new(size.max(window.len()));
        Self { window, power: vec![0.0; fft.bins()], fft }
    }

    /// Samples in a piece.
    #[must_use]
    pub fn window_len(&self) -> usize {
        self.window.len()
    }

    /// Samples in the transform; bins are `size` / 2 + 1, each a `size`-th of the sample rate wide.
    #[must_use]
    pub fn size(&self) -> usize {
        self.fft.len()
    }

    /// The factor that makes a full-scale sine read 1 in its bin: (2 / Σ window)².
    #[must_use]
    pub fn full_scale(&self) -> f32 {
        let gain: f32 = self.window.iter().sum();
        4.0 / (gain * gain)
    }

    /// |X|² of every bin of `samples` under the window; missing samples count as 0. Never
    /// allocates.
    pub fn power(&mut self, samples: &[f32]) -> &[f32] {
        self.clear();
        self.add(samples);
        &self.power
    }

    /// Sets the sum that [`add`](Self::add) adds to to 0.
    pub fn clear(&mut self) {
        self.power.fill(0.0);
    }

    /// Adds |X|² of `samples`, of another channel for example. Never allocates.
    pub fn add(&mut self, samples: &[f32]) {
        let count = samples.len().min(self.window.len());
        let piece = self.fft.samples_mut();
        for ((to, x), w) in piece.iter_mut().zip(samples).zip(&self.window) {
            *to = x * w;
        }
        piece[count..].fill(0.0);
        for (power, bin) in self.power.iter_mut().zip(self.fft.transform()) {
            *power += bin.norm_sqr();
        }
    }

    /// The sum since [`clear`](Self::clear).
    #[must_use]
    pub fn sum(&self) -> &[f32] {
        &self.power
    }
}

/// Cuts a stream of blocks into overlapping Hann windows and gives the power spectrum of each.
///
/// ```
/// use patchveil_spectral::PowerStream;
///
/// let tone: Vec<f32> = (0..2_000).map(|n| (n as f32 * std::f32::consts::TAU / 16.0).sin()).collect();
/// let mut stream = PowerStream::new(256, 128, 0, 1);
/// let mut loudest = Vec::new();
/// for block in tone.chunks(300) {
///     stream.push(&[block], |_window, power| loudest.push(power[256 / 16]));
/// }
/// // A full-scale sine reads 1.
/// assert!(loudest.iter().all(|power| (power - 1.0).abs() < 1e-3));
/// assert_eq!(loudest.len(), (2_000 - 256) / 128 + 1);
/// ```
pub struct PowerStream {
    spectrum: WindowedPower,
    hop: usize,
    scale: f32,
    /// Samples waiting, channels × samples.
    pending: Vec<Vec<f32>>,
    /// Windows given so far.
    windows: u64,
    power: Vec<f32>,
}

impl PowerStream {
    /// Windows of `len` samples every `hop` (kept within 1 ..= `len`) over `channels` channels, with
    /// `lead` zeros before the stream. With `lead` = `len` / 2, window n is centred on sample
    /// n · `hop`.
    #[must_use]
    pub fn new(len: usize, hop: usize, lead: usize, channels: usize) -> Self {
        let spectrum = WindowedPower::new(hann(len.max(1)), len);
        Self {
            scale: spectrum.full_scale(),
            power: vec![0.0; spectrum.sum().len()],
            spectrum,
            hop: hop.clamp(1, len.max(1)),
            pending: vec![vec![0.0; lead]; channels],
            windows: 0,
        }
    }

    /// Channels it takes.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.pending.len()
    }

    /// Takes the next block (channels × samples, all of one length) and calls `each` with the number
    /// of every window that is full now and the power in its bins (0 Hz to half the sample rate; a
    /// full-scale sine is 1), summed over the channels. For a window of digital silence the slice is
    /// empty.
    pub fn push<C: AsRef<[f32]>>(&mut self, block: &[C], mut each: impl FnMut(u64, &[f32])) {
        for (pending, samples) in self.pending.iter_mut().zip(block) {
            pending.extend_from_slice(samples.as_ref());
        }
        let waiting = self.pending.iter().map(Vec::len).min().unwrap_or(0);
        let mut at = 0;
        while at + self.spectrum.window_len() <= waiting {
            let audible = self.transform(at);
            each(self.windows, if audible { &self.power } else { &[] });
            self.windows += 1;
            at += self.hop;
        }
        for pending in &mut self.pending {
            pending.drain(..at);
        }
    }

    /// Fills `power`; returns whether there was anything but silence.
    fn transform(&mut self, at: usize) -> bool {
        let mut audible = false;
        self.spectrum.clear();
        for samples in &self.pending {
            let samples = &samples[at..at + self.spectrum.window_len()];
            if samples.iter().any(|&x| x != 0.0) {
                audible = true;
                self.spectrum.add(samples);
            }
        }
        for (power, sum) in self.power.iter_mut().zip(self.spectrum.sum()) {
            *power = sum * self.scale;
        }
        audible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, len: usize) -> Vec<f32> {
        let step = std::f64::consts::TAU * hz / 48_000.0;
        (0..len).map(|n| (step * n as f64).sin() as f32).collect()
    }

    #[test]
    fn a_padded_transform_reads_a_sine_between_two_bins() {
        let mut spectrum = WindowedPower::new(hann(1_024), 4_096);
        let scale = spectrum.full_scale();
        for hz in [997.0, 5_017.7, 12_345.6] {
            let top = spectrum.power(&sine(hz, 1_024)).iter().copied().fold(0.0, f32::max);
            assert!((10.0 * (top * scale).log10()).abs() < 0.1);
        }
    }

    #[test]
    fn what_was_in_the_buffer_before_does_not_matter() {
        let mut spectrum = WindowedPower::new(hann(64), 256);
        let first = spectrum.power(&sine(3_000.0, 64)).to_vec();
        spectrum.power(&[1.0; 64]);
        assert_eq!(spectrum.power(&sine(3_000.0, 64)), first);
        assert!(spectrum.power(&[]).iter().all(|&power| power == 0.0));
    }

    #[test]
    fn any_split_into_blocks_gives_the_same_windows() {
        let signal = sine(1_234.5, 5_000);
        let windows = |size: usize| {
            let mut stream = PowerStream::new(256, 100, 128, 2);
            let mut all = Vec::new();
            for block in signal.chunks(size) {
                stream.push(&[block, block], |number, power| {
                    assert_eq!(number as usize, all.len());
                    all.push(power.to_vec());
                });
            }
            all
        };
        assert_eq!(windows(5_000), windows(37));
        assert_eq!(windows(5_000), windows(1));
    }

    #[test]
    fn no_sample_is_skipped_however_long_the_hop() {
        let mut stream = PowerStream::new(16, 100, 0, 1);
        let mut count = 0;
        for _ in 0..100 {
            stream.push(&[[0.5; 10]], |_, _| count += 1);
        }
        assert_eq!(count, 1_000 / 16);
    }

    #[test]
    fn silence_gives_empty_spectra() {
        let mut stream = PowerStream::new(64, 32, 0, 1);
        stream.push(&[vec![0.0; 640]], |_, power| assert!(power.is_empty()));
    }
}
