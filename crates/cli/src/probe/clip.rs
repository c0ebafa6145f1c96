//! One clip as a file.

use std::sync::Arc;

use patchveil_veil::{Convolver, Veil};

use super::error::ProbeError;
use crate::pcm::{SampleFormat, decode, encode_changed, encode_nearest};

/// Peak of every excerpt: no mark or veil of a preset brings it to full scale.
const PEAK: f32 = 0.5;
/// Bytes before the samples.
pub(super) const HEADER: u64 = 44;

/// Neutral audio, ready for keys.
pub(super) struct Excerpt {
    /// Name of the recording it is from.
    pub(super) recording: Option<String>,
    /// Where it begins there, in seconds.
    pub(super) start_s: f64,
    pub(super) sample_rate: u32,
    /// Mono samples of 16 bits.
    pub(super) bytes: Vec<u8>,
}

impl Excerpt {
    /// Mono `samples`, brought to the same peak.
    pub(super) fn new(
        samples: &[f32],
        sample_rate: u32,
        recording: Option<String>,
        start_s: f64,
    ) -> Result<Self, ProbeError> {
        let peak = samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs())).max(1e-6);
        let scaled = samples.iter().map(|x| x * PEAK / peak).collect();
        let mut bytes = vec![0; samples.len() * 2];
        encode_nearest(&mut bytes, SampleFormat::I16, &[scaled])?;
        Ok(Self { recording, start_s, sample_rate, bytes })
    }

    /// Length of its clips in bytes.
    pub(super) fn file_len(&self) -> u64 {
        HEADER + self.bytes.len() as u64
    }

    /// The clip under a key: a WAV file. Header, length and dither are the same under all keys.
    pub(super) fn under(&self, veil: Arc<Veil>, position: i64) -> Result<Vec<u8>, ProbeError> {
        let mut samples = [Vec::new()];
        decode(&self.bytes, SampleFormat::I16, &mut samples)?;
        Convolver::of(veil, 1).process(position, &mut samples.each_mut().map(Vec::as_mut_slice));
        let mut file = header(self.sample_rate, self.bytes.len() as u32).to_vec();
        let mut bytes = self.bytes.clone();
        encode_changed(&mut bytes, SampleFormat::I16, &samples, 0)?;
        file.extend(bytes);
        Ok(file)
    }
}

/// The header of a mono file of 16 bits.
fn header(sample_rate: u32, data_len: u32) -> [u8; HEADER as usize] {
    let mut header =
        *b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\x02\0\x10\0data\0\0\0\0";
    header[4..8].copy_from_slice(&(data_len + HEADER as u32 - 8).to_le_bytes());
    header[24..28].copy_from_slice(&sample_rate.to_le_bytes());
    header[28..32].copy_from_slice(&sample_rate.saturating_mul(2).to_le_bytes());
    header[40..44].copy_from_slice(&data_len.to_le_bytes());
    header
}
