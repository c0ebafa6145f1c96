//! Why there is no probe, or no judgement.

use std::io;
use std::path::PathBuf;

use patchveil_veil::{KeyError, RecipeError};

use crate::detect::DetectFileError;
use crate::inputs::InputError;
use crate::output::OutputError;
use crate::paths::shown;
use crate::pcm::{PcmError, read_hint};

/// Why a probe was not made, or its answers were not judged. Every message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The folder for a probe has something in it.
    #[error("{}: is there already; a probe needs a new folder or an empty one, use another name", shown(.0))]
    NotEmpty(PathBuf),
    /// The folder for a probe has no name.
    #[error("{}: name the folder that the probe is to be written to", shown(.0))]
    NoName(PathBuf),
    /// More clips than one probe may have.
    #[error("{clips} clips under {keys} keys are {} files; at most {most} are possible, ask for fewer decoys or clips", clips * keys)]
    TooMany {
        /// Clips for each key.
        clips: u64,
        /// Keys.
        keys: u64,
        /// Most files.
        most: u64,
    },
    /// The system refused.
    #[error("{}: cannot {doing}: {source}", shown(path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A file of the probe, or the answers, cannot be read.
    #[error("{}: cannot be read: {source}{}", shown(path), read_hint(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The folder with recordings cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A recording cannot be read.
    #[error(transparent)]
    Recording(#[from] DetectFileError),
    /// The recordings have too little sound.
    #[error(
        "{}: has {found} stretches of {seconds} s with sound, and {wanted} are needed; add recordings, or \
         lower --clips or --seconds",
        shown(folder)
    )]
    TooFew {
        /// The folder.
        folder: PathBuf,
        /// Stretches found.
        found: usize,
        /// Length of each in seconds.
        seconds: f64,
        /// Stretches needed.
        wanted: usize,
    },
    /// The recipe cannot be used at the sample rate of a recording.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// There are no random numbers.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A clip cannot be made; a bug.
    #[error("a clip cannot be made: {0}")]
    Clip(#[from] PcmError),
    /// A file of the probe is not what it should be.
    #[error("{}: {what}", shown(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The key does not open the answer key.
    #[error(
        "{}: the key of this class does not open it: name the class that the probe was made for; if that is \
         this one, the file or commitment.txt was changed, so take both from a copy",
        shown(.0)
    )]
    WrongKey(PathBuf),
    /// The answers are not as expected.
    #[error("{}{}: {what}", shown(path), line.map_or_else(String::new, |line| format!(" line {line}")))]
    Answers {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where there is one to name.
        line: Option<u64>,
        /// What is wrong and what to do.
        what: String,
    },
    /// The user asked to stop.
    #[error("stopped; nothing was written")]
    Stopped,
}
