//! The results file: lines are appended and synced, never changed, so finished runs are never lost.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A results file, open for appending.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens or creates the file and reads its lines. An incomplete last line, left by a crash, is
    /// removed.
    ///
    /// # Errors
    /// [`LogError`] if it cannot be read or written, another process has it open, or a line is
    /// invalid.
    pub fn open<L: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<L>), LogError> {
        let refused = |why: std::io::Error| LogError::File { path: path.to_owned(), why };
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
        let mut file = file.map_err(refused)?;
        if file.try_lock().is_err() {
            return Err(LogError::Busy(path.to_owned()));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(refused)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        file.set_len(whole as u64).map_err(refused)?;
        file.seek(SeekFrom::End(0)).map_err(refused)?;
        let lines = bytes[..whole].split(|&byte| byte == b'\n').enumerate();
        let lines: Result<Vec<L>, LogError> = lines
            .filter(|(_, line)| !line.is_empty())
            .map(|(number, line)| {
                serde_json::from_slice(line).map_err(|why| LogError::Line {
                    path: path.to_owned(),
                    number: number + 1,
                    why,
                })
            })
            .collect();
        Ok((Self { file, path: path.to_owned() }, lines?))
    }

    /// Appends a line and waits until it is on the disk.
    ///
    /// # Errors
    /// [`LogError::File`] if writing fails.
    pub fn add(&mut self, line: &impl Serialize) -> Result<(), LogError> {
        let refused = |why: std::io::Error| LogError::File { path: self.path.clone(), why };
        let mut text = serde_json::to_vec(line).map_err(|error| refused(error.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(refused)?;
        self.file.sync_data().map_err(refused)
    }
}

/// Why the results file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Reading or writing failed.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
    /// Another process has the file open.
    #[error("{}: another lab run is writing here; wait for it or choose another -o", .0.display())]
    Busy(PathBuf),
    /// A line is invalid.
    #[error("{}: line {number}: {why}; repair the line or choose another -o", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number, counted from 1.
        number: usize,
        /// What is wrong.
        why: serde_json::Error,
    },
}
