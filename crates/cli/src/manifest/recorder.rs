//! Adds records to manifests.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use patchveil_keyring::sync_directory;

use super::error::{LOCK_TIMEOUT, ManifestError};
use super::record::{LONGEST_RECORD, Record};
use super::store::{Manifest, is_torn, path_for};
use crate::paths::folder_of;

/// How often to try the lock.
const POLL: Duration = Duration::from_millis(2);
/// How long lines may be on their way to the disk: what a power cut can cost.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// Adds records to manifests, from any thread.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Manifests with lines that may not have reached the disk yet, and since when.
    dirty: Mutex<HashMap<PathBuf, Instant>>,
}

impl Recorder {
    /// For the records of `files`.
    ///
    /// # Errors
    /// If one of their manifests exists and cannot be read, so that nothing is protected that could not
    /// be recorded.
    pub fn new<'a>(files: impl Iterator<Item = &'a Path>) -> Result<Self, ManifestError> {
        let manifests: BTreeSet<PathBuf> = files.map(path_for).collect();
        for path in manifests {
            Manifest::load(&path)?;
        }
        Ok(Self::default())
    }

    /// Adds the record of `file`, which has its final name. The record then survives the end of this
    /// process; it survives a power cut once another record is added some seconds later, or after
    /// [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`] or [`ManifestError::Busy`]; the manifest is then as it was.
    pub fn add(&self, file: &Path, record: &Record) -> Result<(), ManifestError> {
        let path = path_for(file);
        let failed = |source| ManifestError::Unwritable { path: path.clone(), source };
        let mut line = record.to_line().map_err(|error| failed(error.into()))?;
        line.push('\n');
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        let manifest = append(&path, line.as_bytes())?;
        let since = *dirty.entry(path.clone()).or_insert_with(Instant::now);
        if since.elapsed() < SYNC_EVERY {
            return Ok(());
        }
        dirty.remove(&path);
        drop(dirty);
        manifest.sync_data().map_err(failed)
    }

    /// Waits until all records have reached the disk.
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`] for the first manifest that fails; all are tried.
    pub fn finish(self) -> Result<(), ManifestError> {
        let dirty = self.dirty.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sync = |path: PathBuf| {
            File::open(&path)
                .and_then(|manifest| manifest.sync_all())
                .and_then(|()| sync_directory(folder_of(&path)))
                .map_err(|source| ManifestError::Unwritable { path, source })
        };
        dirty.into_keys().map(sync).fold(Ok(()), Result::and)
    }
}

/// Adds a line, all or nothing.
fn append(path: &Path, line: &[u8]) -> Result<File, ManifestError> {
    let failed = |source| ManifestError::Unwritable { path: path.to_owned(), source };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    lock(&file, path)?;
    let end = end_last_line(&mut file).map_err(failed)?;
    let added = file.seek(SeekFrom::Start(end)).and_then(|_| file.write_all(line));
    if let Err(source) = added {
        // A full disk leaves part of the line; without it the manifest is as it was.
        let _ = file.set_len(end);
        return Err(failed(source));
    }
    Ok(file)
}

/// Waits for the lock on a manifest, which is released when `file` is closed or the process ends.
fn lock(file: &File, path: &Path) -> Result<(), ManifestError> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_TIMEOUT => thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => return Err(ManifestError::Busy(path.to_owned())),
            Err(TryLockError::Error(source)) => {
                return Err(ManifestError::Unwritable { path: path.to_owned(), source });
            }
        }
    }
}

/// Completes the last line and gives the length of the manifest. A record that lacks only its line end
/// gets it; an incomplete record, left by a power cut, is removed.
fn end_last_line(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let tail_len = len.min(LONGEST_RECORD);
    file.seek(SeekFrom::Start(len - tail_len))?;
    let mut tail = Vec::new();
    Read::take(&*file, tail_len).read_to_end(&mut tail)?;
    if tail.is_empty() || tail.ends_with(b"\n") {
        return Ok(len);
    }
    let begin = tail.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let last = &tail[begin..];
    if Record::parse(last).is_ok() {
        file.seek(SeekFrom::Start(len))?;
        file.write_all(b"\n")?;
        return Ok(len + 1);
    }
    if !is_torn(last) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "its last line is not a record"));
    }
    let end = len - last.len() as u64;
    file.set_len(end)?;
    Ok(end)
}
