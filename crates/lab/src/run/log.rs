//! The file of results: lines are added and synced, never changed, so that what is finished stays.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::record::Line;

/// A file of results, open for adding.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens the file, or begins it, and reads what is there. A last line that was torn by a crash is
    /// taken away.
    ///
    /// # Errors
    /// [`LogError`] if it cannot be read or written, if another process has it open, or if a line
    /// is none of ours.
    pub fn open(path: &Path) -> Result<(Self, Vec<Line>), LogError> {
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
        let lines: Result<Vec<Line>, LogError> = lines
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

    /// Adds a line and waits until it is on the disk.
    ///
    /// # Errors
    /// [`LogError::File`] if it does not get there.
    pub fn add(&mut self, line: &Line) -> Result<(), LogError> {
        let refused = |why: std::io::Error| LogError::File { path: self.path.clone(), why };
        let mut text = serde_json::to_vec(line).map_err(|error| refused(error.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(refused)?;
        self.file.sync_data().map_err(refused)
    }
}

/// Why results cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Reading or writing failed.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// Someone else has it.
    #[error("{}: another lab run is writing here; wait for it or choose another -o", .0.display())]
    Busy(PathBuf),
    /// Not a line of ours.
    #[error("{}: line {number}: {why}; choose another -o or repair the line", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        number: usize,
        /// What is wrong.
        why: serde_json::Error,
    },
}
