//! The protected file, read as often as needed.

use std::fs::File;
use std::path::{Path, PathBuf};

use patchveil_veil::RecipeError;

use super::error::RestoreError;
use crate::inputs::Job;
use crate::manifest::{Digest, Record, hash_audio};
use crate::open;
use crate::pcm::{PcmInfo, PcmReader};
use crate::recording::{self, Opened, RecordingError, Scratch};
use crate::shared_file::FileCursor;
use crate::watch::Watch;

/// Samples of one block, over all channels.
const BLOCK_SAMPLES: usize = 1 << 16;

/// A protected file, open.
pub(super) struct Source {
    path: PathBuf,
    opened: Opened,
}

impl Source {
    /// Opens the file of `job` and checks its headers; a compressed one is decoded.
    pub(super) fn open(job: &Job, watch: &Watch<'_>) -> Result<Self, RestoreError> {
        let opened = || {
            let (real, scratch) = (open::regular(&job.input)?, Scratch::near(&job.output));
            let opened = recording::open_for(&job.input, real, job.options, &scratch, watch)?;
            opened.check_target(job.options.format, &job.output)?;
            Ok(opened)
        };
        let opened = opened();
        let opened =
            opened.map_err(|error: RecordingError| RestoreError::unreadable(&job.input, error))?;
        Ok(Self { path: job.input.clone(), opened })
    }

    /// The file with its samples.
    pub(super) fn file(&self) -> &File {
        self.opened.plain()
    }

    /// The recording.
    pub(super) fn opened(&self) -> &Opened {
        &self.opened
    }

    /// What the file holds.
    pub(super) fn info(&self) -> &PcmInfo {
        self.opened.info()
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it may be the file on record, by its rate, channels, format and length. What a lossy format decodes
    /// to need not have those of what was encoded.
    pub(super) fn has_shape_of(&self, record: &Record) -> bool {
        let info = self.info();
        if self.opened.is_lossy() {
            return info.channels == record.channels;
        }
        (info.sample_rate, info.channels, info.format, info.frames())
            == (record.sample_rate_hz, record.channels, record.format, record.frames)
    }

    /// The position on record, in samples at the rate of the file: some encoders change the rate.
    pub(super) fn offset_on(&self, record: &Record) -> i64 {
        let (to, from) = (i128::from(self.info().sample_rate), i128::from(record.sample_rate_hz));
        if to == from || from == 0 {
            return record.offset;
        }
        let nearest = (2 * i128::from(record.offset) * to + from).div_euclid(2 * from);
        i64::try_from(nearest).unwrap_or(record.offset)
    }

    /// Whether the samples were encoded in a lossy format after they were protected.
    pub(super) fn is_lossy(&self) -> bool {
        self.opened.is_lossy()
    }

    /// The error that the file cannot be read.
    pub(super) fn unreadable(&self, source: impl Into<RecordingError>) -> RestoreError {
        RestoreError::unreadable(&self.path, source)
    }

    /// The progress on the file for `bytes` of its samples.
    pub(super) fn progress(&self, bytes: u64) -> u64 {
        self.opened.progress(bytes)
    }

    /// The error that a recipe cannot be undone in it.
    pub(super) fn unusable(&self, source: RecipeError) -> RestoreError {
        RestoreError::Recipe { path: self.path.clone(), source }
    }

    /// Power of the rounding noise in the mean of the channels, dither included.
    pub(super) fn rounding(&self) -> f64 {
        let step = match self.info().format {
            format if format.is_float() => 0.0,
            // Of A-law and µ-law, that of speech.
            format => f64::from(format.step_at(0.1)),
        };
        step.powi(2) / 4.0 / f64::from(self.info().channels)
    }

    /// A new reader, at the first sample.
    pub(super) fn reader(&self) -> Result<PcmReader<FileCursor<'_>>, RestoreError> {
        self.opened.reader().map_err(|error| self.unreadable(error))
    }

    /// Calls `each` with the stored bytes and the samples of block after block, until it returns
    /// false.
    pub(super) fn blocks(
        &self,
        watch: &Watch<'_>,
        each: impl FnMut(&mut [u8], &mut Vec<Vec<f32>>) -> Result<bool, RestoreError>,
    ) -> Result<(), RestoreError> {
        self.blocks_from(0, watch, each)
    }

    /// The same from sample `first` on.
    pub(super) fn blocks_from(
        &self,
        first: u64,
        watch: &Watch<'_>,
        mut each: impl FnMut(&mut [u8], &mut Vec<Vec<f32>>) -> Result<bool, RestoreError>,
    ) -> Result<(), RestoreError> {
        let mut reader = self.reader()?;
        reader.seek(first.min(self.info().frames())).map_err(|error| self.unreadable(error))?;
        let mut planar = Vec::new();
        let frames = BLOCK_SAMPLES / usize::from(self.info().channels);
        loop {
            if watch.is_stopped() {
                return Err(RestoreError::Stopped(self.path.clone()));
            }
            let got =
                reader.read_block(frames, &mut planar).map_err(|error| self.unreadable(error))?;
            if got == 0 || !each(reader.block_bytes(), &mut planar)? {
                return Ok(());
            }
        }
    }

    /// The hash of the samples as stored; of a lossy file, of all of it, as it is on record.
    pub(super) fn hash_audio(&self, watch: &Watch<'_>) -> Result<Digest, RestoreError> {
        if self.opened.is_lossy() {
            return self.opened.around().map_err(|error| self.unreadable(error));
        }
        let audio = hash_audio(&mut self.reader()?, &watch.without_progress());
        let audio = audio.map_err(|error| self.unreadable(error))?;
        audio.ok_or_else(|| RestoreError::Stopped(self.path.clone()))
    }

    /// # Errors
    /// If somebody wrote to the file since it was opened.
    pub(super) fn check_unchanged(&self) -> Result<(), RestoreError> {
        self.opened.check_unchanged().map_err(|error| self.unreadable(error))
    }
}
