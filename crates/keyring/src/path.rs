//! Where the keyring is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::KeyringError;

/// The environment variable that names the keyring file.
pub const PATH_VARIABLE: &str = "PATCHVEIL_KEYRING";

/// The keyring's place when nobody says otherwise: the file `keyring` in the user's data directory,
/// on Linux `~/.local/share/patchveil/keyring`. It has no extension because it is JSON or, under a
/// passphrase, an age file.
///
/// # Errors
/// [`KeyringError::NoDataDir`] when the system does not know the user's home.
pub fn default_path() -> Result<PathBuf, KeyringError> {
    ProjectDirs::from("org", "Patchveil", "Patchveil")
        .map(|dirs| dirs.data_dir().join("keyring"))
        .ok_or(KeyringError::NoDataDir)
}

/// The keyring to use: `explicit` if given, else what the environment variable
/// [`PATH_VARIABLE`] names (empty counts as unset), else [`default_path`].
///
/// # Errors
/// As [`default_path`], when it comes to that.
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
    fn what_is_said_outright_beats_the_environment_which_beats_the_default() {
        let said = Path::new("/said");
        assert_eq!(resolve(Some(said), Some("/env".into())).unwrap(), said);
        assert_eq!(resolve(None, Some("/env".into())).unwrap(), Path::new("/env"));
        assert_eq!(resolve(None, Some("".into())).unwrap(), default_path().unwrap());
        assert_eq!(resolve(None, None).unwrap(), default_path().unwrap());
    }

    #[test]
    fn the_default_is_a_file_of_its_own_in_a_directory_of_patchveil() {
        let path = default_path().unwrap();
        assert_eq!(path.file_name().unwrap(), "keyring");
        assert!(path.to_string_lossy().to_lowercase().contains("patchveil"));
    }
}
