//! What is wrong with a manifest.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::paths::shown;
use crate::pcm::read_hint;

/// How long to wait for other writers; each takes the time of one short write.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a manifest cannot be read or added to. Every message is one line and names the manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The system refused to let it be read.
    #[error("{}: cannot be read: {source}{}", shown(path), read_hint(source))]
    Unreadable {
        /// The manifest.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line is not a record.
    #[error(
        "{}: line {line} is damaged: {reason}; the manifest is left as it is: restore it from a backup, \
         or move it away to begin a new one",
        shown(path)
    )]
    Damaged {
        /// The manifest.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A later release wrote it.
    #[error(
        "{}: line {line} has version {version}, which is newer than this Patchveil knows; update \
         Patchveil",
        shown(path)
    )]
    Newer {
        /// The manifest.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Its version.
        version: u32,
    },
    /// It cannot be added to.
    #[error("{}: cannot be added to: {source}", shown(path))]
    Unwritable {
        /// The manifest.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another program keeps it locked.
    #[error(
        "{}: another program has kept it locked for {} s; try again when it is done",
        shown(.0),
        LOCK_TIMEOUT.as_secs()
    )]
    Busy(PathBuf),
}
