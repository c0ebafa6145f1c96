//! Files of plain samples in every container, built byte by byte.

use super::{chunk, extensible_body, fmt_body, riff};

/// A big-endian chunk with its pad byte.
pub(crate) fn big_chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = chunk(id, body);
    bytes[4..8].reverse();
    bytes
}

/// An RF64 or BW64 file; the real sizes are in `ds64` only. `behind` are chunks after the samples.
pub(crate) fn rf64(
    magic: &[u8; 4],
    fmt: &[u8],
    data: &[u8],
    behind: &[(&[u8; 4], &[u8])],
) -> Vec<u8> {
    let mut sizes = vec![0; 24];
    sizes.extend((behind.len() as u32).to_le_bytes());
    for (id, body) in behind {
        sizes.extend(*id);
        sizes.extend((body.len() as u64).to_le_bytes());
    }
    let mut bytes = riff(&[chunk(b"ds64", &sizes), chunk(b"fmt ", fmt), chunk(b"data", data)]);
    let open = |bytes: &mut Vec<u8>, at: usize| bytes[at..at + 4].fill(0xff);
    let data_at = bytes.len() - data.len().next_multiple_of(2) - 4;
    open(&mut bytes, data_at);
    for (id, body) in behind {
        let at = bytes.len() + 4;
        bytes.extend(chunk(id, body));
        open(&mut bytes, at);
    }
    bytes[..4].copy_from_slice(magic);
    open(&mut bytes, 4);
    let riff_len = bytes.len() as u64 - 8;
    bytes[20..28].copy_from_slice(&riff_len.to_le_bytes());
    bytes[28..36].copy_from_slice(&(data.len() as u64).to_le_bytes());
    bytes
}

const W64_RIFF: &[u8; 16] = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
const W64_TAIL: &[u8; 12] = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

pub(crate) fn w64_chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = [&id[..], W64_TAIL].concat();
    bytes.extend((body.len() as u64 + 24).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

pub(crate) fn w64(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = W64_RIFF.to_vec();
    let len = 40 + chunks.iter().map(Vec::len).sum::<usize>() as u64;
    bytes.extend(len.to_le_bytes());
    bytes.extend(b"wave");
    bytes.extend(W64_TAIL);
    bytes.extend(chunks.concat());
    bytes
}

/// A sample rate in 80 bits.
fn extended(rate: u32) -> [u8; 10] {
    let shift = rate.leading_zeros();
    let exponent = 16_383 + 31 - shift as u16;
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&exponent.to_be_bytes());
    bytes[2..6].copy_from_slice(&(rate << shift).to_be_bytes());
    bytes
}

/// An AIFF file, or AIFC with a compression type. `offset` bytes precede the samples in their chunk.
pub(crate) fn aiff(
    kind: Option<&[u8; 4]>,
    (channels, rate, bits): (u16, u32, u16),
    offset: u32,
    data: &[u8],
) -> Vec<u8> {
    let container = match kind {
        Some(b"fl64") => 8,
        Some(b"fl32" | b"in32" | b"23ni") => 4,
        Some(b"in24" | b"42ni") => 3,
        Some(b"alaw" | b"ulaw") => 1,
        _ => usize::from(bits.div_ceil(8)),
    };
    let frames = data.len() / (container * usize::from(channels)).max(1);
    let mut comm = channels.to_be_bytes().to_vec();
    comm.extend((frames as u32).to_be_bytes());
    comm.extend(bits.to_be_bytes());
    comm.extend(extended(rate));
    if let Some(kind) = kind {
        comm.extend(kind);
        comm.extend(b"\x05plain");
    }
    let mut ssnd = offset.to_be_bytes().to_vec();
    ssnd.extend([0; 4]);
    ssnd.resize(8 + offset as usize, 0x55);
    ssnd.extend(data);
    let mut chunks = big_chunk(b"COMM", &comm);
    if kind.is_some() {
        chunks = [big_chunk(b"FVER", &0xa280_5140_u32.to_be_bytes()), chunks].concat();
    }
    chunks.extend(big_chunk(b"SSND", &ssnd));
    chunks.extend(big_chunk(b"NAME", b"odd"));
    let mut bytes = b"FORM".to_vec();
    bytes.extend((chunks.len() as u32 + 4).to_be_bytes());
    bytes.extend(if kind.is_some() { b"AIFC" } else { b"AIFF" });
    bytes.extend(chunks);
    bytes
}

pub(crate) fn caf_chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u64).to_be_bytes());
    bytes.extend(body);
    bytes
}

/// The description of a CAF file: flag 1 is float, 2 little-endian; `container` bytes for each sample.
pub(crate) fn caf_desc(
    kind: &[u8; 4],
    flags: u32,
    (channels, rate, bits): (u32, f64, u32),
    container: u32,
) -> Vec<u8> {
    let mut body = rate.to_be_bytes().to_vec();
    body.extend(kind);
    for number in [flags, container * channels, 1, channels, bits] {
        body.extend(number.to_be_bytes());
    }
    body
}

pub(crate) fn caf(desc: &[u8], before: &[Vec<u8>], data: &[u8], behind: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"caff\0\x01\0\0".to_vec();
    bytes.extend(caf_chunk(b"desc", desc));
    bytes.extend(before.concat());
    bytes.extend(caf_chunk(b"data", &[&[0, 0, 0, 7], data].concat()));
    bytes.extend(behind.concat());
    bytes
}

/// The same with the size of the samples left open, as the format allows.
pub(crate) fn open_caf(desc: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = caf(desc, &[], data, &[]);
    let size_at = bytes.len() - data.len() - 12;
    bytes[size_at..size_at + 8].fill(0xff);
    bytes
}

/// A WAV file with a 40-byte `fmt ` of which `valid` bits are in use.
pub(crate) fn extensible(channels: u16, bits: u16, valid: u16, data: &[u8]) -> Vec<u8> {
    riff(&[
        chunk(b"fmt ", &extensible_body(1, channels, 48_000, bits, valid)),
        chunk(b"data", data),
    ])
}

/// A WAV file as a program writes it on a pipe: with these lengths.
pub(crate) fn streamed(fmt: &[u8], riff_len: u32, data_len: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = riff(&[chunk(b"fmt ", fmt), chunk(b"LIST", b"INFO"), chunk(b"data", data)]);
    bytes[4..8].copy_from_slice(&riff_len.to_le_bytes());
    let size_at = 12 + 8 + fmt.len() + 12 + 4;
    bytes[size_at..size_at + 4].copy_from_slice(&data_len.to_le_bytes());
    bytes.truncate(size_at + 4 + data.len());
    bytes
}

/// Samples of `container` bytes each, all bits in use but the lowest of `bits`; full scale included.
pub(crate) fn pattern(count: usize, container: usize, bits: u16, is_big_endian: bool) -> Vec<u8> {
    let mut state = 7_u64;
    let mut bytes = Vec::new();
    for i in 0..count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let value = match i {
            0 => 1 << 63,
            1 => u64::MAX >> 1,
            _ => state,
        };
        let value = value >> (64 - bits) << (8 * container - usize::from(bits));
        let stored = &value.to_le_bytes()[..container];
        match is_big_endian {
            true => bytes.extend(stored.iter().rev()),
            false => bytes.extend(stored),
        }
    }
    bytes
}

/// Floats of 32 or 64 bits, full scale and beyond.
pub(crate) fn float_pattern(count: usize, is_wide: bool, is_big_endian: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for i in 0..count {
        let value = (i as f64 * 0.37).sin() * 1.1;
        let mut stored = match is_wide {
            true => value.to_le_bytes().to_vec(),
            false => (value as f32).to_le_bytes().to_vec(),
        };
        if is_big_endian {
            stored.reverse();
        }
        bytes.extend(stored);
    }
    bytes
}

/// What every tool calls a plain 16-bit `fmt `.
pub(crate) fn fmt_16(channels: u16) -> Vec<u8> {
    fmt_body(1, channels, 44_100, 16)
}
