//! Why a recording ended by itself, and what is there of it.

use std::path::PathBuf;

use patchveil_words::Trouble;

use super::length;

/// Why, as the window says it in its language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// No sound came.
    NoSound,
    /// Why: one or two sentences in English, which come from the disk.
    Stopped { why: String, kept: Kept },
}

/// What there is of a recording.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kept {
    /// What the reason says.
    AsSaid,
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
    pub(crate) fn text(&self, words: &Trouble) -> String {
        let Self::Stopped { why, kept } = self else { return words.no_sound_recorded.to_owned() };
        let stopped = (words.recording_stopped)(why);
        let kept = match kept {
            Kept::AsSaid => return stopped,
            Kept::Part { path, seconds } => {
                (words.kept)(&length(*seconds), &path.display().to_string())
            }
            Kept::Files => words.files_complete.to_owned(),
            Kept::Nothing => words.nothing_recorded.to_owned(),
        };
        format!("{stopped} {kept}")
    }
}
