//! Patchveil as a plug-in: CLAP and VST3, and what the standalone (`crates/standalone`) shares with it.
//!
//! | file | what it does |
//! |---|---|
//! | `plugin.rs`, `host_block.rs` | the plug-in as hosts see it; the host's blocks, and where they lie |
//! | `clap_entry/`, `host_presets/` | the entry for CLAP hosts; the presets that hosts list |
//! | `made.rs` | what an entry shares with the instance that the framework makes |
//! | `remote.rs`, `session.rs` | an instance as its editor sees it, and as the standalone remembers it |
//! | `params/` | parameters, and the recipe that follows from them |
//! | `state/`, `editor_state.rs` | what a session keeps: the class by fingerprint, never the key; the window |
//! | `engine/` | the audio thread |
//! | `veil_designer/` | the thread that reads the keyring and designs veils |
//! | `handoff/` | what crosses threads |
//! | `keys/` | the keyring as an editor sees and changes it |
//! | `analyzer/` | what an editor is shown about the sound |
//! | `status.rs`, `route.rs` | what an instance is doing, in words; where its sound comes from |
//! | `editor/` | the window |
//!
//! # Timeline
//! While the host plays and states a position, that position counts. Otherwise samples are counted
//! from the last one, or from 0 after a reset. A jump is a step of more than 1 ms. In a render that the
//! host declares, and out of silence, all samples before it count as silence: a bounce that starts in the middle
//! has its patches where the whole render has them, and differs from it only while static EQ and kernel (8 ms
//! each) and mark (up to 12 ms) still reach back before its start. Where sound goes on, what was heard stays
//! the past for as long, and for 5 ms what would have gone on fades out (`engine/jump.rs`).
//!
//! # Changes
//! A change of settings acts 30 ms of timeline after the sample at which the host states it, and at
//! the next patch of the veil; before anything is heard it acts at once. So what a sample is processed with
//! depends on its place in the timeline, in every host and at every block size. If a design is not
//! ready by then, a render waits for it; a live stream goes on with the veil in force, or stays
//! silent, but never leaves unprotected.
//!
//! # Restoring
//! In the mode [`ModeChoice::Restore`] mark and veil are taken off sample for sample as
//! [`patchveil_veil::Restorer`] does it: with the same class and settings, and with the recording
//! where it lay on the timeline. What cannot be restored (no key, a recipe without an inverse)
//! passes unchanged, since it is what was published anyway, and the status says so. A change of the
//! mode, and of key or recipe while restoring, fades to some hundredths of a second of silence, in
//! which the recursion settles.
#![deny(unsafe_code)]

pub mod analyzer;
mod clap_entry;
mod editor;
mod editor_state;
mod engine;
mod handoff;
mod host_block;
mod host_presets;
pub mod keys;
mod made;
mod params;
mod plugin;
mod remote;
mod route;
mod session;
mod state;
mod status;
mod trouble;
mod veil_designer;
mod vst3_entry;

pub use clap_entry::clap_entry;
pub use editor::{DirectGesture, EditorView, ParamGesture, Window, look};
pub use editor_state::{EditorState, EditorStateField};
pub use params::{
    FormerPresetChoice, ModeChoice, OutputParams, PatchParams, PatchveilParams, PresetChoice,
    RecipeParams, VeilParams,
};
pub use plugin::{LiveBlock, Patchveil};
pub use remote::Remote;
pub use route::Route;
pub use session::Session;
pub use state::{Choice, ChosenClass, ClassField, Saved};
pub use status::Status;
pub use trouble::{FileTrouble, KeyringTrouble, NoProtection};

/// Has what the plug-in logs written where the environment variable `NICE_LOG` says, or to standard
/// error.
pub fn start_log() {
    nice_plug::wrapper::setup_logger::<Patchveil>();
}
