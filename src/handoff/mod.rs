//! The only room where threads meet.
//!
//! - [`slot`] lies between the designer and the audio thread. Both ends are wait-free, nothing is
//!   ever freed on the audio thread, and a model checker goes through it (`tests/model.rs`).
//! - [`requests`] lies between the designer and everyone who may wait: the host's main thread and the
//!   editor. The audio thread stays away from it, but for renders that are not live.
//! - [`feed`] lies between the audio thread and an open editor: a wait-free ring that drops.

pub(crate) mod analyzer_ring;
pub(crate) mod command_slot;
pub(crate) mod design_requests;
pub(crate) mod sync;
