//! Recordings without a task: what a generator is trained on, and what it gets as input.

use std::path::Path;

use super::dataset::{list, split};
use super::error::DataError;
use super::label::Label;
use super::names::Parts;
use super::wav;
use crate::clip::Clip;
use crate::signal::resample::resample;

/// Recordings of one sample rate, split as a [`Dataset`](super::Dataset) is.
#[derive(Debug, Clone)]
pub struct Recordings {
    /// The recordings to publish.
    pub train: Vec<Clip>,
    /// The recordings that nobody trains on.
    pub held_out: Vec<Clip>,
}

/// Reads all WAV files below `folder`, whatever their names, at `rate` Hz and as mono. Groups are the
/// speakers in the names, if the names have them. Held out are those with indices 0 to 4; without
/// indices every tenth, starting with the first.
///
/// # Errors
/// [`DataError`] if the folder or a file cannot be read, or there is no WAV file.
pub fn read_recordings(folder: &Path, rate: u32) -> Result<Recordings, DataError> {
    let files = list(folder)?;
    let parts: Vec<Parts> = files
        .iter()
        .map(|file| Parts::of(folder, file, Label::Digit).unwrap_or_default())
        .collect();
    let mut clips = Vec::with_capacity(files.len());
    for (file, parts) in files.iter().zip(&parts) {
        let (samples, own_rate) = wav::read(file)?;
        let samples = resample(&samples, own_rate, rate)?;
        let (group, name) = (parts.group.clone(), parts.name.clone());
        clips.push(Clip { samples, rate, label: 0, group, name });
    }
    let is_held_out = split(&clips, &parts);
    let mut recordings = Recordings { train: Vec::new(), held_out: Vec::new() };
    for (clip, is_held_out) in clips.into_iter().zip(is_held_out) {
        let to = if is_held_out { &mut recordings.held_out } else { &mut recordings.train };
        to.push(clip);
    }
    Ok(recordings)
}
