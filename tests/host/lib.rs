//! Hosts for the tests: CLAP and VST3, from the built library to samples.
//!
//! Panics are how it fails; nothing but tests uses it.

pub mod audio;
pub mod build;
pub mod clap;
#[cfg(target_os = "linux")]
pub mod display;
#[cfg(target_os = "linux")]
pub mod editor;
pub mod keys;
pub mod player;
pub mod requests;
pub mod signal;
pub mod vst3;
