//! The header of a WAV file.

use super::SampleFormat;

/// Largest size a RIFF header can say, less a margin for what readers add to it.
const RIFF_MAX: u64 = u32::MAX as u64 - 64;
/// Length of the header in bytes.
pub const WAV_HEAD: usize = 104;

/// What plain samples are: interleaved, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
    /// How its samples are stored: integers of lossless formats exactly, of lossy ones as floats.
    pub format: SampleFormat,
}

/// The header of a WAV file with `len` bytes of samples behind it; of RF64 where RIFF cannot say so many.
///
/// Space for the sizes of RF64 is always there, in a chunk that readers skip (EBU Tech 3306, section 3).
#[must_use]
pub fn wav_head(spec: Spec, len: u64) -> [u8; WAV_HEAD] {
    wav_head_of(spec, None, len)
}

/// The same with channels for other loudspeakers than the default ones.
pub(crate) fn wav_head_of(spec: Spec, mask: Option<u32>, len: u64) -> [u8; WAV_HEAD] {
    let riff_len = WAV_HEAD as u64 - 8 + len + len % 2;
    let is_wide = riff_len > RIFF_MAX;
    let frame_bytes = u64::from(spec.channels) * spec.format.bytes() as u64;
    let size = |size: u64| if is_wide { u32::MAX } else { size as u32 }.to_le_bytes();
    let mut head = Vec::with_capacity(WAV_HEAD);
    head.extend_from_slice(if is_wide { b"RF64" } else { b"RIFF" });
    head.extend_from_slice(&size(riff_len));
    head.extend_from_slice(b"WAVE");
    head.extend_from_slice(if is_wide { b"ds64" } else { b"JUNK" });
    head.extend_from_slice(&28_u32.to_le_bytes());
    let frames = len / frame_bytes.max(1);
    let sizes = if is_wide { [riff_len, len, frames] } else { [0; 3] };
    sizes.iter().for_each(|size| head.extend_from_slice(&size.to_le_bytes()));
    head.extend_from_slice(&[0; 4]);
    head.extend_from_slice(b"fmt ");
    head.extend_from_slice(&40_u32.to_le_bytes());
    let mask = mask.unwrap_or_else(|| channel_mask(spec.channels));
    head.extend_from_slice(&fmt(spec, mask, frame_bytes as u16));
    head.extend_from_slice(b"data");
    head.extend_from_slice(&size(len));
    let mut whole = [0; WAV_HEAD];
    whole.copy_from_slice(&head);
    whole
}

/// The body of the extensible `fmt ` chunk.
fn fmt(spec: Spec, mask: u32, frame_bytes: u16) -> [u8; 40] {
    let bits = spec.format.bytes() as u16 * 8;
    let tag: u16 = if spec.format.is_float() { 3 } else { 1 };
    let byte_rate = spec.sample_rate.saturating_mul(u32::from(frame_bytes));
    let mut body = [0; 40];
    let mut put = |at: usize, bytes: &[u8]| body[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &0xfffe_u16.to_le_bytes());
    put(2, &spec.channels.to_le_bytes());
    put(4, &spec.sample_rate.to_le_bytes());
    put(8, &byte_rate.to_le_bytes());
    put(12, &frame_bytes.to_le_bytes());
    put(14, &bits.to_le_bytes());
    put(16, &22_u16.to_le_bytes());
    put(18, &(spec.format.bits() as u16).to_le_bytes());
    put(20, &mask.to_le_bytes());
    put(24, &tag.to_le_bytes());
    put(26, b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    body
}

/// Where the loudspeakers of so many channels stand by default (RFC 9639, section 9.1.3); 0 where that is not
/// defined.
pub(crate) fn channel_mask(channels: u16) -> u32 {
    match channels {
        1 => 0x4,
        2 => 0x3,
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        7 => 0x70f,
        8 => 0x63f,
        _ => 0,
    }
}

/// The samples behind a header as [`wav_head`] writes it, whatever size it states; `None` of another one.
pub(crate) fn spec_of_head(head: &[u8; WAV_HEAD]) -> Option<Spec> {
    let number = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    let rate = head.get(60..64)?.first_chunk().map(|rate| u32::from_le_bytes(*rate))?;
    let format = match (number(80), number(70)) {
        (3, 32) => SampleFormat::F32,
        (3, 64) => SampleFormat::F64,
        (1, 16) => SampleFormat::I16,
        (1, 24) => SampleFormat::I24,
        (1, 32) => SampleFormat::I32,
        _ => return None,
    };
    let spec = Spec { sample_rate: rate, channels: number(58), format };
    // From the format on to the word before the size: what says nothing of the size.
    (head[48..100] == wav_head(spec, 0)[48..100]).then_some(spec)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::pcm::PcmInfo;

    #[test]
    fn the_header_says_what_follows_and_becomes_rf64_above_4_gb() {
        let spec = Spec { sample_rate: 48_000, channels: 6, format: SampleFormat::I24 };
        for frames in [1_u64, 1_000, 300_000_000] {
            let len = frames * 18;
            let file = tempfile::tempfile().unwrap();
            let mut writer = &file;
            let head = wav_head(spec, len);
            assert_eq!(spec_of_head(&head), Some(spec));
            writer.write_all(&head).unwrap();
            file.set_len(WAV_HEAD as u64 + len + len % 2).unwrap();
            let info = PcmInfo::read(&mut &file).unwrap();
            assert_eq!((info.sample_rate, info.channels), (48_000, 6));
            assert_eq!((info.format, info.frames()), (SampleFormat::I24, frames));
        }
    }
}
