//! What goes wrong below the windows, in types, so that each window says it in its language.
//!
//! | file | of what |
//! |---|---|
//! | `file.rs` | files and folders |
//! | `keyring.rs` | the keyring, and keys to import |
//! | `no_protection.rs` | why nothing is protected or restored |
//!
//! `Display` is English, for logs. What a system says of a rare failure stays as it is, behind a text of ours.

mod file;
mod keyring;
mod no_protection;

pub use file::FileTrouble;
pub use keyring::KeyringTrouble;
pub use no_protection::NoProtection;
