//! A file of plain samples read block by block.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::PcmError;
use super::info::PcmInfo;
use super::samples::decode;
use crate::open;

/// Frames checked together for NaN and infinity.
const TILE: usize = 1024;

/// Bytes copied at a time.
const COPY_PIECE: u64 = 1 << 16;

/// Why the bytes around the samples could not be copied.
#[derive(Debug)]
pub enum CopyError {
    /// The file cannot be read.
    Read(PcmError),
    /// The copy cannot be written.
    Write(io::Error),
}

/// Reads the samples of a file front to back, as stored bytes and as one buffer a channel.
#[derive(Debug)]
pub struct PcmReader<R> {
    source: R,
    info: PcmInfo,
    /// The frame the next block starts with.
    next_frame: u64,
    /// The last block as stored.
    bytes: Vec<u8>,
}

impl PcmReader<File> {
    /// Opens the file at `path` and checks its headers.
    ///
    /// # Errors
    /// Any [`PcmError`] that shows without looking at the samples.
    pub fn open(path: &Path) -> Result<Self, PcmError> {
        Self::new(open::regular(path)?)
    }
}

impl<R: Read + Seek> PcmReader<R> {
    /// Checks the headers of `source`, which is read from its start.
    ///
    /// # Errors
    /// Any [`PcmError`] that shows without looking at the samples.
    pub fn new(mut source: R) -> Result<Self, PcmError> {
        let info = PcmInfo::read(&mut source)?;
        source.seek(SeekFrom::Start(info.data_offset))?;
        Ok(Self::at_start(source, info))
    }

    /// A reader of `source`, whose headers were read before. It has to [`seek`](Self::seek) first.
    pub(crate) fn at_start(source: R, info: PcmInfo) -> Self {
        Self { source, info, next_frame: 0, bytes: Vec::new() }
    }

    /// What the file contains.
    #[must_use]
    pub fn info(&self) -> &PcmInfo {
        &self.info
    }

    /// The file or stream itself. Moving its position breaks the next [`read_block`](Self::read_block).
    pub fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// Index of the frame the next block starts with.
    #[must_use]
    pub fn next_frame(&self) -> u64 {
        self.next_frame
    }

    /// Makes `frame` (0 ..= frames in the file) the one the next block starts with.
    ///
    /// # Errors
    /// [`PcmError::Io`] if the file cannot be sought.
    pub fn seek(&mut self, frame: u64) -> Result<(), PcmError> {
        let frame = frame.min(self.info.frames());
        let place = self.info.data_offset + frame * self.info.frame_bytes() as u64;
        self.source.seek(SeekFrom::Start(place))?;
        self.next_frame = frame;
        Ok(())
    }

    /// The last block's samples as stored: interleaved, for [`encode_changed`](super::encode_changed)
    /// to be changed in place.
    #[must_use]
    pub fn block_bytes(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Reads up to `max_frames` frames, one buffer of `planar` a channel; gives the frames read, 0
    /// at the end. `planar` is resized to channels × frames.
    ///
    /// # Errors
    /// [`PcmError::NonFinite`] at the first NaN or infinity, [`PcmError::Changed`] if the file has
    /// become shorter, [`PcmError::Io`] if it cannot be read.
    pub fn read_block(
        &mut self,
        max_frames: usize,
        planar: &mut Vec<Vec<f32>>,
    ) -> Result<usize, PcmError> {
        let left = self.info.frames() - self.next_frame;
        let frames = usize::try_from(left).map_or(max_frames, |left| left.min(max_frames));
        self.bytes.resize(frames * self.info.frame_bytes(), 0);
        self.source.read_exact(&mut self.bytes).map_err(read_error)?;
        planar.resize_with(usize::from(self.info.channels), Vec::new);
        decode(&self.bytes, self.info.format, planar)?;
        self.check_finite(planar)?;
        self.next_frame += frames as u64;
        Ok(frames)
    }

    /// Copies everything before the samples to `out`.
    ///
    /// # Errors
    /// [`CopyError`], which tells reading from writing.
    pub fn copy_head(&mut self, out: &mut impl Write) -> Result<(), CopyError> {
        self.copy_span(0, self.info.data_offset, out)
    }

    /// Copies everything after the samples to `out`.
    ///
    /// # Errors
    /// [`CopyError`], which tells reading from writing.
    pub fn copy_tail(&mut self, out: &mut impl Write) -> Result<(), CopyError> {
        self.copy_from(self.info.data_offset + self.info.data_len, out)
    }

    /// Copies everything from byte `start` to the end to `out`.
    pub(crate) fn copy_from(&mut self, start: u64, out: &mut impl Write) -> Result<(), CopyError> {
        self.copy_span(start, self.info.file_len.saturating_sub(start), out)
    }

    fn copy_span(
        &mut self,
        start: u64,
        mut len: u64,
        out: &mut impl Write,
    ) -> Result<(), CopyError> {
        let read = |error| CopyError::Read(read_error(error));
        self.source.seek(SeekFrom::Start(start)).map_err(read)?;
        let mut piece = vec![0; len.min(COPY_PIECE) as usize];
        while len > 0 {
            let now = len.min(COPY_PIECE);
            let piece = &mut piece[..now as usize];
            self.source.read_exact(piece).map_err(read)?;
            out.write_all(piece).map_err(CopyError::Write)?;
            len -= now;
        }
        self.seek(self.next_frame).map_err(CopyError::Read)
    }

    fn check_finite(&self, planar: &[Vec<f32>]) -> Result<(), PcmError> {
        if !self.info.format.is_float() {
            return Ok(());
        }
        let first = |(c, samples): (usize, &Vec<f32>)| {
            first_non_finite(samples).map(|at| (at, c, samples[at]))
        };
        let found = planar.iter().enumerate().filter_map(first);
        match found.min_by_key(|&(at, c, _)| (at, c)) {
            None => Ok(()),
            Some((at, c, value)) => {
                let frame = self.next_frame + at as u64;
                Err(PcmError::NonFinite {
                    frame,
                    seconds: frame as f64 / f64::from(self.info.sample_rate),
                    channel: c + 1,
                    value,
                })
            }
        }
    }
}

/// The length was checked before, so a file that ends early has changed.
fn read_error(error: io::Error) -> PcmError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => PcmError::Changed,
        _ => error.into(),
    }
}

fn first_non_finite(samples: &[f32]) -> Option<usize> {
    // Without an early exit inside a tile the comparison is vectorised.
    let bad = |tile: &[f32]| tile.iter().fold(false, |any, x| any | !x.is_finite());
    let tile = samples.chunks(TILE).position(bad)?;
    let start = tile * TILE;
    samples[start..].iter().position(|x| !x.is_finite()).map(|at| start + at)
}
