//! The result of a comparison.

use std::path::PathBuf;

use serde::Serialize;

use super::runs::Run;
use super::spectrogram::Heat;
use super::spectrum::Curve;
use super::thirds::Thirds;
use crate::paths::json;
use crate::pcm::SampleFormat;

/// How a recording and its protected version compare.
///
/// Levels are relative to full scale ±1; `None` (in JSON `null`) stands for an undefined value, such as
/// the level of silence. Figures of several channels are over all their samples.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The recording.
    pub before: FileFacts,
    /// Its protected version.
    pub after: FileFacts,
    /// Sample rate of both in Hz.
    pub sample_rate_hz: u32,
    /// Channels of both.
    pub channels: u16,
    /// Samples a channel.
    pub frames: u64,
    /// Length in seconds.
    pub seconds: f64,
    /// Power of the recording over power of the difference, in dB; none if nothing changed or the
    /// recording is silent.
    pub snr_db: Option<f64>,
    /// Mean SNR of the 20 ms segments in which something changed, each limited to −10 … 35 dB;
    /// segments quieter than −80 dBFS left out.
    pub segmental_snr_db: Option<f64>,
    /// Highest absolute sample of the recording, in dBFS.
    pub peak_before_dbfs: Option<f64>,
    /// The same of the protected version.
    pub peak_after_dbfs: Option<f64>,
    /// By how much it rose, in dB.
    pub peak_change_db: Option<f64>,
    /// Integrated loudness of the recording after EBU R 128, in LUFS; none below 0.4 s and for
    /// silence.
    pub loudness_before_lufs: Option<f64>,
    /// The same of the protected version.
    pub loudness_after_lufs: Option<f64>,
    /// By how much it rose, in LU.
    pub loudness_change_lu: Option<f64>,
    /// Samples that differ, of all channels.
    pub changed_samples: u64,
    /// The same as a share of all samples, 0 to 1.
    pub changed_share: f64,
    /// Largest absolute difference of two samples, linear.
    pub max_difference: f64,
    /// The same in dBFS.
    pub max_difference_dbfs: Option<f64>,
    /// Stretches of time that differ in any channel; those no more than 1 ms apart count as one,
    /// so patches without a gap between them are one run.
    pub run_count: u64,
    /// Those stretches in order, the first [`MAX_RUNS`](super::MAX_RUNS) of them.
    pub runs: Vec<Run>,
    /// What [`draw`](super::draw) draws.
    #[serde(skip)]
    pub(super) picture: Picture,
}

/// One of the compared files.
#[derive(Debug, Clone, Serialize)]
pub struct FileFacts {
    /// Its path as it was given.
    #[serde(flatten, serialize_with = "json::path")]
    pub path: PathBuf,
    /// How its samples are stored.
    pub format: SampleFormat,
}

/// What is drawn but not printed.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) before: Curve,
    pub(super) after: Curve,
    pub(super) difference: Curve,
    pub(super) thirds: Thirds,
    pub(super) spectrogram: Heat,
    /// Peak of the recording, column by column.
    pub(super) level: Vec<f32>,
    /// Peak of the difference, column by column.
    pub(super) difference_level: Vec<f32>,
    /// Share of each column that lies in changed runs, 0 to 1.
    pub(super) coverage: Vec<f32>,
}

/// Level of an amplitude in dB relative to full scale; none for silence.
pub(super) fn dbfs(amplitude: f64) -> Option<f64> {
    (amplitude > 0.0).then(|| 20.0 * amplitude.log10())
}
