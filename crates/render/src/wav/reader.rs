//! A WAV file read block by block.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{WavError, WavInfo, decode};

/// Frames looked at together when searching a block for values that are no numbers.
const TILE: usize = 1024;

/// Reads the samples of a WAV file front to back, as stored bytes and as one buffer a channel.
#[derive(Debug)]
pub struct WavReader<R> {
    source: R,
    info: WavInfo,
    /// The frame the next block starts with.
    next_frame: u64,
    /// The last block as stored.
    bytes: Vec<u8>,
}

impl WavReader<File> {
    /// Opens the file at `path` and checks its headers.
    ///
    /// # Errors
    /// Any [`WavError`] that shows without looking at the samples.
    pub fn open(path: &Path) -> Result<Self, WavError> {
        Self::new(File::open(path)?)
    }
}

impl<R: Read + Seek> WavReader<R> {
    /// Checks the headers of `source`, which is read from its start.
    ///
    /// # Errors
    /// Any [`WavError`] that shows without looking at the samples.
    pub fn new(mut source: R) -> Result<Self, WavError> {
        let info = WavInfo::read(&mut source)?;
        source.seek(SeekFrom::Start(info.data_offset))?;
        Ok(Self { source, info, next_frame: 0, bytes: Vec::new() })
    }

    /// What the file holds.
    #[must_use]
    pub fn info(&self) -> &WavInfo {
        &self.info
    }

    /// The file or stream itself. Moving its position breaks the next [`read_block`](Self::read_block).
    #[must_use]
    pub fn source(&self) -> &R {
        &self.source
    }

    /// Index of the frame the next block starts with.
    #[must_use]
    pub fn next_frame(&self) -> u64 {
        self.next_frame
    }

    /// Makes `frame` (0 ..= frames in the file) the one the next block starts with.
    ///
    /// # Errors
    /// [`WavError::Io`] if the file cannot be sought.
    pub fn seek(&mut self, frame: u64) -> Result<(), WavError> {
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
    /// [`WavError::NonFinite`] at the first NaN or infinity, [`WavError::Io`] if the file cannot be
    /// read or has become shorter.
    pub fn read_block(
        &mut self,
        max_frames: usize,
        planar: &mut Vec<Vec<f32>>,
    ) -> Result<usize, WavError> {
        let left = self.info.frames() - self.next_frame;
        let frames = usize::try_from(left).map_or(max_frames, |left| left.min(max_frames));
        self.bytes.resize(frames * self.info.frame_bytes(), 0);
        self.source.read_exact(&mut self.bytes)?;
        planar.resize_with(usize::from(self.info.channels), Vec::new);
        decode(&self.bytes, self.info.format, planar)?;
        self.check_finite(planar)?;
        self.next_frame += frames as u64;
        Ok(frames)
    }

    /// Copies everything before the samples to `out`.
    ///
    /// # Errors
    /// Whatever reading or writing gives.
    pub fn copy_head(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.copy_span(0, self.info.data_offset, out)
    }

    /// Copies everything behind the samples to `out`.
    ///
    /// # Errors
    /// Whatever reading or writing gives.
    pub fn copy_tail(&mut self, out: &mut impl Write) -> io::Result<()> {
        let start = self.info.data_offset + self.info.data_len;
        self.copy_span(start, self.info.file_len - start, out)
    }

    fn copy_span(&mut self, start: u64, len: u64, out: &mut impl Write) -> io::Result<()> {
        self.source.seek(SeekFrom::Start(start))?;
        let copied = io::copy(&mut self.source.by_ref().take(len), out)?;
        if copied < len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let block = self.next_frame * self.info.frame_bytes() as u64;
        self.source.seek(SeekFrom::Start(self.info.data_offset + block))?;
        Ok(())
    }

    fn check_finite(&self, planar: &[Vec<f32>]) -> Result<(), WavError> {
        if self.info.format != super::SampleFormat::F32 {
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
                Err(WavError::NonFinite {
                    frame,
                    seconds: frame as f64 / f64::from(self.info.sample_rate),
                    channel: c + 1,
                    value,
                })
            }
        }
    }
}

fn first_non_finite(samples: &[f32]) -> Option<usize> {
    // Without an early exit inside a tile the comparison is vectorised.
    let bad = |tile: &[f32]| tile.iter().fold(false, |any, x| any | !x.is_finite());
    let tile = samples.chunks(TILE).position(bad)?;
    let start = tile * TILE;
    samples[start..].iter().position(|x| !x.is_finite()).map(|at| start + at)
}
