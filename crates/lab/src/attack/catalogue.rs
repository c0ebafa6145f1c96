//! The attacks and their names.

use std::fmt;
use std::str::FromStr;

use super::error::AttackError;

/// One treatment of the training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// Nothing.
    None,
    /// Resampled to 16 kHz and back; clips of up to 24 kHz to ¾ of their rate and back.
    ResampleMild,
    /// Resampled to 8 kHz and back; clips of up to 24 kHz to half their rate and back.
    ResampleHard,
    /// Quantised to 8 bits, full scale ±1, without dither.
    EightBits,
    /// Low-passed at 5/16 of the sample rate (2.5 kHz at 8 kHz, 15 kHz at 48 kHz).
    LowPass,
    /// Each clip through a short random filter.
    RandomEq,
    /// Each clip warped in time at random.
    TimeWarp,
    /// White noise 10 to 30 dB below each clip.
    Noise,
    /// Random stripes of time and frequency masked.
    SpecAugment,
    /// Each clip shifted in time by up to a tenth of a second.
    TimeShift,
    /// MP3 at the higher of two bit rates.
    Mp3High,
    /// MP3 at the lower of two bit rates.
    Mp3Low,
    /// AAC at the higher of two bit rates.
    AacHigh,
    /// AAC at the lower of two bit rates.
    AacLow,
    /// Opus at the higher of two bit rates.
    OpusHigh,
    /// Opus at the lower of two bit rates.
    OpusLow,
    /// Denoised by a spectral gate.
    SpectralGate,
    /// Through a residual vector-quantising codec trained on the same data.
    VectorCodec,
    /// Each clip divided by its own smoothed spectrum.
    Whiten,
    /// Band levels averaged over one period of the veil, at every moment.
    PeriodAverage,
    /// Each class equalised to the mean spectrum of all classes.
    ClassMean,
    /// What repeats in a class with the veil's period removed.
    ClassPeriod,
    /// Each class equalised to the mean spectrogram of all classes.
    ClassMap,
    /// Half of the training clips are clean.
    Clean50,
    /// A tenth of the training clips are clean.
    Clean10,
    /// One in a hundred training clips is clean.
    Clean1,
    /// Only the clean half of [`Attack::Clean50`].
    OnlyClean50,
    /// Only the clean tenth of [`Attack::Clean10`].
    OnlyClean10,
    /// Only the clean hundredth of [`Attack::Clean1`].
    OnlyClean1,
    /// One clip of each class is known unprotected, too.
    OnePair,
}

/// Name and description of every attack, in the order of the enum and of reports.
const TABLE: [(Attack, &str, &str); 30] = [
    (Attack::None, "none", "trains on the published clips as they are"),
    (
        Attack::ResampleMild,
        "resample-mild",
        "resampled to 16 kHz and back (up to 24 kHz: to ¾ of the rate)",
    ),
    (
        Attack::ResampleHard,
        "resample-hard",
        "resampled to 8 kHz and back (up to 24 kHz: to half the rate)",
    ),
    (Attack::EightBits, "eight-bits", "quantised to 8 bits"),
    (
        Attack::LowPass,
        "low-pass",
        "low-passed at 5/16 of the sample rate (2.5 kHz at 8 kHz, 15 kHz at 48 kHz)",
    ),
    (
        Attack::RandomEq,
        "random-eq",
        "each clip through a random 2 ms filter (after arXiv 2411.01742)",
    ),
    (
        Attack::TimeWarp,
        "time-warp",
        "each clip warped in time at random, up to 1 ms every 16 ms (after arXiv 2311.18403)",
    ),
    (Attack::Noise, "noise", "white noise 10 to 30 dB below each clip"),
    (
        Attack::SpecAugment,
        "spec-augment",
        "two random stripes of time and two of frequency masked (after arXiv 1904.08779)",
    ),
    (Attack::TimeShift, "time-shift", "each clip shifted by up to 0.1 s either way"),
    (
        Attack::Mp3High,
        "mp3-high",
        "through MP3 at 32 kbit/s (64 from 16 kHz up, 128 from 32 kHz up)",
    ),
    (Attack::Mp3Low, "mp3-low", "through MP3 at 16 kbit/s (32 from 16 kHz up, 64 from 32 kHz up)"),
    (
        Attack::AacHigh,
        "aac-high",
        "through AAC at 24 kbit/s (48 from 16 kHz up, 96 from 32 kHz up)",
    ),
    (Attack::AacLow, "aac-low", "through AAC at 12 kbit/s (24 from 16 kHz up, 48 from 32 kHz up)"),
    (
        Attack::OpusHigh,
        "opus-high",
        "through Opus at 16 kbit/s (24 from 16 kHz up, 64 from 32 kHz up)",
    ),
    (
        Attack::OpusLow,
        "opus-low",
        "through Opus at 8 kbit/s (12 from 16 kHz up, 32 from 32 kHz up)",
    ),
    (Attack::SpectralGate, "spectral-gate", "denoised by a spectral gate"),
    (
        Attack::VectorCodec,
        "vector-codec",
        "through a multi-scale residual vector-quantising codec trained on the same clips (the idea of arXiv 2410.14411 without a neural network)",
    ),
    (Attack::Whiten, "whiten", "each clip divided by its own smoothed spectrum"),
    (
        Attack::PeriodAverage,
        "period-average",
        "knows the veil's period: the level of every band averaged over it",
    ),
    (Attack::ClassMean, "class-mean", "each class equalised to the mean spectrum of all classes"),
    (
        Attack::ClassPeriod,
        "class-period",
        "knows the veil's period: what repeats with it in a class is removed, at the best phase for each clip",
    ),
    (
        Attack::ClassMap,
        "class-map",
        "each class equalised to the mean spectrogram of all classes, from the start of the clip on",
    ),
    (
        Attack::Clean50,
        "clean-50",
        "50 % of the training clips of each class replaced by untouched ones",
    ),
    (
        Attack::Clean10,
        "clean-10",
        "10 % of the training clips of each class replaced by untouched ones",
    ),
    (
        Attack::Clean1,
        "clean-1",
        "1 % of the training clips of each class, at least one, replaced by untouched ones",
    ),
    (Attack::OnlyClean50, "only-clean-50", "only those 50 %, repeated to the size of the class"),
    (Attack::OnlyClean10, "only-clean-10", "only those 10 %, repeated to the size of the class"),
    (Attack::OnlyClean1, "only-clean-1", "only those 1 %, repeated to the size of the class"),
    (
        Attack::OnePair,
        "one-pair",
        "has one clip of each class unprotected, too: what the veil did to it is undone in all",
    ),
];

impl Attack {
    /// All attacks, in the order of reports.
    pub const ALL: &[Self] = &{
        let mut all = [Self::None; TABLE.len()];
        let mut n = 0;
        while n < all.len() {
            all[n] = TABLE[n].0;
            n += 1;
        }
        all
    };

    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What it does, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// The attack called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|attack| attack.name() == name)
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Attack {
    type Err = AttackError;

    fn from_str(name: &str) -> Result<Self, AttackError> {
        Self::by_name(name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|attack| attack.name()).collect();
            AttackError::Unknown { name: name.to_owned(), known: known.join(", ") }
        })
    }
}
