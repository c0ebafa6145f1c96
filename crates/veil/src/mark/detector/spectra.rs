//! Spectra over the patches of a period, one for each slot.

use patchveil_spectral::ForwardFft;
use zeroize::Zeroize;

use crate::processor::for_this_processor;

/// Slots × bins, real and imaginary parts apart, so that vectors hold neighbours of one kind.
#[derive(Zeroize)]
pub(super) struct SlotSpectra {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl SlotSpectra {
    /// The spectra of `rows`, patches × slots.
    pub(super) fn of(rows: &[f32], slots: usize, fft: &mut ForwardFft) -> Self {
        let (mut re, mut im) = (Vec::new(), Vec::new());
        re.reserve_exact(slots * fft.bins());
        im.reserve_exact(slots * fft.bins());
        for slot in 0..slots {
            for (to, row) in fft.samples_mut().iter_mut().zip(rows.chunks_exact(slots)) {
                *to = row[slot];
            }
            let spectrum = fft.transform();
            re.extend(spectrum.iter().map(|bin| bin.re));
            im.extend(spectrum.iter().map(|bin| bin.im));
        }
        Self { re, im }
    }

    /// Σ over slots of the conjugate of these spectra times `other`, real and imaginary parts.
    pub(super) fn correlate(&self, other: &Self, re: &mut [f32], im: &mut [f32]) {
        re.fill(0.0);
        im.fill(0.0);
        add_products((&self.re, &self.im), (&other.re, &other.im), re, im);
    }
}

for_this_processor! {
    /// Adds Σ over slots of the conjugate of the first spectrum times the second.
    add_products = add_products_anywhere,
    (a: (&[f32], &[f32]), b: (&[f32], &[f32]), re: &mut [f32], im: &mut [f32])
}

#[inline(always)]
fn add_products_anywhere(a: (&[f32], &[f32]), b: (&[f32], &[f32]), re: &mut [f32], im: &mut [f32]) {
    let bins = re.len();
    let a = a.0.chunks_exact(bins).zip(a.1.chunks_exact(bins));
    let b = b.0.chunks_exact(bins).zip(b.1.chunks_exact(bins));
    for ((a_re, a_im), (b_re, b_im)) in a.zip(b) {
        for bin in 0..bins {
            re[bin] += a_re[bin] * b_re[bin] + a_im[bin] * b_im[bin];
            im[bin] += a_re[bin] * b_im[bin] - a_im[bin] * b_re[bin];
        }
    }
}
