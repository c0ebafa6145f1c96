//! What came of restoring a file.

use std::path::PathBuf;

use patchveil_veil::{Fingerprint, Recipe};
use serde::Serialize;

use crate::paths::json;
use crate::wav::SampleFormat;

/// What shows that the file carries this key, with this recipe, at this position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Its samples are those on record in the manifest.
    Manifest,
    /// The key was detected in the audio.
    Detection,
    /// The key was detected in the audio; the recipe or position is only the likeliest (forced).
    Guess,
    /// Nothing (forced).
    None,
}

impl Evidence {
    /// Whether nothing about it was forced.
    #[must_use]
    pub fn is_proof(self) -> bool {
        matches!(self, Self::Manifest | Self::Detection)
    }
}

/// What is known about how close the restored samples are to the original's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// They are the same, bit for bit, by the hash in the manifest.
    Original,
    /// As computed: the file is the very one that was protected, by the hash in the manifest.
    Computed,
    /// Not closer than rounding allows. What else happened to the file, it does not show.
    AtMost,
    /// Nothing.
    Unknown,
}

/// What came of restoring a file.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The protected file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// The restored file.
    #[serde(flatten, serialize_with = "json::output")]
    pub output: PathBuf,
    /// Public name of the key.
    pub fingerprint: Fingerprint,
    /// What shows that the file carries it.
    pub evidence: Evidence,
    /// The recipe that was undone.
    pub recipe: Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub offset: i64,
    /// Length in seconds.
    pub seconds: f64,
    /// How the restored samples are stored.
    pub format: SampleFormat,
    /// Whether the restored samples are the original's, bit for bit, by the hash in the manifest; none
    /// without a record of the original in the same format.
    pub is_original: Option<bool>,
    /// What is known about how close the result is to the original.
    pub claim: Claim,
    /// Power of the recording over that of the rounding errors that restoring amplifies, in dB, as
    /// estimated from the file's bit depth; none unless the manifest shows that the file is the very one that was
    /// protected, none for silence, and none where samples at full scale may have been clipped, because how much
    /// that lost is unknown.
    pub expected_snr_db: Option<f64>,
    /// In its place, what the SNR is at most, in dB: that if nothing but rounding happened to the file; none where
    /// the key, recipe or position is not certain.
    pub snr_at_most_db: Option<f64>,
    /// Samples at full scale in the protected file. If they were clipped, the recording is lost around
    /// them.
    pub full_scale_samples: u64,
    /// Seconds it took.
    pub took_s: f64,
}
