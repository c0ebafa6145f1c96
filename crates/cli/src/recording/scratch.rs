//! Temporary files without a name.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::paths::folder_of;

/// Where temporary files go. They have no name, so that a crash leaves nothing behind.
#[derive(Debug, Clone)]
pub struct Scratch(Option<PathBuf>);

impl Scratch {
    /// In the system's folder for them.
    pub const SYSTEM: Self = Self(None);

    /// On the disk where `output` will be, which has to have room anyway.
    #[must_use]
    pub fn near(output: &Path) -> Self {
        let folder = folder_of(output);
        let existing = folder.ancestors().find(|folder| folder.is_dir());
        Self(Some(existing.unwrap_or(Path::new(".")).to_owned()))
    }

    /// A new file, open for reading and writing.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn file(&self) -> io::Result<File> {
        match &self.0 {
            // A folder that may not be written to is reported where the output is made.
            Some(folder) => tempfile::tempfile_in(folder).or_else(|_| tempfile::tempfile()),
            None => tempfile::tempfile(),
        }
    }
}
