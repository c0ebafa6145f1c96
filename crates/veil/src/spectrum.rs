//! Convolution by short Fourier transforms whose bits are the same on every processor.
//!
//! Real sequences of 2·[`BLOCK`] samples are multiplied as polynomials modulo u¹²⁸ + 1. Over the
//! complex numbers this is (u⁶⁴ − i)(u⁶⁴ + i), and a real polynomial is known from its remainder
//! by the first factor alone: x\[n\] + i·x\[n + 64\]. Multiplying the n-th of those by e^(iπn/128)
//! makes the product an ordinary cyclic one of 64 complex numbers: half the length, and no
//! post-processing (Nussbaumer, Fast Fourier Transform and Convolution Algorithms, 1982,
//! chapter 3 on "odd" transforms; the wrap-around changes its sign, and overlap-save discards it
//! anyway).
//!
//! As in [`crate::fir`], vectors lie across numbers that go through the same operations, every
//! operation is rounded by IEEE 754, and their order is fixed here. FFT libraries choose theirs by
//! processor, so none takes part.

use std::f64::consts::PI;
use std::sync::OnceLock;

use crate::processor::for_this_processor;

/// Samples in a block: the unit in which the past becomes spectra.
pub(crate) const BLOCK: usize = 64;
const LANES: usize = 8;
const ROWS: usize = BLOCK / LANES;

type Row = [f32; LANES];
type Matrix = [Row; ROWS];

/// The 64 complex numbers that stand for 128 real samples.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Spectrum {
    re: Matrix,
    im: Matrix,
}

/// The constants of the transform.
pub(crate) struct Transform {
    /// e^(iπn/128): what makes the product cyclic.
    half_shift: Spectrum,
    /// e^(−2πi·r·c/64) in row r and column c: the twiddle factors between columns and rows.
    twiddles: Spectrum,
}

impl Spectrum {
    pub(crate) const ZERO: Self = Self { re: [[0.0; LANES]; ROWS], im: [[0.0; LANES]; ROWS] };

    fn from_fn(mut at: impl FnMut(usize, usize) -> (f64, f64)) -> Self {
        let mut made = Self::ZERO;
        for row in 0..ROWS {
            for column in 0..LANES {
                let (re, im) = at(row, column);
                made.re[row][column] = re as f32;
                made.im[row][column] = im as f32;
            }
        }
        made
    }

    /// The spectrum of up to [`BLOCK`] taps, in double precision until the last step, and divided
    /// by [`BLOCK`], so that the transform back need not do it.
    pub(crate) fn of_taps(taps: &[f32]) -> Self {
        const CIRCLE: usize = 4 * BLOCK;
        static ROOTS: OnceLock<[(f64, f64); CIRCLE]> = OnceLock::new();
        let roots = ROOTS.get_or_init(|| {
            std::array::from_fn(|i| libm::sincos(-2.0 * PI * i as f64 / CIRCLE as f64))
        });
        Self::from_fn(|row, column| {
            // Bin k lies at k − ¼ of 64.
            let step = 4 * (row * LANES + column) + CIRCLE - 1;
            let (mut re, mut im) = (0.0, 0.0);
            for (n, &tap) in taps.iter().enumerate() {
                let (sin, cos) = roots[n * step % CIRCLE];
                re += f64::from(tap) * cos;
                im += f64::from(tap) * sin;
            }
            (re / BLOCK as f64, im / BLOCK as f64)
        })
    }
}

impl Transform {
    pub(crate) fn new() -> Self {
        let unit = |angle: f64| {
            let (sin, cos) = libm::sincos(angle);
            (cos, sin)
        };
        let n = |row: usize, column: usize| (row * LANES + column) as f64;
        Self {
            half_shift: Spectrum::from_fn(|row, column| unit(PI * n(row, column) / 128.0)),
            twiddles: Spectrum::from_fn(|row, column| unit(-PI * (row * column) as f64 / 32.0)),
        }
    }

    /// Discrete Fourier transform of 64 numbers, in place and in order: along the columns, twiddle
    /// factors, transposition, along the columns.
    #[inline(always)]
    fn dft(&self, re: &mut Matrix, im: &mut Matrix) {
        dft_columns(re, im);
        for row in 1..ROWS {
            let (cos, sin) = (self.twiddles.re[row], self.twiddles.im[row]);
            for lane in 0..LANES {
                let (x, y) = (re[row][lane], im[row][lane]);
                re[row][lane] = x.mul_add(cos[lane], -(y * sin[lane]));
                im[row][lane] = x.mul_add(sin[lane], y * cos[lane]);
            }
        }
        transpose(re);
        transpose(im);
        dft_columns(re, im);
    }
}

for_this_processor! {
    /// The spectrum of two blocks of samples, the older one first.
    forward = forward_anywhere, (by: &Transform, samples: &[f32; 2 * BLOCK], out: &mut Spectrum)
}

#[inline(always)]
fn forward_anywhere(by: &Transform, samples: &[f32; 2 * BLOCK], out: &mut Spectrum) {
    let (older, newer) = samples.as_chunks::<LANES>().0.split_at(ROWS);
    // A local variable, which the compiler can transpose in registers.
    let mut grid = Spectrum::ZERO;
    for row in 0..ROWS {
        let (re, im) = (by.half_shift.re[row], by.half_shift.im[row]);
        for lane in 0..LANES {
            let (x, y) = (older[row][lane], newer[row][lane]);
            grid.re[row][lane] = x.mul_add(re[lane], -(y * im[lane]));
            grid.im[row][lane] = x.mul_add(im[lane], y * re[lane]);
        }
    }
    by.dft(&mut grid.re, &mut grid.im);
    *out = grid;
}

for_this_processor! {
    /// The convolution of the `parts` of a kernel with the `spectra` of past blocks, in the block that
    /// follows the one in slot `newest`. `spectra` is a ring of a power of two and at least as many as
    /// `parts`.
    convolve = convolve_anywhere, (
        by: &Transform,
        spectra: &[Spectrum],
        newest: usize,
        parts: &[Spectrum],
        out: &mut [f32; BLOCK],
    )
}

#[inline(always)]
fn convolve_anywhere(
    by: &Transform,
    spectra: &[Spectrum],
    newest: usize,
    parts: &[Spectrum],
    out: &mut [f32; BLOCK],
) {
    let mut sum = Spectrum::ZERO;
    sum_of_products(spectra, newest, parts, &mut sum);
    // The inverse transform is the forward one with real and imaginary parts swapped.
    by.dft(&mut sum.im, &mut sum.re);
    // Overlap-save: only the newer block, the imaginary one, is free of what wrapped around.
    for (row, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let (re, im) = (by.half_shift.re[row], by.half_shift.im[row]);
        for lane in 0..LANES {
            out[lane] = sum.im[row][lane].mul_add(re[lane], -(sum.re[row][lane] * im[lane]));
        }
    }
}

#[inline(always)]
fn sum_of_products(spectra: &[Spectrum], newest: usize, parts: &[Spectrum], sum: &mut Spectrum) {
    // Four rows at a time: eight sums keep the multipliers busy and stay in registers.
    const WIDTH: usize = 4;
    let mask = spectra.len().wrapping_sub(1);
    for first in (0..ROWS).step_by(WIDTH) {
        let mut re = [[0.0; LANES]; WIDTH];
        let mut im = [[0.0; LANES]; WIDTH];
        // The last part first: as in the direct part, the smallest numbers.
        for (ago, h) in parts.iter().enumerate().rev() {
            let Some(x) = spectra.get(newest.wrapping_sub(ago) & mask) else {
                return;
            };
            for row in 0..WIDTH {
                let (xr, xi) = (&x.re[first + row], &x.im[first + row]);
                let (hr, hi) = (&h.re[first + row], &h.im[first + row]);
                for lane in 0..LANES {
                    re[row][lane] = xr[lane].mul_add(hr[lane], re[row][lane]);
                    im[row][lane] = xr[lane].mul_add(hi[lane], im[row][lane]);
                }
                for lane in 0..LANES {
                    re[row][lane] = (-xi[lane]).mul_add(hi[lane], re[row][lane]);
                    im[row][lane] = xi[lane].mul_add(hr[lane], im[row][lane]);
                }
            }
        }
        sum.re[first..first + WIDTH].copy_from_slice(&re);
        sum.im[first..first + WIDTH].copy_from_slice(&im);
    }
}

/// The transform of the eight numbers in each column, as two transforms of four.
#[inline(always)]
fn dft_columns(re: &mut Matrix, im: &mut Matrix) {
    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    for lane in 0..LANES {
        let x = |row: usize| (re[row][lane], im[row][lane]);
        let [e0, e1, e2, e3] = dft_of_4([x(0), x(2), x(4), x(6)]);
        let [o0, o1, o2, o3] = dft_of_4([x(1), x(3), x(5), x(7)]);
        let o1 = (HALF * (o1.0 + o1.1), HALF * (o1.1 - o1.0));
        let o2 = (o2.1, -o2.0);
        let o3 = (HALF * (o3.1 - o3.0), -HALF * (o3.0 + o3.1));
        for (k, (e, o)) in [(e0, o0), (e1, o1), (e2, o2), (e3, o3)].into_iter().enumerate() {
            (re[k][lane], im[k][lane]) = (e.0 + o.0, e.1 + o.1);
            (re[k + 4][lane], im[k + 4][lane]) = (e.0 - o.0, e.1 - o.1);
        }
    }
}

type Complex = (f32, f32);

#[inline(always)]
fn dft_of_4([a, b, c, d]: [Complex; 4]) -> [Complex; 4] {
    let (p, q) = ((a.0 + c.0, a.1 + c.1), (a.0 - c.0, a.1 - c.1));
    let (r, s) = ((b.0 + d.0, b.1 + d.1), (b.0 - d.0, b.1 - d.1));
    [(p.0 + r.0, p.1 + r.1), (q.0 + s.1, q.1 - s.0), (p.0 - r.0, p.1 - r.1), (q.0 - s.1, q.1 + s.0)]
}

/// Swaps rows and columns.
#[inline(always)]
fn transpose(g: &mut Matrix) {
    let was = *g;
    for row in 0..ROWS {
        for lane in 0..LANES {
            g[row][lane] = was[lane][row];
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(count: usize) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(-1.0_f32..1.0, count)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn it_convolves_and_any_instruction_set_gives_the_same_bits(
            x in samples(5 * BLOCK), taps in samples(3 * BLOCK + 17), newest in 0_usize..4,
        ) {
            let by = Transform::new();
            let parts: Vec<Spectrum> = taps.chunks(BLOCK).map(Spectrum::of_taps).collect();
            let mut spectra = [Spectrum::ZERO; 4];
            for ago in 0..4 {
                let window = x[(3 - ago) * BLOCK..].first_chunk().unwrap();
                let (mut here, mut anywhere) = (Spectrum::ZERO, Spectrum::ZERO);
                forward(&by, window, &mut here);
                forward_anywhere(&by, window, &mut anywhere);
                prop_assert_eq!(here.re, anywhere.re);
                prop_assert_eq!(here.im, anywhere.im);
                spectra[(newest + 4 - ago) % 4] = here;
            }
            let (mut here, mut anywhere) = ([0.0; BLOCK], [0.0; BLOCK]);
            convolve(&by, &spectra, newest, &parts, &mut here);
            convolve_anywhere(&by, &spectra, newest, &parts, &mut anywhere);
            prop_assert_eq!(here, anywhere);
            for (n, &y) in here.iter().enumerate() {
                let exact: f64 = taps.iter().enumerate()
                    .map(|(t, &h)| f64::from(h) * f64::from(x[4 * BLOCK + n - t])).sum();
                prop_assert!((exact - f64::from(y)).abs() < 1e-5, "{y} for {exact}");
            }
        }
    }

    #[test]
    fn silence_stays_silence() {
        let by = Transform::new();
        let mut spectrum = Spectrum::ZERO;
        forward(&by, &[0.0; 2 * BLOCK], &mut spectrum);
        let mut out = [7.0; BLOCK];
        convolve(&by, &[spectrum], 0, &[Spectrum::of_taps(&[1.0; BLOCK])], &mut out);
        assert!(out.iter().all(|&y| y == 0.0));
    }
}
