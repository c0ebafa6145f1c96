//! Decodes a compressed file into a temporary WAV file.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use super::error::RecordingError;
use super::scratch::Scratch;
use crate::codec::{Decoder, Spec};
use crate::pcm::SampleFormat;
use crate::watch::Watch;

/// Bytes written at a time.
const PIECE: usize = 1 << 18;
/// Largest size a RIFF header can say, less a margin for what readers add to it.
const RIFF_MAX: u64 = u32::MAX as u64 - 64;
/// Length of the header.
pub(super) const HEAD: usize = 104;
/// Where in it the channel mask is.
const CHANNEL_MASK_AT: usize = 76;

/// Decodes all of `decoder` to a WAV file (RF64 above 4 GB) in `scratch`; floats become `integers`, if given. Gives the
/// number of floats above full scale too, if there were floats that did.
///
/// # Errors
/// [`RecordingError`] if it cannot be decoded or written, or the user asked to stop.
pub(super) fn stage(
    decoder: &mut dyn Decoder,
    integers: Option<SampleFormat>,
    scratch: &Scratch,
    watch: &Watch<'_>,
) -> Result<(File, Option<u64>), RecordingError> {
    let file = scratch.file().map_err(RecordingError::Scratch)?;
    let mut out = BufWriter::with_capacity(PIECE, &file);
    out.write_all(&[0; HEAD]).map_err(RecordingError::Scratch)?;
    let mut spec = decoder.spec();
    let floats = spec.format;
    let integers = integers.filter(|_| floats.is_float());
    spec.format = integers.unwrap_or(spec.format);
    let (mut bytes, mut rounded) = (Vec::new(), Vec::new());
    let (mut len, mut above) = (0_u64, integers.map(|_| 0));
    while decoder.next_block(&mut bytes)?.is_some() {
        if watch.is_stopped() {
            return Err(RecordingError::Stopped);
        }
        if let Some(integers) = integers {
            rounded.clear();
            let clipped = match floats {
                SampleFormat::F64 => round(doubles(&bytes), integers, &mut rounded)?,
                _ => round(singles(&bytes), integers, &mut rounded)?,
            };
            above = above.map(|above| above + clipped);
            std::mem::swap(&mut bytes, &mut rounded);
        }
        out.write_all(&bytes).map_err(RecordingError::Scratch)?;
        len += bytes.len() as u64;
    }
    if len % 2 == 1 {
        out.write_all(&[0]).map_err(RecordingError::Scratch)?;
    }
    let mut head = wav_head(spec, len);
    if let Some(mask) = decoder.channel_mask() {
        head[CHANNEL_MASK_AT..][..4].copy_from_slice(&mask.to_le_bytes());
    }
    out.seek(SeekFrom::Start(0)).map_err(RecordingError::Scratch)?;
    out.write_all(&head).map_err(RecordingError::Scratch)?;
    out.flush().map_err(RecordingError::Scratch)?;
    drop(out);
    Ok((file, above))
}

/// Floats of 32 bits.
fn singles(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.as_chunks::<4>().0.iter().map(|sample| f64::from(f32::from_le_bytes(*sample)))
}

/// Floats of 64 bits.
fn doubles(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.as_chunks::<8>().0.iter().map(|sample| f64::from_le_bytes(*sample))
}

/// Appends floats as the nearest integers, full scale at most; gives how many were above that.
fn round(
    floats: impl Iterator<Item = f64>,
    integers: SampleFormat,
    to: &mut Vec<u8>,
) -> Result<u64, RecordingError> {
    let scale = (1_i64 << (integers.bits() - 1)) as f64;
    let mut above = 0;
    for sample in floats {
        if !sample.is_finite() {
            return Err(RecordingError::NotFinite);
        }
        let nearest = (sample * scale).round();
        // +1 itself is the highest there is, though integers end one step below.
        above += u64::from(nearest.abs() > scale);
        let rounded = nearest.clamp(-scale, scale - 1.0) as i32;
        to.extend_from_slice(&rounded.to_le_bytes()[..integers.bytes()]);
    }
    Ok(above)
}

/// The header of a WAV file with `len` bytes of samples behind it; of RF64 where RIFF cannot say so many.
///
/// Space for the sizes of RF64 is always there, in a chunk that readers skip (EBU Tech 3306, section 3).
pub(super) fn wav_head(spec: Spec, len: u64) -> [u8; HEAD] {
    let riff_len = HEAD as u64 - 8 + len + len % 2;
    let is_wide = riff_len > RIFF_MAX;
    let frame_bytes = u64::from(spec.channels) * spec.format.bytes() as u64;
    let size = |size: u64| if is_wide { u32::MAX } else { size as u32 }.to_le_bytes();
    let mut head = Vec::with_capacity(HEAD);
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
    head.extend_from_slice(&fmt(spec, frame_bytes as u16));
    head.extend_from_slice(b"data");
    head.extend_from_slice(&size(len));
    let mut whole = [0; HEAD];
    whole.copy_from_slice(&head);
    whole
}

/// The body of the extensible `fmt ` chunk.
fn fmt(spec: Spec, frame_bytes: u16) -> [u8; 40] {
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
    put(20, &channel_mask(spec.channels).to_le_bytes());
    put(24, &tag.to_le_bytes());
    put(26, b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    body
}

/// Where the loudspeakers of so many channels stand by default (RFC 9639, section 9.1.3); 0 where that is not
/// defined.
pub(super) fn channel_mask(channels: u16) -> u32 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::PcmInfo;

    #[test]
    fn the_header_says_what_follows_and_becomes_rf64_above_4_gb() {
        let spec = Spec { sample_rate: 48_000, channels: 6, format: SampleFormat::I24 };
        for frames in [1_u64, 1_000, 300_000_000] {
            let len = frames * 18;
            let file = tempfile::tempfile().unwrap();
            let mut writer = &file;
            writer.write_all(&wav_head(spec, len)).unwrap();
            file.set_len(HEAD as u64 + len + len % 2).unwrap();
            let info = PcmInfo::read(&mut &file).unwrap();
            assert_eq!((info.sample_rate, info.channels), (48_000, 6));
            assert_eq!((info.format, info.frames()), (SampleFormat::I24, frames));
        }
    }
}
