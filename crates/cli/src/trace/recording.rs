//! From one file to its evidence.

use std::path::{Path, PathBuf};

use patchveil_veil::{
    ClassKey, EchoDetector, EchoEvidence, EchoKey, MarkDetector, MarkError, MarkSettings,
};
use serde::Serialize;

use super::copies::PatternScores;
use crate::detect::{DetectFileError, SampleSink, decode};
use crate::detector::slices;
use crate::open;
use crate::paths::json;
use crate::watch::Watch;

/// The key to look for.
pub enum TraceKey {
    /// That of a class: copies are told from what a model made.
    Class(ClassKey),
    /// That of its echo alone.
    Echo(EchoKey),
}

impl TraceKey {
    /// That of the echo.
    #[must_use]
    pub fn echo(&self) -> EchoKey {
        match self {
            Self::Class(key) => key.echo_key(),
            Self::Echo(key) => key.clone(),
        }
    }

    /// That of the class, if it is known.
    #[must_use]
    pub fn class(&self) -> Option<&ClassKey> {
        match self {
            Self::Class(key) => Some(key),
            Self::Echo(_) => None,
        }
    }
}

/// A recording, analysed.
#[derive(Debug, Clone, Serialize)]
pub struct TracedRecording {
    /// The file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// BLAKE3 of its bytes, 64 hexadecimal letters.
    pub blake3: String,
    /// Its sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Its channels.
    pub channels: usize,
    /// Its length in seconds.
    pub seconds: f64,
    /// Seconds of it that are not digital silence.
    pub active_s: f64,
    /// Its own score, in σ.
    pub sigmas: f64,
    /// Upper bound of the probability that a key whose pattern is in none of the files fits as well, at any speed; none
    /// for an echo key, which has no pattern. Corrected for the number of files.
    pub pattern_p_value: Option<f64>,
    /// Whether that shows that the file contains marked audio itself, copied and not learned. If not, it may be a copy
    /// all the same, too short or too changed to show.
    pub copy: Option<bool>,
    /// What it says about the pattern.
    #[serde(skip)]
    pub pattern: Option<PatternScores>,
    /// What it adds to the trace.
    #[serde(skip)]
    pub evidence: EchoEvidence,
}

/// Reads the file at `path` and measures what it says about echo keys, and whether it carries the pattern of
/// `class`, a key and what random keys beside it are drawn from; `settings` are those of the mark.
///
/// # Errors
/// Any [`DetectFileError`].
pub fn analyse(
    path: &Path,
    class: Option<(&ClassKey, u64)>,
    settings: &MarkSettings,
    watch: &Watch<'_>,
) -> Result<TracedRecording, DetectFileError> {
    let unreadable = |source| DetectFileError::Unreadable { path: path.to_owned(), source };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open::regular(path).map_err(unreadable)?).map_err(unreadable)?;
    let mut feeder = Feeder { path, settings, with_pattern: class.is_some(), started: None };
    decode(path, &mut feeder, watch)?;
    let Some(Started { echo, mark, sample_rate_hz, channels }) = feeder.started else {
        return Err(DetectFileError::Inaudible(path.to_owned()));
    };
    let evidence = echo.finish();
    let pattern =
        mark.zip(class).map(|(mark, (key, seed))| PatternScores::of(&mark.finish(), key, seed));
    Ok(TracedRecording {
        input: path.to_owned(),
        blake3: hasher.finalize().to_hex().to_string(),
        sample_rate_hz,
        channels,
        seconds: evidence.seconds(),
        active_s: evidence.active_s(),
        sigmas: 0.0,
        pattern_p_value: None,
        copy: None,
        pattern,
        evidence,
    })
}

/// Feeds the detectors with a file.
struct Feeder<'a> {
    path: &'a Path,
    settings: &'a MarkSettings,
    with_pattern: bool,
    started: Option<Started>,
}

struct Started {
    echo: EchoDetector,
    mark: Option<MarkDetector>,
    sample_rate_hz: u32,
    channels: usize,
}

impl SampleSink for Feeder<'_> {
    fn begin(&mut self, sample_rate_hz: u32, channels: usize) -> Result<(), DetectFileError> {
        let failed =
            |source: MarkError| DetectFileError::Mark { path: self.path.to_owned(), source };
        let echo = self.settings.echo.clone().unwrap_or_default();
        // Without the echo, which a model's work has too: the pattern alone shows a copy.
        let pattern = MarkSettings { echo: None, ..self.settings.clone() };
        let wanted = pattern.pattern.is_some() && self.with_pattern;
        let mark = wanted.then(|| MarkDetector::new(sample_rate_hz, channels, &pattern));
        self.started = Some(Started {
            echo: EchoDetector::new(sample_rate_hz, channels, &echo).map_err(failed)?,
            mark: mark.transpose().map_err(failed)?,
            sample_rate_hz,
            channels,
        });
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        if let Some(Started { echo, mark, .. }) = &mut self.started {
            echo.feed(&slices(block));
            if let Some(mark) = mark {
                mark.feed(&slices(block));
            }
        }
        Ok(true)
    }
}
