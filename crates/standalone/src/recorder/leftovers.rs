//! Recordings that were being written when the program was killed.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use patchveil::recording::mend;
use patchveil_words::Trouble;

use super::length;
use super::part::{UNFINISHED, rename_free};

/// What became of a recording that was cut off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mended {
    /// It is complete: where, and how many seconds.
    Complete { path: PathBuf, seconds: f64 },
    /// It stays as it is, and why.
    Left { path: PathBuf, why: String },
}

impl Mended {
    /// A line for the user.
    pub(crate) fn text(&self, words: &Trouble) -> String {
        match self {
            Self::Complete { path, seconds } => {
                (words.completed)(&length(*seconds), &path.display().to_string())
            }
            Self::Left { path, why } => (words.not_completed)(&path.display().to_string(), why),
        }
    }
}

/// Completes what unfinished recordings in `folder` hold, those that no program is writing. May take as
/// long as copying them.
pub(crate) fn mend_all(folder: &Path) -> Vec<Mended> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut left: Vec<(PathBuf, PathBuf)> =
        paths.filter_map(|path| Some((target(&path)?, path))).collect();
    left.sort();
    left.iter().filter_map(|(target, path)| mend_one(path, target)).collect()
}

/// What an unfinished file would have been called.
fn target(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?.strip_suffix(UNFINISHED)?;
    let ending = path.extension()?.to_str().filter(|ending| ["wav", "flac"].contains(ending))?;
    Some(path.with_file_name(format!("{stem}.{ending}")))
}

/// `None` if somebody is writing it.
fn mend_one(path: &Path, target: &Path) -> Option<Mended> {
    let mended = || -> Result<Option<(PathBuf, f64)>, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Ok(None);
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let new = tempfile::Builder::new().prefix(".patchveil-mended-").tempfile_in(folder);
        let new = new.map_err(|error| error.to_string())?;
        let (spec, frames) = mend(path, &file, new.as_file()).map_err(|error| error.to_string())?;
        let seconds = frames as f64 / f64::from(spec.sample_rate);
        if frames == 0 {
            return Err("nothing is in it".to_owned());
        }
        // A temporary file is only for its owner.
        if let Ok(meta) = file.metadata() {
            let _ = fs::set_permissions(new.path(), meta.permissions());
        }
        let (_, temporary) = new.keep().map_err(|error| error.to_string())?;
        let to = rename_free(&temporary, target).map_err(|error| error.to_string())?;
        // A second copy does no harm.
        let _ = fs::remove_file(path);
        Ok(Some((to, seconds)))
    };
    match mended() {
        Ok(None) => None,
        Ok(Some((path, seconds))) => Some(Mended::Complete { path, seconds }),
        Err(why) => Some(Mended::Left { path: path.to_owned(), why }),
    }
}
