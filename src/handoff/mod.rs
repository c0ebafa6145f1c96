//! What crosses threads. Nothing else is shared between them.
//!
//! | file | between | how |
//! |---|---|---|
//! | [`command_slot`], [`link`] | design thread and audio thread | wait-free; nothing is freed on the audio thread. A model checker goes through the slot (`tests/model.rs`) |
//! | [`design_requests`] | design thread and everyone who may wait: the host's main thread, the editor | a lock. The audio thread only raises its flag, except in renders that the host declares offline |
//! | [`request_watch`] | audio threads and design threads | one thread a process looks at the flags, because waking a thread is a system call |
//! | [`rendered`] | audio thread and design thread | a wait-free ring of what was rendered |
//! | [`analyzer_ring`] | audio thread and an open editor | a wait-free ring that drops when full |

pub(crate) mod analyzer_ring;
mod block_report;
pub(crate) mod command_slot;
pub(crate) mod design_requests;
pub(crate) mod link;
pub(crate) mod rendered;
pub(crate) mod request_watch;
pub(crate) mod sync;

pub(crate) use block_report::BlockReport;
