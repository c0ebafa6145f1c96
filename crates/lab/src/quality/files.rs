//! Which files of two folders belong together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::QualityError;

/// The files to compare: `before` and `after` themselves, or, if both are folders, every WAV file
/// below `before` and the file in the same place below `after`, in the order of their paths.
///
/// # Errors
/// [`QualityError`]: one is a folder and the other is not, a folder cannot be read or holds no WAV
/// file, or a file has no counterpart.
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
    let pair = |place: PathBuf| {
        let counterpart = after.join(&place);
        if counterpart.is_file() {
            Ok((before.join(place), counterpart))
        } else {
            Err(QualityError::NoCounterpart(before.join(place), counterpart))
        }
    };
    found.into_iter().map(pair).collect()
}

/// Adds the places below `root` of all WAV files in `root`/`folder` and its folders.
fn collect(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let place = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &place, found)?;
        } else if place.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav")) {
            found.push(place);
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
    fn files_of_two_folders_are_paired_by_their_place() {
        let before = folder(&["b.wav", "show/a.WAV", "notes.txt"]);
        let after = folder(&["show/a.WAV", "b.wav", "more.wav"]);
        let pairs = pairs(before.path(), after.path()).unwrap();
        let places: Vec<_> =
            pairs.iter().map(|(_, after)| after.file_name().unwrap().to_owned()).collect();
        assert_eq!(places, ["b.wav", "a.WAV"]);
        assert_eq!(pairs[1].0, before.path().join("show/a.WAV"));
    }

    #[test]
    fn what_cannot_be_paired_is_named() {
        let before = folder(&["b.wav"]);
        let after = folder(&["c.wav"]);
        let empty = folder(&[]);
        let said = |a: &Path, b: &Path| pairs(a, b).unwrap_err().to_string();
        assert!(said(before.path(), after.path()).contains("b.wav has no counterpart"));
        assert!(said(empty.path(), after.path()).contains("holds no WAV file"));
        let file = before.path().join("b.wav");
        assert!(said(&file, after.path()).contains("name two files or two folders"));
    }
}
