//! What the class of a recording is.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Which part of a recording's name is its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// The word: the first part of `{label}_{speaker}_{index}.wav`, or the folder's name.
    Digit,
    /// The speaker: the second part of the name.
    Speaker,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Digit => "digit",
            Self::Speaker => "speaker",
        })
    }
}
