//! What the panel keeps from frame to frame.

use crate::analyzer::{KernelGain, Spectra};

/// Ranges of the difference either way, in dB: the smallest that shows the design is used.
const SPANS: [f32; 5] = [3.0, 6.0, 12.0, 24.0, 48.0];

/// State of the panel.
#[derive(Debug, Default)]
pub(crate) struct AnalyzerPanel {
    /// Whether peaks are drawn.
    pub(crate) peaks: bool,
    /// The frozen spectra and their sample rate.
    pub(crate) frozen: Option<(Spectra, u32)>,
    /// Where the arrow keys have put the readout, in Hz.
    pub(super) cursor: Option<f32>,
    /// Which kernel is drawn.
    pub(crate) kernel: KernelChoice,
    /// Range of the difference either way, in dB. It only grows, so that the scale stays familiar.
    span: f32,
}

/// Which of the class's kernels is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KernelChoice {
    /// Always this one: patches alternate too fast to follow.
    Fixed(usize),
    /// That of the current patch.
    Current,
}

impl Default for KernelChoice {
    fn default() -> Self {
        Self::Fixed(0)
    }
}

impl KernelChoice {
    /// Its gain, if there is a veil.
    pub(super) fn of(self, spectra: &Spectra) -> Option<&KernelGain> {
        match self {
            Self::Fixed(number) => {
                spectra.kernels.get(number.min(spectra.kernels.len().saturating_sub(1)))
            }
            Self::Current => spectra.current_kernel(),
        }
    }
}

/// What the user asks of the analyzer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AnalyzerRequests {
    /// Clear the peaks.
    pub(crate) clear_peaks: bool,
    /// Set this window length, in samples.
    pub(crate) fft_size: Option<usize>,
}

/// Window lengths, in samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FftSizes<'a> {
    pub(crate) current: usize,
    /// To choose from, ascending.
    pub(crate) all: &'a [usize],
}

impl AnalyzerPanel {
    /// Range of the difference either way, in dB, with room for all designed gains.
    pub(super) fn widen_span(&mut self, kernels: &[KernelGain]) -> f32 {
        let designed = kernels.iter().flat_map(|kernel| &kernel.designed);
        let largest = designed.map(|(_, db)| db.abs()).fold(0.0, f32::max);
        let span = SPANS.iter().find(|&&span| span >= largest).unwrap_or(&48.0);
        self.span = match kernels.is_empty() {
            true if self.span == 0.0 => 12.0,
            true => self.span,
            false => self.span.max(*span),
        };
        self.span
    }
}
