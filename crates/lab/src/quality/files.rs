//! Pairs the files of two folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::QualityError;

/// The files to compare: `before` and `after` themselves or, if both are folders, every WAV file
/// below `before` and the file of the same relative path below `after`, sorted by path.
///
/// # Errors
/// [`QualityError`] if only one is a folder, a folder cannot be read or holds no WAV file, or a
/// file has no counterpart.
pub fn pairs(before: &Path, after: &Path) -> Result<Vec<(PathBuf, PathBuf)>, QualityError> {
    match (before.is_dir(), after.is_dir()) {
        (false, false) => Ok(vec![(before.to_owned(), after.to_owned())]),
        (true, true) => below(before, after),
        _ => Err(QualityError::FileAndFolder(before.to_owned(), after.to_owned())),
    }
}

fn below(before: &Path, after: &Path) -> Result<Vec<(PathBuf, PathBuf)>, QualityError> {
    let mut found = Vec::new();
    collect(before, Path::new(""), &mut found)
        .map_err(|error| QualityError::Folder(before.to_owned(), error))?;
    if found.is_empty() {
        return Err(QualityError::NoWav(before.to_owned()));
    }
    found.sort();
    let pair = |relative: PathBuf| {
        let counterpart = after.join(&relative);
        if counterpart.is_file() {
            Ok((before.join(relative), counterpart))
        } else {
            Err(QualityError::NoCounterpart(before.join(relative), counterpart))
        }
    };
    found.into_iter().map(pair).collect()
}

/// Adds the paths, relative to `root`, of all WAV files below `root`/`folder`.
fn collect(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &path, found)?;
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav")) {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn files_of_two_folders_are_paired_by_relative_path() {
        let before = folder(&["b.wav", "show/a.WAV", "notes.txt"]);
        let after = folder(&["show/a.WAV", "b.wav", "more.wav"]);
        let pairs = pairs(before.path(), after.path()).unwrap();
        let names: Vec<_> =
            pairs.iter().map(|(_, after)| after.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["b.wav", "a.WAV"]);
        assert_eq!(pairs[1].0, before.path().join("show/a.WAV"));
    }

    #[test]
    fn files_that_cannot_be_paired_are_named() {
        let before = folder(&["b.wav"]);
        let after = folder(&["c.wav"]);
        let empty = folder(&[]);
        let error = |a: &Path, b: &Path| pairs(a, b).unwrap_err().to_string();
        assert!(error(before.path(), after.path()).contains("b.wav has no counterpart"));
        assert!(error(empty.path(), after.path()).contains("holds no WAV file"));
        let file = before.path().join("b.wav");
        assert!(error(&file, after.path()).contains("name two files or two folders"));
    }
}
