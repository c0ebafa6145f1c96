//! What the plug-in noted of its renders, as evidence.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use patchveil_receipts::{NAME, READ_MAX, Receipt, Receipts};
use patchveil_veil::Fingerprint;

use super::error::CaseError;
use super::folder::Case;
use super::record::Entry;
use super::wording::count;

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

    /// Whether most lines are receipts.
    pub(super) fn is_most(&self) -> bool {
        self.own.len() + self.of_others > self.unreadable
    }

    /// What to know of them when they become evidence: what of them others learn, and what is not read. None where there is
    /// nothing to say.
    pub(super) fn note(&self) -> Option<String> {
        let &Self { of_others, unreadable, is_cut, .. } = self;
        let mut notes = Vec::new();
        if of_others > 0 {
            let which = if of_others == 1 { "another class" } else { "other classes" };
            notes.push(format!(
                "also holds {} of {which}, which whoever gets the case can read",
                count(of_others, "receipt")
            ));
        }
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
        (!notes.is_empty()).then(|| notes.join("; "))
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

/// The receipts in `path`, if that is a folder; else `path` itself.
///
/// # Errors
/// [`CaseError::Refused`] for a folder without receipts, or with a link by their name: what it leads to was not named.
pub(super) fn in_folder(path: &Path) -> Result<PathBuf, CaseError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let inside = path.join(NAME);
    match inside.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => {
            let reason = "is a link; name the file that it leads to".to_owned();
            Err(CaseError::Refused { path: inside, reason })
        }
        Ok(_) => Ok(inside),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let reason = format!("holds no {NAME}; name the files");
            Err(CaseError::Refused { path: path.to_owned(), reason })
        }
        Err(source) => Err(CaseError::Unreadable { path: inside, source }),
    }
}

/// Whether a file of this name should hold receipts.
pub(super) fn is_named(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == NAME)
}
