//! Why a recording ended by itself, and what is there of it.

use std::path::PathBuf;

use patchveil_plugin::FileTrouble;
use patchveil_words::{Live, Words};

use super::length;

/// Why, as the window says it in its language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// No sound came.
    NoSound,
    /// The file could not be written.
    Stopped { why: FileTrouble, kept: Kept },
}

/// What there is of a recording.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kept {
    /// All of it, under this name.
    In(PathBuf),
    /// This file, with so many seconds.
    Part {
        path: PathBuf,
        seconds: f64,
    },
    /// The files before the one that failed.
    Files,
    Nothing,
}

impl Failure {
    /// One to three sentences.
    pub(crate) fn text(&self, words: &Words) -> String {
        let (files, words) = (&words.files, &words.trouble);
        let Self::Stopped { why, kept } = self else { return words.no_sound_recorded.to_owned() };
        let stopped = (words.recording_stopped)(&why.text(files));
        let kept = match kept {
            Kept::In(path) => (words.left_in)(&path.display().to_string()),
            Kept::Part { path, seconds } => {
                (words.kept)(&length(*seconds), &path.display().to_string())
            }
            Kept::Files => words.files_complete.to_owned(),
            Kept::Nothing => words.nothing_recorded.to_owned(),
        };
        format!("{stopped} {kept}")
    }
}

/// Why the manifest has no line for a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unrecorded {
    NotProtected,
    /// Protection changed, or sound was lost.
    Changed,
    /// What the manifest says, in English.
    Said(String),
}

impl Unrecorded {
    /// A clause.
    pub(crate) fn text(&self, words: &Live) -> String {
        match self {
            Self::NotProtected => words.not_protected.to_owned(),
            Self::Changed => words.protection_changed.to_owned(),
            Self::Said(said) => said.clone(),
        }
    }
}
