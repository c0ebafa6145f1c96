//! What happens to the training data, and how training goes.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// One combination of all axes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// Share of the owners' recordings among the training recordings that is marked, in percent.
    pub share: u8,
    /// Change of the mark's level that is asked for, in dB; upwards no more acts than the key allows.
    pub level_db: i8,
    /// What happens to all recordings before training.
    pub before: Before,
    /// How the generator is trained.
    pub way: Way,
    /// Number of owners; each has the same share of the recordings, and a key of its own.
    pub owners: u8,
    /// What an attacker does who knows of the mark.
    pub counter: Counter,
}

impl Condition {
    /// Everything marked as the preset does, trained as it is.
    pub const PLAIN: Self = Self {
        share: 100,
        level_db: 0,
        before: Before::None,
        way: Way::Scratch,
        owners: 1,
        counter: Counter::None,
    };
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![format!("{} % marked", self.share)];
        if self.level_db != 0 {
            parts.push(format!("{:+} dB", self.level_db));
        }
        if self.before != Before::None {
            parts.push(self.before.to_string());
        }
        if self.way != Way::Scratch {
            parts.push(self.way.to_string());
        }
        if self.owners > 1 {
            parts.push(format!("{} owners", self.owners));
        }
        if self.counter != Counter::None {
            parts.push(self.counter.to_string());
        }
        f.write_str(&parts.join(", "))
    }
}

/// Gives a `ValueEnum` its name in the command line for reports and errors.
macro_rules! named {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let value = self.to_possible_value();
                f.write_str(value.as_ref().map_or("", |value| value.get_name()))
            }
        }

        impl FromStr for $type {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                <Self as ValueEnum>::from_str(name, false).map_err(|_| {
                    let names: Vec<String> =
                        Self::value_variants().iter().map(ToString::to_string).collect();
                    format!("unknown: {name:?}; choose from: {}", names.join(", "))
                })
            }
        }
    };
}

/// What happens to all recordings before training.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Before {
    /// Nothing.
    None,
    /// MP3 at 32 kbit/s.
    Mp3,
    /// Opus at 16 kbit/s.
    Opus,
    /// To 6 kHz and back.
    Resample,
    /// White noise 10 to 30 dB below each recording.
    Noise,
    /// Each recording 2 semitones up or down, at its own tempo.
    Pitch,
    /// A spectral gate.
    Denoise,
    /// Late reverberation removed by delayed linear prediction.
    Dereverb,
    /// Each recording brought to the same loudness.
    Loudness,
}

/// How the generator is trained.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// On the owners' recordings.
    Scratch,
    /// On one half of the recordings, unmarked; then, half as long, on the owners' half.
    FinetuneMarked,
    /// On the owners' half of the recordings; then, half as long, on the other, unmarked.
    FinetuneClean,
}

/// What an attacker does who knows of the mark.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Counter {
    /// Nothing.
    None,
    /// Averages the fine structure of the log spectrum over all recordings and divides it out.
    Average,
    /// Adds a constant echo of the attacker's own, as loud as the mark's.
    Echo,
    /// Puts each recording through a random short reverberation.
    Reverb,
}

named!(Before);
named!(Way);
named!(Counter);
