//! How recordings are published, and how a trainer cuts them into clips.

mod long;
mod onsets;

use std::fmt;
use std::str::FromStr;

use rand::RngExt;

use crate::clip::Clip;
use crate::signal::rng::rng;

pub use onsets::speech;

/// Fraction of a clip that a random crop keeps.
const CROP: f64 = 0.75;

/// A way of publishing and cutting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// Every clip is published as its own file and used whole: the best case for a veil.
    Whole,
    /// Every clip is published as its own file; the trainer uses a random three quarters of it,
    /// which starts at any phase of the veil's period.
    Crops,
    /// All clips of a class and group are published as one long recording with random pauses; the
    /// trainer knows exactly where each clip lies (such as from a transcript). Clips start at a
    /// random phase of the veil's period.
    Phase,
    /// The same long recordings, cut where an energy detector finds speech.
    Onsets,
}

impl Cut {
    /// All cuts, in the order of reports.
    pub const ALL: &[Self] = &[Self::Whole, Self::Crops, Self::Phase, Self::Onsets];

    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Crops => "crops",
            Self::Phase => "phase",
            Self::Onsets => "onsets",
        }
    }

    /// The cut called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cut| cut.name() == name)
    }

    /// What it does, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Whole => "every clip is published as its own file and used whole",
            Self::Crops => {
                "every clip is published as its own file; a random three quarters of it are used"
            }
            Self::Phase => {
                "one long recording per class and group is published; clips are cut out of it exactly, at a random phase of the period"
            }
            Self::Onsets => {
                "one long recording per class and group is published; clips are cut where an energy detector finds speech"
            }
        }
    }

    /// The recordings as the owner publishes them, each protected as one file: the clips themselves
    /// or long recordings made of them.
    #[must_use]
    pub fn publish(self, clips: &[Clip], seed: u64) -> Vec<Clip> {
        match self {
            Self::Whole | Self::Crops => clips.to_vec(),
            Self::Phase | Self::Onsets => long::join(clips, seed),
        }
    }

    /// The clips a trainer cuts from the published recordings. `published` has the order of
    /// [`Cut::publish`], `clips` and `seed` are what that was given; only names and lengths of
    /// `clips` are used. Labels, groups and rates are kept, names stay unique. Protected and
    /// untouched recordings are cut alike, except by [`Cut::Onsets`], which depends on the audio.
    #[must_use]
    pub fn cut(self, published: Vec<Clip>, clips: &[Clip], seed: u64) -> Vec<Clip> {
        match self {
            Self::Whole => published,
            Self::Crops => published.into_iter().map(|clip| crop(clip, seed)).collect(),
            Self::Phase => long::split(&published, clips, seed),
            Self::Onsets => published.iter().flat_map(onsets::segments).collect(),
        }
    }
}

/// A random [`CROP`] of the clip, at least one sample.
fn crop(mut clip: Clip, seed: u64) -> Clip {
    let len = clip.samples.len();
    let kept = ((len as f64 * CROP).round() as usize).max(1).min(len);
    let from = rng(seed, "crop", &clip.name).random_range(0..=len - kept);
    clip.samples.drain(..from);
    clip.samples.truncate(kept);
    clip
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Cut {
    type Err = UnknownCut;

    fn from_str(name: &str) -> Result<Self, UnknownCut> {
        Self::by_name(name).ok_or_else(|| UnknownCut(name.to_owned()))
    }
}

/// There is no cut of that name.
#[derive(Debug, thiserror::Error)]
#[error("unknown cut {0:?}; choose from: {names}", names = names())]
pub struct UnknownCut(String);

fn names() -> String {
    let names: Vec<&str> = Cut::ALL.iter().map(|cut| cut.name()).collect();
    names.join(", ")
}
