//! What is wrong with a case.

use std::io;
use std::path::PathBuf;

use crate::manifest::ManifestError;
use crate::output::OutputError;
use crate::paths::shown;
use crate::pcm::read_hint;

/// Why nothing was done with a case. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The folder is no case.
    #[error(
        "{}: is not a case, as it has no case.json; open one with: patchveil case open NAME",
        shown(.0)
    )]
    NotACase(PathBuf),
    /// There is something of that name already.
    #[error("{}: exists already; add to that case, or give another name", shown(.0))]
    Exists(PathBuf),
    /// `case.json` cannot be understood.
    #[error("{}: is damaged: {reason}; restore it from a backup", shown(path))]
    Damaged {
        /// The `case.json`.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A later release wrote it.
    #[error(
        "{}: has version {version}, which is newer than this Patchveil knows; update Patchveil",
        shown(path)
    )]
    Newer {
        /// The `case.json`.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// Another process is at work on it.
    #[error("{}: another command is adding to this case; try again when it is done", shown(.0))]
    Busy(PathBuf),
    /// The system refused to let it be read.
    #[error("{}: cannot be read: {source}{}", shown(path), read_hint(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not accepted as evidence.
    #[error("{}: {reason}", shown(path))]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the case is no longer what was added.
    #[error(
        "{}: {reason}; nothing is reported on changed evidence: put back the file that was added",
        shown(path)
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// In what way.
        reason: &'static str,
    },
    /// Nothing can be rechecked.
    #[error("{}: {reason}", shown(folder))]
    NothingBefore {
        /// The case.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// The new query is not the one that found the trace.
    #[error(
        "{}: the trace in {file} was compared with {unmarked} unmarked recordings; give the same ones, and no others, \
         with --unmarked",
        shown(folder)
    )]
    OtherQuery {
        /// The case.
        folder: PathBuf,
        /// The result that found the trace.
        file: String,
        /// Unmarked recordings that it was compared with.
        unmarked: usize,
    },
    /// A manifest is damaged.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A report cannot be made.
    #[error("{}: {reason}", shown(path))]
    Report {
        /// The report.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
