//! Odd files of plain samples: each is read to the sample, as ffmpeg reads it, and written back byte for byte; or it is
//! refused in one line that says what to do.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod broken;
mod cases;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::command::{is_there, skipped};
use crate::support::{parse, plain, rewrite};
use cases::{Case, FRAMES, cases};
use patchveil::pcm::{Container, PcmReader, SampleFormat};

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
