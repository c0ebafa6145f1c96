//! The walk over inputs and folders.
//!
//! One policy for every command: a recording that cannot be read, a link named like a recording that
//! leads nowhere, and a folder that cannot be listed are failures; the others are still found. A link
//! back to a folder it is in is left out with a note, and so is audio under a name that is not searched for.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::audio;
use super::error::InputError;
use super::names::is_recording;
use super::notes::Note;
use crate::leftovers::TEMP_PREFIX;
use crate::paths::identity;
use crate::standard_io;

/// A file to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its path, as the user named it or below the folder the user named.
    pub path: PathBuf,
    /// Its path relative to the folder that was searched; of a file that was named, its bare name.
    pub relative: PathBuf,
}

/// What a list of inputs comes to.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, in the order of the inputs; within a folder by name.
    pub recordings: Vec<Recording>,
    /// The folders that were searched, subfolders included.
    pub folders: Vec<PathBuf>,
    /// What was left out on purpose.
    pub notes: Vec<Note>,
    /// Inputs that failed; the others can still be done.
    pub failures: Vec<InputError>,
}

/// Finds the recordings in `inputs`: files whatever their name, and in folders and below them, links
/// followed, everything that is named like a recording. `left_out` says of a file or folder found in a folder
/// why it is not wanted.
#[must_use]
pub fn find(inputs: &[PathBuf], left_out: impl Fn(&Path) -> Option<Note>) -> Found {
    let mut found = Found::default();
    for input in inputs {
        match fs::metadata(input) {
            _ if standard_io::is_input(input) => {
                let (path, relative) = (input.clone(), input.clone());
                found.recordings.push(Recording { path, relative });
            }
            Err(source) => {
                found.failures.push(InputError::Unreadable { path: input.clone(), source });
            }
            Ok(meta) if meta.is_dir() => found.add_folder(input, &left_out),
            Ok(meta) if meta.is_file() => {
                let relative = input.file_name().unwrap_or_default().into();
                found.recordings.push(Recording { path: input.clone(), relative });
            }
            Ok(_) => found.failures.push(InputError::NotAFile(input.clone())),
        }
    }
    found
}

impl Found {
    /// Without files that were found before under another path, each of which leaves a note.
    #[must_use]
    pub fn each_once(mut self) -> Self {
        let mut seen: HashMap<PathBuf, PathBuf> = HashMap::new();
        let notes = &mut self.notes;
        self.recordings.retain(|Recording { path, .. }| {
            let own = identity(path);
            if let Some(first) = seen.get(&own) {
                notes.push(Note::SameFile { path: path.clone(), first: first.clone() });
                return false;
            }
            seen.insert(own, path.clone());
            true
        });
        self
    }

    fn add_folder(&mut self, folder: &Path, left_out: &impl Fn(&Path) -> Option<Note>) {
        let mut is_empty = true;
        let mut walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    is_empty &= !self.add_walk_error(folder, error);
                    continue;
                }
            };
            let is_folder = entry.file_type().is_dir();
            let is_recording = entry.file_type().is_file() && is_recording(entry.file_name());
            if !is_folder && !is_recording {
                self.notes.extend(other(&entry));
                continue;
            }
            is_empty &= is_folder;
            // What the user named is wanted.
            if entry.depth() > 0
                && let Some(note) = left_out(entry.path())
            {
                self.notes.push(note);
                if is_folder {
                    walk.skip_current_dir();
                }
            } else if is_folder {
                self.folders.push(entry.into_path());
            } else {
                let relative = entry.path().strip_prefix(folder);
                let relative = relative.unwrap_or(Path::new(entry.file_name())).to_owned();
                self.recordings.push(Recording { path: entry.into_path(), relative });
            }
        }
        if is_empty {
            let path = folder.to_owned();
            self.failures.push(InputError::NoRecording(path));
        }
    }

    /// Whether the error is a failure, which says more than that the folder has no recording.
    fn add_walk_error(&mut self, folder: &Path, error: walkdir::Error) -> bool {
        let path = error.path().unwrap_or(folder).to_owned();
        if error.loop_ancestor().is_some() {
            self.notes.push(Note::LinkLoop(path));
            return false;
        }
        let is_link = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink());
        if is_link && !path.file_name().is_some_and(is_recording) {
            return false;
        }
        let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
        self.failures.push(InputError::Unreadable { path, source });
        true
    }
}

/// The note on what is neither a folder nor taken for a recording by its name, if it may be one.
fn other(entry: &DirEntry) -> Option<Note> {
    let path = entry.path();
    if !entry.file_type().is_file() {
        return is_recording(entry.file_name()).then(|| Note::NotAFile(path.to_owned()));
    }
    // What a run left unfinished belongs to that run.
    if Path::new(entry.file_name()).to_string_lossy().starts_with(TEMP_PREFIX) {
        return None;
    }
    audio::kind_of(path).map(|kind| Note::OtherAudio { path: path.to_owned(), kind })
}
