//! Where the keyring is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::error::KeyringError;

/// The environment variable that names the keyring file.
pub const PATH_VARIABLE: &str = "PATCHVEIL_KEYRING";

/// The default path of the keyring: the file `keyring` in the user's data directory, on Linux
/// `~/.local/share/patchveil/keyring`. It has no extension because it is JSON or, with a passphrase, an
/// age file.
///
/// # Errors
/// [`KeyringError::NoDataDir`] if the user has no home directory.
pub fn default_path() -> Result<PathBuf, KeyringError> {
    ProjectDirs::from("org", "Patchveil", "Patchveil")
        .map(|dirs| dirs.data_dir().join("keyring"))
        .ok_or(KeyringError::NoDataDir { variable: PATH_VARIABLE })
}

/// The keyring to use: `explicit` if given, else what the environment variable
/// [`PATH_VARIABLE`] names (empty counts as unset), else [`default_path`].
///
/// # Errors
/// As [`default_path`], if it is used.
pub fn resolve_path(explicit: Option<&Path>) -> Result<PathBuf, KeyringError> {
    resolve(explicit, std::env::var_os(PATH_VARIABLE))
}

fn resolve(explicit: Option<&Path>, variable: Option<OsString>) -> Result<PathBuf, KeyringError> {
    match (explicit, variable.filter(|value| !value.is_empty())) {
        (Some(path), _) => Ok(path.to_path_buf()),
        (None, Some(path)) => Ok(path.into()),
        (None, None) => default_path(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_path_beats_the_environment_which_beats_the_default() {
        let explicit = Path::new("/explicit");
        assert_eq!(resolve(Some(explicit), Some("/env".into())).unwrap(), explicit);
        assert_eq!(resolve(None, Some("/env".into())).unwrap(), Path::new("/env"));
        assert_eq!(resolve(None, Some("".into())).unwrap(), default_path().unwrap());
        assert_eq!(resolve(None, None).unwrap(), default_path().unwrap());
    }

    #[test]
    fn the_default_is_the_file_keyring_in_a_directory_of_patchveil() {
        let path = default_path().unwrap();
        assert_eq!(path.file_name().unwrap(), "keyring");
        assert!(path.to_string_lossy().to_lowercase().contains("patchveil"));
    }
}
