//! Class keys at rest: the keyring of one user.
//!
//! A keyring is one file, readable by its owner only. It is JSON that a person can look at, or,
//! once it has a passphrase, an [age](https://age-encryption.org) file around the same JSON, which
//! the `age` command can open as well.
//!
//! ```
//! use patchveil_keyring::{Keyring, Passphrase};
//! use zeroize::Zeroizing;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("keyring");
//! // Asked only when the file turns out to be locked.
//! let ask = || Passphrase::new(Zeroizing::new("typed by the user".to_owned())).ok();
//!
//! let fingerprint = Keyring::update(&path, ask, |keyring| keyring.create("Night Show"))?;
//! let keyring = Keyring::open(&path, ask)?;
//! assert_eq!(keyring.get("night show")?.fingerprint(), fingerprint);
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//! - [`Keyring::update`] is the one way to change the file. It holds an exclusive lock, reads
//!   anew, changes, writes beside, syncs and renames: two writers at once lose nothing, and an
//!   interruption leaves the old file or the new one, never a part.
//! - A file that is damaged, too open, or made by a newer version is refused and left as it is.
//! - Names are unique ignoring case; see [`Keyring::create`] for what a name may be.
//! - No key appears in an error or in `Debug` output.
//!
//! # What is not
//! Buffers of this crate that hold keys are overwritten after use. That does not reach copies made
//! inside `age` and `serde_json`, by the compiler on the stack, or by the system in swap. Setting a
//! passphrase replaces the plain file, but a disk or a backup may keep the old bytes. On systems
//! other than Unix the file has the access rights its directory gives it.

mod disk;
mod error;
mod file;
mod format;
mod keyring;
mod name;
mod path;
mod seal;
mod secret;
mod transfer;

pub use disk::Stamp;
pub use error::{KeyringError, Place};
pub use jiff::Timestamp;
pub use keyring::{KeyEntry, Keyring};
pub use path::{PATH_VARIABLE, default_path, resolve_path};
pub use secret::Passphrase;
pub use transfer::{ImportedKey, parse_import};
