//! The manifest of a folder.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::ManifestError;
use super::record::{Record, Unreadable};
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
        let content = open::regular(path).and_then(|mut file| {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map(|_| content)
        });
        match content {
            Ok(bytes) => Self::parse(path, &bytes).map(Some),
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
        let mut manifest = Self::default();
        for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let record = match Record::parse(line.trim_ascii_end()) {
                Ok(record) => record,
                Err(Unreadable::Newer(version)) => {
                    return Err(ManifestError::Newer {
                        path: path.to_owned(),
                        line: index + 1,
                        version,
                    });
                }
                Err(Unreadable::Malformed(_)) if is_torn(line) => {
                    manifest.torn = true;
                    break;
                }
                Err(Unreadable::Malformed(reason)) => {
                    return Err(ManifestError::Damaged {
                        path: path.to_owned(),
                        line: index + 1,
                        reason,
                    });
                }
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
