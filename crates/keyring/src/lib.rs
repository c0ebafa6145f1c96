//! Class keys at rest: the keyring of one user; and, beside it, the user's own presets ([`UserPresets`]).
//!
//! A keyring is one file that only its owner can read. It is readable JSON or, with a passphrase, an
//! [age](https://age-encryption.org) file around the same JSON, which the `age` command can open too.
//!
//! ```
//! use patchveil_keyring::{Keyring, Passphrase};
//! use zeroize::Zeroizing;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("keyring");
//! // Called only if the file turns out to have a passphrase.
//! let ask = || Passphrase::new(Zeroizing::new("typed by the user".to_owned())).ok();
//!
//! // Make a keyring with a new key, and a second key that was made elsewhere.
//! let fingerprint = Keyring::update(&path, ask, |keyring| keyring.create("Night Show"))?;
//! let elsewhere = patchveil_veil::ClassKey::from_bytes([7; 32]);
//! Keyring::update(&path, ask, |keyring| keyring.import("Morning Show", elsewhere))?;
//!
//! // Read it back. Names are found in any case.
//! let keyring = Keyring::open(&path, ask)?;
//! assert_eq!(keyring.get("night show")?.fingerprint(), fingerprint);
//! assert_eq!(keyring.entries().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//! - [`Keyring::update`] is the only way to change the file. It takes an exclusive lock, reads the file
//!   again, applies the change, writes a new file next to it, syncs and renames: two writers at once lose
//!   nothing, and an interruption leaves the old file or the new one, never a part.
//! - A file that is damaged, accessible to others, or from a newer version is refused and left as it is.
//! - Names are unique, ignoring case; [`Keyring::create`] says which names are allowed.
//! - No key appears in an error or in `Debug` output.
//!
//! # Limits
//! This crate overwrites its buffers that contain keys after use. That does not reach copies made inside
//! `age` and `serde_json`, by the compiler on the stack, or by the system in swap. Setting a passphrase
//! replaces the plain file, but a disk or a backup may keep the old bytes. On systems other than Unix, the
//! file has the access rights of its directory.

mod disk;
mod error;
mod file;
mod format;
mod key_text;
mod keyring;
mod name;
mod path;
mod presets;
mod seal;
mod secret;
mod transfer;

pub use disk::{Stamp, sync_directory};
pub use error::{KeyringError, Origin};
pub use jiff::Timestamp;
pub use key_text::{holds_key, without_keys};
pub use keyring::{KeyEntry, Keyring};
pub use path::{PATH_VARIABLE, default_path, resolve_path};
pub use presets::{
    PresetError, RECIPE_BYTES_MAX, RecipeText, UserPreset, UserPresets, presets_folder,
    read_preset, recipe_from_json, recipe_to_json,
};
pub use secret::Passphrase;
pub use transfer::{ImportedKey, parse_import};
