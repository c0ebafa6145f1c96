//! WAV files built byte by byte, right or wrong.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test may panic"
)]

pub(crate) mod case;
pub(crate) mod command;
pub(crate) mod containers;
#[cfg(unix)]
pub(crate) mod permissions;
pub(crate) mod receipts;

use std::io::Cursor;

use patchveil::pcm::{PcmError, PcmInfo, PcmReader, SampleFormat, encode_changed};
use patchveil_test_support::compare::power;
use patchveil_test_support::signal;

pub(crate) const ALL_FORMATS: [SampleFormat; 5] =
    [SampleFormat::U8, SampleFormat::I16, SampleFormat::I24, SampleFormat::I32, SampleFormat::F32];

/// A chunk with its pad byte.
pub(crate) fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// The 16-byte form of a `fmt ` body.
pub(crate) fn fmt_body(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = channels.wrapping_mul(bits.div_ceil(8));
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend(rate.wrapping_mul(u32::from(align)).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    body
}

/// The 40-byte extensible form.
pub(crate) fn extensible_body(
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
    valid: u16,
) -> Vec<u8> {
    let mut body = fmt_body(0xfffe, channels, rate, bits);
    body.extend(22_u16.to_le_bytes());
    body.extend(valid.to_le_bytes());
    body.extend(0x3f_u32.to_le_bytes());
    body.extend(tag.to_le_bytes());
    body.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    body
}

/// A RIFF file of these chunks.
pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((body.len() as u32 + 4).to_le_bytes());
    bytes.extend(b"WAVE");
    bytes.extend(body);
    bytes
}

/// A plain file: 16-byte `fmt `, then `data`.
pub(crate) fn plain(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", &fmt_body(tag, channels, rate, bits)), chunk(b"data", data)])
}

/// A mono file of integers of `bits` bits.
pub(crate) fn integers(bits: u16, rate: u32, samples: &[f32]) -> Vec<u8> {
    plain(1, 1, rate, bits, &integer_bytes(bits, samples))
}

/// The samples of such a file as bytes.
pub(crate) fn integer_bytes(bits: u16, samples: &[f32]) -> Vec<u8> {
    let steps = 2.0_f64.powi(i32::from(bits) - 1);
    let integer = |x: &f32| (f64::from(*x) * steps).round().clamp(-steps, steps - 1.0) as i32;
    let bytes = usize::from(bits / 8);
    samples.iter().flat_map(|x| integer(x).to_le_bytes()[..bytes].to_vec()).collect()
}

/// A mono file of 32-bit floats.
pub(crate) fn floats(rate: u32, samples: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    plain(3, 1, rate, 32, &data)
}

/// Speech as loud as programmes are, −20 dBFS or more, with its peaks limited.
pub(crate) fn programme(rate: u32, seconds: f64) -> Vec<f32> {
    let voice = signal::speech(3, rate, seconds);
    let gain = 0.15 / power(&voice).sqrt();
    voice.iter().map(|x| ((gain * f64::from(*x)).tanh() * 0.9) as f32).collect()
}

pub(crate) fn parse(bytes: &[u8]) -> Result<PcmInfo, PcmError> {
    PcmInfo::read(&mut Cursor::new(bytes))
}

/// The message of the error `bytes` are refused with.
pub(crate) fn refusal(bytes: &[u8]) -> String {
    parse(bytes).expect_err("must be refused").to_string()
}

/// Rewrites a file the way `protect` does, with `change` in place of the veil. It gets the index of
/// the block's first frame and the samples.
pub(crate) fn rewrite(
    bytes: &[u8],
    block: usize,
    mut change: impl FnMut(u64, &mut [Vec<f32>]),
) -> (Vec<u8>, u64) {
    let mut reader = PcmReader::new(Cursor::new(bytes)).unwrap();
    let mut out = Vec::new();
    let mut planar = Vec::new();
    let mut clamped = 0;
    reader.copy_head(&mut out).unwrap();
    loop {
        let first = reader.next_frame();
        if reader.read_block(block, &mut planar).unwrap() == 0 {
            break;
        }
        change(first, &mut planar);
        let format = reader.info().format;
        clamped += encode_changed(reader.block_bytes(), format, &planar, first).unwrap();
        out.extend_from_slice(reader.block_bytes());
    }
    reader.copy_tail(&mut out).unwrap();
    (out, clamped)
}
