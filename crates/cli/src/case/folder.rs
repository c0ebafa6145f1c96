//! The folder of a case. Everything in it is found from the folder on, so it can be moved, copied and sent.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::CaseError;
use super::hashing::{self, Hashes};
use super::record::{ENTRIES_MAX, EVIDENCE, Entry, Kind, Record, TOOL};
use crate::open;
use crate::output::OutputFile;

/// The folder of letters to fill in.
pub(super) const LETTERS: &str = "letters";
const RECORD: &str = "case.json";
/// What commands that add take turns by.
const LOCK: &str = ".lock";
/// Longest `case.json` in bytes.
const LONGEST: u64 = 64 << 20;
/// Files up to this length in bytes are recognised by their content; longer ones are attachments.
pub(super) const RECOGNISED_MAX: u64 = 64 << 20;
/// Longest name of a file of evidence in bytes, without its number: file systems allow 255.
const NAME_MAX: usize = 120;

/// A case and the folder it is in.
#[derive(Debug)]
pub struct Case {
    pub(super) folder: PathBuf,
    pub(super) record: Record,
    /// Held while the case is changed.
    lock: Option<File>,
}

/// What to add.
pub(super) struct Addition<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    pub(super) note: Option<String>,
}

impl Case {
    /// Makes the folder of a new case, without evidence.
    ///
    /// # Errors
    /// [`CaseError::Exists`] or [`CaseError::Output`].
    pub(super) fn create(folder: &Path, record: Record) -> Result<Self, CaseError> {
        if fs::symlink_metadata(folder).is_ok() {
            return Err(CaseError::Exists(folder.to_owned()));
        }
        let mut case = Self { folder: folder.to_owned(), record, lock: None };
        case.write(false)?;
        case.take_turn()?;
        Ok(case)
    }

    /// Reads the case in `folder`.
    ///
    /// # Errors
    /// What is wrong with its `case.json`.
    pub fn open(folder: &Path) -> Result<Self, CaseError> {
        let record = read(folder)?;
        Ok(Self { folder: folder.to_owned(), record, lock: None })
    }

    /// Reads the case in `folder` to add to it.
    ///
    /// # Errors
    /// As of [`open`](Self::open), and [`CaseError::Busy`].
    pub fn open_to_add(folder: &Path) -> Result<Self, CaseError> {
        let mut case = Self::open(folder)?;
        case.take_turn()?;
        // What was read before the lock was held may be out of date.
        case.record = read(folder)?;
        Ok(case)
    }

    /// What the case is about, and the list of its evidence.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file of evidence is.
    #[must_use]
    pub fn path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(&entry.file)
    }

    /// The content of a file of evidence that is not too long to have been recognised by it.
    pub(super) fn content(&self, entry: &Entry) -> Result<Vec<u8>, CaseError> {
        let path = self.path(entry);
        // A link may lead anywhere, and a pipe never ends.
        if fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file()) {
            return Err(CaseError::Changed { path, reason: "is no regular file" });
        }
        let mut content = Vec::new();
        let read = open::regular(&path)
            .and_then(|file| file.take(RECOGNISED_MAX + 1).read_to_end(&mut content));
        match read {
            Ok(_) if content.len() as u64 > RECOGNISED_MAX => {
                let reason = format!("is too long for a {}", entry.kind.words());
                Err(CaseError::Refused { path, reason })
            }
            Ok(_) => Ok(content),
            Err(source) => Err(CaseError::Unreadable { path, source }),
        }
    }

    /// Copies evidence into the folder and puts it on record.
    pub(super) fn put(
        &mut self,
        addition: Addition<'_>,
        from: impl io::Read,
    ) -> Result<Entry, CaseError> {
        if self.record.evidence.len() >= ENTRIES_MAX {
            let reason = format!(
                "has {ENTRIES_MAX} files of evidence, the most a case may have; open another case"
            );
            return Err(CaseError::Refused { path: self.folder.clone(), reason });
        }
        let name = file_name(addition.name, "file");
        let number = self.record.evidence.len() + 1;
        // A file that a run left behind before it was on record keeps its name.
        let mut free = (number..).map(|number| format!("{EVIDENCE}/{number:03}-{name}"));
        let is_free = |file: &String| fs::symlink_metadata(self.folder.join(file)).is_err();
        let file = free.find(is_free).unwrap_or_default();
        let mut to = OutputFile::create(&self.folder.join(&file), None, false)?;
        let hashes = hashing::copy(from, &mut to).map_err(|error| to.write_failed(error))?;
        to.commit()?;
        let Hashes { bytes, blake3, sha256 } = hashes;
        let entry = Entry {
            file,
            name: addition.name.to_owned(),
            kind: addition.kind,
            bytes,
            blake3,
            sha256,
            added: Timestamp::now(),
            note: addition.note,
            tool: TOOL.to_owned(),
        };
        self.record.evidence.push(entry.clone());
        self.write(true)?;
        Ok(entry)
    }

    fn write(&self, force: bool) -> Result<(), CaseError> {
        let path = self.folder.join(RECORD);
        let text = serde_json::to_string_pretty(&self.record).map_err(|error| {
            CaseError::Damaged { path: path.clone(), reason: error.to_string() }
        })?;
        write(&path, text.as_bytes(), force)
    }

    fn take_turn(&mut self) -> Result<(), CaseError> {
        let path = self.folder.join(LOCK);
        let unreadable = |source| CaseError::Unreadable { path: path.clone(), source };
        let file = File::options().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(unreadable)?;
        match file.try_lock() {
            Ok(()) => self.lock = Some(file),
            Err(TryLockError::WouldBlock) => return Err(CaseError::Busy(self.folder.clone())),
            Err(TryLockError::Error(source)) => return Err(unreadable(source)),
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, content: &[u8], force: bool) -> Result<(), CaseError> {
    Ok(OutputFile::create(path, None, force)?.finish_with(content)?)
}

fn read(folder: &Path) -> Result<Record, CaseError> {
    let path = folder.join(RECORD);
    // Nothing is read or written outside the folder, and nothing waits at a pipe, whoever made it.
    for part in [RECORD, EVIDENCE, LETTERS, LOCK] {
        let part = folder.join(part);
        let Ok(kind) = fs::symlink_metadata(&part).map(|meta| meta.file_type()) else { continue };
        let reason = match kind.is_symlink() {
            true => "is a link, and a case is complete in its folder",
            false if kind.is_file() || kind.is_dir() => continue,
            false => "is a pipe or a device, and none belongs into a case",
        };
        return Err(CaseError::Refused { path: part, reason: reason.to_owned() });
    }
    let content = match fs::metadata(&path) {
        Ok(meta) if !meta.is_file() => return Err(CaseError::NotACase(folder.to_owned())),
        Ok(meta) if meta.len() > LONGEST => {
            return Err(CaseError::Damaged { path, reason: "it is too long".to_owned() });
        }
        Ok(_) => open::regular(&path).and_then(|mut file| {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map(|_| content)
        }),
        Err(error) => Err(error),
    };
    match content {
        Ok(text) => Record::parse(&path, &text),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Err(CaseError::NotACase(folder.to_owned()))
        }
        Err(source) => Err(CaseError::Unreadable { path, source }),
    }
}

/// A name for a file or a folder that every system allows, like `name`; `otherwise` if nothing is left of it.
pub(super) fn file_name(name: &str, otherwise: &str) -> String {
    let allowed = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let mut safe: String = name.chars().map(allowed).collect();
    let mut end = safe.len().min(NAME_MAX);
    while !safe.is_char_boundary(end) {
        end -= 1;
    }
    safe.truncate(end);
    let safe = safe.trim().trim_matches('.').trim();
    if safe.is_empty() { otherwise.to_owned() } else { safe.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_makes_a_file_name() {
        assert_eq!(file_name("AC/DC: live?", "x"), "AC_DC_ live_");
        assert_eq!(file_name("..", "x"), "x");
        assert_eq!(file_name(" ../../etc/passwd ", "x"), "_.._etc_passwd");
        assert_eq!(file_name("Größe", "x"), "Größe");
        assert!(file_name(&"ü".repeat(400), "x").len() <= NAME_MAX);
    }
}
