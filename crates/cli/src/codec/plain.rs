//! Plain samples of any storage as little-endian ones, to be stored in another way.

use std::fs::File;

use super::decode::Decoder;
use super::error::CodecError;
use crate::pcm::{PcmError, PcmInfo, PcmReader, SampleFormat, Spec};

/// Frames of one block.
const BLOCK: usize = 1 << 14;

/// A file of plain samples, read from its start.
pub(crate) struct Plain {
    reader: PcmReader<File>,
    format: SampleFormat,
    planar: Vec<Vec<f32>>,
}

impl Plain {
    /// Reads `file`, whose header said `info`.
    pub(crate) fn new(file: &File, info: &PcmInfo) -> Result<Self, CodecError> {
        let mut reader = PcmReader::at_start(file.try_clone()?, info.clone());
        reader.seek(0).map_err(failed)?;
        let format = match info.format {
            format if format.is_integer() => little_endian(format),
            format if format.is_float() && format.bytes() == 8 => SampleFormat::F64,
            _ => SampleFormat::F32,
        };
        Ok(Self { reader, format, planar: Vec::new() })
    }
}

/// The same integers as WAV has them.
fn little_endian(format: SampleFormat) -> SampleFormat {
    let whole = match format.bytes() {
        1 => return SampleFormat::U8,
        bytes => SampleFormat::integer(bytes).unwrap_or(format),
    };
    whole.with_bits(format.bits() as u16).unwrap_or(whole)
}

fn failed(error: PcmError) -> CodecError {
    match error {
        PcmError::Io(error) => error.into(),
        error => CodecError::Failed(error.to_string()),
    }
}

impl Decoder for Plain {
    fn spec(&self) -> Spec {
        let PcmInfo { sample_rate, channels, .. } = *self.reader.info();
        Spec { sample_rate, channels, format: self.format }
    }

    fn channel_mask(&self) -> Option<u32> {
        self.reader.info().channel_mask
    }

    fn next_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError> {
        let frames = self.reader.read_block(BLOCK, &mut self.planar).map_err(failed)?;
        if frames == 0 {
            return Ok(None);
        }
        let format = self.reader.info().format;
        bytes.clear();
        if self.format == SampleFormat::F32 {
            for frame in 0..frames {
                bytes.extend(self.planar.iter().flat_map(|channel| channel[frame].to_le_bytes()));
            }
        } else {
            bytes.extend_from_slice(self.reader.block_bytes());
            if format.is_big_endian() {
                bytes.chunks_exact_mut(format.bytes()).for_each(<[u8]>::reverse);
            }
            if format.bytes() == 1 && format != SampleFormat::U8 {
                bytes.iter_mut().for_each(|byte| *byte ^= 0x80);
            }
        }
        Ok(Some((frames * self.reader.info().frame_bytes()) as u64))
    }
}
