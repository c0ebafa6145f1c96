//! Paths: printed, written as JSON, and compared.

use std::fmt::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use patchveil_keyring::without_keys;
use patchveil_receipts::misleads;

/// A path for a one-line message or a table. Bytes that are not UTF-8 become `�`; control characters, and those that
/// change the direction of writing, are escaped, so that a file name can neither break the line, control the terminal nor
/// look like another; and a key that was typed by mistake is not repeated.
#[must_use]
pub fn shown(path: &Path) -> impl fmt::Display {
    Shown(path.to_string_lossy().into_owned())
}

/// A message that may quote what others wrote, escaped likewise.
pub(crate) fn one_line(message: impl fmt::Display) -> String {
    Shown(message.to_string()).to_string()
}

struct Shown(String);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in without_keys(&self.0).chars() {
            if misleads(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Paths as fields of a JSON object, for `#[serde(flatten, serialize_with = "…")]`.
///
/// JSON strings are Unicode. A path is written under its field's name, with `�` for what is not UTF-8;
/// if there is any of that, the exact bytes follow under that name plus `_bytes`, as a list of
/// numbers. A key that was given for a path is not repeated.
pub mod json {
    use std::path::Path;

    use patchveil_keyring::without_keys;
    use serde::Serializer;
    use serde::ser::SerializeMap;

    /// `input` and, where it is not UTF-8, `input_bytes`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn input<S: Serializer>(path: impl AsRef<Path>, to: S) -> Result<S::Ok, S::Error> {
        write(["input", "input_bytes"], path.as_ref(), to)
    }

    /// `output` and, where it is not UTF-8, `output_bytes`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn output<S: Serializer>(path: impl AsRef<Path>, to: S) -> Result<S::Ok, S::Error> {
        write(["output", "output_bytes"], path.as_ref(), to)
    }

    /// `path` and, where it is not UTF-8, `path_bytes`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn path<S: Serializer>(path: impl AsRef<Path>, to: S) -> Result<S::Ok, S::Error> {
        write(["path", "path_bytes"], path.as_ref(), to)
    }

    /// `reference` and, where it is not UTF-8, `reference_bytes`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn reference<S: Serializer>(path: impl AsRef<Path>, to: S) -> Result<S::Ok, S::Error> {
        write(["reference", "reference_bytes"], path.as_ref(), to)
    }

    fn write<S: Serializer>(
        [text, exact]: [&'static str; 2],
        path: &Path,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(None)?;
        object.serialize_entry(text, &without_keys(&path.to_string_lossy()))?;
        if path.to_str().is_none() {
            object.serialize_entry(exact, path.as_os_str().as_encoded_bytes())?;
        }
        object.end()
    }
}

/// Size of a file in bytes, for a progress bar; 0 if it cannot be read.
#[must_use]
pub fn rough_size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// The folder a file is in; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// One path for all spellings of it, whether or not the file exists: the deepest existing folder
/// resolved, the rest appended.
pub(crate) fn identity(path: &Path) -> PathBuf {
    let mut existing = path;
    let mut missing = Vec::new();
    loop {
        let tried = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
        if let Ok(mut resolved) = tried.canonicalize() {
            for component in missing.into_iter().rev() {
                match component {
                    Component::Normal(name) => resolved.push(name),
                    Component::ParentDir => _ = resolved.pop(),
                    _ => {}
                }
            }
            return resolved;
        }
        match (existing.components().next_back(), existing.parent()) {
            (Some(last), Some(parent)) => {
                missing.push(last);
                existing = parent;
            }
            _ => return path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use patchveil_veil::ClassKey;

    use super::*;

    #[test]
    fn what_is_shown_cannot_pass_for_something_else_and_is_no_key() {
        assert_eq!(shown(Path::new("Größe 音.wav")).to_string(), "Größe 音.wav");
        for (name, expected) in [
            ("a\u{1b}[2J\nb", r"a\u{1b}[2J\nb"),
            ("a\u{202e}vaw.b", r"a\u{202e}vaw.b"),
            ("a\u{2066}b\u{2069}", r"a\u{2066}b\u{2069}"),
        ] {
            assert_eq!(shown(Path::new(name)).to_string(), expected);
            assert_eq!(one_line(name), expected);
        }
        let key = ClassKey::from_bytes([5; 32]);
        for text in [key.to_text(), key.echo_key().to_text()] {
            let said = shown(Path::new(text.as_str())).to_string();
            assert!(said.starts_with("pv") && said.ends_with("1…"), "{said}");
        }
    }
}
