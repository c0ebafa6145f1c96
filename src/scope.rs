//! What an open editor is shown about the sound.
//!
//! The types here are all that the panels know of the audio: they are plain data, so that a test
//! can draw any situation.

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
    /// The designed gain of the kernel in force (of the patch under way or the last one),
    /// in dB by frequency in Hz; empty without a veil.
    pub designed: Vec<(f32, f32)>,
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

/// The level and the patches of the last ten seconds, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strip {
    /// Levels, oldest first, all of the same length in samples.
    pub columns: Vec<Column>,
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
    /// Which of the class's curves it takes.
    pub curve: usize,
}
