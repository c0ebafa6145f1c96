//! What a key would leave in a recording.

use patchveil_spectral::ForwardFft;
use zeroize::Zeroize;

use super::layout::Layout;
use super::pairs::Pairs;
use super::spectra::SlotSpectra;
use crate::key::ClassKey;

/// The code of one key: secret, as the key is.
pub(super) struct Code {
    /// Kernel and sign of each patch.
    pub(super) order: Vec<(usize, f32)>,
    /// The pattern's pairs, of all kernels.
    pub(super) pattern: Pairs,
    /// The echo's pairs, those of one kernel.
    pub(super) echo: Pairs,
    /// What each slot is in a period's patches.
    pub(super) spectra: SlotSpectra,
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
        let pattern = Pairs::of(&signs.kernels, self.layout.pattern.len());
        let echo = Pairs::of(signs.echo.as_slice(), self.layout.echo.len());
        let mut spectra = self.spreader.no_spectra();
        self.spreader.spread(&signs.order, &pattern, &mut spectra);
        self.spreader.gains.as_mut_slice().zeroize();
        Code { order: signs.order, pattern, echo, spectra }
    }
}

/// Spreads the kernels of codes over the patches of a period.
pub(super) struct Spreader {
    fft: ForwardFft,
    slots: usize,
    /// What each slot is in every kernel, kernels × slots.
    gains: Vec<f32>,
}

impl Spreader {
    pub(super) fn new(layout: &Layout) -> Self {
        let slots = layout.pattern.len();
        let gains = vec![0.0; slots * (layout.patches / 2)];
        Self { fft: ForwardFft::new(layout.patches), slots, gains }
    }

    /// Room for what [`spread`](Self::spread) makes.
    pub(super) fn no_spectra(&self) -> SlotSpectra {
        SlotSpectra::with_capacity(self.slots, self.fft.bins())
    }

    /// Puts into `spectra` what each slot is in a period's patches, whose kernel and sign are `order`.
    pub(super) fn spread(
        &mut self,
        order: &[(usize, f32)],
        pattern: &Pairs,
        spectra: &mut SlotSpectra,
    ) {
        pattern.spread(&mut self.gains);
        spectra.clear();
        for slot in 0..self.slots {
            for (to, (kernel, sign)) in self.fft.samples_mut().iter_mut().zip(order) {
                *to = sign * self.gains[kernel * self.slots + slot];
            }
            spectra.push(&mut self.fft);
        }
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.order.zeroize();
        self.pattern.zeroize();
        self.echo.zeroize();
        self.spectra.zeroize();
    }
}
