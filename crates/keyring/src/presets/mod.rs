//! The user's own presets: recipe files in one folder, which the command and the plug-in share.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | the folder: listing, reading, saving, renaming, removing |
//! | `name.rs` | which names a preset may have |
//! | `recipe.rs` | a recipe in a text |
//!
//! A preset is the file `NAME.json` with a recipe, as `patchveil recipe` prints it. There are no keys in it.

mod name;
mod recipe;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use patchveil_veil::{Recipe, RecipeError};

pub use self::recipe::{RecipeText, recipe_from_json, recipe_to_json};
use crate::{KeyringError, resolve_path, sync_directory};

/// Name of the folder.
const FOLDER: &str = "presets";
/// What follows the name of a preset.
const EXTENSION: &str = "json";
/// Longest recipe in bytes.
pub const RECIPE_BYTES_MAX: u64 = 1 << 16;
/// Most presets that are listed: limits what a folder full of files can cost.
const LISTED_MAX: usize = 500;

/// The folder of this user's presets: `presets` beside the keyring that the plug-in uses, on Linux
/// `~/.local/share/patchveil/presets`. It need not exist.
///
/// # Errors
/// As [`resolve_path`].
pub fn presets_folder() -> Result<PathBuf, KeyringError> {
    Ok(resolve_path(None)?.with_file_name(FOLDER))
}

/// Why a preset cannot be used. Every message is one line that says what, where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetError {
    /// No preset may be called so.
    #[error("a preset cannot be called {name}: {reason}")]
    BadName {
        /// What was typed, quoted.
        name: String,
        /// Why not.
        reason: String,
    },
    /// There is none of that name.
    #[error("no preset of yours is called {0}; “patchveil recipe --list” lists them")]
    Unknown(String),
    /// There is one of that name already.
    #[error("there is a preset {0} already: choose another name, or remove that one first")]
    Exists(String),
    /// The file is no recipe.
    #[error("{}: is not a recipe: {reason}; start from what “patchveil recipe” prints", path.display())]
    NotARecipe {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// It is a recipe that cannot be used.
    #[error("{}: {source}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: RecipeError,
    },
    /// The system refuses.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

/// A preset of the user's.
#[derive(Debug)]
pub struct UserPreset {
    /// Its name: that of the file, without `.json`.
    pub name: String,
    /// What it is, or why it cannot be used.
    pub recipe: Result<Recipe, PresetError>,
}

/// The presets in one folder.
#[derive(Debug, Clone)]
pub struct UserPresets {
    folder: PathBuf,
}

impl UserPresets {
    /// Those of this user.
    ///
    /// # Errors
    /// As [`presets_folder`].
    pub fn of_user() -> Result<Self, KeyringError> {
        presets_folder().map(Self::in_folder)
    }

    /// Those in this folder, which need not exist.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All of them by name, at most 500. A file that is no recipe is listed with why; other files are
    /// not. A folder that does not exist has none.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<UserPreset>, PresetError> {
        let failed = |source| io_error("list it", &self.folder, source);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_json = path.extension().is_some_and(|ending| ending == EXTENSION);
            if let Some(name) = stem.filter(|name| is_json && name::clean(name) == Ok(*name)) {
                names.push(name.to_owned());
            }
        }
        names.sort_by_key(|name| (crate::name::fold(name), name.clone()));
        names.truncate(LISTED_MAX);
        let read = |name: String| UserPreset { recipe: read_preset(&self.path(&name)), name };
        Ok(names.into_iter().map(read).collect())
    }

    /// The recipe of the preset with this name.
    ///
    /// # Errors
    /// There is none, or it is no recipe that this build can use.
    pub fn recipe(&self, name: &str) -> Result<Recipe, PresetError> {
        let path = self.path(checked(name)?);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(PresetError::Unknown(crate::name::shown(name)))
            }
            _ => read_preset(&path),
        }
    }

    /// Saves a recipe under a name that is not taken; returns the file. It is complete, or not there.
    ///
    /// # Errors
    /// The name cannot be used or is taken, or the file cannot be written.
    pub fn save(&self, name: &str, recipe: &Recipe) -> Result<PathBuf, PresetError> {
        let name = checked(name)?;
        let path = self.path(name);
        let failed = |source| io_error("write it", &path, source);
        fs::create_dir_all(&self.folder)
            .map_err(|source| io_error("make it", &self.folder, source))?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        let text = recipe_to_json(recipe).map_err(|error| failed(io::Error::other(error)))?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        match file.persist_noclobber(&path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(PresetError::Exists(crate::name::shown(name)));
            }
            Err(error) => return Err(failed(error.error)),
        }
        sync_directory(&self.folder).map_err(|source| io_error("sync it", &self.folder, source))?;
        Ok(path)
    }

    /// Removes the preset with this name.
    ///
    /// # Errors
    /// There is none, or it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), PresetError> {
        let path = self.path(checked(name)?);
        fs::remove_file(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => PresetError::Unknown(crate::name::shown(name)),
            _ => io_error("remove it", &path, source),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }
}

/// The recipe in the file at `path`.
///
/// # Errors
/// It is none that this build can use, or cannot be read.
pub fn read_preset(path: &Path) -> Result<Recipe, PresetError> {
    let failed = |source| io_error("read it", path, source);
    // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is not a regular file")));
    }
    let not_a_recipe =
        |reason: &str| PresetError::NotARecipe { path: path.to_owned(), reason: reason.into() };
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(RECIPE_BYTES_MAX + 1).read_to_string(&mut text))
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => not_a_recipe("it is not text"),
            _ => failed(error),
        })?;
    if text.len() as u64 > RECIPE_BYTES_MAX {
        return Err(not_a_recipe("it is too long"));
    }
    recipe_from_json(&text).map_err(|error| match error {
        RecipeText::Syntax(error) => not_a_recipe(&one_line(&error.to_string())),
        RecipeText::Recipe(source) => PresetError::Unusable { path: path.to_owned(), source },
    })
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> PresetError {
    PresetError::Io { path: path.to_owned(), action, source }
}

/// The name as it is stored, if a preset may have it.
fn checked(typed: &str) -> Result<&str, PresetError> {
    name::clean(typed)
        .map_err(|reason| PresetError::BadName { name: crate::name::shown(typed), reason })
}

/// The message on one line, whatever the file says.
fn one_line(message: &str) -> String {
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
