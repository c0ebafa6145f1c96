//! Excerpts of recordings that nobody marked.

use std::path::Path;

use super::clip::Excerpt;
use super::draws::Draws;
use super::error::ProbeError;
use crate::detect::{DetectFileError, SampleSink, decode};
use crate::inputs::{Found, Note, Recording, find, is_named_protected};
use crate::watch::Watch;

/// A stretch quieter than this, full scale being 1, has nothing in it for a model.
const QUIET_RMS: f64 = 0.003;
/// Seconds of a recording that stretches are taken from.
const LOOKED_AT_S: f64 = 600.0;

/// Excerpts of `seconds` from the recordings in `folder`, `wanted` of them and as evenly spread as there
/// is sound; and a line for each file that was left out.
pub(super) fn excerpts(
    folder: &Path,
    wanted: usize,
    seconds: f64,
    seed: &[u8; 32],
    watch: &Watch<'_>,
) -> Result<(Vec<Excerpt>, Vec<String>), ProbeError> {
    let is_protected =
        |path: &Path| is_named_protected(path).then(|| Note::AlreadyProtected(path.to_owned()));
    let folders = [folder.to_owned()];
    let Found { mut recordings, notes, mut failures, .. } =
        find(&folders, is_protected).each_once();
    if recordings.is_empty()
        && let Some(failure) = failures.pop()
    {
        return Err(failure.into());
    }
    let mut left_out: Vec<String> = notes.iter().map(ToString::to_string).collect();
    left_out.extend(failures.iter().map(ToString::to_string));
    let mut draws = Draws::new(seed, "recordings");
    draws.shuffle(&mut recordings);
    // Evenly spread if that is possible; else those with more sound give more.
    let mut share = wanted.div_ceil(recordings.len().max(1));
    let found = loop {
        let mut without = Vec::new();
        let found = up_to(&recordings, wanted, share, seconds, &mut draws, watch, &mut without)?;
        if found.len() == wanted || share >= wanted {
            left_out.extend(without);
            break found;
        }
        share = (share * 2).min(wanted);
    };
    if found.len() < wanted {
        let (folder, found) = (folder.to_owned(), found.len());
        return Err(ProbeError::TooFew { folder, found, seconds, wanted });
    }
    Ok((found, left_out))
}

/// Excerpts of these recordings until there are `wanted`, at most `share` of each; names in `without` what
/// cannot be read.
fn up_to(
    recordings: &[Recording],
    wanted: usize,
    share: usize,
    seconds: f64,
    draws: &mut Draws,
    watch: &Watch<'_>,
    without: &mut Vec<String>,
) -> Result<Vec<Excerpt>, ProbeError> {
    let mut found = Vec::new();
    for recording in recordings {
        let share = share.min(wanted - found.len());
        if share == 0 {
            break;
        }
        match stretches(&recording.path, share, seconds, draws, watch) {
            Ok(more) => found.extend(more),
            Err(ProbeError::Stopped) => return Err(ProbeError::Stopped),
            Err(error) => without.push(error.to_string()),
        }
    }
    Ok(found)
}

/// Up to `wanted` stretches with sound from one recording, any as likely as any other.
fn stretches(
    path: &Path,
    wanted: usize,
    seconds: f64,
    draws: &mut Draws,
    watch: &Watch<'_>,
) -> Result<Vec<Excerpt>, ProbeError> {
    let mut sink = Stretches {
        seconds,
        wanted,
        draws,
        sample_rate: 0,
        length: usize::MAX,
        current: Vec::new(),
        number: 0,
        sounding: 0,
        kept: Vec::new(),
    };
    decode(path, &mut sink, &watch.without_progress()).map_err(|error| match error {
        DetectFileError::Stopped(_) => ProbeError::Stopped,
        error => error.into(),
    })?;
    let (sample_rate, length) = (sink.sample_rate, sink.length);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let excerpt = |(number, samples): (usize, Vec<f32>)| {
        let start_s = (number * length) as f64 / f64::from(sample_rate);
        Excerpt::new(&samples, sample_rate, name.clone(), start_s)
    };
    sink.kept.into_iter().map(excerpt).collect()
}

/// Cuts a recording into stretches and keeps some of those with sound (reservoir sampling: Vitter 1985,
/// “Random sampling with a reservoir”, algorithm R).
struct Stretches<'a> {
    seconds: f64,
    wanted: usize,
    draws: &'a mut Draws,
    sample_rate: u32,
    /// Of a stretch, in samples.
    length: usize,
    current: Vec<f32>,
    /// Of the current stretch.
    number: usize,
    /// Stretches with sound so far.
    sounding: u64,
    /// Number and samples.
    kept: Vec<(usize, Vec<f32>)>,
}

impl Stretches<'_> {
    fn end_stretch(&mut self) {
        let samples = std::mem::take(&mut self.current);
        let squares: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
        // A stretch with invalid samples is not loud either.
        if (squares / samples.len().max(1) as f64).sqrt() >= QUIET_RMS && squares.is_finite() {
            self.sounding += 1;
            if self.kept.len() < self.wanted {
                self.kept.push((self.number, samples));
            } else if let Some(place) = self.kept.get_mut(self.draws.below(self.sounding) as usize)
            {
                *place = (self.number, samples);
            }
        }
        self.number += 1;
    }
}

impl SampleSink for Stretches<'_> {
    fn begin(&mut self, sample_rate: u32, _: usize) -> Result<(), DetectFileError> {
        self.sample_rate = sample_rate;
        self.length = (self.seconds * f64::from(sample_rate)) as usize;
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        let scale = 1.0 / block.len().max(1) as f32;
        for n in 0..block.first().map_or(0, Vec::len) {
            self.current.push(block.iter().map(|channel| channel[n]).sum::<f32>() * scale);
            if self.current.len() >= self.length.max(1) {
                self.end_stretch();
            }
        }
        Ok(((self.number as f64) + 1.0) * self.seconds <= LOOKED_AT_S.max(self.seconds))
    }
}
