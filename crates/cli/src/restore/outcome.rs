//! What came of restoring a file.

use std::path::PathBuf;

use patchveil_receipts::Receipt;
use patchveil_veil::{Fingerprint, MarkLevel, Recipe};
use serde::Serialize;

use super::claim::Claim;
use super::integers::Integers;
use crate::manifest::Digest;
use crate::paths::json;
use crate::pcm::SampleFormat;

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

/// A part of a file, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stretch {
    /// Where it begins.
    pub from_s: f64,
    /// Where it ends.
    pub to_s: f64,
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
    /// The level of its mark, asked for and in force; none without a mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_level: Option<MarkLevel>,
    /// What the plug-in noted of the render, if recipe and position come from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Length in seconds.
    pub seconds: f64,
    /// What was restored: all of it, unless the audio shows stretches that do not carry the key. These
    /// are left as they are, bit for bit.
    pub restored: Vec<Stretch>,
    /// How the restored samples are stored.
    pub format: SampleFormat,
    /// Hash of the restored samples, as stored.
    pub audio_after: Digest,
    /// Whether the restored samples are the original's, bit for bit, by the hash in the manifest; none
    /// without a record of the original in the same format.
    pub is_original: Option<bool>,
    /// Whether the protected file is in a lossy format: how much encoding it lost is not known.
    #[serde(skip_serializing_if = "is_false")]
    pub is_lossy: bool,
    /// What is known about how close the result is to the original.
    pub claim: Claim,
    /// How much of the result consists of integers of fewer bits than the file has; none if it does not
    /// show that the original did.
    pub integers: Option<Integers>,
    /// Power of the recording over that of the rounding errors that restoring amplifies, in dB, as
    /// estimated from the file's bit depth; none unless the manifest shows that the file is the very one that was
    /// protected, none for silence, and none where samples at full scale may have been clipped, because how much
    /// that lost is unknown.
    pub expected_snr_db: Option<f64>,
    /// With [`Claim::AtMost`], what the SNR is at most, in dB: that by rounding alone where samples may have
    /// been clipped, else that against what the recipe or position that fits better would have given.
    pub snr_at_most_db: Option<f64>,
    /// The position that clearly fits better than the one asked for, if there is one.
    pub better_offset: Option<i64>,
    /// The recipe that clearly fits better than the one asked for, if there is one.
    pub better_recipe: Option<Recipe>,
    /// Samples at full scale in the protected file. If they were clipped, the recording is lost around
    /// them.
    pub full_scale_samples: u64,
    /// What the user has to know of the file besides: a length that was left open, what was not carried over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seconds it took, finding recipe and position included.
    pub took_s: f64,
}

fn is_false(value: &bool) -> bool {
    !value
}
