//! Decodes a compressed file into a temporary WAV file.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use super::error::RecordingError;
use super::scratch::Scratch;
use crate::codec::Decoder;
use crate::pcm::{SampleFormat, WAV_HEAD, wav_head_of};
use crate::watch::Watch;

/// Bytes written at a time.
const PIECE: usize = 1 << 18;

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
    out.write_all(&[0; WAV_HEAD]).map_err(RecordingError::Scratch)?;
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
    let head = wav_head_of(spec, decoder.channel_mask(), len);
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
