//! What was measured, as it is written to JSON.

use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::recordings::Kind;

#[derive(Serialize, Deserialize)]
pub(super) struct Results {
    pub(super) settings: Run,
    pub(super) trials: Vec<Trial>,
    pub(super) quality: Vec<Quality>,
    pub(super) costs: Vec<CostOf>,
}

/// What was run.
#[derive(Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) recipe: String,
    pub(super) patchveil: String,
    pub(super) audiowmark: String,
    pub(super) lengths_s: Vec<u32>,
    pub(super) treatments: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum System {
    Patchveil,
    Audiowmark,
}

/// The systems, in the order of the tables.
pub(super) const SYSTEMS: [System; 2] = [System::Patchveil, System::Audiowmark];

impl System {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Patchveil => "patchveil",
            Self::Audiowmark => "audiowmark",
        }
    }
}

/// Highest p-value at which a key counts as found.
pub(super) const FOUND_P: f64 = 1e-6;

/// What a file carries, beside the key that is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Carries {
    This,
    Another,
    Nothing,
}

/// A key looked for in a file.
#[derive(Serialize, Deserialize)]
pub(super) struct Trial {
    pub(super) system: System,
    pub(super) recording: String,
    pub(super) kind: Kind,
    pub(super) length_s: u32,
    pub(super) start_s: f64,
    pub(super) treatment: String,
    pub(super) carries: Carries,
    #[serde(flatten)]
    pub(super) answer: Answer,
}

/// What a system says of a key in a file.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Answer {
    /// For Patchveil p ≤ [`FOUND_P`], for audiowmark that the whole message is right.
    pub(super) found: bool,
    /// Patchveil's p-value; audiowmark's, to somebody who knows the message.
    pub(super) p_value: Option<f64>,
    /// Patchveil's score in standard deviations of its decoys.
    pub(super) sigmas: Option<f64>,
    /// Bits of audiowmark's message that are wrong in its best pattern, of 128.
    pub(super) wrong_bits: Option<u32>,
    /// The highest sync score of audiowmark's patterns.
    pub(super) sync: Option<f64>,
}

/// Figures of `cargo lab quality` over excerpts of one kind.
#[derive(Serialize, Deserialize)]
pub(super) struct Quality {
    pub(super) system: System,
    pub(super) kind: Kind,
    pub(super) excerpts: usize,
    pub(super) pesq: Option<Spread>,
    pub(super) third_octaves_mean_db: Option<Spread>,
    pub(super) third_octaves_max_db: Option<Spread>,
    pub(super) snr_db: Option<Spread>,
    pub(super) loudness_lu: Option<Spread>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) mean: f64,
    pub(super) worst: f64,
}

/// What marking a file or looking for one key in it costs.
#[derive(Serialize, Deserialize)]
pub(super) struct CostOf {
    pub(super) system: System,
    pub(super) task: String,
    pub(super) audio_s: f64,
    #[serde(flatten)]
    pub(super) cost: Cost,
}
