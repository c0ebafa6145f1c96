//! Conversion between interleaved sample bytes and one `f32` buffer per channel.
//!
//! Integers map to ±1 by a power of two, so decoding is exact up to 24 bits. The bytes of a sample that
//! does not change are kept. To one that does, the change is added with triangular dither of ±1 LSB, so
//! that 32-bit files keep their precision and 8-bit files get no distortion from rounding.
//!
//! The loops are compiled for every format and channel count: with a constant stride, the compiler
//! vectorises them and needs no bounds checks.

use super::error::PcmError;
use super::format::SampleFormat;

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
    match format {
        SampleFormat::U8 => decode_as::<U8, 1>(bytes, planar),
        SampleFormat::I16 => decode_as::<I16, 2>(bytes, planar),
        SampleFormat::I24 => decode_as::<I24, 3>(bytes, planar),
        SampleFormat::I32 => decode_as::<I32, 4>(bytes, planar),
        SampleFormat::F32 => decode_as::<F32, 4>(bytes, planar),
    }
}

/// Writes changed samples over the bytes they came from; gives how many had to be clamped.
///
/// `bytes` are interleaved frames as read from the file, `after` holds one buffer a channel for the
/// same frames, full scale ±1. Where `after` equals what [`decode`] makes of the bytes they are not
/// touched. Elsewhere an integer becomes its old value plus the change plus dither, clamped to its
/// range; a float becomes the value of `after`. The dither follows from the channel and the frame's
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
    match format {
        SampleFormat::U8 => encode_as::<U8, 1>(bytes, after, dithered),
        SampleFormat::I16 => encode_as::<I16, 2>(bytes, after, dithered),
        SampleFormat::I24 => encode_as::<I24, 3>(bytes, after, dithered),
        SampleFormat::I32 => encode_as::<I32, 4>(bytes, after, dithered),
        SampleFormat::F32 => encode_as::<F32, 4>(bytes, after, dithered),
    }
}

/// One sample of `B` bytes.
trait Sample<const B: usize> {
    fn decode(bytes: [u8; B]) -> f32;
    /// Whether the sample has to be written.
    #[inline(always)]
    fn differs(before: f32, after: f32) -> bool {
        before != after
    }
    /// The bytes for `after` where `bytes` decode to `before`, and whether they were clamped.
    /// `dither` is in (−1, 1), 0 for none.
    fn encode(bytes: [u8; B], before: f32, after: f32, dither: f64) -> ([u8; B], bool);
}

struct U8;
struct I16;
struct I24;
struct I32;
struct F32;

impl Sample<1> for U8 {
    #[inline(always)]
    fn decode([b]: [u8; 1]) -> f32 {
        (f32::from(b) - 128.0) / 128.0
    }

    #[inline(always)]
    fn encode([b]: [u8; 1], before: f32, after: f32, dither: f64) -> ([u8; 1], bool) {
        let (value, clamped) = add_change::<8>(i64::from(b) - 128, before, after, dither);
        ([(value + 128) as u8], clamped)
    }
}

impl Sample<2> for I16 {
    #[inline(always)]
    fn decode(bytes: [u8; 2]) -> f32 {
        f32::from(i16::from_le_bytes(bytes)) / 32_768.0
    }

    #[inline(always)]
    fn encode(bytes: [u8; 2], before: f32, after: f32, dither: f64) -> ([u8; 2], bool) {
        let old = i64::from(i16::from_le_bytes(bytes));
        let (value, clamped) = add_change::<16>(old, before, after, dither);
        ((value as i16).to_le_bytes(), clamped)
    }
}

impl Sample<3> for I24 {
    #[inline(always)]
    fn decode([a, b, c]: [u8; 3]) -> f32 {
        // In the upper three bytes, the value has the right sign.
        i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0
    }

    #[inline(always)]
    fn encode(bytes: [u8; 3], before: f32, after: f32, dither: f64) -> ([u8; 3], bool) {
        let [a, b, c] = bytes;
        let old = i64::from(i32::from_le_bytes([0, a, b, c]) >> 8);
        let (value, clamped) = add_change::<24>(old, before, after, dither);
        let [a, b, c, _] = (value as i32).to_le_bytes();
        ([a, b, c], clamped)
    }
}

impl Sample<4> for I32 {
    #[inline(always)]
    fn decode(bytes: [u8; 4]) -> f32 {
        i32::from_le_bytes(bytes) as f32 / 2_147_483_648.0
    }

    #[inline(always)]
    fn encode(bytes: [u8; 4], before: f32, after: f32, dither: f64) -> ([u8; 4], bool) {
        let old = i64::from(i32::from_le_bytes(bytes));
        let (value, clamped) = add_change::<32>(old, before, after, dither);
        ((value as i32).to_le_bytes(), clamped)
    }
}

impl Sample<4> for F32 {
    #[inline(always)]
    fn decode(bytes: [u8; 4]) -> f32 {
        f32::from_le_bytes(bytes)
    }

    /// Floats are stored as given, −0 included.
    #[inline(always)]
    fn differs(before: f32, after: f32) -> bool {
        before.to_bits() != after.to_bits()
    }

    #[inline(always)]
    fn encode(_bytes: [u8; 4], _before: f32, after: f32, _dither: f64) -> ([u8; 4], bool) {
        (after.to_le_bytes(), false)
    }
}

/// `old` plus the change and dither, rounded and clamped to a signed integer of `BITS` bits.
#[inline(always)]
fn add_change<const BITS: u32>(old: i64, before: f32, after: f32, dither: f64) -> (i64, bool) {
    let scale = (1_u64 << (BITS - 1)) as f64;
    let change = (f64::from(after) - f64::from(before)) * scale + dither;
    let wanted = old + round(change);
    let value = wanted.clamp(-(1 << (BITS - 1)), (1 << (BITS - 1)) - 1);
    (value, value != wanted)
}

/// The nearest integer; values beyond ±2⁴⁰ are clamped.
///
/// Adding 1.5·2⁵² leaves the rounded value in the low bits; without SSE 4.1 `f64::round` is a
/// function call.
#[inline(always)]
fn round(x: f64) -> i64 {
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    const BOUND: f64 = (1_u64 << 40) as f64;
    let shifted = x.clamp(-BOUND, BOUND) + MAGIC;
    shifted.to_bits().cast_signed() - MAGIC.to_bits().cast_signed()
}

/// Triangular noise in (−1, 1): the difference of two uniform numbers, hashed from channel and frame.
struct Dither {
    seed: u64,
}

impl Dither {
    fn of_channel(channel: usize) -> Self {
        Self { seed: mix(channel as u64 + 1) }
    }

    #[inline(always)]
    fn at(&self, frame: u64) -> f64 {
        let h = mix(self.seed.wrapping_add(frame.wrapping_mul(GOLDEN)));
        let triangle = i64::from((h >> 32) as u32) - i64::from(h as u32);
        triangle as f64 * (1.0 / 4_294_967_296.0)
    }
}

/// 2⁶⁴ divided by the golden ratio: the step of SplitMix64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64.
#[inline(always)]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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
            _ => Err($otherwise),
        }
    };
}

fn decode_as<S: Sample<B>, const B: usize>(
    bytes: &[u8],
    planar: &mut [Vec<f32>],
) -> Result<(), PcmError> {
    let shape = PcmError::Shape { bytes: bytes.len(), channels: planar.len() };
    let frame_bytes = B * planar.len();
    if frame_bytes == 0 || !bytes.len().is_multiple_of(frame_bytes) {
        return Err(shape);
    }
    let frames = bytes.len() / frame_bytes;
    for channel in planar.iter_mut() {
        channel.resize(frames, 0.0);
    }
    for_channels!(planar.len(), shape, deinterleave::<S, B, _>(bytes, planar))
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

fn encode_as<S: Sample<B>, const B: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
    dithered: Option<u64>,
) -> Result<u64, PcmError> {
    let shape = PcmError::Shape { bytes: bytes.len(), channels: after.len() };
    let samples = bytes.len() / B * B;
    let frames = after.first().map_or(0, Vec::len);
    let fits = samples == bytes.len() && frames * after.len() * B == bytes.len();
    if !fits || after.iter().any(|channel| channel.len() != frames) {
        return Err(shape);
    }
    for_channels!(after.len(), shape, interleave::<S, B, _>(bytes, after, dithered))
}

fn interleave<S: Sample<B>, const B: usize, const C: usize>(
    bytes: &mut [u8],
    after: &[Vec<f32>],
    dithered: Option<u64>,
) -> u64 {
    let frames = bytes.as_chunks_mut::<B>().0.as_chunks_mut::<C>().0;
    let mut clamped = 0;
    for (tile, frames) in frames.chunks_mut(TILE).enumerate() {
        for (c, channel) in after.iter().enumerate().take(C) {
            let channel = channel.get(tile * TILE..).unwrap_or_default();
            // Most tiles are unchanged, and this pass without branches is all they cost.
            let changed = frames
                .iter()
                .zip(channel)
                .fold(false, |any, (frame, &after)| any | S::differs(S::decode(frame[c]), after));
            if !changed {
                continue;
            }
            let dither = Dither::of_channel(c);
            let first = dithered.map(|first_frame| first_frame + (tile * TILE) as u64);
            for ((frame, &after), index) in frames.iter_mut().zip(channel).zip(0..) {
                let before = S::decode(frame[c]);
                if S::differs(before, after) {
                    let noise = first.map_or(0.0, |first| dither.at(first + index));
                    let (new, was_clamped) = S::encode(frame[c], before, after, noise);
                    frame[c] = new;
                    clamped += u64::from(was_clamped);
                }
            }
        }
    }
    clamped
}
