//! What a trainer may do to the clips before training, to get rid of a veil.
//!
//! Three kinds. A *front end* treats every recording alike and without chance (resampling, a
//! codec, whitening): whoever trains behind it also uses the model behind it, so it treats the
//! test clips as well, each by itself. *Random* treatments and those that need labels treat the
//! training clips only. Nothing but what is about clean data sees untouched recordings.

mod average;
mod bands;
mod channel;
mod class;
mod clean;
mod fold;
mod gate;
mod lossy;
mod random;
mod spec_augment;
mod vector_codec;
mod vectors;
mod whiten;

use std::fmt;
use std::str::FromStr;

use chacha20::ChaCha20Rng;
use rayon::prelude::*;

use crate::clip::Clip;
use crate::signal::dice::dice;
use crate::signal::resample::ResampleError;

use lossy::{Coder, Grade};

/// What lies on the attacker's table.
#[derive(Debug, Clone)]
pub struct Material {
    /// The published clips he will train on; he knows their labels.
    pub train: Vec<Clip>,
    /// What the finished model will be tested on. Only an attack that becomes part of the model's
    /// front end (whitening, say) may treat it, each clip by itself and without its label.
    pub test: Vec<Clip>,
    /// The training clips as they were before they were protected, cut in the same way. Only the
    /// attacks that are about clean data may look.
    pub clean: Vec<Clip>,
    /// How long the veil's frame is, in seconds: no secret, for recipes are published.
    pub frame: f64,
}

/// One way of treating the training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// Nothing is done.
    None,
    /// To 16 kHz and back; up to 24 kHz, where that would be little or nothing, to ¾ of the rate.
    ResampleMild,
    /// To 8 kHz and back; up to 24 kHz to half the rate.
    ResampleHard,
    /// 8 bits a sample, full scale ±1, no dither.
    EightBits,
    /// Nothing left above 5/16 of the sample rate (2.5 kHz at 8 kHz, 15 kHz at 48 kHz).
    LowPass,
    /// Each clip through a random short filter.
    RandomEq,
    /// Each clip stretched and squeezed in time at random.
    TimeWarp,
    /// White noise 10 to 30 dB below each clip.
    Noise,
    /// Random stripes of time and of frequency levelled out.
    SpecAugment,
    /// Each clip moved in time by up to a tenth of a second.
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
    /// Through a residual vector-quantised codec trained on the data itself.
    VectorCodec,
    /// Each clip divided by its own smoothed spectrum.
    Whiten,
    /// The levels of each clip held still over one of the veil's frames.
    FrameAverage,
    /// Each class brought to the mean spectrum of all.
    ClassMean,
    /// What repeats in a class with the period of the veil's frame taken out.
    ClassFrame,
    /// Each class brought to the mean spectrogram of all.
    ClassMap,
    /// Half of the training clips are clean.
    Clean50,
    /// A tenth of the training clips are clean.
    Clean10,
    /// One in a hundred of the training clips is clean.
    Clean1,
    /// The half of the training clips that is clean, and nothing else.
    OnlyClean50,
    /// The tenth of the training clips that is clean, and nothing else.
    OnlyClean10,
    /// The hundredth of the training clips that is clean, and nothing else.
    OnlyClean1,
    /// One clip of each class is known as it was before it was protected.
    OnePair,
}

/// Name and description of every attack, in the order of reports.
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
    (Attack::EightBits, "eight-bits", "rounded to 8 bits"),
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
        "two random stripes of time and two of frequency levelled out (after arXiv 1904.08779)",
    ),
    (Attack::TimeShift, "time-shift", "each clip moved by up to 0.1 s either way"),
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
    (Attack::SpectralGate, "spectral-gate", "denoised by a gate in every frequency bin"),
    (
        Attack::VectorCodec,
        "vector-codec",
        "through a multi-scale residual vector-quantised codec trained on the same clips (the idea of arXiv 2410.14411 at laboratory size, no network)",
    ),
    (Attack::Whiten, "whiten", "each clip divided by its own smoothed spectrum"),
    (
        Attack::FrameAverage,
        "frame-average",
        "knows the veil's frame: the level of every band held still over one frame",
    ),
    (Attack::ClassMean, "class-mean", "each class equalised to the mean spectrum of all classes"),
    (
        Attack::ClassFrame,
        "class-frame",
        "knows the veil's frame: what repeats with it in a class is taken out, at the best phase for each clip",
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
    (
        Attack::OnlyClean50,
        "only-clean-50",
        "those 50 % alone, each as often as makes up for the others",
    ),
    (
        Attack::OnlyClean10,
        "only-clean-10",
        "those 10 % alone, each as often as makes up for the others",
    ),
    (
        Attack::OnlyClean1,
        "only-clean-1",
        "those of the 1 % alone, each as often as makes up for the others",
    ),
    (
        Attack::OnePair,
        "one-pair",
        "has one clip of each class as it was, too: what the veil did to it is undone in all",
    ),
];

impl Attack {
    /// All of them, in the order in which the report shows them.
    pub const ALL: &[Self] = &{
        let mut all = [Self::None; TABLE.len()];
        let mut n = 0;
        while n < all.len() {
            all[n] = TABLE[n].0;
            n += 1;
        }
        all
    };

    /// What it is called on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What it does, in one line for the report.
    #[must_use]
    pub fn about(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// The attack called `name`, if there is one.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|attack| attack.name() == name)
    }

    /// Whether the treatment becomes part of the model's front end and so treats the test clips
    /// as well.
    #[must_use]
    pub fn is_front_end(self) -> bool {
        matches!(
            self,
            Self::ResampleMild
                | Self::ResampleHard
                | Self::EightBits
                | Self::LowPass
                | Self::Mp3High
                | Self::Mp3Low
                | Self::AacHigh
                | Self::AacLow
                | Self::OpusHigh
                | Self::OpusLow
                | Self::SpectralGate
                | Self::VectorCodec
                | Self::Whiten
                | Self::FrameAverage
        )
    }

    /// What draws the treatment of one clip, where it is drawn at random: such clips are treated
    /// anew in every pass of a training.
    fn by_chance(self) -> Option<fn(&Clip, &mut ChaCha20Rng) -> Vec<f32>> {
        match self {
            Self::RandomEq => Some(random::eq),
            Self::TimeWarp => Some(random::warp),
            Self::Noise => Some(random::noise),
            Self::TimeShift => Some(random::shift),
            Self::SpecAugment => Some(spec_augment::masked),
            _ => None,
        }
    }

    /// Whether the treatment is drawn at random for each clip, see [`Attack::draw`].
    #[must_use]
    pub fn is_random(self) -> bool {
        self.by_chance().is_some()
    }

    /// The clips as a random treatment leaves them in a pass of a training, counted from 0: every pass draws
    /// anew, as trainers do. `None` for all other treatments. Runs on the calling thread.
    #[must_use]
    pub fn draw(self, clips: &[Clip], seed: u64, pass: usize) -> Option<Vec<Clip>> {
        let treat = self.by_chance()?;
        let purpose = format!("{}, pass {pass}", self.name());
        let drawn = |clip: &Clip| {
            let samples = treat(clip, &mut dice(seed, &purpose, &clip.name));
            let (group, name) = (clip.group.clone(), clip.name.clone());
            Clip { samples, rate: clip.rate, label: clip.label, group, name }
        };
        Some(clips.iter().map(drawn).collect())
    }

    /// Treats the material in place. All randomness comes from `seed` and the clips' names. Labels,
    /// groups, names, rates and lengths stay as they are, except that clean clips replace others
    /// whole; classes keep their sizes. What is drawn at random is drawn as for the first pass. Takes all cores.
    ///
    /// # Errors
    /// [`AttackError`] if a tool it needs is missing or refuses.
    pub fn apply(self, material: &mut Material, seed: u64) -> Result<(), AttackError> {
        let Material { train, test, clean, frame } = material;
        let alike = |treat: Treat<'_>, train: &mut [Clip], test: &mut [Clip]| {
            each(train, treat).and_then(|()| each(test, treat))
        };
        if let Some(drawn) = self.draw(train, seed, 0) {
            *train = drawn;
            return Ok(());
        }
        match self {
            Self::ResampleMild => {
                alike(&|clip| channel::resampled(clip, 16_000, 0.75), train, test)
            }
            Self::ResampleHard => alike(&|clip| channel::resampled(clip, 8_000, 0.5), train, test),
            Self::EightBits => alike(&|clip| Ok(channel::eight_bits(clip)), train, test),
            Self::LowPass => alike(&|clip| Ok(channel::low_pass(clip)), train, test),
            Self::SpectralGate => alike(&|clip| Ok(gate::gated(clip)), train, test),
            Self::Whiten => alike(&|clip| Ok(whiten::whitened(clip)), train, test),
            Self::FrameAverage => alike(&|clip| Ok(average::averaged(clip, *frame)), train, test),
            Self::Mp3High => lossy::both(Coder::Mp3, Grade::High, train, test),
            Self::Mp3Low => lossy::both(Coder::Mp3, Grade::Low, train, test),
            Self::AacHigh => lossy::both(Coder::Aac, Grade::High, train, test),
            Self::AacLow => lossy::both(Coder::Aac, Grade::Low, train, test),
            Self::OpusHigh => lossy::both(Coder::Opus, Grade::High, train, test),
            Self::OpusLow => lossy::both(Coder::Opus, Grade::Low, train, test),
            Self::VectorCodec => {
                vector_codec::code(train, test, seed);
                Ok(())
            }
            Self::ClassMean => {
                class::equal_spectra(train);
                Ok(())
            }
            Self::ClassFrame => {
                fold::without_period(train, *frame);
                Ok(())
            }
            Self::ClassMap => {
                class::equal_spectrograms(train);
                Ok(())
            }
            Self::Clean50 => clean::mix(train, clean, 0.5, seed),
            Self::Clean10 => clean::mix(train, clean, 0.1, seed),
            Self::Clean1 => clean::mix(train, clean, 0.01, seed),
            Self::OnlyClean50 => clean::only(train, clean, 0.5, seed),
            Self::OnlyClean10 => clean::only(train, clean, 0.1, seed),
            Self::OnlyClean1 => clean::only(train, clean, 0.01, seed),
            Self::OnePair => fold::with_a_pair(train, clean, *frame, seed),
            Self::None
            | Self::RandomEq
            | Self::TimeWarp
            | Self::Noise
            | Self::TimeShift
            | Self::SpecAugment => Ok(()),
        }
    }
}

/// What becomes of one clip's samples.
type Treat<'a> = &'a (dyn Fn(&Clip) -> Result<Vec<f32>, AttackError> + Sync);

fn each(clips: &mut [Clip], treat: Treat<'_>) -> Result<(), AttackError> {
    clips.par_iter_mut().try_for_each(|clip| {
        clip.samples = treat(clip)?;
        Ok(())
    })
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Attack {
    type Err = AttackError;

    fn from_str(name: &str) -> Result<Self, AttackError> {
        Self::by_name(name).ok_or_else(|| AttackError::Unknown(name.to_owned()))
    }
}

/// Why an attack did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// Nobody knows that name.
    #[error("no attack is called {0:?}; there are: {names}", names = names())]
    Unknown(String),
    /// The program that codes and decodes is missing.
    #[error(
        "ffmpeg does not start ({0}); install it (Debian: apt install ffmpeg) or leave out the attacks mp3, aac and opus"
    )]
    NoFfmpeg(std::io::Error),
    /// The program that codes and decodes refused.
    #[error("ffmpeg failed to {0}: {1}")]
    Ffmpeg(String, String),
    /// Files on the way to that program and back.
    #[error("a temporary file for ffmpeg: {0}")]
    File(String),
    /// A rate could not be changed.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// There is no clip as it was before it was protected.
    #[error("no clip of class {0} is there as it was before it was protected")]
    NoPair(usize),
    /// There is no untouched clip to mix in.
    #[error("no untouched clip of class {0} is there to mix in")]
    NoClean(usize),
}

fn names() -> String {
    let names: Vec<&str> = Attack::ALL.iter().map(|attack| attack.name()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
