//! The Patchveil algorithm and nothing else: no files, no threads, no user interface.

mod key;

pub use key::{ClassKey, Fingerprint, FingerprintError, KeyError};
