//! Whether the evidence is still what was added, and agrees with what was time-stamped.

use std::{fs, io};

use super::error::CaseError;
use super::folder::Case;
use super::hashing;
use super::record::{Entry, Kind};
use super::stamp::Reply;

impl Case {
    /// What of the evidence is no longer as it was added: one error for each file.
    #[must_use]
    pub fn changed(&self) -> Vec<CaseError> {
        let evidence = &self.record().evidence;
        let changed: Vec<CaseError> =
            evidence.iter().filter_map(|entry| self.file_changed(entry)).collect();
        if changed.is_empty() {
            // Only now are lists and replies known to be those that were added.
            return evidence.iter().filter_map(|entry| self.disagrees(entry)).collect();
        }
        changed
    }

    fn file_changed(&self, entry: &Entry) -> Option<CaseError> {
        let path = self.path(entry);
        // Whoever hands on a case may have put a link, a pipe or a device there, which never ends.
        let odd = |meta: fs::Metadata| match meta.is_file() {
            true if meta.len() == entry.bytes => None,
            true => Some("its length is not that of the file that was added"),
            false => Some("is no regular file"),
        };
        if let Some(reason) = fs::symlink_metadata(&path).ok().and_then(odd) {
            return Some(CaseError::Changed { path, reason });
        }
        match hashing::of_file(&path) {
            Ok(hashes) if hashes.are_of(entry) => None,
            Ok(_) => Some(CaseError::Changed {
                path,
                reason: "its hash is not that of the file that was added",
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Some(CaseError::Changed { path, reason: "is missing" })
            }
            Err(source) => Some(CaseError::Unreadable { path, source }),
        }
    }

    /// Whether a hash list names other hashes than `case.json`, or a time stamp is of nothing that is here: then
    /// somebody changed both a file and its hash in `case.json`.
    fn disagrees(&self, entry: &Entry) -> Option<CaseError> {
        let content = match entry.kind {
            Kind::HashList | Kind::StampReply => self.content(entry),
            _ => return None,
        };
        let content = match content {
            Ok(content) => content,
            Err(error) => return Some(error),
        };
        let path = self.path(entry);
        if entry.kind == Kind::HashList {
            let now = hashing::list(self.record());
            let same = String::from_utf8_lossy(&content)
                .lines()
                .all(|line| now.lines().any(|own| own == line));
            let reason = "lists other hashes than the evidence has now";
            return (!same).then_some(CaseError::Changed { path, reason });
        }
        let stamped = match Reply::parse(&content) {
            Some(Ok(reply)) => self.stamped(&reply).map(|of| of.is_some()),
            _ => Ok(false),
        };
        let reason = "is a time stamp of nothing that is in this case now";
        match stamped {
            Ok(true) => None,
            Ok(false) => Some(CaseError::Changed { path, reason }),
            Err(error) => Some(error),
        }
    }
}
