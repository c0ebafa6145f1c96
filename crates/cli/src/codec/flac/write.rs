//! A FLAC file from plain samples.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use super::encoder::{Encoder, StreamInfo};
use super::metadata::{FramePlace, Metadata};
use crate::codec::error::EncodeError;
use crate::pcm::{PcmInfo, SampleFormat};
use crate::shared_file::FileCursor;
use crate::watch::Watch;

/// Samples of one block, over all channels.
const BLOCK_SAMPLES: usize = 1 << 16;
/// What FLAC holds.
const CHANNELS_MAX: u16 = 8;
const RATE_MAX: u32 = (1 << 20) - 1;
/// Frames of the file remembered for the seek table are those that are sought, so few.
const WRITE_PIECE: usize = 1 << 18;

/// Encodes the samples of `plain`, whose header said `info`, into `out` with `metadata` around them; its seek tables
/// are made anew.
///
/// # Errors
/// [`EncodeError`] if FLAC cannot hold them, or something cannot be read or written, or the user asked to stop.
pub(crate) fn write(
    plain: &File,
    info: &PcmInfo,
    metadata: &mut Metadata,
    out: &File,
    watch: &Watch<'_>,
) -> Result<(), EncodeError> {
    let format = format_in_use(plain, info, watch)?;
    if info.channels > CHANNELS_MAX || info.sample_rate > RATE_MAX || !format.is_integer() {
        let (channels, rate) = (info.channels, info.sample_rate);
        return Err(EncodeError::NotInFlac { channels, rate, format });
    }
    let wanted = StreamInfo {
        sample_rate: info.sample_rate,
        channels: info.channels.into(),
        bits: format.bits(),
        samples: info.frames(),
        ..StreamInfo::default()
    };
    let head = metadata.head([0; 34]);
    let mut target = BufWriter::with_capacity(WRITE_PIECE, FileCursor::new(out));
    target.write_all(&head).map_err(EncodeError::Write)?;
    let mut places = Places::new(metadata.sought());
    let take = Box::new(|bytes: &[u8], samples: u32| {
        places.add(bytes.len(), samples);
        target.write_all(bytes)
    });
    let mut encoder = Encoder::new(wanted, take).map_err(EncodeError::Write)?;
    let mut samples = Vec::new();
    blocks(plain, info, watch, |bytes| {
        integers(bytes, format, &mut samples);
        encoder.add(&samples).map_err(EncodeError::Write)?;
        Ok(true)
    })?;
    let made = encoder.finish().map_err(EncodeError::Write)?;
    metadata.seek_in(&places.found);
    let finish = || -> io::Result<()> {
        target.write_all(metadata.tail())?;
        target.seek(SeekFrom::Start(0))?;
        target
            .write_all(&metadata.head(StreamInfo { samples: info.frames(), ..made }.to_bytes()))?;
        target.flush()
    };
    let mut finish = finish;
    finish().map_err(EncodeError::Write)
}

/// Calls `each` with the samples of block after block, until it returns false.
fn blocks(
    plain: &File,
    info: &PcmInfo,
    watch: &Watch<'_>,
    mut each: impl FnMut(&[u8]) -> Result<bool, EncodeError>,
) -> Result<(), EncodeError> {
    let mut source = FileCursor::new(plain);
    source.seek(SeekFrom::Start(info.data_offset)).map_err(EncodeError::Read)?;
    let (mut left, mut bytes) = (info.data_len, Vec::new());
    let block = BLOCK_SAMPLES / usize::from(info.channels) * info.frame_bytes();
    while left > 0 {
        if watch.is_stopped() {
            return Err(EncodeError::Stopped);
        }
        bytes.resize(left.min(block as u64) as usize, 0);
        source.read_exact(&mut bytes).map_err(EncodeError::Read)?;
        if !each(&bytes)? {
            return Ok(());
        }
        left -= bytes.len() as u64;
    }
    Ok(())
}

/// How the samples are stored in fact. Some headers state fewer bits than the samples have, and none are to be lost.
fn format_in_use(
    plain: &File,
    info: &PcmInfo,
    watch: &Watch<'_>,
) -> Result<SampleFormat, EncodeError> {
    let bytes = info.format.bytes();
    let whole = info.format.with_bits(8 * bytes as u16).unwrap_or(info.format);
    let unused = (1_u32 << (whole.bits() - info.format.bits())) - 1;
    if unused == 0 {
        return Ok(info.format);
    }
    let value = |sample: &[u8]| sample.iter().rev().fold(0, |all, b| all << 8 | u32::from(*b));
    let mut is_used = false;
    blocks(plain, info, watch, |block| {
        is_used = block.chunks_exact(bytes).any(|sample| value(sample) & unused != 0);
        Ok(!is_used)
    })?;
    Ok(if is_used { whole } else { info.format })
}

/// The frames that hold the samples that are sought.
struct Places {
    sought: Vec<u64>,
    next: usize,
    sample: u64,
    offset: u64,
    found: Vec<FramePlace>,
}

impl Places {
    fn new(sought: Vec<u64>) -> Self {
        Self { sought, next: 0, sample: 0, offset: 0, found: Vec::new() }
    }

    fn add(&mut self, len: usize, samples: u32) {
        let end = self.sample + u64::from(samples);
        let here = self.sought[self.next..].iter().take_while(|sought| **sought < end).count();
        if here > 0 {
            self.found.push(FramePlace { sample: self.sample, offset: self.offset, samples });
        }
        self.next += here;
        self.sample = end;
        self.offset += len as u64;
    }
}

/// Little-endian integers as FLAC has them: in the lower bits.
pub(super) fn integers(bytes: &[u8], format: SampleFormat, samples: &mut Vec<i32>) {
    samples.clear();
    let unused = 8 * format.bytes() as u32 - format.bits();
    match format.bytes() {
        1 => samples.extend(bytes.iter().map(|&b| (i32::from(b) - 128) >> unused)),
        2 => {
            let all = bytes.as_chunks::<2>().0.iter();
            samples.extend(all.map(|&b| i32::from(i16::from_le_bytes(b)) >> unused));
        }
        3 => {
            let all = bytes.as_chunks::<3>().0.iter();
            samples.extend(all.map(|&[a, b, c]| i32::from_le_bytes([0, a, b, c]) >> (8 + unused)));
        }
        _ => {
            let all = bytes.as_chunks::<4>().0.iter();
            samples.extend(all.map(|&b| i32::from_le_bytes(b) >> unused));
        }
    }
}
