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
    spreader: Spreader,
}

impl Coder {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { layout: layout.clone(), spreader: Spreader::new(layout) }
    }

    /// The code of `key`.
    pub(super) fn code(&mut self, key: &ClassKey) -> Code {
        let signs = self.layout.signs(key);
        let origin = |layer: &std::ops::Range<usize>| self.layout.slots.start + layer.start as u32;
        let kernels: Vec<Vec<SlotPair>> =
            signs.kernels.iter().map(|own| pairs(own, origin(&self.layout.pattern))).collect();
        let echo = signs.echo.as_ref().map(|own| pairs(own, origin(&self.layout.echo)));
        let mut spectra = self.spreader.no_spectra();
        self.spreader.spread(&signs.order, &kernels, &mut spectra);
        self.spreader.gains.zeroize();
        Code { order: signs.order, kernels, echo: echo.unwrap_or_default(), spectra }
    }
}

/// Spreads the kernels of codes over the patches of a period.
pub(super) struct Spreader {
    fft: ForwardFft,
    slots: usize,
    /// What each slot is in every kernel, slots × kernels.
    gains: Vec<f32>,
}

impl Spreader {
    pub(super) fn new(layout: &Layout) -> Self {
        let gains = Vec::with_capacity(layout.pattern.len() * layout.patches / 2);
        Self { fft: ForwardFft::new(layout.patches), slots: layout.pattern.len(), gains }
    }

    /// Room for what [`spread`](Self::spread) makes.
    pub(super) fn no_spectra(&self) -> SlotSpectra {
        SlotSpectra::with_capacity(self.slots, self.fft.bins())
    }

    /// Puts into `spectra` what each slot is in a period's patches, whose kernel and sign are `order`.
    pub(super) fn spread(
        &mut self,
        order: &[(usize, f32)],
        kernels: &[Vec<SlotPair>],
        spectra: &mut SlotSpectra,
    ) {
        self.gains.clear();
        self.gains.resize(self.slots * kernels.len(), 0.0);
        for (kernel, pairs) in kernels.iter().enumerate() {
            for pair in pairs {
                self.gains[pair.first * kernels.len() + kernel] += pair.sign;
                self.gains[pair.second * kernels.len() + kernel] -= pair.sign;
            }
        }
        spectra.clear();
        for gains in self.gains.chunks_exact(kernels.len().max(1)) {
            for (to, (kernel, sign)) in self.fft.samples_mut().iter_mut().zip(order) {
                *to = sign * gains[*kernel];
            }
            spectra.push(&mut self.fft);
        }
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
