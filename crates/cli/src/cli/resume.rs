//! `--resume`, after a run that was stopped or killed, and `--verify`, which reads outputs back.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::inputs::Job;
use crate::leftovers::remove_leftovers;
use crate::manifest::Digest;
use crate::open;
use crate::output::free_name_next_to;
use crate::paths::{folder_of, shown};
use crate::recording::hashes;
use crate::watch::Watch;

use super::batch::{Batch, NoResult};

/// Bytes compared at a time.
const PIECE: usize = 1 << 18;

/// Removes what killed runs left in the folders that outputs go to, and says so.
pub(super) fn clear_up(jobs: &[Job], batch: &Batch) {
    let folders: BTreeSet<&Path> = jobs.iter().map(|job| folder_of(&job.output)).collect();
    for folder in folders.into_iter().filter(|folder| folder.is_dir()) {
        match remove_leftovers(folder) {
            Ok(removed) => {
                for path in removed {
                    let path = shown(&path);
                    batch.complain(&format!(
                        "{path}: removed, it was left by a run that was killed"
                    ));
                }
            }
            Err(error) => {
                let folder = shown(folder);
                batch.complain(&format!(
                    "{folder}: what a killed run left cannot be removed: {error}"
                ));
            }
        }
    }
}

/// Does the work on `job` although its output exists, and gives the result if that is the very output; none
/// if it differs. What exists is never touched.
pub(super) fn again<T, E>(
    job: &Job,
    work: impl FnOnce(&Job) -> Result<T, E>,
) -> Result<Option<T>, E> {
    let Ok(path) = free_name_next_to(&job.output) else { return Ok(None) };
    let result = work(&Job { output: path.clone(), ..job.clone() })?;
    let is_same = are_equal(&path, &job.output).unwrap_or(false);
    // If it cannot be removed, it is left over, and the next run with --resume removes it.
    let _ = std::fs::remove_file(&path);
    Ok(is_same.then_some(result))
}

/// Whether two files have the same content.
fn are_equal(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (open::regular(a)?, open::regular(b)?);
    let mut left = a.metadata()?.len();
    if left != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut from_a, mut from_b) = (vec![0; PIECE], vec![0; PIECE]);
    while left > 0 {
        let now = left.min(PIECE as u64) as usize;
        a.read_exact(&mut from_a[..now])?;
        b.read_exact(&mut from_b[..now])?;
        if from_a[..now] != from_b[..now] {
            return Ok(false);
        }
        left -= now as u64;
    }
    Ok(true)
}

/// Reads the output at `path` back from the disk; its samples have to have the hash `audio`, and all else in
/// it the hash `around`, if that is known.
pub(super) fn read_back(
    path: &Path,
    audio: Digest,
    around: Option<Digest>,
    watch: &Watch<'_>,
) -> Result<(), NoResult> {
    let failed = |why: String| Err(NoResult::Failed(format!("{}: {why}", shown(path))));
    if let Ok(file) = open::regular(path) {
        forget(&file);
    }
    match hashes(path, &watch.without_progress()) {
        Ok(None) => Err(NoResult::Stopped),
        Ok(Some(read)) if read.0 == audio && around.is_none_or(|around| around == read.1) => Ok(()),
        Ok(Some(_)) => failed(
            "does not read back as it was written; the disk may be failing: write it to another one".to_owned(),
        ),
        Err(error) => failed(format!("was written, and {error}")),
    }
}

/// Asks the system to read the file from the disk and not from memory the next time.
#[cfg(target_os = "linux")]
fn forget(file: &File) {
    use std::os::fd::AsRawFd;
    // SAFETY: it only advises the system about an open descriptor.
    unsafe {
        libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED);
    }
}

#[cfg(not(target_os = "linux"))]
fn forget(_file: &File) {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn an_output_that_does_not_read_back_as_it_was_written_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let mut wav = include_bytes!("../../../../assets/demo.wav").to_vec();
        std::fs::write(&path, &wav).unwrap();
        let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
        let (audio, around) = hashes(&path, &watch).unwrap().unwrap();
        assert!(read_back(&path, audio, Some(around), &watch).is_ok());
        for at in [wav.len() / 2, wav.len() - 1] {
            wav[at] ^= 1;
            std::fs::write(&path, &wav).unwrap();
            let result = read_back(&path, audio, Some(around), &watch);
            let Err(NoResult::Failed(error)) = result else { panic!("not noticed at {at}") };
            assert!(error.contains("does not read back"), "{error}");
            wav[at] ^= 1;
        }
    }
}
