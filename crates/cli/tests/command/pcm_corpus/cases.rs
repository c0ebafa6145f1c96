//! Odd files, and what they are.

use patchveil::pcm::Container;

use crate::support::containers::{
    aiff, caf, caf_chunk, caf_desc, extensible, float_pattern, fmt_16, open_caf, pattern, rf64,
    streamed, w64, w64_chunk,
};
use crate::support::{chunk, fmt_body, plain, riff};

/// A file, and what it is.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) container: Container,
    /// The name of its sample format, and its channels.
    pub(crate) format: &'static str,
    pub(crate) channels: u16,
}

fn case(
    name: &str,
    container: Container,
    format: &'static str,
    channels: u16,
    bytes: Vec<u8>,
) -> Case {
    Case { name: name.to_owned(), bytes, container, format, channels }
}

/// Not a multiple of anything.
pub(crate) const FRAMES: usize = 301;

fn wav_cases() -> Vec<Case> {
    let wav = |name, format, channels, bytes| case(name, Container::Wav, format, channels, bytes);
    let float = fmt_body(3, 1, 48_000, 64);
    let mut cases = vec![
        wav("u8 mono, odd length", "u8", 1, plain(1, 1, 8_000, 8, &pattern(FRAMES, 1, 8, false))),
        wav("one sample", "i16", 1, plain(1, 1, 44_100, 16, &[0x34, 0x12])),
        wav(
            "one frame of 64 channels",
            "i24",
            64,
            plain(1, 64, 48_000, 24, &pattern(64, 3, 24, false)),
        ),
        wav("64 channels", "i16", 64, plain(1, 64, 8_000, 16, &pattern(FRAMES * 64, 2, 16, false))),
        wav(
            "64 channels of float",
            "f32",
            64,
            plain(3, 64, 8_000, 32, &float_pattern(FRAMES * 64, false, false)),
        ),
        wav("9 channels", "i32", 9, plain(1, 9, 8_000, 32, &pattern(FRAMES * 9, 4, 32, false))),
        wav("16 channels", "u8", 16, plain(1, 16, 8_000, 8, &pattern(FRAMES * 16, 1, 8, false))),
        wav(
            "12 bits, plain",
            "i12in16",
            2,
            plain(1, 2, 44_100, 12, &pattern(FRAMES * 2, 2, 12, false)),
        ),
        wav(
            "20 bits, plain",
            "i20in24",
            1,
            plain(1, 1, 44_100, 20, &pattern(FRAMES, 3, 20, false)),
        ),
        wav("24 in 32", "i24in32", 2, extensible(2, 32, 24, &pattern(FRAMES * 2, 4, 24, false))),
        wav("20 in 24", "i20in24", 12, extensible(12, 24, 20, &pattern(FRAMES * 12, 3, 20, false))),
        wav("12 in 16", "i12in16", 1, extensible(1, 16, 12, &pattern(FRAMES, 2, 12, false))),
        wav("16 in 32", "i16in32", 1, extensible(1, 32, 16, &pattern(FRAMES, 4, 16, false))),
        wav(
            "valid bits that lie",
            "i24in32",
            1,
            extensible(1, 32, 24, &pattern(FRAMES, 4, 32, false)),
        ),
        wav(
            "64-bit float",
            "f64",
            2,
            plain(3, 2, 44_100, 64, &float_pattern(FRAMES * 2, true, false)),
        ),
        wav("A-law", "alaw", 1, plain(6, 1, 8_000, 8, &pattern(FRAMES, 1, 8, false))),
        wav("mu-law", "mulaw", 2, plain(7, 2, 8_000, 8, &pattern(FRAMES * 2, 1, 8, false))),
        wav(
            "fmt of 18 bytes, fact, odd LIST",
            "f64",
            1,
            riff(&[
                chunk(b"LIST", b"INFOINAM\x03\0\0\0odd\0"),
                chunk(b"fmt ", &[&float[..], &[0, 0]].concat()),
                chunk(b"fact", &(FRAMES as u32).to_le_bytes()),
                chunk(b"data", &float_pattern(FRAMES, true, false)),
                chunk(b"id3 ", b"ID3\x04\0\0\0\0\0\0\0"),
            ]),
        ),
        wav("no pad byte at the end", "u8", 3, {
            let mut bytes = plain(1, 3, 8_000, 8, &pattern(FRAMES * 3, 1, 8, false));
            bytes.pop();
            bytes
        }),
        wav("highest rate", "i16", 1, plain(1, 1, 768_000, 16, &pattern(FRAMES, 2, 16, false))),
    ];
    let data = pattern(FRAMES * 2, 2, 16, false);
    for (name, riff_len, data_len) in [
        ("streamed, all 0", 0, 0),
        ("streamed, ffmpeg", u32::MAX, u32::MAX),
        ("streamed, sox", 0x7fff_f024, 0x7fff_f000),
        ("streamed, greatest signed number", 0x7fff_ffff, 0x7fff_ffff),
        ("streamed, arecord", 0x8000_0024, 0x8000_0000),
        ("streamed, length of the whole open", u32::MAX, data.len() as u32),
        ("streamed, length of the samples open", (data.len() + 48) as u32, u32::MAX),
    ] {
        cases.push(wav(name, "i16", 2, streamed(&fmt_16(2), riff_len, data_len, &data)));
    }
    cases.push(wav("broke off in a frame", "i16", 2, {
        streamed(&fmt_16(2), u32::MAX, u32::MAX, &[&data[..], &[1, 2, 3]].concat())
    }));
    cases
}

fn wide_cases() -> Vec<Case> {
    let data = pattern(FRAMES * 2, 2, 16, false);
    let adm: &[(&[u8; 4], &[u8])] =
        &[(b"axml", b"<audioFormatExtended/>"), (b"chna", &[0; 44]), (b"\xffodd", &[1; 5])];
    let fmt = |body: &[u8]| w64_chunk(b"fmt ", body);
    let sizes = |bytes: &mut Vec<u8>, ds64: u64| {
        for at in [20, 28, 36] {
            bytes[at..at + 8].copy_from_slice(&ds64.to_le_bytes());
        }
    };
    let mut zeros = rf64(b"RF64", &fmt_16(2), &data, &[]);
    sizes(&mut zeros, 0);
    let mut ones = rf64(b"RF64", &fmt_16(2), &data, &[]);
    sizes(&mut ones, u64::MAX);
    let mut open = w64(&[fmt(&fmt_16(2)), w64_chunk(b"data", &data)]);
    let size_at = 40 + 40 + 16;
    open[16..24].fill(0xff);
    open[size_at..size_at + 8].copy_from_slice(&(i64::MAX as u64).to_le_bytes());
    open.truncate(size_at + 8 + data.len());
    let rf = |name, format, channels, bytes| case(name, Container::Rf64, format, channels, bytes);
    let w = |name, format, channels, bytes| case(name, Container::W64, format, channels, bytes);
    let odd = pattern(FRAMES, 1, 8, false);
    vec![
        rf("RF64", "i16", 2, rf64(b"RF64", &fmt_16(2), &data, &[])),
        rf("BW64 with ADM chunks", "i16", 2, rf64(b"BW64", &fmt_16(2), &data, adm)),
        rf("RF64 of one sample", "u8", 1, rf64(b"RF64", &fmt_body(1, 1, 8_000, 8), &[9], &[])),
        rf("RF64, streamed with zeros", "i16", 2, zeros),
        rf("RF64, streamed with ones", "i16", 2, ones),
        w("W64", "i16", 2, w64(&[fmt(&fmt_16(2)), w64_chunk(b"data", &data)])),
        w(
            "W64 of odd length, bext",
            "u8",
            1,
            w64(&[
                w64_chunk(b"bext", &[0; 603]),
                fmt(&fmt_body(1, 1, 8_000, 8)),
                w64_chunk(b"data", &odd),
                w64_chunk(b"LIST", b"INFO"),
            ]),
        ),
        w(
            "W64 of float",
            "f64",
            1,
            w64(&[
                fmt(&fmt_body(3, 1, 8_000, 64)),
                w64_chunk(b"data", &float_pattern(FRAMES, true, false)),
            ]),
        ),
        w("W64, streamed", "i16", 2, open),
    ]
}

fn apple_cases() -> Vec<Case> {
    let a = |name, format, channels, bytes| case(name, Container::Aiff, format, channels, bytes);
    let c = |name, format, channels, bytes| case(name, Container::Caf, format, channels, bytes);
    let ints = |channels: usize, container, bits| pattern(FRAMES * channels, container, bits, true);
    let little = |container, bits| pattern(FRAMES, container, bits, false);
    let mono = (1, 44_100, 16);
    let desc = |flags, channels, bits, container| {
        caf_desc(b"lpcm", flags, (channels, 48_000.0, bits), container)
    };
    let channel_map = caf_chunk(b"chan", &[0; 12]);
    let tail = caf_chunk(b"info", b"\0\0\0\x01title\0odd\0");
    vec![
        a("AIFF 8", "i8", 1, aiff(None, (1, 8_000, 8), 0, &ints(1, 1, 8))),
        a("AIFF 16", "i16be", 2, aiff(None, (2, 44_100, 16), 0, &ints(2, 2, 16))),
        a("AIFF 24", "i24be", 1, aiff(None, (1, 96_000, 24), 0, &ints(1, 3, 24))),
        a("AIFF 32, 64 channels", "i32be", 64, aiff(None, (64, 8_000, 32), 0, &ints(64, 4, 32))),
        a("AIFF 12 in 16", "i12in16be", 1, aiff(None, (1, 44_100, 12), 0, &ints(1, 2, 12))),
        a("AIFF 20 in 24", "i20in24be", 1, aiff(None, (1, 44_100, 20), 0, &ints(1, 3, 20))),
        a("AIFF, SSND with an offset", "i16be", 1, aiff(None, mono, 6, &ints(1, 2, 16))),
        a("AIFF of one sample", "i8", 1, aiff(None, (1, 44_100, 8), 0, &[7])),
        a("AIFC NONE", "i16be", 1, aiff(Some(b"NONE"), mono, 0, &ints(1, 2, 16))),
        a("AIFC sowt", "i16", 1, aiff(Some(b"sowt"), mono, 0, &little(2, 16))),
        a("AIFC twos", "i16be", 1, aiff(Some(b"twos"), mono, 0, &ints(1, 2, 16))),
        a("AIFC in24", "i24be", 1, aiff(Some(b"in24"), (1, 44_100, 24), 0, &ints(1, 3, 24))),
        a("AIFC in32", "i32be", 1, aiff(Some(b"in32"), (1, 44_100, 32), 0, &ints(1, 4, 32))),
        a("AIFC fl32", "f32be", 2, {
            aiff(Some(b"fl32"), (2, 44_100, 32), 0, &float_pattern(FRAMES * 2, false, true))
        }),
        a("AIFC fl64", "f64be", 1, {
            aiff(Some(b"fl64"), (1, 44_100, 64), 0, &float_pattern(FRAMES, true, true))
        }),
        a("AIFC alaw", "alaw", 1, aiff(Some(b"alaw"), (1, 8_000, 16), 0, &little(1, 8))),
        a("AIFC ulaw", "mulaw", 1, aiff(Some(b"ulaw"), (1, 8_000, 16), 0, &little(1, 8))),
        c("CAF 16 little", "i16", 1, caf(&desc(2, 1, 16, 2), &[], &little(2, 16), &[])),
        c("CAF 16 big, chunks about", "i16be", 2, {
            caf(&desc(0, 2, 16, 2), &[channel_map], &ints(2, 2, 16), &[tail])
        }),
        c("CAF 8", "i8", 1, caf(&desc(0, 1, 8, 1), &[], &little(1, 8), &[])),
        c("CAF 24 big", "i24be", 1, caf(&desc(0, 1, 24, 3), &[], &ints(1, 3, 24), &[])),
        c("CAF 32 little", "i32", 1, caf(&desc(2, 1, 32, 4), &[], &little(4, 32), &[])),
        c("CAF float 32 big", "f32be", 1, {
            caf(&desc(1, 1, 32, 4), &[], &float_pattern(FRAMES, false, true), &[])
        }),
        c("CAF float 64 little", "f64", 64, {
            caf(&desc(3, 64, 64, 8), &[], &float_pattern(FRAMES * 64, true, false), &[])
        }),
        c("CAF A-law", "alaw", 1, {
            caf(&caf_desc(b"alaw", 0, (1, 8_000.0, 8), 1), &[], &little(1, 8), &[])
        }),
        c("CAF mu-law", "mulaw", 1, {
            caf(&caf_desc(b"ulaw", 0, (1, 8_000.0, 8), 1), &[], &little(1, 8), &[])
        }),
        c("CAF to the end of the file", "i16", 1, open_caf(&desc(2, 1, 16, 2), &little(2, 16))),
    ]
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = wav_cases();
    cases.extend(wide_cases());
    cases.extend(apple_cases());
    cases
}
