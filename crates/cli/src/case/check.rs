//! Whether the evidence is still what was added, and agrees with what was time-stamped.

use std::collections::HashSet;
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
            return self.disagreements();
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

    /// Which hash lists name other hashes than `case.json`, and which time stamps are of nothing that is here: then
    /// somebody changed both a file and its hash in `case.json`.
    fn disagreements(&self) -> Vec<CaseError> {
        let now = hashing::list(self.record());
        let now: HashSet<&str> = now.lines().collect();
        let changed = |entry: &Entry, reason| CaseError::Changed { path: self.path(entry), reason };
        let of_nothing =
            |entry: &Entry| changed(entry, "is a time stamp of nothing that is in this case now");
        let (mut errors, mut entries, mut replies) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &self.record().evidence {
            let content = match entry.kind {
                Kind::HashList | Kind::StampReply => self.content(entry),
                _ => continue,
            };
            match content {
                Err(error) => errors.push(error),
                Ok(list) if entry.kind == Kind::HashList => {
                    if !String::from_utf8_lossy(&list).lines().all(|line| now.contains(line)) {
                        let reason = "lists other hashes than the evidence has now";
                        errors.push(changed(entry, reason));
                    }
                }
                Ok(reply) => match Reply::parse(&reply) {
                    Some(Ok(reply)) => {
                        entries.push(entry);
                        replies.push(reply);
                    }
                    _ => errors.push(of_nothing(entry)),
                },
            }
        }
        match self.stamped(&replies) {
            Err(error) => errors.push(error),
            Ok(of) => {
                let entries = entries.into_iter().zip(of);
                errors.extend(entries.filter(|(_, of)| of.is_none()).map(|(e, _)| of_nothing(e)));
            }
        }
        errors
    }
}
