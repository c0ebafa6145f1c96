//! Opens cases and adds evidence to them.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use patchveil_veil::{ClassKey, Recipe};

use super::error::CaseError;
use super::findings;
use super::folder::{Addition, Case, RECOGNISED_MAX, file_name};
use super::hashing;
use super::receipts::{self, Noted};
use super::recognise::{Class, recognise};
use super::record::{CASE_VERSION, Entry, Kind, Record, TOOL};
use super::stamp::{Reply, Request};
use crate::manifest::Digest;
use crate::open;

/// What a new case is about.
pub struct Opening<'a> {
    /// What to call it.
    pub name: &'a str,
    /// The class.
    pub class: &'a str,
    /// Its key, of which the case keeps public values only.
    pub key: &'a ClassKey,
    /// What the recipe is called.
    pub recipe_name: String,
    /// The recipe whose mark is looked for.
    pub recipe: Recipe,
}

/// What became of a file that was to be added.
pub enum Added {
    /// It is evidence now.
    New {
        /// The evidence.
        entry: Entry,
        /// What to know of its content, in words.
        note: Option<String>,
    },
    /// The same content is evidence already.
    Known(Entry),
}

/// The folder for a case of this name if no other is given.
#[must_use]
pub fn default_folder(name: &str) -> PathBuf {
    format!("{}.case", file_name(name, "unnamed")).into()
}

/// Opens a case in a new folder. Its first evidence states what it commits to.
///
/// # Errors
/// [`CaseError::Exists`] or [`CaseError::Output`].
pub fn open(folder: &Path, opening: Opening<'_>) -> Result<Case, CaseError> {
    let commitment = opening.key.echo_key().commitment();
    let echo_commitment: Digest = commitment.parse().map_err(|_| CaseError::Refused {
        path: folder.to_owned(),
        reason: "the echo key has no commitment".to_owned(),
    })?;
    let record = Record {
        version: CASE_VERSION,
        name: opening.name.to_owned(),
        class: opening.class.to_owned(),
        fingerprint: opening.key.fingerprint(),
        echo_commitment,
        recipe_name: opening.recipe_name,
        recipe: opening.recipe,
        opened: Timestamp::now(),
        tool: TOOL.to_owned(),
        evidence: Vec::new(),
    };
    let text = format!(
        "Patchveil case: {}\nclass: {}\nfingerprint of the class key: {}\ncommitment to the echo key: {}\n\
         opened: {}\ntool: {TOOL}\n\nThe commitment is BLAKE3 in key-derivation mode with the context \
         “patchveil v1 echo commitment” over the 32 bytes of the echo key.\n",
        record.name, record.class, record.fingerprint, record.echo_commitment, record.opened
    );
    let mut case = Case::create(folder, record)?;
    let addition = Addition { name: "commitment.txt", kind: Kind::Commitment, note: None };
    case.put(addition, text.as_bytes())?;
    Ok(case)
}

impl Case {
    /// Copies the file at `path` into the case, or the receipts in the folder at `path`. What it is shows in its content.
    ///
    /// # Errors
    /// [`CaseError::Refused`] for what is no evidence of this case's class, holds a key, or is a
    /// time-stamp reply to something that is not in the case; else [`CaseError::Unreadable`] or
    /// [`CaseError::Output`].
    pub fn add(&mut self, path: &Path, note: Option<&str>) -> Result<Added, CaseError> {
        let path = &receipts::in_folder(path)?;
        let unreadable = |source| CaseError::Unreadable { path: path.to_owned(), source };
        let refused = |reason| CaseError::Refused { path: path.to_owned(), reason };
        let file = open::regular(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let note = note.map(str::to_owned);
        if length > RECOGNISED_MAX {
            if receipts::is_named(path) {
                let longest = RECOGNISED_MAX >> 20;
                return Err(refused(format!(
                    "is longer than the {longest} MiB that receipts may have; put its newest lines into a file of that name, \
                     and add that"
                )));
            }
            if let Some(known) = self.known(&hashing::of_file(path).map_err(unreadable)?.sha256) {
                return Ok(Added::Known(known));
            }
            let addition = Addition { name: &name, kind: Kind::Attachment, note };
            let entry = self.put(addition, file)?;
            return Ok(Added::New { entry, note: None });
        }
        let mut content = Vec::new();
        file.take(RECOGNISED_MAX).read_to_end(&mut content).map_err(unreadable)?;
        let echo_commitment = self.record().echo_commitment.to_string();
        let class =
            Class { fingerprint: self.record().fingerprint, echo_commitment: &echo_commitment };
        let kind = recognise(path, &content, &class).map_err(refused)?;
        findings::check(kind, &content).map_err(refused)?;
        let hashes = hashing::copy(&*content, io::sink()).map_err(unreadable)?;
        if let Some(known) = self.known(&hashes.sha256) {
            return Ok(Added::Known(known));
        }
        if kind == Kind::StampReply {
            let reply = Reply::parse(&content);
            if let Some(Ok(reply)) = reply
                && self.stamped(&[reply])?.iter().all(Option::is_none)
            {
                let reason = "is a time stamp of something that is not in this case; add what was stamped, or \
                              the request, first";
                return Err(refused(reason.to_owned()));
            }
        }
        let entry = self.put(Addition { name: &name, kind, note }, &*content)?;
        let note = match kind {
            Kind::Receipts => {
                Noted::parse(&content, class.fingerprint).and_then(|noted| noted.note())
            }
            _ => None,
        };
        Ok(Added::New { entry, note })
    }

    /// Writes the hashes of all evidence so far, and a request for a time stamp of that list; gives both.
    ///
    /// # Errors
    /// [`CaseError::Output`] or [`CaseError::Refused`].
    pub fn request_stamp(&mut self, nonce: u64) -> Result<(Entry, Entry), CaseError> {
        let list = hashing::list(self.record());
        let request = Request::make(list.as_bytes(), nonce).map_err(|error| {
            let reason = format!("no request for a time stamp can be made: {error}");
            CaseError::Refused { path: self.folder().to_owned(), reason }
        })?;
        let addition = |name, kind| Addition { name, kind, note: None };
        let list = self.put(addition("hashes.sha256", Kind::HashList), list.as_bytes())?;
        let request = self.put(addition("hashes.tsq", Kind::StampRequest), &*request)?;
        Ok((list, request))
    }

    /// Puts a result that this program made on record.
    ///
    /// # Errors
    /// [`CaseError::Output`].
    pub fn add_result(
        &mut self,
        name: &str,
        kind: Kind,
        content: &[u8],
    ) -> Result<Entry, CaseError> {
        self.put(Addition { name, kind, note: None }, content)
    }

    fn known(&self, sha256: &str) -> Option<Entry> {
        self.record().evidence.iter().find(|entry| entry.sha256 == sha256).cloned()
    }
}
