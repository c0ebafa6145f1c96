//! The names of recordings, protected and restored files.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::leftovers::TEMP_PREFIX;

/// What the names of protected files have before their ending.
pub(super) const PROTECTED: &str = ".protected";
/// What the names of restored files have before their ending.
pub(super) const RESTORED: &str = ".restored";

/// How the names of recordings end.
const ENDINGS: [&str; 30] = [
    ".wav", ".wave", ".bwf", ".rf64", ".bw64", ".w64", ".aiff", ".aif", ".aifc", ".caf", ".flac",
    ".mp3", ".m4a", ".m4b", ".mp4", ".alac", ".aac", ".ogg", ".oga", ".opus", ".wv", ".wma",
    ".ac3", ".eac3", ".dts", ".amr", ".mka", ".webm", ".mpc", ".tak",
];

/// Whether a file of this name is a recording. In any case of letters; unfinished outputs are not, nor the
/// `._*` companions that macOS leaves on other file systems.
#[must_use]
pub fn is_recording(name: &OsStr) -> bool {
    let starts_with = |prefix: &str| name.as_encoded_bytes().starts_with(prefix.as_bytes());
    !starts_with(TEMP_PREFIX)
        && !starts_with("._")
        && ENDINGS.iter().any(|ending| ends_with(name, ending))
}

/// Whether the name of a file says that it is protected.
pub(crate) fn is_named_protected(path: &Path) -> bool {
    has_suffix(path, PROTECTED)
}

/// Whether the name of a recording has `suffix` before its ending, in any case of letters, and something before that.
pub(super) fn has_suffix(path: &Path, suffix: &str) -> bool {
    let Some(name) = path.file_name() else { return false };
    ENDINGS.iter().any(|ending| ends_with(name, &format!("{suffix}{ending}")))
}

/// Whether the name of a file ends so, in any case of letters, with something before it.
pub(super) fn is_named(path: &Path, suffix: &str) -> bool {
    path.file_name().is_some_and(|name| ends_with(name, suffix))
}

/// The name without the endings of recordings and protected files.
pub(super) fn bare_stem(path: &Path, without_protected: bool) -> OsString {
    let stem = path.file_stem().unwrap_or_default();
    let stem = if without_protected { Path::new(stem).file_stem() } else { Some(stem) };
    stem.unwrap_or_default().to_owned()
}

fn ends_with(name: &OsStr, suffix: &str) -> bool {
    let name: OsString = name.to_ascii_lowercase();
    let name = name.as_encoded_bytes();
    name.len() > suffix.len() && name.ends_with(suffix.as_bytes())
}
