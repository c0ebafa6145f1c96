//! How recordings are published and how a trainer cuts what was published into clips.

mod long;
mod onsets;

use std::fmt;
use std::str::FromStr;

use rand::RngExt;

use crate::clip::Clip;
use crate::signal::dice::dice;

pub use onsets::speech;

/// Share of a clip that a random crop keeps.
const CROP: f64 = 0.75;

/// One way of publishing and cutting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// Every clip is published as a file of its own and used whole: the best case for a veil.
    Whole,
    /// Every clip is published as a file of its own; of each the trainer takes a random three
    /// quarters, so that it begins anywhere in the veil's first frames.
    Crops,
    /// All clips of a class and group are published in one long recording, with pauses of random
    /// length between them; the trainer knows where each clip lies (from a transcript, say) and
    /// cuts it out exactly. So clips begin at a phase of the veil's frames that says nothing.
    Phase,
    /// The same long recordings; the trainer knows the class of each only and cuts it where his
    /// energy detector hears speech begin and end.
    Onsets,
}

impl Cut {
    /// All of them, in the order in which the report shows them.
    pub const ALL: &[Self] = &[Self::Whole, Self::Crops, Self::Phase, Self::Onsets];

    /// What it is called on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Crops => "crops",
            Self::Phase => "phase",
            Self::Onsets => "onsets",
        }
    }

    /// What it does, in one line for the report.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Whole => "every clip is published as a file of its own and used whole",
            Self::Crops => {
                "every clip is published as a file of its own; a random three quarters of it are used"
            }
            Self::Phase => {
                "one long recording per class and group is published; clips are cut out of it exactly, at an unrelated phase"
            }
            Self::Onsets => {
                "one long recording per class and group is published; clips are cut where speech is heard to begin and end"
            }
        }
    }

    /// The recordings as the owner publishes them, each to be protected as one file: the clips
    /// themselves, or long recordings made of them.
    #[must_use]
    pub fn publish(self, clips: &[Clip], seed: u64) -> Vec<Clip> {
        match self {
            Self::Whole | Self::Crops => clips.to_vec(),
            Self::Phase | Self::Onsets => long::join(clips, seed),
        }
    }

    /// The clips a trainer makes of the published recordings (`published` in the order of
    /// [`Cut::publish`], treated or not, nothing lengthened). `clips` and `seed` are what
    /// [`Cut::publish`] was given; of `clips` only names and lengths are looked at. Names stay
    /// unique, labels, groups and rates stay right. All randomness comes from `seed`, none of it
    /// from what is heard, so that protected and untouched recordings are cut alike (but for
    /// [`Cut::Onsets`], which listens).
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
    let from = dice(seed, "crop", &clip.name).random_range(0..=len - kept);
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
        let found = Self::ALL.iter().copied().find(|cut| cut.name() == name);
        found.ok_or_else(|| UnknownCut(name.to_owned()))
    }
}

/// Nobody knows that name.
#[derive(Debug, thiserror::Error)]
#[error("no way of cutting is called {0:?}; there are: {names}", names = names())]
pub struct UnknownCut(String);

fn names() -> String {
    let names: Vec<&str> = Cut::ALL.iter().map(|cut| cut.name()).collect();
    names.join(", ")
}
