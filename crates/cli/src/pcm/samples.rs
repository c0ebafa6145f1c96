//! Conversion between interleaved sample bytes and one `f32` buffer per channel.
//!
//! Integers map to ±1 by a power of two, so decoding is exact up to 24 bits. The bytes of a sample that
//! does not change are kept. To one that does, the change is added with triangular dither of ±1 LSB, so
//! that 32-bit files keep their precision and 8-bit files get no distortion from rounding.
//!
//! For the usual formats the loops are compiled for every channel count up to eight: with a constant stride, the
//! compiler vectorises them and needs no bounds checks. One loop does for all the rest.

use super::dither::{Dither, add_changes};
use super::error::PcmError;
use super::format::{Encoding, MAX_CHANNELS, SampleFormat};
use super::sample::{ALaw, F32, F64, I8, I16, I24, I32, Integer, MuLaw, Sample, U8};

/// Frames processed at a time, so that the passes over the channels find their bytes in the cache.
const TILE: usize = 1024;

/// Converts interleaved samples to one buffer a channel.
///
/// `bytes` are whole frames of `planar.len()` channels in `format`. Every buffer of `planar` is
/// resized to the number of frames. Integers become values in [−1, 1] (1 itself only by rounding
/// of 32-bit integers to `f32`); floats are taken as they are, NaN and infinities included.
///
/// # Errors
/// [`PcmError::Shape`] if `bytes` is not a whole number of frames, or there is no channel, or more
/// than [`MAX_CHANNELS`](super::MAX_CHANNELS).
pub fn decode(bytes: &[u8], format: SampleFormat, planar: &mut [Vec<f32>]) -> Result<(), PcmError> {
    match (format.encoding(), format.is_big_endian()) {
        (Encoding::U8, _) => decode_as::<U8, 1>(bytes, planar),
        (Encoding::I8, _) => decode_any::<I8, 1>(bytes, planar),
        (Encoding::I16, false) => decode_as::<I16<false>, 2>(bytes, planar),
        (Encoding::I16, true) => decode_any::<I16<true>, 2>(bytes, planar),
        (Encoding::I24, false) => decode_as::<I24<false>, 3>(bytes, planar),
        (Encoding::I24, true) => decode_any::<I24<true>, 3>(bytes, planar),
        (Encoding::I32, false) => decode_as::<I32<false>, 4>(bytes, planar),
        (Encoding::I32, true) => decode_any::<I32<true>, 4>(bytes, planar),
        (Encoding::F32, false) => decode_as::<F32<false>, 4>(bytes, planar),
        (Encoding::F32, true) => decode_any::<F32<true>, 4>(bytes, planar),
        (Encoding::F64, false) => decode_any::<F64<false>, 8>(bytes, planar),
        (Encoding::F64, true) => decode_any::<F64<true>, 8>(bytes, planar),
        (Encoding::ALaw, _) => decode_any::<ALaw, 1>(bytes, planar),
        (Encoding::MuLaw, _) => decode_any::<MuLaw, 1>(bytes, planar),
    }
}

/// Writes changed samples over the bytes they came from; gives how many had to be clamped.
///
/// `bytes` are interleaved frames as read from the file, `after` holds one buffer a channel for the
/// same frames, full scale ±1. Where `after` equals what [`decode`] makes of the bytes they are not
/// touched. Elsewhere an integer becomes its old value plus the change plus dither, clamped to its
/// range (what a NaN becomes is not specified; it counts as clamped); a float becomes the value of `after`. The dither follows from the channel and the frame's
/// index in the file alone (`first_frame` is that of `bytes`), so any split of a file into blocks,
/// in any order, gives the same bytes.
///
/// # Errors
/// [`PcmError::Shape`] when `bytes` and `after` are not the same number of frames.
pub fn encode_changed(
    bytes: &mut [u8],
    format: SampleFormat,
    after: &[Vec<f32>],
    first_frame: u64,
) -> Result<u64, PcmError> {
    encode(bytes, format, after, Some(first_frame))
}

/// The same without dither: changed samples become the nearest integer. For restoring, where the original
/// consists of integers and noise would only lead away from them.
///
/// # Errors
/// [`PcmError::Shape`] when `bytes` and `after` are not the same number of frames.
pub fn encode_nearest(
    bytes: &mut [u8],
    format: SampleFormat,
    after: &[Vec<f32>],
) -> Result<u64, PcmError> {
    encode(bytes, format, after, None)
}

/// With dither if the index of the first frame is given.
fn encode(
    bytes: &mut [u8],
    format: SampleFormat,
    after: &[Vec<f32>],
    dithered: Option<u64>,
) -> Result<u64, PcmError> {
    let unused = format.unused();
    if unused > 0 {
        return match (format.encoding(), format.is_big_endian()) {
            (Encoding::U8, _) => encode_any::<U8, 1>(bytes, after, dithered, unused),
            (Encoding::I8, _) => encode_any::<I8, 1>(bytes, after, dithered, unused),
            (Encoding::I16, false) => encode_any::<I16<false>, 2>(bytes, after, dithered, unused),
            (Encoding::I16, true) => encode_any::<I16<true>, 2>(bytes, after, dithered, unused),
            (Encoding::I24, false) => encode_any::<I24<false>, 3>(bytes, after, dithered, unused),
            (Encoding::I24, true) => encode_any::<I24<true>, 3>(bytes, after, dithered, unused),
            (_, false) => encode_any::<I32<false>, 4>(bytes, after, dithered, unused),
            (_, true) => encode_any::<I32<true>, 4>(bytes, after, dithered, unused),
        };
    }
    match (format.encoding(), format.is_big_endian()) {
        (Encoding::U8, _) => encode_integers::<U8, 1>(bytes, after, dithered),
        (Encoding::I8, _) => encode_any::<I8, 1>(bytes, after, dithered, 0),
        (Encoding::I16, false) => encode_integers::<I16<false>, 2>(bytes, after, dithered),
        (Encoding::I16, true) => encode_any::<I16<true>, 2>(bytes, after, dithered, 0),
        (Encoding::I24, false) => encode_integers::<I24<false>, 3>(bytes, after, dithered),
        (Encoding::I24, true) => encode_any::<I24<true>, 3>(bytes, after, dithered, 0),
        (Encoding::I32, false) => encode_integers::<I32<false>, 4>(bytes, after, dithered),
        (Encoding::I32, true) => encode_any::<I32<true>, 4>(bytes, after, dithered, 0),
        (Encoding::F32, false) => encode_floats::<F32<false>, 4>(bytes, after),
        (Encoding::F32, true) => encode_any::<F32<true>, 4>(bytes, after, dithered, 0),
        (Encoding::F64, false) => encode_any::<F64<false>, 8>(bytes, after, dithered, 0),
        (Encoding::F64, true) => encode_any::<F64<true>, 8>(bytes, after, dithered, 0),
        (Encoding::ALaw, _) => encode_any::<ALaw, 1>(bytes, after, dithered, 0),
        (Encoding::MuLaw, _) => encode_any::<MuLaw, 1>(bytes, after, dithered, 0),
    }
}

/// Picks the loop for the channel count.
macro_rules! for_channels {
    ($count:expr, $otherwise:expr, $call:ident ::<$S:ident, $B:ident, _>($($arg:expr),*)) => {
        match $count {
            1 => Ok($call::<$S, $B, 1>($($arg),*)),
            2 => Ok($call::<$S, $B, 2>($($arg),*)),
            3 => Ok($call::<$S, $B, 3>($($arg),*)),
            4 => Ok($call::<$S, $B, 4>($($arg),*)),
            5 => Ok($call::<$S, $B, 5>($($arg),*)),
            6 => Ok($call::<$S, $B, 6>($($arg),*)),
            7 => Ok($call::<$S, $B, 7>($($arg),*)),
            8 => Ok($call::<$S, $B, 8>($($arg),*)),
            _ => $otherwise,
        }
    };
}

/// Checks that `bytes` are whole frames, and makes room for them.
fn make_room<const B: usize>(bytes: &[u8], planar: &mut [Vec<f32>]) -> Result<(), PcmError> {
    let frame_bytes = B * planar.len();
    let is_whole = frame_bytes > 0 && bytes.len().is_multiple_of(frame_bytes);
    if !is_whole || planar.len() > usize::from(MAX_CHANNELS) {
        return Err(PcmError::Shape { bytes: bytes.len(), channels: planar.len() });
    }
    let frames = bytes.len() / frame_bytes;
    for channel in planar.iter_mut() {
        channel.resize(frames, 0.0);
    }
    Ok(())
}

fn decode_as<S: Sample<B>, const B: usize>(
    bytes: &[u8],
    planar: &mut [Vec<f32>],
) -> Result<(), PcmError> {
    make_room::<B>(bytes, planar)?;
    for_channels!(
        planar.len(),
        decode_any::<S, B>(bytes, planar),
        deinterleave::<S, B, _>(bytes, planar)
    )
}

fn decode_any<S: Sample<B>, const B: usize>(
    bytes: &[u8],
    planar: &mut [Vec<f32>],
) -> Result<(), PcmError> {
    make_room::<B>(bytes, planar)?;
    let channels = planar.len();
    let samples = bytes.as_chunks::<B>().0;
    for (tile, samples) in samples.chunks(TILE * channels).enumerate() {
        for (c, channel) in planar.iter_mut().enumerate() {
            let channel = channel.iter_mut().skip(tile * TILE);
            for (sample, &stored) in channel.zip(samples.iter().skip(c).step_by(channels)) {
                *sample = S::decode(stored);
            }
        }
    }
    Ok(())
}

fn deinterleave<S: Sample<B>, const B: usize, const C: usize>(
    bytes: &[u8],
    planar: &mut [Vec<f32>],
) {
    let frames = bytes.as_chunks::<B>().0.as_chunks::<C>().0;
    for (tile, frames) in frames.chunks(TILE).enumerate() {
        for (c, channel) in planar.iter_mut().enumerate().take(C) {
            let channel = channel.iter_mut().skip(tile * TILE);
            for (sample, frame) in channel.zip(frames) {
                *sample = S::decode(frame[c]);
            }
        }
    }
}

/// Checks that `after` are as many frames as `bytes`.
fn check_shape<const B: usize>(bytes: &[u8], after: &[Vec<f32>]) -> Result<(), PcmError> {
    let frames = after.first().map_or(0, Vec::len);
    let fits = (1..=usize::from(MAX_CHANNELS)).contains(&after.len())
        && frames * after.len() * B == bytes.len()
        && after.iter().all(|channel| channel.len() == frames);
    let shape = PcmError::Shape { bytes: bytes.len(), channels: after.len() };
    if fits { Ok(()) } else { Err(shape) }
}

fn encode_integers<S: Integer<B>, const B: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
    dithered: Option<u64>,
) -> Result<u64, PcmError> {
    check_shape::<B>(bytes, after)?;
    for_channels!(
        after.len(),
        encode_any::<S, B>(bytes, after, dithered, 0),
        change_integers::<S, B, _>(bytes, after, dithered)
    )
}

fn encode_floats<S: Sample<B>, const B: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
) -> Result<u64, PcmError> {
    check_shape::<B>(bytes, after)?;
    for_channels!(
        after.len(),
        encode_any::<S, B>(bytes, after, None, 0),
        interleave::<S, B, _>(bytes, after)
    )
}

/// For any channel count and for samples with `unused` low bits.
fn encode_any<S: Sample<B>, const B: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
    dithered: Option<u64>,
    unused: u32,
) -> Result<u64, PcmError> {
    check_shape::<B>(bytes, after)?;
    let channels = after.len();
    let samples = bytes.as_chunks_mut::<B>().0;
    let mut clamped = 0;
    for (tile, samples) in samples.chunks_mut(TILE * channels).enumerate() {
        for (c, channel) in after.iter().enumerate() {
            let channel = channel.get(tile * TILE..).unwrap_or_default();
            let dither = Dither::of_channel(c);
            let first = dithered.map(|first_frame| first_frame + (tile * TILE) as u64);
            let stored = samples.iter_mut().skip(c).step_by(channels);
            for ((stored, &after), index) in stored.zip(channel).zip(0..) {
                let before = S::decode(*stored);
                if S::differs(before, after) {
                    let noise = first.map_or(0.0, |first| dither.at(first + index));
                    let (new, was_clamped) = S::encode(*stored, before, after, noise, unused);
                    *stored = new;
                    clamped += u64::from(was_clamped);
                }
            }
        }
    }
    Ok(clamped)
}

fn change_integers<S: Integer<B>, const B: usize, const C: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
    dithered: Option<u64>,
) -> u64 {
    let frames = bytes.as_chunks_mut::<B>().0.as_chunks_mut::<C>().0;
    let mut integers = [0; TILE];
    let mut clamped = 0;
    for (tile, frames) in frames.chunks_mut(TILE).enumerate() {
        let integers = &mut integers[..frames.len()];
        for (c, channel) in after.iter().enumerate().take(C) {
            let channel = channel.get(tile * TILE..).unwrap_or_default();
            let first = dithered.map(|first_frame| first_frame + (tile * TILE) as u64);
            let dither = first.map(|first| (Dither::of_channel(c), first));
            for (integer, frame) in integers.iter_mut().zip(&*frames) {
                *integer = S::integer(frame[c]);
            }
            clamped += add_changes(integers, channel, S::BITS, dither);
            for (frame, integer) in frames.iter_mut().zip(&*integers) {
                frame[c] = S::bytes(*integer);
            }
        }
    }
    clamped
}

/// For floats, which are stored as they are. Gives how many were clamped: none.
fn interleave<S: Sample<B>, const B: usize, const C: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
) -> u64 {
    let frames = bytes.as_chunks_mut::<B>().0.as_chunks_mut::<C>().0;
    for (tile, frames) in frames.chunks_mut(TILE).enumerate() {
        for (c, channel) in after.iter().enumerate().take(C) {
            let channel = channel.get(tile * TILE..).unwrap_or_default();
            for (frame, &after) in frames.iter_mut().zip(channel) {
                // One that does not change has these bytes already.
                (frame[c], _) = S::encode(frame[c], after, after, 0.0, 0);
            }
        }
    }
    0
}
