//! From the arguments of a command to the files to search.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::DetectFileError;
use crate::output::TEMP_PREFIX;
use crate::paths::identity;

/// How the names of recordings end.
const ENDINGS: [&str; 11] =
    ["wav", "wave", "flac", "mp3", "m4a", "m4b", "mp4", "aac", "ogg", "oga", "opus"];

/// What a list of inputs comes to.
#[derive(Debug, Default)]
pub struct Files {
    /// The files, in the order of the inputs; within a folder by name. None twice.
    pub files: Vec<PathBuf>,
    /// Inputs that failed; the others can still be done.
    pub failures: Vec<DetectFileError>,
}

/// Finds the files to search in `inputs`: files whatever their name, and of folders everything
/// below that is named like a recording, links followed.
#[must_use]
pub fn expand(inputs: &[PathBuf]) -> Files {
    let mut found = Files::default();
    let mut seen = HashSet::new();
    for input in inputs {
        match fs::metadata(input) {
            Err(source) => {
                found.failures.push(DetectFileError::Unreadable { path: input.clone(), source })
            }
            Ok(meta) if meta.is_dir() => add_folder(input, &mut found, &mut seen),
            Ok(meta) if meta.is_file() => add_file(input, &mut found, &mut seen),
            Ok(_) => found.failures.push(DetectFileError::NotAFile(input.clone())),
        }
    }
    found
}

fn add_file(path: &Path, found: &mut Files, seen: &mut HashSet<PathBuf>) {
    if seen.insert(identity(path)) {
        found.files.push(path.to_owned());
    }
}

fn add_folder(folder: &Path, found: &mut Files, seen: &mut HashSet<PathBuf>) {
    let mut any = false;
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_recording(entry.path()) => {
                any = true;
                add_file(entry.path(), found, seen);
            }
            Ok(_) => {}
            // A link in a circle or to nowhere holds no recording.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink()) {
                    continue;
                }
                any = true;
                let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                found.failures.push(DetectFileError::Unreadable { path, source });
            }
        }
    }
    if !any {
        found.failures.push(DetectFileError::NoAudio(folder.to_owned()));
    }
}

fn is_recording(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let companion = name.starts_with(b"._") || name.starts_with(TEMP_PREFIX.as_bytes());
    ENDINGS.contains(&ending.as_str()) && !companion
}
