//! Small questions about paths.

use std::fmt::{self, Write as _};
use std::path::{Component, Path, PathBuf};

/// A path for a one-line message or a table: bytes that are no UTF-8 become `�`, control
/// characters are escaped, so that a file name can neither break the line nor drive the terminal.
#[must_use]
pub fn shown(path: &Path) -> impl fmt::Display {
    Shown(path.to_string_lossy().into_owned())
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

/// The folder a file is in; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// One name for every way to write the path of a file that may not exist yet: its deepest existing
/// folder resolved, the rest appended.
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
