//! Odd files of plain samples: each is read to the sample, as ffmpeg reads it, and written back byte for byte; or it is
//! refused in one line that says what to do.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use patchveil::pcm::{Container, PcmReader, SampleFormat};
use support::command::{is_there, skipped};
use support::containers::{
    aiff, big_chunk, caf, caf_chunk, caf_desc, extensible, float_pattern, fmt_16, open_caf,
    pattern, rf64, streamed, w64, w64_chunk,
};
use support::{chunk, fmt_body, parse, plain, refusal, rewrite, riff};

/// A file, and what it is.
struct Case {
    name: String,
    bytes: Vec<u8>,
    container: Container,
    /// The name of its sample format, and its channels.
    format: &'static str,
    channels: u16,
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
const FRAMES: usize = 301;

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

fn cases() -> Vec<Case> {
    let mut cases = wav_cases();
    cases.extend(wide_cases());
    cases.extend(apple_cases());
    cases
}

/// All samples, a channel after the other in every frame.
fn interleaved(bytes: &[u8]) -> Vec<f32> {
    let mut planar = Vec::new();
    PcmReader::new(Cursor::new(bytes)).unwrap().read_block(usize::MAX, &mut planar).unwrap();
    (0..planar[0].len()).flat_map(|frame| planar.iter().map(move |c| c[frame])).collect()
}

#[test]
fn every_odd_file_is_recognised_for_what_it_is() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    for Case { name, bytes, container, format, channels } in cases {
        let info = parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((info.container, info.channels), (container, channels), "{name}");
        assert_eq!(String::from(info.format), format, "{name}");
        let is_streamed = name.contains("streamed") || name.contains("broke off");
        assert_eq!(info.is_streamed, is_streamed, "{name}");
        let frames = match name.contains("one ") {
            true => 1,
            false => FRAMES as u64,
        };
        assert_eq!(info.frames(), frames, "{name}");
    }
}

#[test]
fn only_samples_that_change_are_written_and_they_are_right_to_a_step() {
    for Case { name, bytes, .. } in cases() {
        let (same, _) = rewrite(&bytes, 100, |_, _| {});
        assert!(same == bytes, "{name}");
        let (half, clamped) = rewrite(&bytes, 77, |_, planar| {
            planar[0].iter_mut().for_each(|x| *x *= 0.5);
        });
        assert_eq!(clamped, 0, "{name}");
        let info = parse(&bytes).unwrap();
        let (begin, end) = (info.data_offset as usize, (info.data_offset + info.data_len) as usize);
        assert!(half[..begin] == bytes[..begin] && half[end..] == bytes[end..], "{name}");
        let channels = usize::from(info.channels);
        let samples = interleaved(&bytes).into_iter().zip(interleaved(&half)).enumerate();
        for (i, (before, after)) in samples {
            if i % channels > 0 {
                assert_eq!(before.to_bits(), after.to_bits(), "{name}");
                continue;
            }
            // Dither is less than one step, rounding at most half; those of A-law and of µ-law are a sixteenth
            // of the value or less.
            let step = match info.format {
                SampleFormat::A_LAW | SampleFormat::MU_LAW => before.abs() / 16.0 + 1.0 / 2_048.0,
                format if format.is_float() => before.abs() * f32::EPSILON,
                format => 2.0_f32.powi(1 - format.bits().min(24) as i32),
            };
            let error = (after - before / 2.0).abs();
            assert!(error <= 1.5 * step, "{name}: {before} became {after}");
        }
        if name != "valid bits that lie" {
            check_unused_bits(&name, &half[begin..end], info.format);
        }
    }
}

/// Bits that are not in use stay 0.
fn check_unused_bits(name: &str, data: &[u8], format: SampleFormat) {
    let unused = 8 * format.bytes() as u32 - format.bits();
    for sample in data.chunks(format.bytes()) {
        let mut low = [0; 8];
        let mut stored = sample.to_vec();
        if format.is_big_endian() {
            stored.reverse();
        }
        low[..stored.len()].copy_from_slice(&stored);
        let low = u64::from_le_bytes(low) & ((1 << unused) - 1);
        assert_eq!(low, 0, "{name}: {sample:x?}");
    }
}

#[test]
fn samples_of_64_bits_keep_what_single_precision_cannot_hold() {
    let values = [0.1_f64, -0.3, 1e-9, 0.7];
    let data: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let file = plain(3, 1, 8_000, 64, &data);
    let (out, _) = rewrite(&file, 4, |_, planar| planar[0][0] += 0.125);
    let first = f64::from_le_bytes(*out[out.len() - 32..].first_chunk().unwrap());
    assert!((first - 0.225).abs() < 1e-8);
    assert!(out[out.len() - 24..] == file[file.len() - 24..]);
}

/// What ffmpeg makes of files, as floats of 64 bits. One run for all.
fn as_ffmpeg_reads(folder: &Path, count: usize) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
    for i in 0..count {
        ffmpeg.arg("-i").arg(folder.join(format!("{i}.file")));
    }
    for i in 0..count {
        ffmpeg.args(["-map", &format!("{i}:a"), "-c:a", "pcm_f64le", "-f", "f64le"]);
        ffmpeg.arg(folder.join(format!("{i}.raw")));
    }
    let ran = ffmpeg.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn every_odd_file_has_the_samples_that_ffmpeg_reads() {
    if !is_there("ffmpeg") {
        return skipped("the odd files' samples", "ffmpeg is not installed", true);
    }
    let folder = tempfile::tempdir().unwrap();
    // Those of 64-bit lengths ffmpeg writes and does not read. They have the samples of the first of their kind.
    let (open, cases): (Vec<Case>, Vec<Case>) = cases()
        .into_iter()
        .partition(|case| case.container != Container::Wav && case.name.contains("streamed"));
    assert_eq!(open.len(), 3);
    for case in open {
        let whole = cases.iter().find(|whole| whole.container == case.container).unwrap();
        assert!(interleaved(&case.bytes) == interleaved(&whole.bytes), "{}", case.name);
    }
    for (i, case) in cases.iter().enumerate() {
        let mut bytes = case.bytes.clone();
        if case.format.ends_with("in32") && case.container == Container::Wav {
            // ffmpeg takes these for an old float format. They are integers of 32 bits, as libsndfile reads them.
            bytes[38..40].copy_from_slice(&32_u16.to_le_bytes());
        }
        fs::write(folder.path().join(format!("{i}.file")), bytes).unwrap();
    }
    as_ffmpeg_reads(folder.path(), cases.len());
    for (i, case) in cases.iter().enumerate() {
        let raw = fs::read(folder.path().join(format!("{i}.raw"))).unwrap();
        let expected: Vec<f32> =
            raw.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect();
        let found = interleaved(&case.bytes);
        assert_eq!(found.len(), expected.len(), "{}", case.name);
        assert!(found == expected, "{}", case.name);
    }
}

/// The output of a program on a pipe, which cannot go back to its header.
fn on_a_pipe(program: &str, args: &[&str]) -> Vec<u8> {
    let ran = Command::new(program).args(args).stderr(Stdio::null()).output().unwrap();
    assert!(ran.status.success());
    ran.stdout
}

#[test]
fn what_ffmpeg_and_sox_write_on_a_pipe_is_read_to_its_end() {
    let tone = ["-hide_banner", "-f", "lavfi", "-i", "sine=440:duration=0.1:sample_rate=8000"];
    let mut outputs = Vec::new();
    if is_there("ffmpeg") {
        for (muxer, more) in
            [("wav", ""), ("wav", "always"), ("w64", ""), ("caf", ""), ("aiff", "")]
        {
            let mut args = [&tone[..], &["-f", muxer]].concat();
            if !more.is_empty() {
                args.extend(["-rf64", more]);
            }
            args.push("-");
            outputs.push((format!("ffmpeg {muxer} {more}"), on_a_pipe("ffmpeg", &args)));
        }
    } else {
        skipped("files of ffmpeg on a pipe", "ffmpeg is not installed", true);
    }
    if is_there("sox") {
        for kind in ["wav", "aiff", "aifc"] {
            let args =
                ["-n", "-r", "8000", "-b", "16", "-t", kind, "-", "synth", "0.1", "sine", "440"];
            outputs.push((format!("sox {kind}"), on_a_pipe("sox", &args)));
        }
    } else {
        skipped("files of sox on a pipe", "sox is not installed", true);
    }
    for (name, bytes) in outputs {
        let info = parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((info.sample_rate, info.channels, info.frames()), (8_000, 1, 800), "{name}");
        let peak = interleaved(&bytes).into_iter().fold(0.0, f32::max);
        assert!((0.1..1.0).contains(&peak), "{name}: {peak}");
        // In CAF, an open length is a length like any other.
        assert_eq!(info.is_streamed, info.container != Container::Caf, "{name}");
    }
}

/// What is wrong, the file, and how its refusal begins.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let data = pattern(FRAMES * 2, 2, 16, true);
    let aif = aiff(None, (2, 44_100, 16), 0, &data);
    let (comm, ssnd) = (12, 12 + 26);
    let desc =
        |channels, bits, container, rate| caf_desc(b"lpcm", 0, (channels, rate, bits), container);
    let core = caf(&desc(2, 16, 2, 48_000.0), &[], &data, &[]);
    let wave64 = w64(&[w64_chunk(b"fmt ", &fmt_16(2)), w64_chunk(b"data", &data)]);
    let bw = rf64(b"BW64", &fmt_16(2), &data, &[(b"axml", b"<x/>")]);
    let with = |bytes: &[u8], at: usize, new: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    let many = |head: &[u8], one: Vec<u8>| [head, &vec![one; 5_000].concat()].concat();
    let behind = chunk(b"LIST", b"INFOINAM\x02\0\0\0hi");
    vec![
        ("AIFF cut in its header", aif[..20].to_vec(), "the chunk \"COMM\" at byte 12 promises"),
        ("AIFF cut in its samples", aif[..200].to_vec(), "the SSND chunk at byte 38 promises"),
        ("AIFF without COMM", [&aif[..12], &aif[ssnd..]].concat(), "no COMM chunk"),
        ("AIFF without SSND", aif[..ssnd].to_vec(), "no SSND chunk"),
        ("AIFF of 0 channels", with(&aif, comm + 8, &[0, 0]), "the COMM chunk says 0 channels"),
        ("AIFF of 65 channels", with(&aif, comm + 8, &[0, 65]), "it has 65 channels, at most 64"),
        ("AIFF of 0 Hz", with(&aif, comm + 16, &[0; 10]), "the COMM chunk says 0 Hz"),
        ("AIFF of negative rate", with(&aif, comm + 16, &[0xc0]), "the COMM chunk says 0 Hz"),
        (
            "AIFF of infinite rate",
            with(&aif, comm + 16, &[0x7f, 0xff]),
            "the COMM chunk says inf Hz",
        ),
        ("AIFF of 33 bits", with(&aif, comm + 14, &[0, 33]), "its samples are 33-bit integer"),
        ("AIFF of 0 bits", with(&aif, comm + 14, &[0, 0]), "its samples are 0-bit integer"),
        (
            "AIFF that lies on its frames",
            with(&aif, comm + 10, &[0x10]),
            "the SSND chunk at byte 38",
        ),
        ("AIFF of 0 frames", with(&aif, comm + 10, &[0; 4]), "it has no audio (0 frames)"),
        ("AIFF with an offset beyond", with(&aif, ssnd + 8, &[0x7f]), "the SSND chunk at byte 38"),
        (
            "AIFF with an empty SSND",
            with(&aif, ssnd + 4, &[0; 4]),
            "the SSND chunk at byte 38 has 0 bytes",
        ),
        ("AIFF with two COMM", [&aif[..ssnd], &aif[comm..]].concat(), "a second chunk \"COMM\""),
        ("AIFF that ends early", with(&aif, 4, &[0, 0, 0, 60]), "the FORM size at byte 4 ends"),
        ("AIFF that ends late", with(&aif, 4, &[0, 0x10]), "the FORM size at byte 4 promises"),
        (
            "AIFF of endless chunks",
            many(&aif[..12], big_chunk(b"XXXX", &[])),
            "more than 4096 chunks",
        ),
        (
            "AIFC of QDesign",
            aiff(Some(b"QDMC"), (1, 44_100, 16), 0, &data),
            "its samples are of the AIFC",
        ),
        (
            "AIFF streamed, chunks behind",
            {
                let open = with(&with(&aif, 4, &[0; 4]), ssnd + 4, &[0x7f, 0, 0, 8]);
                [&open[..], &big_chunk(b"ANNO", b"text")].concat()
            },
            "the SSND chunk at byte 38 has the size 0x7f000008",
        ),
        ("CAF without desc", [&core[..8], &core[52..]].concat(), "no desc chunk"),
        ("CAF without data", core[..52].to_vec(), "no data chunk"),
        ("CAF cut in its header", core[..15].to_vec(), "the file ends inside its CAF header"),
        ("CAF cut", core[..900].to_vec(), "the data chunk at byte 52 promises"),
        (
            "CAF of 0 channels",
            caf(&desc(0, 16, 2, 48_000.0), &[], &data, &[]),
            "the desc chunk says 0 channels",
        ),
        (
            "CAF of many channels",
            caf(&desc(70_000, 16, 2, 48_000.0), &[], &data, &[]),
            "it has 70000 channels",
        ),
        (
            "CAF of no rate",
            caf(&desc(2, 16, 2, f64::NAN), &[], &data, &[]),
            "the desc chunk says 0 Hz",
        ),
        (
            "CAF of 1 GHz",
            caf(&desc(2, 16, 2, 1e9), &[], &data, &[]),
            "the desc chunk says 1000000000 Hz",
        ),
        (
            "CAF of AAC",
            caf(&caf_desc(b"aac ", 0, (2, 48_000.0, 0), 0), &[], &data, &[]),
            "its samples are compressed",
        ),
        (
            "CAF of odd packets",
            with(&core, 36, &[0, 0, 0, 5]),
            "the desc chunk says 5 bytes a frame",
        ),
        (
            "CAF with a negative size",
            with(&core, 56, &[0x80]),
            "the data chunk at byte 52 promises",
        ),
        ("CAF without a frame", caf(&desc(2, 16, 2, 48_000.0), &[], &[], &[]), "it has no audio"),
        ("W64 cut in its header", wave64[..30].to_vec(), "the file ends inside its Wave64 header"),
        ("W64 cut", wave64[..300].to_vec(), "the data chunk at byte 80 promises"),
        (
            "W64 of another kind",
            with(&wave64, 24, b"avi "),
            "not a WAV file: it is a Wave64 file of",
        ),
        ("W64 without fmt", w64(&[w64_chunk(b"data", &data)]), "no fmt chunk"),
        (
            "W64 with a chunk of size 0",
            with(&wave64, 56, &[0; 8]),
            "the chunk \"fmt \" at byte 40 promises 0",
        ),
        ("W64 that ends late", with(&wave64, 18, &[9]), "the riff size at byte 16 promises"),
        (
            "W64 of endless chunks",
            many(&w64(&[]), w64_chunk(b"XXXX", &[])),
            "more than 4096 chunks",
        ),
        ("BW64 without its sizes", [&bw[..12], &bw[12 + 48..]].concat(), "the file says RF64 but"),
        ("BW64 cut", bw[..400].to_vec(), "the data chunk at byte 84 promises"),
        (
            "BW64 that lies on a table's chunk",
            with(&bw, 12 + 8 + 28 + 4, &[0, 9]),
            "the chunk \"axml\"",
        ),
        (
            "streamed WAV, chunks behind",
            {
                let open = streamed(&fmt_16(2), u32::MAX, u32::MAX, &data);
                [&open[..], &behind].concat()
            },
            "the data chunk at byte 48 has the size 0xffffffff",
        ),
        (
            "streamed WAV without fmt",
            {
                let open = streamed(&fmt_16(2), 0, 0, &data);
                [&open[..12], &open[36..]].concat()
            },
            "no fmt chunk",
        ),
        (
            "streamed WAV of part of a frame",
            streamed(&fmt_16(2), 0, u32::MAX, &[1, 2, 3]),
            "it has no audio",
        ),
        (
            "WAV of 24 bits in 4 bytes, plain",
            {
                let mut fmt = fmt_body(1, 2, 48_000, 24);
                fmt[12] = 8;
                riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &[0; 64])])
            },
            "its samples are 24-bit samples in 32-bit containers",
        ),
    ]
}

#[test]
fn what_is_broken_is_refused_in_one_line_that_says_what_to_do() {
    let broken = broken();
    assert!(broken.len() >= 30);
    for (name, bytes, expected) in broken {
        let message = refusal(&bytes);
        assert!(message.starts_with(expected), "{name}: {message}");
        assert!(!message.contains('\n'), "{name}: {message}");
        let advice = ["again", "convert", "split", "leave it out", "repair"];
        assert!(advice.iter().any(|word| message.contains(word)), "{name}: {message}");
    }
}

#[test]
fn a_file_cut_or_damaged_anywhere_is_refused_or_read_within_its_bounds() {
    let small = |case: &Case| case.bytes.len() < 3_000;
    for Case { name, bytes, .. } in cases().iter().filter(|case| small(case)) {
        let info = parse(bytes).unwrap();
        let head = (info.data_offset as usize + 40).min(bytes.len());
        let cuts = (0..head).chain([bytes.len() - 1]).map(|cut| bytes[..cut].to_vec());
        let damages = (0..head).flat_map(|at| {
            [0, 1, 0x7f, 0x80, 0xff].map(|byte| {
                let mut damaged = bytes.clone();
                damaged[at] = byte;
                damaged
            })
        });
        for file in cuts.chain(damages) {
            match parse(&file) {
                Err(error) => assert!(!error.to_string().contains('\n'), "{name}: {error}"),
                Ok(info) => {
                    assert!(info.data_offset + info.data_len <= file.len() as u64, "{name}");
                    assert!(info.frames() > 0 && info.sample_rate > 0, "{name}");
                }
            }
        }
    }
}
