//! The manifest: what was protected, when, with which key and recipe. Never the key itself.
//!
//! Every folder with protected files has one, `patchveil.jsonl`, with a line of JSON for each of them.
//! Lines are only ever added. When a file is protected again, the new line counts and the old one
//! stays: a record that forgets is worth nothing.
//!
//! A line is added in one write, under a lock on the manifest itself, so that concurrent processes lose
//! nothing. If the power fails in the middle, the last line is incomplete: it is not a record, and the
//! next writer removes it. Any other line that is not a record is damage, which is reported and never
//! overwritten.

mod cache;
mod error;
mod hashed;
mod record;
mod recorder;
mod store;
mod tree;

pub use cache::ManifestCache;
pub use error::ManifestError;
pub(crate) use hashed::{Hashed, hash_around, hash_audio};
pub(crate) use record::as_text;
pub use record::{Digest, RECORD_VERSION, Record, Unreadable};
pub use recorder::Recorder;
pub use store::{Manifest, NAME, path_for};
pub(crate) use tree::TreeHash;
