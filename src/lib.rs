//! Patchveil as a plug-in: what hosts see.
//!
//! | file | what it does |
//! |---|---|
//! | `lib.rs` | the plug-in as the formats want it |
//! | `params.rs` | parameters, and the recipe that follows from them |
//! | `state.rs` | what a session keeps: class by fingerprint, never the key |
//! | `audio.rs`, `fade.rs`, `inverse.rs`, `timeline.rs` | the audio thread |
//! | `handoff.rs` | the only room where threads meet |
//! | `designer.rs` | the thread that reads the keyring and designs veils |
//! | `keys.rs` | the keyring as an editor sees and changes it |
//! | `analyzer.rs` | what an editor is shown about the sound |
//! | `status.rs` | what is happening, in words |
//! | `editor.rs` | the window |
//!
//! # Timeline
//! While the host plays and states a position, that position counts. Otherwise samples are
//! counted on from the last one, or from 0 after a reset. After a jump of more than 10 ms the veil
//! forgets what it heard, as if silence had come before: a bounce that starts in the middle has
//! its patches where the whole render has them, and differs from it only while ground and kernel
//! (8 ms each) still reach back before the start.
//!
//! # Restoring
//! In the mode [`ModeChoice::Restore`] the veil is taken off what was protected, sample for sample
//! as [`patchveil_veil::Restorer`] does it: with the same class and settings, and with the recording
//! where it lay on the timeline. What cannot be restored (no key, a recipe without an inverse)
//! passes unchanged, since it is what was published anyway, and the status says so. Where the host
//! states no position the editor warns: a count of its own is right only by chance. Going over
//! between the modes, and to another key or recipe while restoring, is a fade to some hundredths of
//! a second of silence, in which the recursion finds its feet.
#![deny(unsafe_code)]

pub mod analyzer;
mod editor;
mod editor_state;
mod engine;
mod handoff;
pub mod keys;
mod params;
mod plugin;
mod state;
mod status;
mod veil_designer;

pub use editor::Window;
pub use editor_state::{EditorState, EditorStateField};
pub use params::{
    ModeChoice, OutputParams, PatchParams, PatchveilParams, PresetChoice, VeilParams,
};
pub use plugin::{Patchveil, Remote};
pub use state::{Choice, ChosenClass, ClassField, Saved};
pub use status::Status;

nice_plug::nice_export_clap!(Patchveil);
nice_plug::nice_export_vst3!(Patchveil);
