//! What a screen reader gets of a host's window, and what it asks of it.
//!
//! The framework passes neither on (egui-baseview 0.9.0), so a plug-in of egui does (`bridge.rs`). On Linux
//! only, by AT-SPI; elsewhere the window tells screen readers nothing.
//!
//! What speaks AT-SPI (accesskit_unix 0.24.1, over zbus) starts threads for the process that never end, as soon
//! as the first adapter is made. So an adapter is made only once a screen reader is there, which the
//! session's bus is asked for by `session_bus.rs`, without a thread; and before that the library is made to
//! stay loaded (`pinned.rs`), because a host that unloaded it would take their code away from those threads.
//! Without a screen reader, or without a bus, no thread runs, no tree is built, and the library can be unloaded.

#[cfg(target_os = "linux")]
mod bridge;
#[cfg(not(target_os = "linux"))]
mod nothing;
#[cfg(target_os = "linux")]
mod pinned;
#[cfg(target_os = "linux")]
mod session_bus;

#[cfg(target_os = "linux")]
pub(super) use bridge::{Lookout, ScreenReader};
#[cfg(not(target_os = "linux"))]
pub(super) use nothing::{Lookout, ScreenReader};
