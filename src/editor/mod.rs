//! The editor: class keys, spectra before and after the veil, and what happens now.
//!
//! | file | what it does |
//! |---|---|
//! | `window.rs`, `renderer.rs` | the window, as hosts open and close it |
//! | `app.rs`, `view.rs` | what an open window holds, in a host and anywhere |
//! | `watch/` | when a host's window is painted |
//! | `typing/` | what the keyboard types in a host's window |
//! | `screen_reader/` | what a screen reader gets of a host's window |
//! | `look.rs` | colours and widgets for the windows around an editor |
//! | `layout.rs` | which panel is where |
//! | `headline/` | the headline at the top |
//! | `figures.rs` | the figures at the bottom |
//! | `analyzer_panel/`, `timeline_panel/`, `axis.rs` | plots of the audio |
//! | `keys_panel/` | the class keys |
//! | `strength/`, `presets.rs` | the dial, and what it does to this sound |
//! | `history/` | undo and redo |
//! | `user_presets/` | the user's own presets |
//! | `ab.rs` | the original against the processed sound, equally loud |
//! | `receipts.rs` | where receipts of renders go |
//! | `controls.rs`, `param_control/`, `param_gesture.rs` | the row of all controls |
//! | `theme.rs`, `words.rs`, `view_menu.rs` | colours, spacing and type; the language; the menu of them |
//! | `icons.rs`, `widgets/`, `mesh.rs`, `rounded.rs` | what panels are made of |
//!
//! Panels are functions: what they show and keep is passed in, so a test can draw any situation. They
//! know neither the host nor the audio thread.

mod ab;
mod analyzer_panel;
mod app;
mod axis;
mod controls;
mod figures;
mod headline;
mod history;
mod icons;
mod keys_panel;
mod layout;
pub mod look;
mod mesh;
mod param_control;
mod param_gesture;
mod presets;
mod receipts;
mod renderer;
mod rounded;
mod screen_reader;
mod strength;
mod theme;
mod timeline_panel;
mod typing;
mod user_presets;
mod view;
mod view_menu;
mod watch;
mod widgets;
mod window;
mod window_threads;
mod words;

#[cfg(test)]
mod tests;

pub use param_gesture::{DirectGesture, ParamGesture};
pub use view::EditorView;
pub use window::Window;
