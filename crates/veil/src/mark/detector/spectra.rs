//! Spectra over the patches of a period, one for each slot.

use patchveil_spectral::ForwardFft;
use zeroize::Zeroize;

use crate::processor::for_this_processor;

/// Bins that are summed at a time: enough sums that none waits for the one before.
const LANES: usize = 16;

/// Slots × bins, real and imaginary parts apart, so that vectors hold neighbours of one kind.
#[derive(Zeroize, PartialEq)]
pub(super) struct SlotSpectra {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl SlotSpectra {
    /// None yet, and room for `slots` of so many `bins`: they never move, so none is left behind unwiped.
    pub(super) fn with_capacity(slots: usize, bins: usize) -> Self {
        let (mut re, mut im) = (Vec::new(), Vec::new());
        re.reserve_exact(slots * bins);
        im.reserve_exact(slots * bins);
        Self { re, im }
    }

    /// The spectra of `rows`, patches × slots.
    pub(super) fn of(rows: &[f32], slots: usize, fft: &mut ForwardFft) -> Self {
        let mut spectra = Self::with_capacity(slots, fft.bins());
        for slot in 0..slots {
            for (to, row) in fft.samples_mut().iter_mut().zip(rows.chunks_exact(slots)) {
                *to = row[slot];
            }
            spectra.push(fft);
        }
        spectra
    }

    /// Adds the spectrum of what is in `fft` as the next slot's.
    pub(super) fn push(&mut self, fft: &mut ForwardFft) {
        let spectrum = fft.transform();
        self.re.extend(spectrum.iter().map(|bin| bin.re));
        self.im.extend(spectrum.iter().map(|bin| bin.im));
    }

    /// Forgets all slots, without wiping them.
    pub(super) fn clear(&mut self) {
        self.re.clear();
        self.im.clear();
    }

    /// Σ over slots of the conjugate of these spectra times `other`, real and imaginary parts.
    pub(super) fn correlate(&self, other: &Self, re: &mut [f32], im: &mut [f32]) {
        sum_products((&self.re, &self.im), (&other.re, &other.im), re, im);
    }
}

for_this_processor! {
    /// Σ over slots of the conjugate of the first spectrum times the second.
    sum_products = sum_products_anywhere,
    (a: (&[f32], &[f32]), b: (&[f32], &[f32]), re: &mut [f32], im: &mut [f32])
}

#[inline(always)]
fn sum_products_anywhere(a: (&[f32], &[f32]), b: (&[f32], &[f32]), re: &mut [f32], im: &mut [f32]) {
    let bins = re.len();
    let mut first = 0;
    while first + LANES <= bins {
        sum_lanes::<LANES>(a, b, first, (re, im));
        first += LANES;
    }
    while first < bins {
        sum_lanes::<1>(a, b, first, (re, im));
        first += 1;
    }
}

/// The sums of `N` neighbouring bins from `first` on. They stay in registers over all slots.
#[inline(always)]
fn sum_lanes<const N: usize>(
    a: (&[f32], &[f32]),
    b: (&[f32], &[f32]),
    first: usize,
    (re, im): (&mut [f32], &mut [f32]),
) {
    let bins = re.len();
    let (mut sum_re, mut sum_im) = ([0.0_f32; N], [0.0_f32; N]);
    let rows = a.0.chunks_exact(bins).zip(a.1.chunks_exact(bins));
    let others = b.0.chunks_exact(bins).zip(b.1.chunks_exact(bins));
    for ((a_re, a_im), (b_re, b_im)) in rows.zip(others) {
        let lanes = |row: &[f32]| row[first..].first_chunk::<N>().copied().unwrap_or([0.0; N]);
        let (a_re, a_im, b_re, b_im) = (lanes(a_re), lanes(a_im), lanes(b_re), lanes(b_im));
        for n in 0..N {
            sum_re[n] += a_re[n] * b_re[n] + a_im[n] * b_im[n];
            sum_im[n] += a_re[n] * b_im[n] - a_im[n] * b_re[n];
        }
    }
    re[first..first + N].copy_from_slice(&sum_re);
    im[first..first + N].copy_from_slice(&sum_im);
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::signal::noise;

    use super::*;

    #[test]
    fn every_bin_is_summed_in_the_order_of_the_slots_to_the_last_bit() {
        for bins in [1, 7, 8, 33] {
            let part = |seed| noise(seed, 34 * bins);
            let a = SlotSpectra { re: part(1), im: part(2) };
            let b = SlotSpectra { re: part(3), im: part(4) };
            let (mut re, mut im) = (vec![9.0; bins], vec![9.0; bins]);
            a.correlate(&b, &mut re, &mut im);
            for bin in 0..bins {
                let (mut sum_re, mut sum_im) = (0.0, 0.0);
                for at in (bin..34 * bins).step_by(bins) {
                    sum_re += a.re[at] * b.re[at] + a.im[at] * b.im[at];
                    sum_im += a.re[at] * b.im[at] - a.im[at] * b.re[at];
                }
                assert_eq!((re[bin], im[bin]), (sum_re, sum_im));
            }
        }
    }
}
