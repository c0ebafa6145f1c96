//! An excerpt, aligned with its original.

use std::ops::Range;
use std::path::{Path, PathBuf};

use patchveil_veil::{DetectError, Detector, ExcerptMatch, Locator, Recipe};
use serde::Serialize;

use super::decoder::{SampleSink, decode};
use super::error::DetectFileError;
use crate::detector::slices;
use crate::paths::{identity, json};
use crate::watch::Watch;

/// Longest excerpt that is compared with its original, in seconds: both are in memory.
pub(super) const LONGEST_S: u32 = 300;

/// Where in a reference an excerpt was found.
#[derive(Debug, Clone, Serialize)]
pub struct Reference {
    /// The file that was given as the original.
    #[serde(flatten, serialize_with = "json::reference")]
    pub path: PathBuf,
    /// Seconds of it before the excerpt's first sample; negative where the excerpt begins earlier.
    #[serde(rename = "reference_start_s")]
    pub start_s: f64,
    /// Correlation of the two there, 0 to 1: see [`ExcerptMatch::correlation`].
    pub correlation: f64,
}

/// An excerpt, and the same stretch of its original, sample for sample.
pub(super) struct AlignedExcerpt {
    pub(super) found: Reference,
    pub(super) sample_rate: u32,
    excerpt: Vec<Vec<f32>>,
    original: Vec<Vec<f32>>,
}

impl AlignedExcerpt {
    /// Reads the excerpt at `path` and finds it in the original at `reference`, which is read twice.
    ///
    /// # Errors
    /// [`DetectFileError`] if one of them cannot be read or is silent, if the excerpt is too long, or
    /// if it is not part of this original.
    pub(super) fn read(
        path: &Path,
        reference: &Path,
        watch: &Watch<'_>,
    ) -> Result<Self, DetectFileError> {
        if identity(path) == identity(reference) {
            return Err(DetectFileError::OwnReference(path.to_owned()));
        }
        let mut excerpt = Excerpt { path, sample_rate: 0, samples: Vec::new() };
        decode(path, &mut excerpt, watch)?;
        let Excerpt { sample_rate, samples: excerpt, .. } = excerpt;
        let mut search = Searching { path, excerpt: &excerpt, sample_rate, locator: None };
        decode(reference, &mut search, watch)?;
        let found = search.locator.and_then(Locator::finish);
        let found = found.ok_or_else(|| DetectFileError::SilentReference(reference.to_owned()))?;
        if !found.is_likely() {
            return Err(DetectFileError::Unlike {
                path: path.to_owned(),
                reference: reference.to_owned(),
                correlation: found.correlation,
                runner_up: found.runner_up,
            });
        }
        let length = excerpt.first().map_or(0, Vec::len);
        let wanted = found.original_range(length as f64 / f64::from(sample_rate));
        let mut stretch = Stretch { wanted, at: 0, samples: Vec::new() };
        decode(reference, &mut stretch, watch)?;
        let original = found.align_original(&slices(&excerpt), &slices(&stretch.samples));
        let ExcerptMatch { start_s, correlation, .. } = found;
        let found = Reference { path: reference.to_owned(), start_s, correlation };
        Ok(Self { found, sample_rate, excerpt, original })
    }

    /// Channels of the excerpt.
    pub(super) fn channels(&self) -> usize {
        self.excerpt.len()
    }

    /// A detector for `recipe` that was fed the whole excerpt.
    pub(super) fn detector(&self, recipe: &Recipe) -> Result<Detector, DetectError> {
        let (excerpt, original) = (slices(&self.excerpt), slices(&self.original));
        let channels = if excerpt.len() == original.len() { excerpt.len() } else { 1 };
        let mut detector = Detector::with_original(self.sample_rate, channels, recipe)?;
        detector.feed_with_original(&excerpt, &original);
        Ok(detector)
    }
}

/// The whole excerpt, channels × samples.
struct Excerpt<'a> {
    path: &'a Path,
    sample_rate: u32,
    samples: Vec<Vec<f32>>,
}

impl SampleSink for Excerpt<'_> {
    fn begin(&mut self, sample_rate: u32, channels: usize) -> Result<(), DetectFileError> {
        self.sample_rate = sample_rate;
        self.samples = vec![Vec::new(); channels];
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        append(&mut self.samples, block, 0..usize::MAX);
        let longest = u64::from(self.sample_rate) * u64::from(LONGEST_S);
        let length = self.samples.first().map_or(0, |channel| channel.len() as u64);
        if length > longest {
            return Err(DetectFileError::LongExcerpt(self.path.to_owned()));
        }
        Ok(true)
    }
}

/// The original, read for the first time: finds the excerpt in it.
struct Searching<'a> {
    path: &'a Path,
    excerpt: &'a [Vec<f32>],
    sample_rate: u32,
    locator: Option<Locator>,
}

impl SampleSink for Searching<'_> {
    fn begin(&mut self, sample_rate: u32, _: usize) -> Result<(), DetectFileError> {
        let locator = Locator::new(&slices(self.excerpt), self.sample_rate, sample_rate);
        let silent = || DetectFileError::Inaudible(self.path.to_owned());
        self.locator = Some(locator.ok_or_else(silent)?);
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        if let Some(locator) = &mut self.locator {
            locator.feed(&slices(block));
        }
        Ok(true)
    }
}

/// The original, read for the second time: keeps the stretch that the excerpt is from.
struct Stretch {
    wanted: Range<u64>,
    at: u64,
    samples: Vec<Vec<f32>>,
}

impl SampleSink for Stretch {
    fn begin(&mut self, _: u32, channels: usize) -> Result<(), DetectFileError> {
        self.samples = vec![Vec::new(); channels];
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        let within = |sample: u64| usize::try_from(sample.saturating_sub(self.at));
        let (from, to) = (within(self.wanted.start), within(self.wanted.end));
        append(&mut self.samples, block, from.unwrap_or(usize::MAX)..to.unwrap_or(usize::MAX));
        self.at += block.first().map_or(0, |channel| channel.len() as u64);
        Ok(self.at < self.wanted.end)
    }
}

fn append(samples: &mut [Vec<f32>], block: &[Vec<f32>], range: Range<usize>) {
    for (samples, block) in samples.iter_mut().zip(block) {
        let end = range.end.min(block.len());
        samples.extend_from_slice(&block[range.start.min(end)..end]);
    }
}
