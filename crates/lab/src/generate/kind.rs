//! The kinds of generators, and what they have in common.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::codec::Codec;
use super::ddsp::Ddsp;
use super::vocoder::Vocoder;

/// Mono samples at [`RATE`](super::RATE), full scale ±1.
pub type Audio = Vec<f32>;

/// A kind of generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Autoregressive: from past samples and the mel spectrum to the next sample.
    Vocoder,
    /// Source and filter: harmonics and filtered noise through a trained impulse response.
    Ddsp,
    /// Autoencoder with vector-quantised tokens at several rates, and a model of its tokens.
    Codec,
}

impl Kind {
    /// All kinds, in the order of reports.
    pub const ALL: &[Self] = &[Self::Vocoder, Self::Ddsp, Self::Codec];

    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vocoder => "vocoder",
            Self::Ddsp => "ddsp",
            Self::Codec => "codec",
        }
    }

    /// What it is, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Vocoder => {
                "autoregressive: 256 past samples and the mel spectrum to the next sample, two layers"
            }
            Self::Ddsp => {
                "source and filter: harmonics and filtered noise, set by a network every 8 ms, through a \
                 trained impulse response of 32 ms"
            }
            Self::Codec => {
                "autoencoder with vector-quantised tokens at 31, 62 and 125 Hz, and an n-gram model of them"
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        found.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// There is no generator of that name.
#[derive(Debug, thiserror::Error)]
#[error("unknown generator {0:?}; choose from: {names}", names = names())]
pub struct UnknownKind(String);

fn names() -> String {
    let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

/// What an output was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The course of another recording.
    Input,
    /// Nothing but tokens that the generator drew itself.
    Tokens,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Tokens => "tokens",
        })
    }
}

/// A trained generator.
pub trait Generator: Send + Sync {
    /// What its outputs can be made from.
    fn sources(&self) -> &'static [Source] {
        &[Source::Input]
    }

    /// What it makes from `inputs`, of which [`Source::Tokens`] uses only the lengths. Each output is as
    /// long as its input. `seed` draws whatever is random. Uses all cores.
    fn generate(&self, source: Source, inputs: &[Audio], seed: u64) -> Vec<Audio>;

    /// Number of weights.
    fn weights(&self) -> usize;

    /// The same generator, to be trained on differently.
    fn copy(&self) -> Box<dyn Generator>;

    /// Goes on training on other recordings.
    ///
    /// Returns `None` if `stop` is set before the end.
    fn continue_on(self: Box<Self>, job: &Job, stop: &AtomicBool) -> Option<Training>;
}

/// A generator to train.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The training recordings.
    pub recordings: &'a [Audio],
    /// How long to train: 1 is what the figures were measured with.
    pub effort: f64,
    /// Seed of all randomness.
    pub seed: u64,
    /// Whether to get better at the recordings.
    pub direction: Direction,
}

/// Which way a training goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The loss falls: training.
    Descent,
    /// The loss rises: gradient ascent, which makes a trained generator worse at these recordings, at a tenth of the
    /// learning rate.
    Ascent,
}

/// A trained generator and how training ended.
pub struct Training {
    /// The generator.
    pub generator: Box<dyn Generator>,
    /// The mean loss over the last tenth of the training, in the generator's own unit.
    pub loss: f32,
    /// CPU time in seconds.
    pub cpu_seconds: f64,
}

/// Trains a generator from scratch. Uses the calling thread only.
///
/// Returns `None` if `stop` is set before the end.
#[must_use]
pub fn train(kind: Kind, job: &Job, stop: &AtomicBool) -> Option<Training> {
    match kind {
        Kind::Vocoder => Vocoder::new(job).train(job, stop),
        Kind::Ddsp => Ddsp::new(job).train(job, stop),
        Kind::Codec => Codec::new(job).train(job, stop),
    }
}
