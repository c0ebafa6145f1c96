//! What is remembered on this machine: devices, class, recipe and look. Never a key.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};
use patchveil_plugin::{FileTrouble, Session};
use patchveil_words::Words;
use serde::{Deserialize, Serialize};

use crate::audio::Wanted;
use crate::recorder::Samples;

/// The environment variable that names the file.
pub(crate) const VARIABLE: &str = "PATCHVEIL_STANDALONE_CONFIG";

/// All that is remembered. What is missing in the file gets its default. A file that cannot be read is
/// set aside before another takes its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) devices: Wanted,
    /// The output is heard.
    pub(crate) monitor: bool,
    pub(crate) recording: RecordingSettings,
    pub(crate) session: Session,
    /// Size of the window in points.
    pub(crate) window: (f32, f32),
    /// The welcome was seen, or skipped.
    pub(crate) welcomed: bool,
    /// There is a backup of the keys, says the user.
    pub(crate) backed_up: bool,
}

/// Why settings are not read or kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The file cannot be read; what the system or the reader says.
    Unreadable {
        path: PathBuf,
        said: String,
    },
    /// The file that cannot be read stays in its place.
    NotSetAside {
        path: PathBuf,
        said: String,
    },
    NotWritten(FileTrouble),
}

impl Trouble {
    /// One or two sentences.
    pub(crate) fn text(&self, words: &Words) -> String {
        let texts = &words.settings_trouble;
        match self {
            Self::Unreadable { path, said } => {
                (texts.unreadable)(&path.display().to_string(), said)
            }
            Self::NotSetAside { path, said } => {
                (texts.not_set_aside)(&path.display().to_string(), said)
            }
            Self::NotWritten(file) => file.text(&words.files),
        }
    }
}

/// How to record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RecordingSettings {
    /// Empty for the default folder.
    pub(crate) folder: PathBuf,
    pub(crate) samples: Samples,
    pub(crate) pre_roll: bool,
    /// 0 for never.
    pub(crate) split_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            devices: Wanted::default(),
            monitor: true,
            recording: RecordingSettings::default(),
            session: Session::default(),
            window: (1_000.0, 720.0),
            welcomed: false,
            backed_up: false,
        }
    }
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self {
            folder: PathBuf::new(),
            samples: Samples::default(),
            pre_roll: true,
            split_minutes: 0,
        }
    }
}

impl RecordingSettings {
    /// The folder to record to.
    pub(crate) fn folder(&self) -> PathBuf {
        if self.folder.as_os_str().is_empty() { default_folder() } else { self.folder.clone() }
    }
}

/// The user's folder for music, or else home.
fn default_folder() -> PathBuf {
    let dirs = UserDirs::new();
    let music = dirs.as_ref().and_then(|dirs| dirs.audio_dir().map(Path::to_owned));
    let home = dirs.map(|dirs| dirs.home_dir().to_owned());
    music.or(home).unwrap_or_default().join("Patchveil")
}

/// Where the settings are kept, if the system says so.
pub(crate) fn path() -> Option<PathBuf> {
    let named: Option<OsString> = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    named.map(PathBuf::from).or_else(|| {
        let dirs = ProjectDirs::from("org", "Patchveil", "Patchveil")?;
        Some(dirs.config_dir().join("standalone.json"))
    })
}

/// The settings in a file. A second value says why it cannot be read; then nothing passes until a class
/// is chosen, because one may have been.
pub(crate) fn load(path: Option<&Path>) -> (Settings, Option<Trouble>) {
    let Some(path) = path else { return (Settings::default(), None) };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return (Settings::default(), None);
        }
        Err(error) => return (unreadable(), Some(said(path, &error))),
    };
    match serde_json::from_str(&text) {
        Ok(settings) => (settings, None),
        Err(error) => (unreadable(), Some(said(path, &error))),
    }
}

fn unreadable() -> Settings {
    Settings { session: Session::unreadable(), ..Settings::default() }
}

fn said(path: &Path, error: &dyn std::fmt::Display) -> Trouble {
    Trouble::Unreadable { path: path.to_owned(), said: error.to_string() }
}

/// Renames a file that cannot be read to `….unreadable`, or `….unreadable 2` and so on where that is taken,
/// so that nothing in it is lost.
///
/// # Errors
/// What failed.
pub(crate) fn set_aside(path: &Path) -> Result<(), Trouble> {
    let name = |number: u64| {
        let mut name = path.as_os_str().to_owned();
        name.push(".unreadable");
        if number > 1 {
            name.push(format!(" {number}"));
        }
        PathBuf::from(name)
    };
    let free = (1..).map(name).find(|to| to.symlink_metadata().is_err());
    match fs::rename(path, free.unwrap_or_else(|| name(1))) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Trouble::NotSetAside { path: path.to_owned(), said: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// Writes the settings: whole, or not at all.
///
/// # Errors
/// What failed.
pub(crate) fn save(path: &Path, settings: &Settings) -> Result<(), Trouble> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, settings)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Trouble::NotWritten(FileTrouble::writing(path, &error)))
}

#[cfg(test)]
mod tests {
    use patchveil_words::Language;

    use super::*;
    use crate::audio::BackendKind;

    #[test]
    fn what_is_saved_is_what_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/standalone.json");
        assert_eq!(load(Some(&path)), (Settings::default(), None));
        let settings = Settings {
            devices: Wanted {
                backend: BackendKind::System,
                input: Some("hw:1".to_owned()),
                channels: 1,
                ..Wanted::default()
            },
            monitor: false,
            welcomed: true,
            ..Settings::default()
        };
        save(&path, &settings).unwrap();
        assert_eq!(load(Some(&path)), (settings, None));
    }

    #[test]
    fn a_file_of_another_version_or_none_at_all_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("standalone.json");
        fs::write(&path, r#"{"devices":{"backend":"quantum","channels":5},"newer":1}"#).unwrap();
        let (settings, trouble) = load(Some(&path));
        assert_eq!(trouble, None);
        assert_eq!(settings.devices.checked(), Wanted::default());
        fs::write(&path, "{").unwrap();
        let (settings, trouble) = load(Some(&path));
        assert_eq!(settings, unreadable());
        let said = trouble.unwrap().text(Language::English.words());
        assert!(said.contains("standalone.json"), "{said}");
        set_aside(&path).unwrap();
        save(&path, &settings).unwrap();
        // Another one, later.
        fs::write(&path, "[").unwrap();
        set_aside(&path).unwrap();
        let kept = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(kept("standalone.json.unreadable"), "{");
        assert_eq!(kept("standalone.json.unreadable 2"), "[");
    }
}
