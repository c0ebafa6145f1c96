//! The hashes of a file's samples and of everything else in it.

use std::path::Path;

use super::error::RecordingError;
use super::open::open;
use super::scratch::Scratch;
use crate::manifest::{Digest, hash_audio};
use crate::watch::Watch;

/// The hashes of the samples of the file at `path`, as plain samples of its bit depth, and of everything
/// else in it. What a lossy file decodes to depends on the decoder, so both are the hash of the whole file
/// then. `None` if the user asked to stop.
///
/// # Errors
/// [`RecordingError`] if it cannot be read.
pub(crate) fn hashes(
    path: &Path,
    watch: &Watch<'_>,
) -> Result<Option<(Digest, Digest)>, RecordingError> {
    let opened = match open(path, &Scratch::SYSTEM, watch) {
        Err(RecordingError::Stopped) => return Ok(None),
        opened => opened?,
    };
    let around = opened.around()?;
    if opened.is_lossy() {
        (watch.progress)(opened.progress(opened.info().data_len));
        return Ok(Some((around, around)));
    }
    let progress = |bytes| (watch.progress)(opened.progress(bytes));
    let watch = Watch { stop: watch.stop, progress: &progress };
    let audio = hash_audio(&mut opened.reader()?, &watch)?;
    Ok(audio.map(|audio| (audio, around)))
}
