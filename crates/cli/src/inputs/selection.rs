//! Which files a run is about: what was named, what a list names, and which part of that.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::find::{Found, Recording, find};
use super::notes::Note;
use super::shard::Shard;
use crate::open;

/// What to search for recordings, and which of them to take.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Files and folders that were named.
    pub named: Vec<PathBuf>,
    /// Those that a list names. Below an output folder they keep their whole path.
    pub listed: Vec<PathBuf>,
    /// The part of the files to take.
    pub shard: Option<Shard>,
    /// A folder that everything lies below: below an output folder, all keep their path relative to it.
    pub root: Option<PathBuf>,
}

impl From<&[PathBuf]> for Selection {
    fn from(named: &[PathBuf]) -> Self {
        Self { named: named.to_vec(), ..Self::default() }
    }
}

impl Selection {
    /// Everything that was named, by whatever means.
    pub fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        self.named.iter().chain(&self.listed)
    }

    /// Finds the recordings, as [`find`] does, each once; of all parts.
    #[must_use]
    pub fn find_all(&self, left_out: impl Fn(&Path) -> Option<Note>) -> Found {
        let mut found = find(&self.named, &left_out);
        let mut listed = find(&self.listed, &left_out);
        for recording in &mut listed.recordings {
            if is_below(&recording.path) {
                recording.relative = recording.path.components().filter(is_normal).collect();
            }
        }
        found.recordings.append(&mut listed.recordings);
        if let Some(root) = &self.root {
            for Recording { path, relative } in &mut found.recordings {
                if let Ok(below) = path.strip_prefix(root) {
                    *relative = below.to_owned();
                }
            }
        }
        found.folders.append(&mut listed.folders);
        found.notes.append(&mut listed.notes);
        found.failures.append(&mut listed.failures);
        found.each_once()
    }

    /// Finds the recordings of the part asked for.
    #[must_use]
    pub fn find(&self, left_out: impl Fn(&Path) -> Option<Note>) -> Found {
        let mut found = self.find_all(left_out);
        found.recordings.retain(|recording| self.takes(&recording.relative));
        found
    }

    /// Whether a file is in the part asked for.
    #[must_use]
    pub fn takes(&self, relative: &Path) -> bool {
        self.shard.is_none_or(|shard| shard.takes(relative))
    }
}

/// Whether a path leads downwards from the working folder.
fn is_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn is_normal(part: &Component<'_>) -> bool {
    matches!(part, Component::Normal(_))
}

/// Reads a list of paths, one a line; `-` is standard input. With `null`, each ends with a NUL byte.
///
/// # Errors
/// What the system says.
pub fn read_list(file: &Path, null: bool) -> io::Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        open::short(file)?.read_to_end(&mut bytes)?;
    }
    let end = if null { 0 } else { b'\n' };
    let paths = bytes.split(|byte| *byte == end).map(|line| match line {
        [line @ .., b'\r'] if !null => line,
        line => line,
    });
    paths.filter(|line| !line.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> io::Result<PathBuf> {
    Ok(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> io::Result<PathBuf> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))?;
    Ok(text.into())
}

/// Expands the patterns among `inputs` (`*`, `?`, `[a-z]`, `**`) where no file has that very name, as a shell
/// would have. A pattern without a match stays as it is.
///
/// # Errors
/// What is wrong with a pattern.
pub fn expand(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::new();
    for input in inputs {
        match input.to_str() {
            Some(text) if text.contains(['*', '?', '[']) && input.symlink_metadata().is_err() => {
                let matches = glob::glob(text).map_err(|error| format!("{text}: {error}"))?;
                let before = paths.len();
                paths.extend(matches.map(|found| match found {
                    Ok(path) => path,
                    // Whoever opens it says why it cannot be read.
                    Err(error) => error.path().to_owned(),
                }));
                if paths.len() == before {
                    paths.push(input.clone());
                }
            }
            _ => paths.push(input.clone()),
        }
    }
    Ok(paths)
}
