//! One pass over both files.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::columns::Envelope;
use super::error::InspectError;
use super::figures::Figures;
use super::loudness::Loudness;
use super::report::{FileFacts, Picture, Report, dbfs};
use super::runs::RunFinder;
use super::spectrogram::Spectrogram;
use super::spectrum::Spectrum;
use super::thirds::Thirds;
use crate::pcm::{PcmInfo, PcmReader};
use crate::recording::open_reader;

/// Frames read at a time.
const BLOCK: usize = 1 << 15;

/// Compares a recording with its protected version.
///
/// Sample rate, channels and length must be equal; the sample formats may differ. `progress` is
/// called after every block with the frames done and the frames in all, and may end the comparison.
///
/// # Errors
/// [`InspectError::Pcm`] if one of the files cannot be read, [`InspectError::Mismatch`] if they do
/// not belong together, [`InspectError::Stopped`] if `progress` says so.
pub fn compare(
    before: &Path,
    after: &Path,
    mut progress: impl FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Report, InspectError> {
    let mut first = Side::open(before)?;
    let mut second = Side::open(after)?;
    check_same_shape(&first, &second)?;

    let info = first.reader.info().clone();
    let mut difference = Difference::new(&info);
    while first.read()? > 0 {
        second.read()?;
        let (a, b) = (&first.block, &second.block);
        let (a_meters, b_meters) = (&mut first.meters, &mut second.meters);
        // The three share nothing but the blocks they read.
        rayon::join(
            || rayon::join(|| a_meters.push(a), || b_meters.push(b)),
            || difference.push(a, b),
        );
        if progress(first.reader.next_frame(), info.frames()).is_break() {
            return Err(InspectError::Stopped);
        }
    }
    Ok(report(&info, first, second, difference))
}

fn check_same_shape(before: &Side, after: &Side) -> Result<(), InspectError> {
    let (a, b) = (before.reader.info(), after.reader.info());
    let facts: [fn(&PcmInfo) -> String; 3] = [
        |info| format!("{} Hz", info.sample_rate),
        |info| match info.channels {
            1 => "1 channel".to_owned(),
            n => format!("{n} channels"),
        },
        |info| format!("{} samples a channel", info.frames()),
    ];
    for fact in facts {
        let (a, b) = (fact(a), fact(b));
        if a != b {
            return Err(InspectError::Mismatch {
                before_path: before.path.clone(),
                after_path: after.path.clone(),
                before: a,
                after: b,
            });
        }
    }
    Ok(())
}

/// One of the files.
struct Side {
    path: PathBuf,
    reader: PcmReader<File>,
    /// The current block: channels × frames.
    block: Vec<Vec<f32>>,
    meters: Meters,
}

/// What is measured on each file alone.
struct Meters {
    loudness: Loudness,
    envelope: Envelope,
    spectrum: Spectrum,
}

impl Side {
    fn open(path: &Path) -> Result<Self, InspectError> {
        let reader = open_reader(path).map_err(|source| InspectError::unreadable(path, source))?;
        let meters = Meters {
            loudness: Loudness::new(reader.info()),
            envelope: Envelope::new(reader.info().frames()),
            spectrum: Spectrum::new(reader.info()),
        };
        Ok(Self { path: path.to_owned(), reader, block: Vec::new(), meters })
    }

    fn read(&mut self) -> Result<usize, InspectError> {
        self.reader
            .read_block(BLOCK, &mut self.block)
            .map_err(|source| InspectError::unreadable(&self.path, source))
    }

    fn facts(&self) -> FileFacts {
        FileFacts { path: self.path.clone(), format: self.reader.info().format }
    }
}

impl Meters {
    fn push(&mut self, block: &[Vec<f32>]) {
        self.loudness.push(block);
        self.envelope.push(block);
        self.spectrum.push(block);
    }
}

/// What is measured on both files together.
struct Difference {
    /// The current block of after − before: channels × frames.
    block: Vec<Vec<f32>>,
    /// For every frame of the block, whether any channel differs.
    changed: Vec<bool>,
    figures: Figures,
    runs: RunFinder,
    envelope: Envelope,
    spectrogram: Spectrogram,
    spectrum: Spectrum,
}

impl Difference {
    fn new(info: &PcmInfo) -> Self {
        Self {
            block: Vec::new(),
            changed: Vec::new(),
            figures: Figures::new(info),
            runs: RunFinder::new(info.sample_rate, info.frames()),
            envelope: Envelope::new(info.frames()),
            spectrogram: Spectrogram::new(info),
            spectrum: Spectrum::new(info),
        }
    }

    fn push(&mut self, before: &[Vec<f32>], after: &[Vec<f32>]) {
        self.changed.clear();
        self.changed.resize(before.first().map_or(0, Vec::len), false);
        self.block.resize_with(before.len(), Vec::new);
        for ((difference, before), after) in self.block.iter_mut().zip(before).zip(after) {
            difference.clear();
            difference.extend(after.iter().zip(before).map(|(a, b)| a - b));
            let samples = before.iter().zip(after);
            for (changed, (b, a)) in self.changed.iter_mut().zip(samples) {
                *changed |= a != b;
            }
        }
        self.figures.push(before, after);
        self.runs.push(&self.changed);
        self.envelope.push(&self.block);
        self.spectrogram.push(&self.block);
        self.spectrum.push(&self.block);
    }
}

fn report(info: &PcmInfo, first: Side, second: Side, difference: Difference) -> Report {
    let (before, after) = (first.facts(), second.facts());
    let figures = difference.figures.finish();
    let found = difference.runs.finish();
    let loudness = [first.meters.loudness.finish(), second.meters.loudness.finish()];
    let peaks = [dbfs(figures.peak_before), dbfs(figures.peak_after)];
    let change = |[before, after]: [Option<f64>; 2]| Some(after? - before?);
    Report {
        before,
        after,
        sample_rate_hz: info.sample_rate,
        channels: info.channels,
        frames: info.frames(),
        seconds: info.seconds(),
        snr_db: figures.snr_db,
        segmental_snr_db: figures.segmental_snr_db,
        peak_before_dbfs: peaks[0],
        peak_after_dbfs: peaks[1],
        peak_change_db: change(peaks),
        loudness_before_lufs: loudness[0],
        loudness_after_lufs: loudness[1],
        loudness_change_lu: change(loudness),
        changed_samples: figures.changed_samples,
        changed_share: figures.changed_samples as f64
            / (info.frames() as f64 * f64::from(info.channels)),
        max_difference: figures.max_difference,
        max_difference_dbfs: dbfs(figures.max_difference),
        run_count: found.count,
        runs: found.runs,
        picture: Picture {
            thirds: Thirds::new(&first.meters.spectrum, &second.meters.spectrum),
            before: first.meters.spectrum.finish(),
            after: second.meters.spectrum.finish(),
            difference: difference.spectrum.finish(),
            spectrogram: difference.spectrogram.finish(),
            level: first.meters.envelope.finish(),
            difference_level: difference.envelope.finish(),
            coverage: found.coverage,
        },
    }
}
