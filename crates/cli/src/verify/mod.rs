//! Checking files against their manifests.
//!
//! A file is compared with its record by hash, not by name alone: so a changed file, a file whose
//! tags were edited, and the original beside its protected version are told apart.

mod survey;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use patchveil_veil::{ClassKey, Fingerprint};
use serde::Serialize;

use crate::hear::Listening;
use crate::manifest::{Manifest, Record, hashes};
use crate::paths::json;
use crate::protect::Watch;
use crate::restore::released;
use crate::wav::{WavError, WavReader};

pub use survey::{Survey, SurveyError, survey};

/// Samples a channel listened to at a time.
const LISTENED: usize = 1 << 16;

/// How a file stands to its manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every byte is as recorded.
    AsRecorded,
    /// The samples are those of a protected file on record under another name.
    Renamed,
    /// The samples are those of a recording that the manifest has the protected version of.
    Original,
    /// The samples are as recorded, other bytes are not: tags or markers were edited.
    TagsChanged,
    /// The samples are not as recorded.
    AudioChanged,
    /// There is a record but no file.
    Missing,
    /// There is a file but no record.
    NotRecorded,
    /// The file cannot be read, or is no recording.
    Unreadable,
}

impl Status {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::AsRecorded,
        Self::Renamed,
        Self::Original,
        Self::TagsChanged,
        Self::AudioChanged,
        Self::Missing,
        Self::NotRecorded,
        Self::Unreadable,
    ];

    /// Whether nothing about it needs anybody's attention.
    #[must_use]
    pub fn is_well(self) -> bool {
        matches!(self, Self::AsRecorded | Self::Original)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AsRecorded => "as recorded",
            Self::Renamed => "renamed",
            Self::Original => "the original",
            Self::TagsChanged => "tags changed",
            Self::AudioChanged => "AUDIO CHANGED",
            Self::Missing => "MISSING",
            Self::NotRecorded => "NOT RECORDED",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

/// What was found out about a file.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The file.
    #[serde(flatten, serialize_with = "json::path")]
    pub path: PathBuf,
    /// How it stands to its manifest.
    pub status: Status,
    /// The key that it, or for an original its protected version, was protected with, by the record.
    pub fingerprint: Option<Fingerprint>,
    /// When, by the clock of the computer that did it, in UTC.
    pub time: Option<String>,
    /// The keys that were found in the audio, of those that were listened for; none if none were.
    pub heard: Option<Vec<Fingerprint>>,
    /// Why it cannot be read, or listened to.
    pub error: Option<String>,
}

impl Checked {
    fn new(path: &Path, status: Status, record: Option<&Record>) -> Self {
        Self {
            path: path.to_owned(),
            status,
            fingerprint: record.map(|record| record.fingerprint),
            time: record.map(|record| record.time.to_string()),
            heard: None,
            error: None,
        }
    }

    fn unreadable(path: &Path, record: Option<&Record>, error: &WavError) -> Self {
        let error = Some(error.to_string());
        Self { error, ..Self::new(path, Status::Unreadable, record) }
    }
}

/// Checks one file against its folder's manifest and, if there are any, listens for `keys` in it.
/// `None` if the user asked to stop.
#[must_use]
pub fn check(
    path: &Path,
    manifest: Option<&Manifest>,
    keys: &[ClassKey],
    watch: &Watch<'_>,
) -> Option<Checked> {
    let mut checked = compare(path, manifest, watch)?;
    if keys.is_empty() || matches!(checked.status, Status::Missing | Status::Unreadable) {
        return Some(checked);
    }
    let name = path.file_name().unwrap_or_default();
    let record = manifest.and_then(|manifest| manifest.get(name));
    match listen(path, record, keys, watch) {
        Ok(heard) => checked.heard = Some(heard?),
        Err(error) => checked.error = Some(error.to_string()),
    }
    Some(checked)
}

/// The keys that are in the audio, by the released recipes and the recorded one.
fn listen(
    path: &Path,
    record: Option<&Record>,
    keys: &[ClassKey],
    watch: &Watch<'_>,
) -> Result<Option<Vec<Fingerprint>>, WavError> {
    let mut reader = WavReader::open(path)?;
    let (rate, channels) = (reader.info().sample_rate, reader.info().channels);
    let mut recipes = released();
    recipes.extend(record.map(|record| record.recipe.clone()).filter(|own| !recipes.contains(own)));
    // A recorded recipe that cannot be heard leaves the others; a rate that cannot be, none.
    let listening = Listening::new(rate, channels, &recipes)
        .or_else(|_| Listening::new(rate, channels, &released()));
    let Ok(mut listening) = listening else { return Ok(Some(Vec::new())) };
    let mut planar = Vec::new();
    while reader.read_block(LISTENED, &mut planar)? > 0 {
        if watch.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        listening.feed(&planar);
    }
    let heard = listening.finish().map_err(io::Error::other)?;
    Ok(Some(keys.iter().filter(|key| heard.has(key)).map(ClassKey::fingerprint).collect()))
}

/// Compares a file with its record.
fn compare(path: &Path, manifest: Option<&Manifest>, watch: &Watch<'_>) -> Option<Checked> {
    let name = path.file_name().unwrap_or_default();
    let record = manifest.and_then(|manifest| manifest.get(name));
    if record.is_some() && std::fs::symlink_metadata(path).is_err() {
        return Some(Checked::new(path, Status::Missing, record));
    }
    let (audio, around) = match hashes(path, watch) {
        Ok(hashes) => hashes?,
        Err(error) => return Some(Checked::unreadable(path, record, &error)),
    };
    if let Some(record) = record.filter(|record| record.audio_after == audio) {
        let same = record.around == around;
        let status = if same { Status::AsRecorded } else { Status::TagsChanged };
        return Some(Checked::new(path, status, Some(record)));
    }
    let records = || manifest.into_iter().flat_map(Manifest::records);
    Some(if let Some(record) = record {
        // A protected file in whose place the original lies now is not what was recorded.
        Checked::new(path, Status::AudioChanged, Some(record))
    } else if let Some(record) = records().find(|record| record.audio_before == audio) {
        Checked::new(path, Status::Original, Some(record))
    } else if let Some(record) = records().find(|record| record.audio_after == audio) {
        Checked::new(path, Status::Renamed, Some(record))
    } else {
        Checked::new(path, Status::NotRecorded, None)
    })
}
