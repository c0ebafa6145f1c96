//! The manifest: what was protected, when, by which key and how. Never the key.
//!
//! Every folder that protected files are written to has one, `patchveil.jsonl`, with a line of JSON
//! for each of them. Lines are only ever added. When a file is protected once more the new line
//! counts and the old one stays, because a record that forgets is none.
//!
//! A line is added in one write, under a lock on the manifest itself, so that processes at once
//! lose nothing of each other. If the power fails in the middle of that, the last line lacks its end: it is
//! then no record, and the next writer takes it away. Everything else that is no record is damage,
//! which is told and never written over.

mod cache;
mod hashed;
mod record;
mod store;
mod tree;

pub use cache::ManifestCache;
pub(crate) use hashed::{Hashed, hash_audio, hashes};
pub use record::{Digest, RECORD_VERSION, Record, Unreadable};
pub use store::{Manifest, ManifestError, NAME, Recorder, beside};
pub(crate) use tree::TreeHash;
