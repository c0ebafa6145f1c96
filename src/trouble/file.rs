//! Files and folders.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use patchveil_words::{Files, Language};

/// Why a file or folder cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTrouble {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    DiskFull,
    NotWritable,
    NotReadable,
    NoFolder,
    NoFile,
    TooLarge,
    Exists,
    /// What the system says, in its own words.
    Said(String),
}

impl FileTrouble {
    /// What kept `path` from being written.
    #[must_use]
    pub fn writing(path: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Kind::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Kind::NotWritable
            }
            io::ErrorKind::NotFound => Kind::NoFolder,
            io::ErrorKind::FileTooLarge => Kind::TooLarge,
            io::ErrorKind::AlreadyExists => Kind::Exists,
            _ => Kind::Said(error.to_string()),
        };
        Self { path: path.to_owned(), kind }
    }

    /// What kept `path` from being read.
    #[must_use]
    pub fn reading(path: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::PermissionDenied => Kind::NotReadable,
            io::ErrorKind::NotFound => Kind::NoFile,
            _ => Kind::Said(error.to_string()),
        };
        Self { path: path.to_owned(), kind }
    }

    /// One or two sentences: where, what, and what to do.
    #[must_use]
    pub fn text(&self, words: &Files) -> String {
        let path = self.path.display().to_string();
        let text = match &self.kind {
            Kind::DiskFull => words.disk_full,
            Kind::NotWritable => words.not_writable,
            Kind::NotReadable => words.not_readable,
            Kind::NoFolder => words.no_folder,
            Kind::NoFile => words.no_file,
            Kind::TooLarge => words.too_large,
            Kind::Exists => words.exists,
            Kind::Said(said) => return (words.failed)(&path, said),
        };
        text(&path)
    }
}

impl fmt::Display for FileTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Language::English.words().files))
    }
}
