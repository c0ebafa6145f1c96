//! What came of protecting a file.

use std::path::PathBuf;

use jiff::Timestamp;
use patchveil_veil::{Fingerprint, Recipe};
use serde::Serialize;

use crate::manifest::{Digest, Record};
use crate::paths::json;
use crate::pcm::SampleFormat;

/// What came of protecting a file.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The recording.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// The protected file.
    #[serde(flatten, serialize_with = "json::output")]
    pub output: PathBuf,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub channels: u16,
    /// How samples are stored, in both.
    pub format: SampleFormat,
    /// Samples a channel.
    pub frames: u64,
    /// Length in seconds.
    pub seconds: f64,
    /// Timeline position of the first sample, in samples.
    pub offset: i64,
    /// Patches in the recording, wholly or in part.
    pub patches: u64,
    /// Power of the recording over power of the change, in dB, before rounding to the file's bit
    /// depth; none if nothing changed or the recording is silent.
    pub snr_db: Option<f64>,
    /// Highest absolute sample of the recording, in dBFS; none for silence.
    pub peak_before_dbfs: Option<f64>,
    /// By how much it rose, in dB.
    pub peak_change_db: Option<f64>,
    /// Samples clipped at full scale.
    pub clipped_samples: u64,
    /// The recording's samples, as stored.
    pub audio_before: Digest,
    /// The protected file's samples, as stored.
    pub audio_after: Digest,
    /// All other bytes of the protected file.
    pub around: Digest,
    /// The same of the recording, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub around_before: Option<Digest>,
    /// What the user has to know of the other bytes: a length that was left open, what is out of date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seconds it took.
    pub took_s: f64,
    /// Seconds of audio per second of work.
    pub realtime: f64,
}

impl Outcome {
    /// The record of the protected file for its manifest, dated now.
    #[must_use]
    pub fn to_record(&self, fingerprint: Fingerprint, recipe: &Recipe) -> Record {
        let name = self.output.file_name().unwrap_or_default();
        let exact = || name.as_encoded_bytes().to_vec();
        Record {
            version: Record::version_for(recipe),
            file: name.to_string_lossy().into_owned(),
            file_bytes: name.to_str().is_none().then(exact),
            fingerprint,
            recipe: recipe.clone(),
            offset: self.offset,
            sample_rate_hz: self.sample_rate_hz,
            channels: self.channels,
            format: self.format,
            frames: self.frames,
            audio_before: self.audio_before,
            audio_after: self.audio_after,
            around: self.around,
            around_before: self.around_before,
            time: Timestamp::now(),
            tool: format!("patchveil {}", env!("CARGO_PKG_VERSION")),
        }
    }
}
