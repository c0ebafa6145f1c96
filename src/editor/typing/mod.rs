//! What the keyboard types, where the framework gets it wrong.
//!
//! On X11 the framework reads the keyboard's layout once, when the window opens, and drops dead keys. So a name
//! or a passphrase would come out wrong after a change of the layout, and without its accents. Here the key
//! presses of the window are heard a second time, with the layout in force and the compose sequences of the
//! user's language, and what the framework made of them is replaced before egui sees it.

#[cfg(target_os = "linux")]
mod layout;
#[cfg(target_os = "linux")]
mod presses;
#[cfg(target_os = "linux")]
mod texts;

#[cfg(target_os = "linux")]
pub(super) use texts::start;

/// Elsewhere the framework is right.
#[cfg(not(target_os = "linux"))]
pub(super) fn start(_: &egui::Context, _: Option<super::watch::WindowId>) {}
