//! CLAP and VST3 hosts for the tests: they load the built library and run audio through it.
//!
//! For tests only: every failure panics.

pub mod audio;
pub mod build;
pub mod clap;
#[cfg(target_os = "linux")]
pub mod display;
#[cfg(target_os = "linux")]
pub mod editor;
#[cfg(target_os = "linux")]
pub mod jack;
pub mod keys;
pub mod player;
pub mod ports;
pub mod presets;
pub mod python;
pub mod requests;
#[cfg(target_os = "linux")]
pub mod screen_reader;
pub mod signal;
pub mod vst3;
