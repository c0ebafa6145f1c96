//! Export and import of single keys.

use std::io::Write;

use patchveil_veil::ClassKey;
use zeroize::Zeroizing;

use crate::error::{KeyringError, Origin};
use crate::keyring::Keyring;
use crate::name::clean;
use crate::seal::{is_sealed, seal, unseal};
use crate::secret::{Passphrase, SecretBuffer};

/// Largest import in bytes: an export has a few hundred.
const MAX_IMPORT: usize = 64 * 1024;
/// What precedes the class name in an export.
const NAME_COMMENT: &str = "# name: ";

/// A key found by [`parse_import`].
#[derive(Debug)]
pub struct ImportedKey {
    /// The key.
    pub key: ClassKey,
    /// The name it was exported under, if the file says so and it is an allowed name.
    pub name: Option<String>,
}

impl Keyring {
    /// The key of a class as text, `pvkey1…`. This is the secret itself.
    ///
    /// # Errors
    /// [`KeyringError::UnknownName`].
    pub fn export_text(&self, name: &str) -> Result<Zeroizing<String>, KeyringError> {
        Ok(self.get(name)?.key().to_text())
    }

    /// The content of a backup file for one class: comment lines with its name, fingerprint and date, and
    /// the key as text. With a passphrase, it becomes an age file in text form.
    ///
    /// # Errors
    /// [`KeyringError::UnknownName`].
    pub fn export_file(
        &self,
        name: &str,
        passphrase: Option<&Passphrase>,
    ) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let entry = self.get(name)?;
        let mut buffer = SecretBuffer::new();
        let (name, fingerprint, created) = (entry.name(), entry.fingerprint(), entry.created());
        write!(
            buffer,
            "# Patchveil class key: keep it secret. Whoever has it can undo this class's protection.\n\
             {NAME_COMMENT}{name}\n\
             # fingerprint: {fingerprint}\n\
             # created: {created}\n"
        )
        .and_then(|()| buffer.write_all(entry.key().to_text().as_bytes()))
        .and_then(|()| buffer.write_all(b"\n"))
        .map_err(|_| KeyringError::Internal { action: "write the export" })?;
        let plain = buffer.into_inner();
        match passphrase {
            Some(passphrase) => seal(&plain, passphrase),
            None => Ok(plain),
        }
    }
}

/// The key in `bytes`: a bare `pvkey1…`, or the content of a file from [`Keyring::export_file`]. `ask` is
/// called, once, only if the bytes are locked with a passphrase. Lines that start with `#` are comments.
///
/// # Errors
/// [`KeyringError::NotAKey`] if there is not exactly one key; [`KeyringError::Locked`],
/// [`KeyringError::WrongPassphrase`], [`KeyringError::TooCostly`] or [`KeyringError::Damaged`] for
/// locked bytes.
pub fn parse_import(
    bytes: &[u8],
    ask: impl FnOnce() -> Option<Passphrase>,
) -> Result<ImportedKey, KeyringError> {
    if bytes.len() > MAX_IMPORT {
        return Err(not_a_key("it is too large for an exported key"));
    }
    if is_sealed(bytes) {
        let (plain, _) = unseal(bytes, MAX_IMPORT, &Origin::Import, ask)?;
        parse_plain(&plain)
    } else {
        parse_plain(bytes)
    }
}

fn parse_plain(bytes: &[u8]) -> Result<ImportedKey, KeyringError> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_a_key("it is not UTF-8 text"))?;
    // Some editors on Windows put a byte-order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found: Option<ClassKey> = None;
    let mut name = None;
    for line in text.lines() {
        if let Some(said) = line.strip_prefix(NAME_COMMENT) {
            name = clean(said).ok().map(str::to_owned);
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key: ClassKey = line.parse().map_err(|_| {
            not_a_key("a line is not a Patchveil key, or its checksum does not match")
        })?;
        if found.replace(key).is_some() {
            return Err(not_a_key("it holds more than one key; import them one at a time"));
        }
    }
    match found {
        Some(key) => Ok(ImportedKey { key, name }),
        None => Err(not_a_key("it is empty")),
    }
}

fn not_a_key(reason: &str) -> KeyringError {
    KeyringError::NotAKey { reason: reason.to_owned() }
}
