//! Labelled recordings, split into training and test clips.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::error::DataError;
use super::label::Label;
use super::names::Parts;
use super::wav;
use crate::clip::Clip;
use crate::signal::resample::resample;

/// A classification task: labelled recordings of one sample rate, split into training and test
/// clips.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Names of the classes, sorted; a clip's label is an index into this list.
    pub classes: Vec<String>,
    /// Sample rate of all clips in Hz.
    pub rate: u32,
    /// The clips to publish, protected or not, in the order of the file names.
    pub train: Vec<Clip>,
    /// The clips to test models on, always untouched.
    pub test: Vec<Clip>,
}

impl Dataset {
    /// Reads all WAV files below `folder`: one folder per class, or files called
    /// `{label}_{speaker}_{index}.wav`. Channels are averaged. If sample rates differ, all clips
    /// are resampled to the most frequent one (the lowest of equals).
    ///
    /// Test clips are those with indices 0 to 4 of each label and speaker, as in the Free Spoken
    /// Digit Dataset; without indices every tenth file of each class in the order of the names,
    /// starting with the first.
    ///
    /// # Errors
    /// [`DataError`] if the folder or a file cannot be read, there is no WAV file, a name does not
    /// follow the pattern, there are fewer than two classes, or a class has no clip for training or
    /// for testing.
    pub fn read(folder: &Path, label: Label) -> Result<Self, DataError> {
        let files = list(folder)?;
        let parts: Vec<Parts> =
            files.iter().map(|file| Parts::of(folder, file, label)).collect::<Result<_, _>>()?;
        let classes: Vec<String> = {
            let all: BTreeSet<&str> = parts.iter().map(|parts| parts.class.as_str()).collect();
            all.into_iter().map(str::to_owned).collect()
        };
        if let [only] = classes.as_slice() {
            return Err(DataError::OneClass {
                folder: folder.to_owned(),
                label,
                only: only.clone(),
            });
        }
        let mut clips = Vec::with_capacity(files.len());
        for (file, parts) in files.iter().zip(&parts) {
            let (samples, rate) = wav::read(file)?;
            let label = classes.binary_search(&parts.class).unwrap_or_default();
            let (group, name) = (parts.group.clone(), parts.name.clone());
            clips.push(Clip { samples, rate, label, group, name });
        }
        let rate = one_rate(&mut clips)?;
        let is_test = split(&clips, &parts);
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (clip, is_test) in clips.into_iter().zip(is_test) {
            if is_test { test.push(clip) } else { train.push(clip) }
        }
        let data = Self { classes, rate, train, test };
        data.check()?;
        Ok(data)
    }

    /// Every class needs clips on both sides of the split.
    fn check(&self) -> Result<(), DataError> {
        for (label, class) in self.classes.iter().enumerate() {
            for (clips, purpose) in [(&self.train, "training"), (&self.test, "testing")] {
                if !clips.iter().any(|clip| clip.label == label) {
                    return Err(DataError::LacksClips { class: class.clone(), purpose });
                }
            }
        }
        Ok(())
    }

    /// Length in seconds of the part of a clip that models see: the 95th percentile of the training
    /// clips, rounded up to 80 ms, within 0.24 and 1.04 s.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let mut lengths: Vec<f64> = self.train.iter().map(Clip::seconds).collect();
        lengths.sort_by(f64::total_cmp);
        let long = lengths.get(lengths.len() * 95 / 100).copied().unwrap_or_default();
        8.0 * (long / 0.08).ceil().clamp(3.0, 13.0) / 100.0
    }

    /// Accuracy of guessing, 0 to 1.
    #[must_use]
    pub fn chance_level(&self) -> f64 {
        1.0 / self.classes.len().max(1) as f64
    }

    /// A part of the data: the first `train` training and `test` test clips of each class and
    /// group.
    #[must_use]
    pub fn thinned(&self, train: usize, test: usize) -> Self {
        let thin = |clips: &[Clip], most: usize| {
            let mut seen: BTreeMap<(usize, &str), usize> = BTreeMap::new();
            let few = clips.iter().filter(|clip| {
                let seen = seen.entry((clip.label, &clip.group)).or_default();
                *seen += 1;
                *seen <= most
            });
            few.cloned().collect()
        };
        Self {
            classes: self.classes.clone(),
            rate: self.rate,
            train: thin(&self.train, train),
            test: thin(&self.test, test),
        }
    }
}

/// All WAV files below the folder, sorted by name.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| DataError::Folder {
            folder: folder.to_owned(),
            why: error
                .into_io_error()
                .map_or("the links form a loop".to_owned(), |e| e.to_string()),
        })?;
        let is_wav = entry
            .path()
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("wav") || end.eq_ignore_ascii_case("wave"));
        if entry.file_type().is_file() && is_wav {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        return Err(DataError::Empty(folder.to_owned()));
    }
    Ok(files)
}

/// Resamples all clips to the most frequent rate, which it returns.
fn one_rate(clips: &mut [Clip]) -> Result<u32, DataError> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for clip in clips.iter() {
        *counts.entry(clip.rate).or_default() += 1;
    }
    let most = counts.iter().rev().max_by_key(|&(_, count)| count);
    let rate = most.map_or(0, |(&rate, _)| rate);
    for clip in clips.iter_mut().filter(|clip| clip.rate != rate) {
        clip.samples = resample(&clip.samples, clip.rate, rate)?;
        clip.rate = rate;
    }
    Ok(rate)
}

/// Indices below this are for testing.
const TEST_INDICES: u64 = 5;
/// Without indices, one clip in this many is for testing.
const TEST_EVERY: usize = 10;

/// Whether each clip is for testing.
pub(super) fn split(clips: &[Clip], parts: &[Parts]) -> Vec<bool> {
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let place = |label: usize| {
        let seen = seen.entry(label).or_default();
        *seen += 1;
        *seen - 1
    };
    let places: Vec<usize> = clips.iter().map(|clip| clip.label).map(place).collect();
    let rule = |(parts, place): (&Parts, usize)| match parts.index {
        Some(index) => index < TEST_INDICES,
        None => place % TEST_EVERY == 0,
    };
    parts.iter().zip(places).map(rule).collect()
}
