//! The data that the editor shows.

use patchveil_veil::Fingerprint;

/// A snapshot of one instance's audio.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// Whether blocks arrived within the last quarter of a second, silent ones included.
    pub running: bool,
    /// Whether any ever arrived.
    pub started: bool,
    /// Whether sound went through, from input to output, within the last two seconds of audio.
    pub sound: bool,
    /// Sample rate in Hz, 0 before activation.
    pub sample_rate: u32,
    /// Timeline position after the newest sample, in samples.
    pub position: i64,
    /// Whether the host states the position; otherwise samples are counted.
    pub host_timeline: bool,
    /// Processing time over the duration of the audio processed: smoothed, 0–1 and above.
    pub load: f32,
    /// How often in the last ten seconds processing fell behind real time, so that audio may have
    /// dropped out.
    pub late: u32,
    /// Seconds of sound protected since the instance was created.
    pub protected_seconds: f64,
    /// Whether a patch of the veil is active at `position`.
    pub patch_active: bool,
    /// Whether the newest sample was marked, or its mark taken off.
    pub marked: bool,
    /// How much mark and veil change this sound; none before there is enough of it, while nothing is
    /// changed, and while only the difference is heard.
    pub effect: Option<Effect>,
    /// How much louder the output is than the input, in dB by LUFS short-term (three seconds), output
    /// trim included: what the original has to be changed by to be as loud. None before it is known.
    pub match_db: Option<f32>,
    /// The original is heard instead of the output, changed by so many dB.
    pub original: Option<f32>,
    /// Whether the output's own mark was found in it.
    pub found: Found,
    /// Which marks the input carries, while the user listens.
    pub heard: Option<Heard>,
    /// Spectra before and after mark and veil.
    pub spectra: Spectra,
    /// The last ten seconds.
    pub timeline: Timeline,
}

/// How much mark and veil change the last seconds of sound, whatever the output trim.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Effect {
    /// Seconds of sound that were measured, 1–10.
    pub seconds: u32,
    /// How much levels in third-octave bands moved either way, mean over the bands, in dB.
    pub mean_db: f32,
    /// The same in the band that moved most.
    pub most_db: f32,
    /// Change of loudness in LU, if it could be measured.
    pub loudness_lu: Option<f32>,
}

/// Whether the mark was found in the output, with the class's key, as `patchveil detect` finds it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Found {
    /// There is no mark to look for.
    #[default]
    NotSought,
    /// Not yet.
    Searching {
        /// Seconds that were tried, 0 before the first try.
        seconds: f32,
        /// Seconds after which it will be found, predicted from how well it fits so far.
        expected: Option<f32>,
    },
    /// It was.
    Yes {
        /// In so many seconds.
        seconds: f32,
        /// With this p-value.
        p: f64,
    },
    /// It was not: this sound has not enough to carry a mark.
    No {
        /// In so many seconds.
        seconds: f32,
    },
}

/// Which marks the input carries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    /// Seconds that were tried, 0 before the first try.
    pub seconds: f32,
    /// The keys of the keyring that were found.
    pub keys: Vec<HeardKey>,
    /// The keyring cannot be read, so no key can be tried.
    pub unreadable: bool,
}

/// A key that the input carries.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardKey {
    /// The class's name.
    pub name: String,
    /// The key's fingerprint.
    pub fingerprint: Fingerprint,
    /// p-value, corrected for the number of keys.
    pub p: f64,
}

/// Spectra of the mean of all channels, before and after mark and veil.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spectra {
    /// Points by rising frequency, evenly spaced from 0 Hz to half the sample rate.
    pub points: Vec<SpectrumPoint>,
    /// The veil's kernels, by number; empty without a veil.
    pub kernels: Vec<KernelGain>,
    /// The kernel of the current patch, or of the last one.
    pub current: usize,
}

impl Spectra {
    /// The kernel of the current patch, or of the last one, if there is a veil.
    #[must_use]
    pub fn current_kernel(&self) -> Option<&KernelGain> {
        self.kernels.get(self.current)
    }
}

/// The gain of one kernel, designed and measured: pairs of frequency in Hz and gain in dB.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KernelGain {
    /// By design, static EQ included; the inverse while restoring.
    pub designed: Vec<(f32, f32)>,
    /// After over before in the patches that use this kernel, averaged. Empty until there is
    /// enough audio, and without frequencies at which there is almost none. Patches are short, so
    /// low frequencies blur.
    pub measured: Vec<(f32, f32)>,
}

/// Levels at one frequency, in dBFS: a full-scale sine reads 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SpectrumPoint {
    /// In Hz.
    pub hz: f32,
    /// Before mark and veil.
    pub before: f32,
    /// After mark and veil.
    pub after: f32,
    /// The highest `before` since the peaks were cleared.
    pub before_peak: f32,
    /// The highest `after` since the peaks were cleared.
    pub after_peak: f32,
}

/// Levels and patches of the ten seconds up to [`View::position`], oldest first. Empty after a
/// jump.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// Levels by rising position. Audio that was dropped has no column.
    pub columns: Vec<LevelColumn>,
    /// Length of each column in samples.
    pub column_len: i64,
    /// Patches of the veil that overlap these seconds, in order.
    pub patches: Vec<PatchSpan>,
    /// Positions at which a period of the patches begins; of the mark where there are none.
    pub periods: Vec<i64>,
}

/// Peak levels of one column of the timeline, in dBFS.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LevelColumn {
    /// Position of its first sample.
    pub position: i64,
    /// Before mark and veil.
    pub before: f32,
    /// After mark and veil.
    pub after: f32,
}

/// Where one patch was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PatchSpan {
    /// First sample.
    pub start: i64,
    /// First sample after it.
    pub end: i64,
    /// The number of its kernel.
    pub kernel: usize,
}
