//! Recordings as an owner publishes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rand::seq::SliceRandom;

use crate::clip::Clip;
use crate::data::{DataError, read_recordings};
use crate::generate::{Audio, RATE};
use crate::signal::rng::rng;

/// Length of a recording that is published, in seconds: clips of one speaker in random order.
const PUBLISHED_S: f64 = 10.0;
/// Length of a recording that is the input of a generator, in seconds.
const INPUT_S: f64 = 4.0;
/// Silence between two clips in seconds.
const PAUSE_S: f64 = 0.02;

/// Recordings at the rate of the generators.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The name of its folder.
    pub name: String,
    /// What is published.
    pub train: Vec<Audio>,
    /// What nobody trains on, each recording once.
    pub held_out: Vec<Audio>,
    /// Hash of all samples.
    pub hash: String,
}

impl Corpus {
    /// Reads a folder of WAV files and joins the clips of each speaker to recordings of about 10 s;
    /// those held out to recordings of about 4 s. What is left when there are `minutes` of the former is held out
    /// too, behind the others.
    ///
    /// # Errors
    /// [`CorpusError`] if the folder cannot be read or holds too little.
    pub fn read(folder: &Path, minutes: f64) -> Result<Self, CorpusError> {
        let recordings = read_recordings(folder, RATE)?;
        let most = (minutes * 60.0 * f64::from(RATE)) as usize;
        let (train, left) = first(joined(&recordings.train, PUBLISHED_S), most);
        let mut held_out = joined(&recordings.held_out, INPUT_S);
        held_out.extend(left);
        if train.len() < 2 || held_out.len() < 2 {
            return Err(CorpusError::Little(folder.to_owned()));
        }
        let name = folder
            .canonicalize()
            .unwrap_or_else(|_| folder.to_owned())
            .file_name()
            .map_or_else(|| "recordings".into(), |name| name.to_string_lossy().into_owned());
        let mut hasher = blake3::Hasher::new();
        for audio in train.iter().chain(&held_out) {
            hasher.update(&(audio.len() as u64).to_le_bytes());
            audio.iter().for_each(|x| {
                hasher.update(&x.to_le_bytes());
            });
        }
        let hash = hasher.finalize().to_hex()[..16].to_owned();
        Ok(Self { name, train, held_out, hash })
    }
}

/// The first recordings with at most so many samples together, one at least, and the others.
fn first(mut recordings: Vec<Audio>, most: usize) -> (Vec<Audio>, Vec<Audio>) {
    let mut sum = 0;
    let within = |audio: &&Audio| {
        sum += audio.len();
        sum <= most.max(audio.len())
    };
    let count = recordings.iter().take_while(within).count();
    let left = recordings.split_off(count);
    (recordings, left)
}

/// The clips of each group one after the other in random order, cut into recordings of about
/// `seconds`, those of all groups in random order.
fn joined(clips: &[Clip], seconds: f64) -> Vec<Audio> {
    let mut by_group: BTreeMap<&str, Vec<&Clip>> = BTreeMap::new();
    for clip in clips {
        by_group.entry(&clip.group).or_default().push(clip);
    }
    let length = (seconds * f64::from(RATE)) as usize;
    let pause = (PAUSE_S * f64::from(RATE)) as usize;
    let mut recordings = Vec::new();
    for (group, mut clips) in by_group {
        clips.shuffle(&mut rng(0, "order of clips", group));
        let mut recording = Audio::new();
        for clip in clips {
            // What is longer than a recording is cut.
            for part in clip.samples.chunks(length.max(1)) {
                recording.extend_from_slice(part);
                recording.resize(recording.len() + pause, 0.0);
                if recording.len() >= length {
                    recordings.push(std::mem::take(&mut recording));
                }
            }
        }
        if recording.len() * 2 > length {
            recordings.push(recording);
        }
    }
    recordings.shuffle(&mut rng(0, "order of recordings", ""));
    recordings
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The recordings cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There are too few recordings.
    #[error(
        "{}: holds too little: at least 20 s to train on and 6 s to hold out are needed; name a larger folder",
        .0.display()
    )]
    Little(PathBuf),
}
