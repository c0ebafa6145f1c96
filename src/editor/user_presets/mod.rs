//! The user's own presets: recipe files, the same that the command knows by `--preset NAME`.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | what the menu shows and asks for |
//! | `load.rs` | from a recipe to parameters, whole or not at all |
//! | `store.rs` | reads and writes the files |
//! | `menu.rs` | the menu |

mod load;
mod menu;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use self::load::apply;
pub(crate) use self::menu::draw;
pub(crate) use self::store::Store;
pub(crate) use crate::params::Fit;

/// What the menu shows, and what is being typed in it.
#[derive(Debug, Default)]
pub(crate) struct PresetsMenu {
    /// As last read.
    pub(crate) entries: Vec<Entry>,
    /// The folder, or why there is none.
    pub(crate) folder: String,
    /// What the last action came to.
    pub(crate) message: Option<Message>,
    /// The name to save under.
    name: String,
    /// It was open in the frame before.
    was_open: bool,
}

/// One line for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// It was done.
    Done(String),
    /// It was not.
    Failed(String),
}

/// A preset of the user's, as the menu shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// What it is, in the parameters' words; or why it cannot be used here.
    pub(crate) note: Result<(Fit, String), String>,
    /// The settings are just so.
    pub(crate) chosen: bool,
}

/// What the user asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PresetAction {
    /// Read the folder again.
    List,
    /// Use this one.
    Use(Fit),
    /// Save the settings under this name.
    Save(String),
    /// Remove the one of this name.
    Remove(String),
}
