//! What runs that were killed left behind: unfinished outputs.
//!
//! While an output is written it has a temporary name in its folder, and the run holds a lock on it. The
//! system releases that lock however the run ends.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the names of unfinished outputs start with.
pub const TEMP_PREFIX: &str = ".patchveil-";
/// Letters and digits at their end.
pub(crate) const RANDOM_LETTERS: usize = 6;
/// Hexadecimal digits that stand for a machine before these.
const MACHINE_DIGITS: usize = 8;
/// How old an unfinished output of another machine has to be to count as left over.
const LEFT_BY_OTHERS: Duration = Duration::from_hours(24);

/// Removes what runs that were killed left in `folder`, and gives its paths: unfinished outputs that no
/// living run holds a lock on. Some file systems have locks that other machines do not see, so what another
/// machine left has to be a day old as well.
///
/// # Errors
/// What the system says of the first file that cannot be removed; the others are removed all the same.
pub fn remove_leftovers(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut removed, mut first_error) = (Vec::new(), None);
    for entry in fs::read_dir(folder)? {
        match entry.and_then(|entry| remove_leftover(&entry)) {
            Ok(path) => removed.extend(path),
            // Its own run, or another, was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    removed.sort();
    first_error.map_or(Ok(removed), Err)
}

/// Removes a file if it is left over; gives its path then.
fn remove_leftover(entry: &DirEntry) -> io::Result<Option<PathBuf>> {
    let name = entry.file_name();
    if !is_temporary(&name) || !entry.file_type()?.is_file() {
        return Ok(None);
    }
    let is_own = name.to_str().is_some_and(|name| name.starts_with(&own_prefix()));
    let age = entry.metadata()?.modified().ok().and_then(|time| time.elapsed().ok());
    if !is_own && age.is_none_or(|age| age < LEFT_BY_OTHERS) {
        return Ok(None);
    }
    let path = entry.path();
    let file = File::options().write(true).open(&path).or_else(|_| File::open(&path))?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    // Removed while it is locked, so that no run can be using it.
    fs::remove_file(&path)?;
    Ok(Some(path))
}

/// Whether a name is that of an unfinished output: the prefix, a machine, and letters and digits at random.
fn is_temporary(name: &OsStr) -> bool {
    let rest = name.to_str().and_then(|name| name.strip_prefix(TEMP_PREFIX));
    rest.and_then(|rest| rest.split_once('-')).is_some_and(|(machine, random)| {
        machine.len() == MACHINE_DIGITS
            && machine.chars().all(|c| c.is_ascii_hexdigit())
            && random.len() == RANDOM_LETTERS
            && random.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// What the names of unfinished outputs of this machine start with.
pub(crate) fn own_prefix() -> String {
    let hash = blake3::hash(&machine()).to_hex();
    format!("{TEMP_PREFIX}{}-", &hash[..MACHINE_DIGITS])
}

/// What this machine is called.
#[cfg(unix)]
fn machine() -> Vec<u8> {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer is valid for the call, and one byte longer than it may fill.
    let failed = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) } != 0;
    if failed {
        Vec::new()
    } else {
        name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
    }
}

#[cfg(not(unix))]
fn machine() -> Vec<u8> {
    let name = std::env::var_os("COMPUTERNAME").unwrap_or_default();
    name.as_encoded_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::OutputFile;

    #[test]
    fn only_what_no_living_run_holds_is_cleared_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let living = OutputFile::create(&path("a.wav"), None, false).unwrap();
        // As of a killed run: the file is there, and no lock.
        let killed = path(&format!("{}aBc123", own_prefix()));
        fs::write(&killed, "half").unwrap();
        let others = [
            "patchveil.jsonl",
            ".patchveil-notes.txt",
            ".patchveil-abc.wav",
            ".patchveil-",
            ".patchveil-0123abcd-aBc123",
            ".patchveil-backup",
        ];
        for name in others {
            fs::write(path(name), "somebody's").unwrap();
        }
        fs::create_dir(path(".patchveil-folder")).unwrap();
        assert_eq!(remove_leftovers(folder.path()).unwrap(), [killed]);
        assert!(remove_leftovers(folder.path()).unwrap().is_empty());
        // What another machine began is left over once it has been at rest for long.
        let begun = std::time::SystemTime::now() - 2 * LEFT_BY_OTHERS;
        for name in others {
            File::options().write(true).open(path(name)).unwrap().set_modified(begun).unwrap();
        }
        assert_eq!(remove_leftovers(folder.path()).unwrap(), [path(others[4])]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 7);
        living.finish_with(b"audio").unwrap();
        assert_eq!(fs::read(path("a.wav")).unwrap(), b"audio");
    }
}
