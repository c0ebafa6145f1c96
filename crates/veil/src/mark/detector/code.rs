//! What a key would leave in a recording.

use patchveil_spectral::ForwardFft;
use zeroize::Zeroize;

use super::layout::Layout;
use super::spectra::SlotSpectra;
use crate::key::ClassKey;
use crate::mark::kernel::{Pair, Signs};

/// The code of one key: secret, as the key is.
pub(super) struct Code {
    /// Kernel and sign of each patch.
    pub(super) order: Vec<(usize, f32)>,
    /// For each kernel its pairs.
    pub(super) kernels: Vec<Vec<SlotPair>>,
    /// The echo's pairs.
    pub(super) echo: Vec<SlotPair>,
    /// What each slot is in a period's patches.
    pub(super) spectra: SlotSpectra,
}

/// A pair of echoes by place in a layer's slots.
#[derive(Clone, Copy, Zeroize)]
pub(super) struct SlotPair {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) sign: f32,
}

/// Makes codes.
pub(super) struct Coder {
    layout: Layout,
    fft: ForwardFft,
}

impl Coder {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { layout: layout.clone(), fft: ForwardFft::new(layout.patches) }
    }

    /// The code of `key`.
    pub(super) fn code(&mut self, key: &ClassKey) -> Code {
        let signs = self.layout.signs(key);
        let origin = |layer: &std::ops::Range<usize>| self.layout.slots.start + layer.start as u32;
        let kernels: Vec<Vec<SlotPair>> =
            signs.kernels.iter().map(|own| pairs(own, origin(&self.layout.pattern))).collect();
        let echo = signs.echo.as_ref().map(|own| pairs(own, origin(&self.layout.echo)));
        let slots = self.layout.pattern.len();

        // What each slot is in every kernel, kernels × slots.
        let mut gains = vec![0.0_f32; kernels.len() * slots];
        for (pairs, gains) in kernels.iter().zip(gains.chunks_exact_mut(slots.max(1))) {
            for pair in pairs {
                gains[pair.first] += pair.sign;
                gains[pair.second] -= pair.sign;
            }
        }
        let signed = |(kernel, sign): &(usize, f32)| {
            let gains = &gains[kernel * slots..(kernel + 1) * slots];
            let sign = *sign;
            gains.iter().map(move |gain| sign * gain)
        };
        let mut rows: Vec<f32> = Vec::with_capacity(signs.order.len() * slots);
        rows.extend(signs.order.iter().flat_map(signed));
        let spectra = SlotSpectra::of(&rows, slots, &mut self.fft);
        rows.zeroize();
        gains.zeroize();
        Code { order: signs.order, kernels, echo: echo.unwrap_or_default(), spectra }
    }
}

fn pairs(signs: &Signs, origin: u32) -> Vec<SlotPair> {
    let pair = |pair: &Pair| {
        let first = (pair.slot - origin) as usize;
        SlotPair { first, second: first + pair.apart as usize, sign: pair.sign as f32 }
    };
    signs.pairs.iter().map(pair).collect()
}

impl Drop for Code {
    fn drop(&mut self) {
        self.order.zeroize();
        self.kernels.zeroize();
        self.echo.zeroize();
        self.spectra.zeroize();
    }
}
