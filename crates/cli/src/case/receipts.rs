//! What the plug-in noted of its renders, as evidence.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use patchveil_receipts::{NAME, READ_MAX, Receipt, Receipts};
use patchveil_veil::Fingerprint;

use super::error::CaseError;
use super::folder::Case;
use super::record::{Entry, Kind};

/// The receipts in a file of evidence.
pub(super) struct Noted {
    /// Of the case's class.
    pub(super) own: Vec<Receipt>,
    /// How many are of other classes.
    pub(super) of_others: usize,
    /// Lines that are no receipt, or one of a newer version.
    pub(super) unreadable: usize,
    /// Whether the file is so long that only its newest lines were read.
    pub(super) is_cut: bool,
}

impl Noted {
    /// The receipts in `content`; none if there is no readable one.
    pub(super) fn parse(content: &[u8], class: Fingerprint) -> Option<Self> {
        let Receipts { receipts, unreadable } = Receipts::read(Cursor::new(content)).ok()?;
        if receipts.is_empty() {
            return None;
        }
        let all = receipts.len();
        let own: Vec<Receipt> =
            receipts.into_iter().filter(|receipt| receipt.fingerprint == class).collect();
        let (of_others, is_cut) = (all - own.len(), content.len() as u64 > READ_MAX);
        Some(Self { own, of_others, unreadable, is_cut })
    }

    /// Those in a file of evidence.
    pub(super) fn read(case: &Case, entry: &Entry) -> Result<Self, CaseError> {
        let noted = Self::parse(&case.content(entry)?, case.record().fingerprint);
        noted.ok_or_else(|| CaseError::Refused {
            path: case.path(entry),
            reason: "holds no receipt that can be read".to_owned(),
        })
    }
}

impl Case {
    /// A line about what of the receipts in `entry` is not read; none for other evidence, and where all is.
    ///
    /// # Errors
    /// [`CaseError::Unreadable`] or [`CaseError::Refused`].
    pub fn receipts_note(&self, entry: &Entry) -> Result<Option<String>, CaseError> {
        if entry.kind != Kind::Receipts {
            return Ok(None);
        }
        let Noted { unreadable, is_cut, .. } = Noted::read(self, entry)?;
        let mut notes = Vec::new();
        if unreadable > 0 {
            let lines =
                if unreadable == 1 { "line is no receipt" } else { "lines are no receipts" };
            notes.push(format!(
                "{unreadable} {lines} that this Patchveil reads; reports leave them out"
            ));
        }
        if is_cut {
            notes.push(format!("of so long a file reports show the newest {} MiB", READ_MAX >> 20));
        }
        Ok((!notes.is_empty()).then(|| format!("{}: {}", entry.name, notes.join("; "))))
    }
}

/// The receipts in `path`, if that is a folder with some; else `path` itself.
#[must_use]
pub(super) fn in_folder(path: &Path) -> PathBuf {
    let inside = path.join(NAME);
    if path.is_dir() && inside.symlink_metadata().is_ok() { inside } else { path.to_owned() }
}

/// Whether a file of this name should hold receipts.
pub(super) fn is_named(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == NAME)
}
