//! The user's settings of the plug-in, for all sessions: a session goes to others, and a path is personal.

use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde_json::{Map, Value};

/// The environment variable that names the file with the settings.
pub const SETTINGS_VARIABLE: &str = "PATCHVEIL_PLUGIN_SETTINGS";
/// Where the receipts go.
const FOLDER: &str = "receipts_folder";

/// The settings, at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings(PathBuf);

impl Settings {
    /// The user's own: what [`SETTINGS_VARIABLE`] names, else `plugin.json` in the user's settings, on Linux
    /// `~/.config/patchveil/plugin.json`. None for a user without a home directory.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        if let Some(path) = std::env::var_os(SETTINGS_VARIABLE).filter(|path| !path.is_empty()) {
            return Some(Self(path.into()));
        }
        let folders = ProjectDirs::from("org", "Patchveil", "Patchveil")?;
        Some(Self(folders.config_dir().join("plugin.json")))
    }

    /// Those at `path`.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder that receipts are written to; none where the user named none, or it cannot be read.
    #[must_use]
    pub fn receipts_folder(&self) -> Option<PathBuf> {
        let folder = self.read().ok()?.remove(FOLDER)?;
        Some(folder.as_str()?.into()).filter(|folder: &PathBuf| folder.is_absolute())
    }

    /// Names the folder, or none.
    ///
    /// # Errors
    /// Those of the file system, a path that is not absolute or not UTF-8, and settings that cannot be read:
    /// they are not replaced.
    pub fn set_receipts_folder(&self, folder: Option<&Path>) -> io::Result<()> {
        let mut all = self.read()?;
        match folder {
            None => all.remove(FOLDER),
            Some(folder) => {
                let text = folder.to_str().filter(|_| folder.is_absolute());
                let text = text.ok_or(io::ErrorKind::InvalidInput)?;
                all.insert(FOLDER.to_owned(), Value::String(text.to_owned()))
            }
        };
        let parent = match self.0.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(parent)?;
        let mut file = tempfile::NamedTempFile::new_in(parent)?;
        serde_json::to_writer_pretty(&mut file, &Value::Object(all))?;
        file.as_file().sync_all()?;
        file.persist(&self.0)?;
        sync_directory(parent)
    }

    /// All of them, with those of newer builds; none where there is no such file.
    fn read(&self) -> io::Result<Map<String, Value>> {
        let failed = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", self.0.display()))
        };
        let text = match std::fs::read(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Map::new()),
            text => text.map_err(failed)?,
        };
        serde_json::from_slice(&text).map_err(|error| failed(error.into()))
    }
}

/// Waits until the names in a folder have reached the disk, so that a rename survives a power failure.
#[cfg(unix)]
fn sync_directory(folder: &Path) -> io::Result<()> {
    match std::fs::File::open(folder)?.sync_all() {
        // Some network file systems cannot sync a folder.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_off_until_a_folder_is_named_and_what_is_not_known_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/plugin.json");
        let settings = Settings::at(&path);
        assert_eq!(settings.receipts_folder(), None);
        settings.set_receipts_folder(Some(home.path())).unwrap();
        assert_eq!(settings.receipts_folder().as_deref(), Some(home.path()));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen('{', r#"{"newer": 7,"#, 1)).unwrap();
        settings.set_receipts_folder(None).unwrap();
        assert_eq!(settings.receipts_folder(), None);
        assert_eq!(settings.read().unwrap().get("newer"), Some(&Value::from(7)));
        assert!(settings.set_receipts_folder(Some(Path::new("here"))).is_err());
    }

    #[test]
    fn settings_that_cannot_be_read_are_none() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("plugin.json");
        for text in ["", "{", "[]", r#"{"receipts_folder": 7}"#, r#"{"receipts_folder": "x"}"#] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Settings::at(&path).receipts_folder(), None, "{text}");
        }
    }

    #[test]
    fn settings_that_cannot_be_read_are_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("plugin.json");
        for text in ["", r#"{"newer": 7,}"#, "[]"] {
            std::fs::write(&path, text).unwrap();
            let error = Settings::at(&path).set_receipts_folder(Some(home.path())).unwrap_err();
            assert!(error.to_string().contains("plugin.json"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
