//! The only room where threads meet.
//!
//! - [`mail`] lies between the keeper and the audio thread. Both ends are wait-free, nothing is
//!   ever freed on the audio thread, and a model checker goes through it (`tests/model.rs`).
//! - [`desk`] lies between the keeper and everyone who may wait: the host's main thread and the
//!   editor. The audio thread stays away from it, but for renders that are not live.
//! - [`feed`] lies between the audio thread and an open editor: a wait-free ring that drops.

pub(crate) mod desk;
pub(crate) mod feed;
pub(crate) mod mail;
