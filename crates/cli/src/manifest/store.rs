//! The manifest of a folder.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::error::ManifestError;
use super::record::{LONGEST_RECORD, Record, Unreadable};
use crate::open;
use crate::paths::folder_of;

/// The name of every manifest.
pub const NAME: &str = "patchveil.jsonl";

/// The path of the manifest for `file`.
#[must_use]
pub fn path_for(file: &Path) -> PathBuf {
    folder_of(file).join(NAME)
}

/// The records of one folder.
#[derive(Debug, Default)]
pub struct Manifest {
    /// The newest record of each file, by its name.
    newest: BTreeMap<OsString, Record>,
    torn: bool,
}

impl Manifest {
    /// Reads the manifest at `path`; none if there is no such file.
    ///
    /// # Errors
    /// Any [`ManifestError`] about reading.
    pub fn load(path: &Path) -> Result<Option<Self>, ManifestError> {
        match open::regular(path) {
            Ok(file) => Self::read(path, BufReader::new(file)).map(Some),
            // Under a file there is no folder, and no manifest in it.
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
            Err(source) => Err(ManifestError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Reads `bytes` as a manifest; `path` is for messages only. An incomplete last line was being added
    /// when the power failed, and counts as absent.
    ///
    /// # Errors
    /// [`ManifestError::Damaged`] or [`ManifestError::Newer`] at the first line that is not a record.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ManifestError> {
        Self::read(path, bytes)
    }

    fn read(path: &Path, mut from: impl BufRead) -> Result<Self, ManifestError> {
        let damaged = |line, reason| ManifestError::Damaged { path: path.to_owned(), line, reason };
        let mut manifest = Self::default();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            // Never more than a line at a time: what somebody else calls a manifest may have any length.
            from.by_ref()
                .take(LONGEST_RECORD + 1)
                .read_until(b'\n', &mut line)
                .map_err(|source| ManifestError::Unreadable { path: path.to_owned(), source })?;
            if line.is_empty() {
                break;
            }
            if line.len() as u64 > LONGEST_RECORD {
                let most = LONGEST_RECORD >> 10;
                let reason = format!("it is longer than {most} KiB, and no record is");
                return Err(damaged(number, reason));
            }
            let record = match Record::parse(line.trim_ascii_end()) {
                Ok(record) => record,
                Err(Unreadable::Newer(version)) => {
                    let path = path.to_owned();
                    return Err(ManifestError::Newer { path, line: number, version });
                }
                Err(Unreadable::Malformed(_)) if is_torn(&line) => {
                    manifest.torn = true;
                    break;
                }
                Err(Unreadable::Malformed(reason)) => return Err(damaged(number, reason)),
            };
            manifest.newest.insert(record.name(), record);
        }
        Ok(manifest)
    }

    /// The newest record of the file of this name.
    #[must_use]
    pub fn get(&self, name: &OsStr) -> Option<&Record> {
        self.newest.get(name)
    }

    /// The newest record of every file, by name.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.newest.values()
    }

    /// Whether the last line is incomplete.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.torn
    }
}

/// Whether a last line may be the beginning of a record that was being added when the power failed.
pub(super) fn is_torn(line: &[u8]) -> bool {
    const BEGIN: &[u8] = b"{\"version\":";
    !line.ends_with(b"\n") && (line.starts_with(BEGIN) || BEGIN.starts_with(line))
}
