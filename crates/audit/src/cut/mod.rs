//! How recordings are published and how a trainer cuts what was published into clips.

use std::fmt;
use std::str::FromStr;

use crate::clip::Clip;

/// One way of publishing and cutting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// Every clip is published as a file of its own and used whole: the best case for a veil.
    Whole,
}

impl Cut {
    /// All of them, in the order in which the report shows them.
    pub const ALL: &[Self] = &[Self::Whole];

    /// What it is called on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
        }
    }

    /// What it does, in one line for the report.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Whole => "every clip is published as a file of its own and used whole",
        }
    }

    /// The recordings as the owner publishes them, each to be protected as one file: the clips
    /// themselves, or long recordings made of them.
    #[must_use]
    pub fn publish(self, clips: &[Clip], seed: u64) -> Vec<Clip> {
        let _ = seed;
        match self {
            Self::Whole => clips.to_vec(),
        }
    }

    /// The clips a trainer makes of the published recordings. He sees nothing but those; all
    /// randomness comes from `seed`.
    #[must_use]
    pub fn cut(self, published: Vec<Clip>, seed: u64) -> Vec<Clip> {
        let _ = seed;
        match self {
            Self::Whole => published,
        }
    }
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
