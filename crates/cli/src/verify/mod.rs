//! Checks files against their manifests.
//!
//! A file is compared with its record by hash, not by name alone. So a changed file, a file whose tags
//! were edited, and the original next to its protected version are told apart.

mod inventory;

use std::path::{Path, PathBuf};

use patchveil_receipts::Receipt;
use patchveil_veil::{ClassKey, Fingerprint, MarkDetector, Recipe};
use serde::Serialize;

use crate::detect::FOUND_P;
use crate::detector::{LayersDetector, LayersEvidence, MultiRecipeDetector};
use crate::inputs::{InputError, Note, is_named_protected};
use crate::manifest::{Manifest, Record};
use crate::paths::json;
use crate::receipts::{self, ReceiptsCache};
use crate::recording::{self, RecordingError, Scratch, hashes};
use crate::standard_io;
use crate::watch::Watch;

pub use inventory::Inventory;

/// Samples per channel read at a time.
const BLOCK: usize = 1 << 16;

/// How a file compares with its manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every byte is as recorded.
    AsRecorded,
    /// The samples are those of a protected file on record under another name.
    Renamed,
    /// The samples are those of the original of a protected file on record.
    Original,
    /// The samples are as recorded, other bytes are not: tags or markers were edited.
    TagsChanged,
    /// The samples are not as recorded.
    AudioChanged,
    /// It is named as a protected file, and its samples are those of the original of one on record.
    NotProtected,
    /// There is a record but no file.
    Missing,
    /// There is a file but no record.
    NotRecorded,
    /// The file cannot be read, or is not a recording.
    Unreadable,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AsRecorded,
        Self::Renamed,
        Self::Original,
        Self::TagsChanged,
        Self::AudioChanged,
        Self::NotProtected,
        Self::Missing,
        Self::NotRecorded,
        Self::Unreadable,
    ];

    /// Whether the file needs no attention.
    #[must_use]
    pub fn is_fine(self) -> bool {
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
            Self::NotProtected => "NOT PROTECTED",
            Self::Missing => "MISSING",
            Self::NotRecorded => "NOT RECORDED",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

/// What the check of a file came to.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The file.
    #[serde(flatten, serialize_with = "json::path")]
    pub path: PathBuf,
    /// How it compares with its manifest.
    pub status: Status,
    /// The key that it (or, for an original, its protected version) was protected with, from the record.
    pub fingerprint: Option<Fingerprint>,
    /// When it was protected, by that computer's clock, in UTC.
    pub time: Option<String>,
    /// The keys detected in the audio, of those asked for; none if none were.
    pub detected: Option<Vec<Fingerprint>>,
    /// Where there is no record: what the plug-in noted of a render with a key that was detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Why it cannot be read, or no key detected in it.
    pub error: Option<String>,
}

impl Checked {
    fn new(path: &Path, status: Status, record: Option<&Record>) -> Self {
        Self {
            path: path.to_owned(),
            status,
            fingerprint: record.map(|record| record.fingerprint),
            time: record.map(|record| record.time.to_string()),
            detected: None,
            receipt: None,
            error: None,
        }
    }

    fn unreadable(path: &Path, record: Option<&Record>, error: String) -> Self {
        Self { error: Some(error), ..Self::new(path, Status::Unreadable, record) }
    }
}

impl Checked {
    /// A recording that was found and cannot be judged, if `note` is about one.
    #[must_use]
    pub fn left_out(note: &Note) -> Option<Self> {
        let unreadable = || Self::unreadable(note.path(), None, note.reason());
        note.is_recording().then(unreadable)
    }
}

impl From<&InputError> for Checked {
    /// An input that cannot be read.
    fn from(failure: &InputError) -> Self {
        Self::unreadable(failure.path(), None, failure.reason())
    }
}

/// Checks one file against its folder's manifest and detects those of `keys` that it carries, by mark or
/// veil. `pairs` is the number of pairs of key and file in the whole check, `receipts` what was read so far.
/// `None` if the user asked to stop.
#[must_use]
pub fn check(
    path: &Path,
    manifest: Option<&Manifest>,
    keys: &[ClassKey],
    pairs: usize,
    receipts: &ReceiptsCache,
    watch: &Watch<'_>,
) -> Option<Checked> {
    let mut checked = compare(path, manifest, watch)?;
    if keys.is_empty() || matches!(checked.status, Status::Missing | Status::Unreadable) {
        return Some(checked);
    }
    match detect(path, manifest, keys, pairs, receipts, watch) {
        Ok(found) => {
            let Found { keys, receipts } = found?;
            if checked.status == Status::NotRecorded {
                let measured = |receipt: &Receipt| keys.contains(&receipt.fingerprint);
                checked.receipt = receipts.into_iter().find(measured);
            }
            checked.detected = Some(keys);
        }
        Err(error) => checked.error = Some(error.to_string()),
    }
    Some(checked)
}

/// What was found in the audio.
struct Found {
    keys: Vec<Fingerprint>,
    /// The receipts that the file may have, the likeliest first.
    receipts: Vec<Receipt>,
}

/// The keys that are in the audio: by their marks, with p-values that are corrected for `pairs`, or by a veil without
/// a mark, which is looked for where `manifest` or a receipt names it for this key. By itself a veil is found at
/// p ≤ 0.001, too often by chance for all keys in all files.
fn detect(
    path: &Path,
    manifest: Option<&Manifest>,
    keys: &[ClassKey],
    pairs: usize,
    receipts: &ReceiptsCache,
    watch: &Watch<'_>,
) -> Result<Option<Found>, RecordingError> {
    let opened = match recording::open(path, &Scratch::SYSTEM, watch) {
        Err(RecordingError::Stopped) => return Ok(None),
        opened => opened?,
    };
    let mut reader = opened.reader()?;
    let (rate, channels) = (reader.info().sample_rate, reader.info().channels);
    let record = manifest.and_then(|manifest| manifest.get(path.file_name().unwrap_or_default()));
    let receipts = match record {
        Some(_) => Vec::new(),
        None => receipts.of_file(path, rate, reader.info().frames()),
    };
    let noted = unmarked_veils(keys, manifest, &receipts);
    let recipes = noted.iter().map(|(_, recipe)| recipe.clone());
    let mark = record.and_then(|record| record.recipe.mark.clone()).unwrap_or_default();
    let mut detector = LayersDetector {
        veils: MultiRecipeDetector::of_detectable(rate, channels, recipes),
        mark: MarkDetector::new(rate, usize::from(channels), &mark).ok(),
    };
    let mut planar = Vec::new();
    while reader.read_block(BLOCK, &mut planar)? > 0 {
        if watch.is_stopped() {
            return Ok(None);
        }
        detector.feed(&planar);
    }
    let seed = keys.first().map_or(0, ClassKey::decoy_seed);
    let LayersEvidence { veils, mark } = detector.finish(seed);
    let all: Vec<&ClassKey> = keys.iter().collect();
    let marks = mark.map_or_else(Vec::new, |mark| mark.test(&all));
    let has_mark = |index: usize| {
        marks.get(index).is_some_and(|finding| finding.p_value * pairs as f64 <= FOUND_P)
    };
    let has_veil = |key: &ClassKey| {
        noted.iter().any(|(noted, _)| *noted == key.fingerprint()) && veils.find(key).is_some()
    };
    let found = keys.iter().enumerate();
    let found = found.filter(|(index, key)| has_mark(*index) || has_veil(key));
    let keys = found.map(|(_, key)| key.fingerprint()).collect();
    Ok(Some(Found { keys, receipts }))
}

/// The recipes with a veil but no mark that `manifest` or `receipts` name for each key.
fn unmarked_veils(
    keys: &[ClassKey],
    manifest: Option<&Manifest>,
    receipts: &[Receipt],
) -> Vec<(Fingerprint, Recipe)> {
    let is_unmarked =
        |recipe: &Recipe| recipe.veil.is_some() && recipe.mark.is_none() && recipe.is_restorable();
    // Once for all keys: there may be many records, and hardly any without a mark.
    let records = manifest.into_iter().flat_map(Manifest::records);
    let recorded: Vec<&Record> = records.filter(|record| is_unmarked(&record.recipe)).collect();
    let of_key = |key: &ClassKey| {
        let key = key.fingerprint();
        let own = recorded.iter().filter(|record| record.fingerprint == key);
        let of_receipts = receipts::recipes(receipts, key);
        let noted = of_receipts.iter().filter(|recipe| is_unmarked(recipe));
        let recipes = receipts::different(own.map(|record| &record.recipe).chain(noted));
        recipes.into_iter().map(move |recipe| (key, recipe)).collect::<Vec<_>>()
    };
    keys.iter().flat_map(of_key).collect()
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
        Err(error) => return Some(Checked::unreadable(path, record, error.to_string())),
    };
    if let Some(record) = record.filter(|record| record.audio_after == audio) {
        let same = record.around == around;
        let status = if same { Status::AsRecorded } else { Status::TagsChanged };
        return Some(Checked::new(path, status, Some(record)));
    }
    let records = || manifest.into_iter().flat_map(Manifest::records);
    // What comes through a pipe has no name that could differ.
    if standard_io::is_input(path)
        && let Some(record) = records().find(|record| record.audio_after == audio)
    {
        let same = records().any(|own| (own.audio_after, own.around) == (audio, around));
        let status = if same { Status::AsRecorded } else { Status::TagsChanged };
        return Some(Checked::new(path, status, Some(record)));
    }
    Some(if let Some(record) = record {
        // Even where it is the original now: that is not what was recorded under this name.
        Checked::new(path, Status::AudioChanged, Some(record))
    } else if let Some(record) = records().find(|record| record.audio_before == audio) {
        let status = match is_named_protected(path) {
            true => Status::NotProtected,
            false => Status::Original,
        };
        Checked::new(path, status, Some(record))
    } else if let Some(record) = records().find(|record| record.audio_after == audio) {
        Checked::new(path, Status::Renamed, Some(record))
    } else {
        Checked::new(path, Status::NotRecorded, None)
    })
}
