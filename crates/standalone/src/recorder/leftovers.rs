//! Recordings that were being written when the program was killed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use patchveil::recording::{self, MendedCopy, mend};
use patchveil_words::Trouble;

use super::length;
use super::part::{UNFINISHED, rename_free, sync_folder};

/// What the names of copies that are being made start with.
const COPY: &str = ".patchveil-mended-";

/// What became of a recording that was cut off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mended {
    /// It is complete: where, and how many seconds.
    Complete { path: PathBuf, seconds: f64 },
    /// It is damaged after so many seconds, which `path` has. All of it is still in `original`.
    Damaged { path: PathBuf, seconds: f64, original: PathBuf },
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
            Self::Damaged { path, seconds, original } => (words.damaged)(
                &length(*seconds),
                &path.display().to_string(),
                &original.display().to_string(),
            ),
            Self::Left { path, why } => (words.not_completed)(&path.display().to_string(), why),
        }
    }
}

/// Completes what unfinished recordings in `folder` hold, those that no program is writing. May take as
/// long as copying them.
pub(crate) fn mend_all(folder: &Path) -> Vec<Mended> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.iter().filter(|path| is_copy(path)).for_each(|path| remove_copy(path));
    let mut left: Vec<(PathBuf, PathBuf)> =
        paths.into_iter().filter_map(|path| Some((target(&path)?, path))).collect();
    left.sort();
    left.iter().filter_map(|(target, path)| mend_one(path, target)).collect()
}

/// What an unfinished file would have been called.
fn target(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?.strip_suffix(UNFINISHED)?;
    let ending = path.extension()?.to_str().filter(|ending| ["wav", "flac"].contains(ending))?;
    Some(path.with_file_name(format!("{stem}.{ending}")))
}

/// Opens a file, and its lock; `None` if somebody has that, or nobody can tell.
fn open_alone(path: &Path) -> io::Result<Option<File>> {
    // Over a network, only what can be written can be locked.
    let file = File::options().read(true).write(true).open(path)?;
    Ok(file.try_lock().is_ok().then_some(file))
}

fn is_copy(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(COPY))
        && path.symlink_metadata().is_ok_and(|meta| meta.is_file())
}

/// Removes a copy that a program was making when it ended.
fn remove_copy(path: &Path) {
    if let Ok(Some(_locked)) = open_alone(path) {
        // The next start tries again.
        let _ = fs::remove_file(path);
    }
}

/// What became of an unfinished recording.
struct Kept {
    path: PathBuf,
    seconds: f64,
    /// Where the original is, because not all of it is in `path`.
    original: Option<PathBuf>,
}

/// `None` if somebody is writing it.
fn mend_file(path: &Path, target: &Path) -> Result<Option<Kept>, String> {
    let said = |error: io::Error| error.to_string();
    let Some(file) = open_alone(path).map_err(said)? else { return Ok(None) };
    let meta = file.metadata().map_err(said)?;
    // Its writer waits for the lock.
    if meta.len() == 0 {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let copied = tempfile::Builder::new().prefix(COPY).tempfile_in(folder).map_err(said)?;
    // Whoever looks for old copies sees that this is none; without locks nobody looks.
    let _ = copied.as_file().try_lock();
    let mended = mend(path, &file, copied.as_file()).map_err(|error| error.to_string())?;
    let recording::Mended { spec, frames, copy } = mended;
    let seconds = frames as f64 / f64::from(spec.sample_rate);
    if copy == MendedCopy::None {
        let path = rename_free(path, target).map_err(said)?;
        return Ok(Some(Kept { path, seconds, original: None }));
    }
    // A temporary file is only for its owner.
    let _ = fs::set_permissions(copied.path(), meta.permissions());
    let to = rename_free(copied.path(), target).map_err(said)?;
    sync_folder(&to);
    let mut kept = Kept { path: to, seconds, original: None };
    if copy == MendedCopy::All {
        // A second copy does no harm.
        let _ = fs::remove_file(path);
    } else {
        let damaged = with_word(target, "damaged");
        kept.original = Some(rename_free(path, &damaged).unwrap_or_else(|_| path.to_owned()));
    }
    Ok(Some(kept))
}

/// The same path with a word in brackets behind its name.
fn with_word(path: &Path, word: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem} ({word}).{ending}"))
}

/// `None` if somebody is writing it.
fn mend_one(path: &Path, target: &Path) -> Option<Mended> {
    match mend_file(path, target) {
        Ok(None) => None,
        Ok(Some(Kept { path, seconds, original: None })) => {
            Some(Mended::Complete { path, seconds })
        }
        Ok(Some(Kept { path, seconds, original: Some(original) })) => {
            Some(Mended::Damaged { path, seconds, original })
        }
        // Its writer has just completed it.
        Err(_) if path.symlink_metadata().is_err() => None,
        Err(why) => Some(Mended::Left { path: path.to_owned(), why }),
    }
}

#[cfg(test)]
mod tests {
    use patchveil_words::Language;

    use super::super::file::FileWriter;
    use super::super::samples::Samples;
    use super::*;
    use crate::audio::Format;

    /// An unfinished file of ten seconds in `folder`.
    fn left(folder: &Path, samples: Samples) -> PathBuf {
        let path = folder.join(format!("show (recording).{}", samples.ending()));
        let to = Box::new(File::create(&path).unwrap());
        let format = Format { channels: 1, sample_rate: 8_000 };
        let mut writer = FileWriter::new(to, format, samples).unwrap();
        let sound: Vec<f32> = (0..80_000).map(|n| (n as f32 * 0.37).sin() * 0.5).collect();
        sound.chunks(800).for_each(|block| drop(writer.write(&[block.to_vec()]).unwrap()));
        path
    }

    /// What the user is told.
    fn said(folder: &Path) -> Vec<String> {
        let words = &Language::English.words().trouble;
        mend_all(folder).iter().map(|mended| mended.text(words)).collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn of_a_damaged_recording_the_original_is_kept_and_not_completed_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = left(folder.path(), Samples::Flac);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(&path, &bytes).unwrap();
        let told = said(folder.path());
        assert!(told.len() == 1 && told[0].contains("damaged after"), "{told:?}");
        assert_eq!(names(folder.path()), ["show (damaged).flac", "show.flac"]);
        assert_eq!(fs::read(folder.path().join("show (damaged).flac")).unwrap(), bytes);
        assert_eq!(said(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_others_wrote_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = left(folder.path(), Samples::Flac);
        let mut bytes = fs::read(&path).unwrap();
        bytes[50..59].copy_from_slice(b"reference");
        fs::write(&path, &bytes).unwrap();
        assert!(said(folder.path())[0].contains("stays as it is"));
        assert_eq!(names(folder.path()), ["show (recording).flac"]);
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_complete_file_gets_its_name_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = left(folder.path(), Samples::Float32);
        assert_eq!(mend_all(folder.path()).len(), 1);
        let complete = folder.path().join("show.wav");
        let bytes = fs::read(&complete).unwrap();
        fs::rename(&complete, path).unwrap();
        assert!(said(folder.path())[0].contains("complete now, 0:10 min long"));
        assert_eq!(fs::read(&complete).unwrap(), bytes);
        assert_eq!(names(folder.path()), ["show.wav"]);
    }

    #[test]
    fn copies_of_a_program_that_was_killed_are_removed_and_those_of_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["aBcDeF", "living"] {
            fs::write(folder.path().join(format!("{COPY}{name}")), "half").unwrap();
        }
        let living = File::open(folder.path().join(format!("{COPY}living"))).unwrap();
        living.lock().unwrap();
        fs::write(folder.path().join("mine (recording).wav"), "").unwrap();
        assert_eq!(said(folder.path()), Vec::<String>::new());
        assert_eq!(names(folder.path()), [".patchveil-mended-living", "mine (recording).wav"]);
    }
}
