//! `case.json`: what a case is about, and the list of its evidence. Never a key.

use std::collections::HashSet;
use std::path::Path;

use jiff::Timestamp;
use patchveil_veil::{Fingerprint, Recipe};
use serde::{Deserialize, Serialize};

use super::error::CaseError;
use crate::manifest::{Digest, as_text};
use crate::paths::one_line;

/// Version of the file that this build writes, and the newest it reads.
pub const CASE_VERSION: u32 = 1;
/// The folder of evidence in a case's folder.
pub(super) const EVIDENCE: &str = "evidence";
/// Most files of evidence: limits what a case that somebody else made can cost.
pub(super) const ENTRIES_MAX: usize = 10_000;
/// Program and version, as in manifests.
pub(super) const TOOL: &str = concat!("patchveil ", env!("CARGO_PKG_VERSION"));

/// What `case.json` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Version of the format.
    pub version: u32,
    /// What the case is called.
    pub name: String,
    /// The class.
    pub class: String,
    /// Public name of its key.
    pub fingerprint: Fingerprint,
    /// Commitment to its echo key: fixes the signs of the echo without giving them away.
    pub echo_commitment: Digest,
    /// What the recipe is called.
    pub recipe_name: String,
    /// The recipe whose mark is looked for.
    pub recipe: Recipe,
    /// When the case was opened, by that computer's clock, in UTC.
    #[serde(with = "as_text")]
    pub opened: Timestamp,
    /// The program that opened it.
    pub tool: String,
    /// All evidence, in the order in which it was added.
    pub evidence: Vec<Entry>,
}

/// A file of evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is, from the case's folder on.
    pub file: String,
    /// What it was called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its length in bytes.
    pub bytes: u64,
    /// BLAKE3 hash of all of it.
    pub blake3: Digest,
    /// SHA-256 hash of all of it, in hexadecimal.
    pub sha256: String,
    /// When it was added, by that computer's clock, in UTC.
    #[serde(with = "as_text")]
    pub added: Timestamp,
    /// What whoever added it says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The program that added it.
    pub tool: String,
}

/// What a file of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// What was committed to when the case was opened.
    Commitment,
    /// A manifest: what was protected when.
    Manifest,
    /// What the plug-in noted of renders.
    Receipts,
    /// Results of `detect`.
    Detect,
    /// A result of `trace`.
    Trace,
    /// Results of `probe judge`.
    Probe,
    /// A result of `case recheck`.
    Recheck,
    /// A picture.
    Picture,
    /// The hashes of all evidence so far, to be time-stamped.
    HashList,
    /// A request to a time-stamping authority.
    StampRequest,
    /// Its reply.
    StampReply,
    /// Anything else.
    Attachment,
}

impl Kind {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Commitment => "commitment",
            Self::Manifest => "manifest",
            Self::Receipts => "receipts",
            Self::Detect => "detect result",
            Self::Trace => "trace result",
            Self::Probe => "probe result",
            Self::Recheck => "recheck result",
            Self::Picture => "picture",
            Self::HashList => "hash list",
            Self::StampRequest => "time-stamp request",
            Self::StampReply => "time-stamp reply",
            Self::Attachment => "attachment",
        }
    }
}

impl Record {
    /// Reads the text of a `case.json`; `path` is for messages only.
    ///
    /// # Errors
    /// [`CaseError::Newer`] or [`CaseError::Damaged`].
    pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Self, CaseError> {
        /// What all versions have.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let damaged = |reason: String| CaseError::Damaged { path: path.to_owned(), reason };
        let wrong = |error: serde_json::Error| damaged(one_line(error));
        let Version { version } = serde_json::from_slice(text).map_err(wrong)?;
        if version > CASE_VERSION {
            return Err(CaseError::Newer { path: path.to_owned(), version });
        }
        let record: Self = serde_json::from_slice(text).map_err(wrong)?;
        // What is not in range can ask for more memory than there is.
        record.recipe.validate().map_err(|error| damaged(one_line(error)))?;
        if [&record.name, &record.class, &record.recipe_name, &record.tool]
            .iter()
            .any(|text| text.contains(char::is_control))
        {
            return Err(damaged("a name in it has more than one line".to_owned()));
        }
        if record.evidence.len() > ENTRIES_MAX {
            return Err(damaged(format!("it lists more than {ENTRIES_MAX} files of evidence")));
        }
        let mut before = HashSet::new();
        for Entry { file, .. } in &record.evidence {
            if !is_inside(file) {
                return Err(damaged(one_line(format!("{file:?} is outside the case"))));
            }
            if !before.insert(file) {
                return Err(damaged(one_line(format!("{file:?} is in it twice"))));
            }
        }
        drop(before);
        Ok(record)
    }

    /// The entries of a kind, in the order added.
    pub fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Entry> {
        self.evidence.iter().filter(move |entry| entry.kind == kind)
    }
}

impl Entry {
    /// The file's name without its folder.
    pub(super) fn short(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }
}

/// Whether the file is in the folder of evidence, wherever the `case.json` comes from.
fn is_inside(file: &str) -> bool {
    let plain = |name: &str| {
        let is_odd = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
        !name.is_empty() && !name.starts_with('.') && !name.contains(is_odd)
    };
    file.split_once('/').is_some_and(|(folder, name)| folder == EVIDENCE && plain(name))
}

#[cfg(test)]
mod tests {
    use patchveil_veil::{ClassKey, Preset};

    use super::*;

    #[test]
    fn an_entry_must_not_point_outside_the_case() {
        assert!(is_inside("evidence/001-a.txt"));
        for bad in [
            "/etc/passwd",
            "evidence/../x",
            "x",
            "evidence/",
            "evidence/a\\b",
            "evidence/a\u{1b}[2J",
            "other/a",
        ] {
            assert!(!is_inside(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_is_listed_once_and_the_list_has_an_end() {
        let digest = Digest::from(blake3::hash(b""));
        let entry = |number: usize| Entry {
            file: format!("{EVIDENCE}/{number:03}-a.txt"),
            name: String::new(),
            kind: Kind::Attachment,
            bytes: 0,
            blake3: digest,
            sha256: String::new(),
            added: Timestamp::UNIX_EPOCH,
            note: None,
            tool: String::new(),
        };
        let parsed = |evidence: Vec<Entry>| {
            let record = Record {
                version: CASE_VERSION,
                name: String::new(),
                class: String::new(),
                fingerprint: ClassKey::from_bytes([1; 32]).fingerprint(),
                echo_commitment: digest,
                recipe_name: String::new(),
                recipe: Preset::DEFAULT.recipe(),
                opened: Timestamp::UNIX_EPOCH,
                tool: String::new(),
                evidence,
            };
            let text = serde_json::to_vec(&record).unwrap();
            Record::parse(Path::new("case.json"), &text).map_err(|error| error.to_string())
        };
        assert!(parsed((0..ENTRIES_MAX).map(entry).collect()).is_ok());
        let many = parsed((0..=ENTRIES_MAX).map(entry).collect()).unwrap_err();
        assert!(many.contains("more than 10000"), "{many}");
        let twice = parsed(vec![entry(1), entry(2), entry(1)]).unwrap_err();
        assert!(twice.contains("evidence/001-a.txt") && twice.contains("twice"), "{twice}");
    }
}
