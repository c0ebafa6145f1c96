//! One chunk of a file, independent of all others.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;

use patchveil_veil::{Convolver, Veil};

use super::error::ProtectError;
use super::figures::Figures;
use crate::inputs::Job;
use crate::manifest::TreeHash;
use crate::output::OutputFile;
use crate::pcm::{PcmError, PcmInfo, PcmReader, encode_changed};
use crate::shared_file::FileCursor;
use crate::watch::Watch;

/// One file, as its chunks see it.
pub(super) struct FileWork<'a> {
    pub(super) job: &'a Job,
    pub(super) source: &'a File,
    pub(super) info: &'a PcmInfo,
    pub(super) veil: &'a Arc<Veil>,
    /// Timeline position of the first sample, in samples.
    pub(super) offset: i64,
    /// Takes the samples.
    pub(super) samples: &'a File,
    /// What they become.
    pub(super) out: &'a OutputFile,
    pub(super) watch: &'a Watch<'a>,
    pub(super) before: TreeHash,
    pub(super) after: TreeHash,
}

/// What a thread keeps from chunk to chunk of a file.
pub(super) struct Worker<'a> {
    reader: PcmReader<FileCursor<'a>>,
    writer: FileCursor<'a>,
    before: Vec<Vec<f32>>,
    after: Vec<Vec<f32>>,
}

impl<'a> FileWork<'a> {
    /// Protects the chunk of `frames` frames that begins at frame `first`.
    pub(super) fn chunk(
        &self,
        worker: &mut Worker<'a>,
        first: u64,
        frames: u64,
    ) -> Result<Figures, ProtectError> {
        if self.watch.is_stopped() {
            return Err(ProtectError::Stopped(self.job.input.clone()));
        }
        let unreadable = |source: PcmError| ProtectError::unreadable(&self.job.input, source);
        let mut convolver = Convolver::of(self.veil.clone(), usize::from(self.info.channels));
        let context = (self.veil.context() as u64).min(first);
        worker.reader.seek(first - context).map_err(unreadable)?;
        if context > 0 {
            worker.reader.read_block(context as usize, &mut worker.before).map_err(unreadable)?;
            let past: Vec<&[f32]> = worker.before.iter().map(Vec::as_slice).collect();
            convolver.feed(self.offset + (first - context) as i64, &past);
        }
        worker.reader.read_block(frames as usize, &mut worker.before).map_err(unreadable)?;
        worker.after.clone_from(&worker.before);
        let mut channels: Vec<&mut [f32]> =
            worker.after.iter_mut().map(Vec::as_mut_slice).collect();
        convolver.process(self.offset + first as i64, &mut channels);
        let figures = self.write(worker, first).map_err(|e| self.out.write_failed(e))?;
        (self.watch.progress)(worker.reader.block_bytes().len() as u64);
        Ok(figures)
    }

    /// Makes what a thread needs.
    pub(super) fn worker(&self) -> Worker<'a> {
        Worker {
            reader: PcmReader::at_start(FileCursor::new(self.source), self.info.clone()),
            writer: FileCursor::new(self.samples),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Writes the chunk that begins at frame `first`, and hashes and measures it.
    fn write(&self, worker: &mut Worker<'_>, first: u64) -> io::Result<Figures> {
        let bytes = worker.reader.block_bytes();
        let within = first * self.info.frame_bytes() as u64;
        self.before.add(within, bytes);
        let clipped = encode_changed(bytes, self.info.format, &worker.after, first)
            .map_err(io::Error::other)?;
        self.after.add(within, bytes);
        let place = self.info.data_offset + within;
        worker.writer.seek(SeekFrom::Start(place))?;
        worker.writer.write_all(bytes)?;
        let mut figures = Figures::default();
        figures.clipped = clipped;
        for (before, after) in worker.before.iter().zip(&worker.after) {
            figures.add_samples(before, after);
        }
        Ok(figures)
    }
}
