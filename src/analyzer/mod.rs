//! What an open editor is shown about the sound.
//!
//! [`View`] and its parts are all that the panels know of the audio: they are plain data, so that
//! a test can draw any situation. A [`Analyzer`] makes it from what the audio thread writes down.
//!
//! | file | what it does |
//! |---|---|
//! | `live.rs` | [`Analyzer`]: from records of the audio thread to the view |
//! | `spectrum.rs` | levels by frequency |
//! | `curves.rs` | what the kernels do, as designed and as heard |
//! | `patches.rs`, `strip.rs` | the last ten seconds |
//! | `load.rs` | how busy the audio thread is |

mod curves;
mod live;
mod load;
mod patches;
mod spectrum;
mod timeline;

#[cfg(test)]
mod tests;

pub use live::Analyzer;

/// Window lengths of the spectra to choose from, in samples.
pub const FFT_SIZES: [usize; 5] = [1_024, 2_048, 4_096, 8_192, 16_384];
/// The window length to start with.
pub const FFT_SIZE: usize = 4_096;

/// One look at an instance's sound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// Whether audio has come in the last quarter of a second.
    pub running: bool,
    /// Sample rate in Hz, 0 before activation.
    pub sample_rate: u32,
    /// Timeline position behind the newest sample, in samples.
    pub position: i64,
    /// Whether the host states the position; otherwise samples are counted.
    pub host_timeline: bool,
    /// Share of the time of a block that the audio thread needs for it, smoothed, 0–1 and above.
    pub load: f32,
    /// The largest share of the last ten seconds.
    pub load_peak: f32,
    /// Seconds of audio that left veiled since the instance was made.
    pub protected_seconds: f64,
    /// Whether a patch has weight at `position`.
    pub patch_active: bool,
    /// Spectra before and after.
    pub spectra: Spectra,
    /// The last ten seconds.
    pub strip: Strip,
}

/// Spectra of the sum of all channels, before and after the veil.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spectra {
    /// Points in order of rising frequency, evenly spaced from 0 Hz to half the sample rate.
    pub points: Vec<SpectrumPoint>,
    /// The class's curves in force, by number; empty without a veil.
    pub curves: Vec<Curve>,
    /// Which of them the patch under way takes, or took the last one.
    pub curve: usize,
}

impl Spectra {
    /// The curve of the patch under way or of the last one, if there is a veil.
    #[must_use]
    pub fn current(&self) -> Option<&Curve> {
        self.curves.get(self.curve)
    }
}

/// What one kernel does, as designed and as heard, by frequency in Hz.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Gain of the kernel in dB, ground included, or of the inverse while a veil is taken off.
    pub designed: Vec<(f32, f32)>,
    /// After over before, in dB, inside patches that took this kernel, averaged; empty until
    /// enough was heard, and without the frequencies at which there was next to nothing. A patch
    /// is short, so low frequencies blur.
    pub measured: Vec<(f32, f32)>,
}

/// Levels at one frequency, in dBFS: a full-scale sine reads 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SpectrumPoint {
    /// In Hz.
    pub hz: f32,
    /// Before the veil.
    pub before: f32,
    /// Behind it.
    pub after: f32,
    /// The highest `before` since the peaks were cleared.
    pub before_peak: f32,
    /// The highest `after` since the peaks were cleared.
    pub after_peak: f32,
}

/// The level and the patches of the ten seconds up to [`View::position`], oldest first. Empty after
/// a jump.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strip {
    /// Levels in order of rising position. A stretch that was not heard has no column.
    pub columns: Vec<Column>,
    /// Length of every column in samples.
    pub column_len: i64,
    /// Patches that overlap the strip, in order.
    pub patches: Vec<Stretch>,
    /// Timeline positions at which a frame begins.
    pub frames: Vec<i64>,
}

/// Peak levels of a short stretch, in dBFS.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Column {
    /// Timeline position of its first sample.
    pub position: i64,
    /// Before the veil.
    pub before: f32,
    /// Behind it.
    pub after: f32,
}

/// One patch as it fell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// First sample.
    pub start: i64,
    /// First sample behind it.
    pub end: i64,
    /// Which of the class's kernels it takes.
    pub kernel: usize,
}
