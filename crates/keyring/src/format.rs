//! The keyring as JSON, version 1.
//!
//! ```json
//! {
//!   "format": "patchveil-keyring",
//!   "version": 1,
//!   "default": "Night Show",
//!   "keys": [
//!     {
//!       "name": "Night Show",
//!       "key": "pvkey1…",
//!       "fingerprint": "mfrg-gzdf-mztw-q2lk",
//!       "created": "2026-01-31T20:15:00Z"
//!     }
//!   ]
//! }
//! ```
//!
//! A file with a field that version 1 does not have counts as damaged: dropping the field would lose
//! data, and keeping it could make it wrong once its key is renamed or removed. A new field needs a new
//! version.

use std::collections::HashSet;
use std::io::Write;

use jiff::Timestamp;
use patchveil_veil::{ClassKey, Fingerprint};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::error::{KeyringError, Origin};
use crate::keyring::{KeyEntry, Keyring};
use crate::name::{clean, fold};
use crate::secret::SecretBuffer;

const FORMAT: &str = "patchveil-keyring";
const VERSION: u64 = 1;

/// What all versions have, so that a newer one is recognised whatever else it contains.
#[derive(Deserialize)]
struct Head<'a> {
    format: &'a str,
    version: u64,
}

/// What is read. Keys are borrowed from the buffer, which is overwritten when dropped: no copy is made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<'a> {
    #[serde(rename = "format")]
    _format: IgnoredAny,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    default: Option<String>,
    #[serde(borrow)]
    keys: Vec<StoredKey<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey<'a> {
    name: String,
    key: &'a str,
    fingerprint: &'a str,
    created: &'a str,
}

/// What is written.
#[derive(Serialize)]
struct Store<'a> {
    format: &'static str,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a str>,
    keys: Vec<StoreKey<'a>>,
}

#[derive(Serialize)]
struct StoreKey<'a> {
    name: &'a str,
    #[serde(serialize_with = "as_text")]
    key: &'a ClassKey,
    fingerprint: Fingerprint,
    created: String,
}

fn as_text<S: Serializer>(key: &ClassKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key.to_text())
}

pub(crate) fn to_json(keyring: &Keyring) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let store = Store {
        format: FORMAT,
        version: VERSION,
        default: keyring.default_entry().map(KeyEntry::name),
        keys: keyring
            .entries()
            .iter()
            .map(|entry| StoreKey {
                name: entry.name(),
                key: entry.key(),
                fingerprint: entry.fingerprint(),
                created: entry.created().to_string(),
            })
            .collect(),
    };
    let mut buffer = SecretBuffer::new();
    serde_json::to_writer_pretty(&mut buffer, &store)
        .map_err(|_| KeyringError::Internal { action: "write the keyring as JSON" })?;
    buffer
        .write_all(b"\n")
        .map_err(|_| KeyringError::Internal { action: "write the keyring as JSON" })?;
    Ok(buffer.into_inner())
}

pub(crate) fn from_json(json: &[u8], origin: &Origin) -> Result<Keyring, KeyringError> {
    if json.is_empty() {
        return Err(origin.damaged("it is empty (0 bytes)"));
    }
    // serde_json's messages may quote the content, and so a key: only the position is passed on.
    let misread = |error: serde_json::Error, what: &str| {
        origin.damaged(format!("{what} (line {}, column {})", error.line(), error.column()))
    };
    let head: Head =
        serde_json::from_slice(json).map_err(|e| misread(e, "it is not a Patchveil keyring"))?;
    if head.format != FORMAT {
        return Err(origin.damaged("its \"format\" is not that of a Patchveil keyring"));
    }
    match (head.version, origin) {
        (VERSION, _) => {}
        (version, Origin::Keyring(path)) if version > VERSION => {
            return Err(KeyringError::Newer { path: path.clone(), version });
        }
        _ => return Err(origin.damaged("its format version does not exist")),
    }
    let stored: Stored = serde_json::from_slice(json)
        .map_err(|e| misread(e, "something is missing, misplaced or unknown"))?;

    let mut entries = Vec::with_capacity(stored.keys.len());
    let mut names = HashSet::new();
    let mut fingerprints = HashSet::new();
    for (index, stored) in stored.keys.into_iter().enumerate() {
        let damaged = |what: &str| origin.damaged(format!("entry {}: {what}", index + 1));
        let key: ClassKey = stored.key.parse().map_err(|_| damaged("its key is malformed"))?;
        let entry = KeyEntry::new(
            stored.name,
            key,
            stored
                .created
                .parse::<Timestamp>()
                .map_err(|_| damaged("its time of creation is malformed"))?,
        );
        if clean(entry.name()).ok() != Some(entry.name()) {
            return Err(damaged("its name is not a class name"));
        }
        if stored.fingerprint.parse() != Ok(entry.fingerprint()) {
            return Err(damaged("its fingerprint does not match its key"));
        }
        if !names.insert(fold(entry.name())) {
            return Err(damaged("its name occurs twice"));
        }
        if !fingerprints.insert(entry.fingerprint()) {
            return Err(damaged("its key occurs twice"));
        }
        entries.push(entry);
    }
    let mut keyring = Keyring::from_entries(entries);
    if let Some(name) = stored.default {
        keyring
            .set_default(Some(&name))
            .map_err(|_| origin.damaged("its default class is not among its keys"))?;
    }
    Ok(keyring)
}
