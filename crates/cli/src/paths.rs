//! Paths: printed, written as JSON, and compared.

use std::fmt::{self, Write as _};
use std::path::{Component, Path, PathBuf};

/// A path for a one-line message or a table. Bytes that are not UTF-8 become `�` and control characters
/// are escaped, so that a file name can neither break the line nor control the terminal.
#[must_use]
pub fn shown(path: &Path) -> impl fmt::Display {
    Shown(path.to_string_lossy().into_owned())
}

/// A message that may quote what others wrote, with control characters escaped likewise.
pub(crate) fn one_line(message: impl fmt::Display) -> String {
    Shown(message.to_string()).to_string()
}

struct Shown(String);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() {
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
/// numbers.
pub mod json {
    use std::path::Path;

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
        object.serialize_entry(text, &path.to_string_lossy())?;
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
