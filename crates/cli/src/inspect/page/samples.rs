//! The excerpts of both files: their samples as a WAV file, their levels, the hashes of the whole files.

use std::fs::File;
use std::path::Path;

use blake3::Hasher;

use super::excerpt::Excerpt;
use super::levels::{Level, Meter};
use crate::inspect::error::InspectError;
use crate::inspect::report::Report;
use crate::open;
use crate::pcm::{PcmError, PcmInfo, PcmReader, SampleFormat};
use crate::recording::open_reader;

/// Frames read at a time.
const BLOCK: u64 = 1 << 15;

/// What the page plays, and how loud that is.
pub(super) struct Samples {
    pub(super) before: Side,
    pub(super) after: Side,
    /// Level of after − before.
    pub(super) difference: Level,
}

/// One of the files.
pub(super) struct Side {
    /// The excerpt as a WAV file.
    pub(super) wav: Vec<u8>,
    pub(super) level: Level,
    /// Hash of the whole file, in hexadecimal.
    pub(super) blake3: String,
}

impl Samples {
    pub(super) fn read(report: &Report, excerpt: &Excerpt) -> Result<Self, InspectError> {
        let mut before = Reading::open(&report.before.path, excerpt)?;
        let mut after = Reading::open(&report.after.path, excerpt)?;
        let mut difference = Meter::new(before.reader.info());
        let mut left = excerpt.frames;
        while left > 0 {
            let frames = left.min(BLOCK);
            before.read(frames)?;
            after.read(frames)?;
            difference.push(&minus(&after.block, &before.block));
            left -= frames;
        }
        Ok(Self {
            before: before.finish()?,
            after: after.finish()?,
            difference: difference.finish(),
        })
    }
}

/// Sample by sample, a − b.
fn minus(a: &[Vec<f32>], b: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let channels = a.iter().zip(b);
    channels.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect()
}

/// A file that is being read.
struct Reading<'a> {
    path: &'a Path,
    reader: PcmReader<File>,
    block: Vec<Vec<f32>>,
    wav: Vec<u8>,
    meter: Meter,
}

impl<'a> Reading<'a> {
    fn open(path: &'a Path, excerpt: &Excerpt) -> Result<Self, InspectError> {
        let failed = |source| InspectError::unreadable(path, source);
        let mut reader = open_reader(path).map_err(failed)?;
        reader.seek(excerpt.start).map_err(|error| failed(error.into()))?;
        let info = reader.info();
        let (wav, meter) = (header(info, excerpt.frames), Meter::new(info));
        Ok(Self { path, reader, block: Vec::new(), wav, meter })
    }

    fn read(&mut self, frames: u64) -> Result<(), InspectError> {
        let failed = |source: PcmError| InspectError::unreadable(self.path, source);
        let read = self.reader.read_block(frames as usize, &mut self.block).map_err(failed)?;
        if read as u64 != frames {
            return Err(failed(PcmError::Changed));
        }
        self.meter.push(&self.block);
        let format = self.reader.info().format;
        if stored(format) != format {
            for frame in 0..read {
                for channel in &self.block {
                    self.wav.extend(channel[frame].to_le_bytes());
                }
            }
        } else {
            self.wav.extend_from_slice(self.reader.block_bytes());
        }
        Ok(())
    }

    fn finish(self) -> Result<Side, InspectError> {
        let failed = |source: PcmError| InspectError::unreadable(self.path, source);
        let blake3 = hash(self.path).map_err(|source| failed(source.into()))?;
        Ok(Side { wav: self.wav, level: self.meter.finish(), blake3 })
    }
}

fn hash(path: &Path) -> std::io::Result<String> {
    let mut hasher = Hasher::new();
    hasher.update_reader(open::regular(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// How the page stores samples: as the file does where every browser reads that, else as floats.
fn stored(format: SampleFormat) -> SampleFormat {
    match format {
        SampleFormat::U8 | SampleFormat::I16 | SampleFormat::I24 => format,
        _ => SampleFormat::F32,
    }
}

/// The header of a WAV file with so many frames of samples behind it.
fn header(info: &PcmInfo, frames: u64) -> Vec<u8> {
    let format = stored(info.format);
    let bytes = format.bytes() as u32;
    let frame_bytes = bytes * u32::from(info.channels);
    // At most ten minutes: [`SECONDS_MAX`](super::SECONDS_MAX).
    let data = u32::try_from(frames * u64::from(frame_bytes)).unwrap_or(u32::MAX - 36);
    let tag: u16 = if format == SampleFormat::F32 { 3 } else { 1 };
    let mut header = Vec::with_capacity(44 + data as usize);
    header.extend(b"RIFF");
    header.extend((36 + data).to_le_bytes());
    header.extend(b"WAVEfmt \x10\0\0\0");
    header.extend(tag.to_le_bytes());
    header.extend(info.channels.to_le_bytes());
    header.extend(info.sample_rate.to_le_bytes());
    header.extend(info.sample_rate.saturating_mul(frame_bytes).to_le_bytes());
    header.extend((frame_bytes as u16).to_le_bytes());
    header.extend((8 * bytes as u16).to_le_bytes());
    header.extend(b"data");
    header.extend(data.to_le_bytes());
    header
}
