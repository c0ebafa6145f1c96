//! Manifests on disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::record::{Record, Unreadable};
use crate::output::sync_folder;
use crate::paths::{folder_of, shown};
use crate::wav::read_hint;

/// The name of every manifest.
pub const NAME: &str = "patchveil.jsonl";
/// How long to wait for other writers; each takes the time of one short write.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look whether the other writer is done.
const POLL: Duration = Duration::from_millis(2);
/// How long lines may be on their way to the disk: what a power cut can cost.
const SYNC_EVERY: Duration = Duration::from_secs(2);
/// No record is longer in bytes: a bound on what is looked at to find the last one.
const LONGEST: u64 = 1 << 16;

/// Why a manifest cannot be read or added to. Each message is one line and names the manifest.
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
    /// A line is no record.
    #[error(
        "{}: line {line} is damaged: {reason}; it is not written over: restore it from a copy, or \
         move it away to begin a new one",
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
    /// Others keep it.
    #[error(
        "{}: another program has kept it locked for {} s; try again when it is done",
        shown(.0),
        PATIENCE.as_secs()
    )]
    Busy(PathBuf),
}

/// The manifest that has, or would have, the record of `file`.
#[must_use]
pub fn beside(file: &Path) -> PathBuf {
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
        // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
        let looked = std::fs::metadata(path).and_then(|meta| match meta.is_file() {
            true => std::fs::read(path),
            false => Err(io::Error::other("it is not a regular file")),
        });
        match looked {
            Ok(bytes) => Self::parse(path, &bytes).map(Some),
            // Under a file there is no folder, and no manifest in it.
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
            Err(source) => Err(ManifestError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Reads `bytes` as a manifest; `path` is for messages only. A last line without an end that
    /// is no record is one that was being added when the power failed, and counts as absent.
    ///
    /// # Errors
    /// [`ManifestError::Damaged`] or [`ManifestError::Newer`] at the first line that is no record.
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

    /// Whether the last line lacks its end.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.torn
    }
}

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
    /// If one of their manifests is there and cannot be read, so that nothing is protected that
    /// could not be recorded.
    pub fn new<'a>(files: impl Iterator<Item = &'a Path>) -> Result<Self, ManifestError> {
        let manifests: BTreeSet<PathBuf> = files.map(beside).collect();
        for path in manifests {
            Manifest::load(&path)?;
        }
        Ok(Self::default())
    }

    /// Adds the record of `file`, which lies where it is going to stay. From then on it survives the
    /// end of this process; a power cut it survives once a record is added some seconds later, or
    /// after [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`] or [`ManifestError::Busy`]; the manifest is then as it was.
    pub fn add(&self, file: &Path, record: &Record) -> Result<(), ManifestError> {
        let path = beside(file);
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
    /// [`ManifestError::Unwritable`] for the first manifest where that fails; the others are
    /// waited for all the same.
    pub fn finish(self) -> Result<(), ManifestError> {
        let dirty = self.dirty.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sync = |path: PathBuf| {
            File::open(&path)
                .and_then(|manifest| manifest.sync_all())
                .and_then(|()| sync_folder(folder_of(&path)))
                .map_err(|source| ManifestError::Unwritable { path, source })
        };
        dirty.into_keys().map(sync).fold(Ok(()), Result::and)
    }
}

/// Whether a last line may be the beginning of one that was being added when the power failed.
fn is_torn(line: &[u8]) -> bool {
    const BEGIN: &[u8] = b"{\"version\":";
    !line.ends_with(b"\n") && (line.starts_with(BEGIN) || BEGIN.starts_with(line))
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
    let end = whole_lines(&mut file).map_err(failed)?;
    let added = file.seek(SeekFrom::Start(end)).and_then(|_| file.write_all(line));
    if let Err(source) = added {
        // A full disk leaves a part of the line; without it the manifest is as it was.
        let _ = file.set_len(end);
        return Err(failed(source));
    }
    Ok(file)
}

/// Waits for the right to add to a manifest, which goes with `file` or with the process.
fn lock(file: &File, path: &Path) -> Result<(), ManifestError> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => return Err(ManifestError::Busy(path.to_owned())),
            Err(TryLockError::Error(source)) => {
                return Err(ManifestError::Unwritable { path: path.to_owned(), source });
            }
        }
    }
}

/// The length of the manifest up to the end of its last whole line. A record that lacks nothing but
/// its line end gets it; the beginning of one, left by a power cut, is cut off.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let looked_at = len.min(LONGEST);
    file.seek(SeekFrom::Start(len - looked_at))?;
    let mut tail = Vec::new();
    Read::take(&*file, looked_at).read_to_end(&mut tail)?;
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
        return Err(io::Error::new(io::ErrorKind::InvalidData, "its last line is no record"));
    }
    let end = len - last.len() as u64;
    file.set_len(end)?;
    Ok(end)
}
