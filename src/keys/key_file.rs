//! Exported keys in files.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use patchveil_keyring::sync_directory;
use zeroize::Zeroizing;

use super::messages::{Problem, Remedy};
use crate::trouble::{FileTrouble, KeyringTrouble};

/// No exported key is longer, in bytes.
const LONGEST: u64 = 1 << 16;

/// Reads a file to import.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    // Opening a pipe would wait for somebody to write to it.
    let result = match path.metadata() {
        Ok(meta) if !meta.is_file() => Err(io::Error::other("it is not a file")),
        Ok(_) => File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)),
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(problem(FileTrouble::reading(path, &error))),
    }
}

/// Writes a backup: whole or not at all, for its owner only, never over another file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let written =
        tempfile::Builder::new().prefix(".patchveil-").tempfile_in(folder).and_then(|mut file| {
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist_noclobber(path).map_err(|failed| failed.error)?;
            sync_directory(folder)
        });
    match written {
        Ok(()) => Ok(()),
        Err(error) => Err(problem(FileTrouble::writing(path, &error))),
    }
}

fn problem(file: FileTrouble) -> Problem {
    Problem { remedy: Remedy::Path, trouble: KeyringTrouble::File(file) }
}
