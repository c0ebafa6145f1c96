//! Files larger than memory, in little memory. They take minutes and gigabytes, so they run by hand:
//! `cargo test --release -p patchveil --test system pcm_large -- --ignored --nocapture`
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::command::{User, is_there, skipped};
use crate::support::containers::rf64;
use crate::support::{chunk, fmt_body, riff};
use patchveil::pcm::{Container, PcmReader};
use patchveil_test_support::signal::noise;

/// Peak memory that is allowed.
const MEMORY_MAX: u64 = 128 << 20;
/// Frames of noise in each place where there is any; the rest is a hole in the file.
const NOISE: usize = 1 << 15;

/// Lays a file of mostly silence: its header, and noise at the beginning, in the middle and at the end.
fn lay(user: &User, name: &str, head: &[u8], data_len: u64, frame_bytes: u64) -> [u64; 3] {
    let file = File::create(user.path(name)).unwrap();
    file.set_len(head.len() as u64 + data_len).unwrap();
    file.write_all_at(head, 0).unwrap();
    let sound: Vec<u8> = noise(1, NOISE * frame_bytes as usize / 2)
        .iter()
        .flat_map(|x| ((x * 3_000.0) as i16).to_le_bytes())
        .collect();
    let frames = data_len / frame_bytes;
    let places = [0, frames / 2, frames - NOISE as u64];
    for place in places {
        file.write_all_at(&sound, head.len() as u64 + place * frame_bytes).unwrap();
    }
    places
}

/// Runs the command; gives its peak memory in bytes.
fn peak_memory(user: &User, args: &[&str]) -> u64 {
    let begun = Instant::now();
    let mut command = user.command(args);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = high.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) << 10);
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(status.success());
    let took = begun.elapsed().as_secs_f64();
    eprintln!("{args:?}: {:.1} MiB at most, {took:.1} s", peak as f64 / (1 << 20) as f64);
    peak
}

/// Whether noise was changed at these places of the files.
fn check_places(user: &User, names: [&str; 2], places: &[u64]) {
    let [mut before, mut after] = names.map(|name| PcmReader::open(&user.path(name)).unwrap());
    assert_eq!(before.info(), after.info());
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for place in places {
        before.seek(*place).unwrap();
        after.seek(*place).unwrap();
        before.read_block(NOISE, &mut one).unwrap();
        after.read_block(NOISE, &mut other).unwrap();
        assert!(one.iter().zip(&other).all(|(one, other)| one != other), "frame {place}");
    }
}

#[test]
#[ignore = "writes 6 GB"]
fn six_gigabytes_take_little_memory_and_are_opened_at_full_length() {
    let user = User::with_key();
    let (rate, frame_bytes) = (48_000, 6);
    let data_len = 6_000_000_000_u64;
    let mut head = rf64(b"RF64", &fmt_body(1, 2, rate, 24), &[], &[]);
    let riff_len = head.len() as u64 - 8 + data_len;
    head[20..28].copy_from_slice(&riff_len.to_le_bytes());
    head[28..36].copy_from_slice(&data_len.to_le_bytes());
    head[36..44].copy_from_slice(&(data_len / frame_bytes).to_le_bytes());
    let places = lay(&user, "long.wav", &head, data_len, frame_bytes);
    let peak = peak_memory(&user, &["protect", "long.wav", "-o", "out.wav"]);
    assert!(peak > 0 && peak <= MEMORY_MAX, "{peak} bytes");
    check_places(&user, ["long.wav", "out.wav"], &places);
    assert_eq!(PcmReader::open(&user.path("out.wav")).unwrap().info().container, Container::Rf64);
    if !is_there("ffprobe") {
        return skipped("the length of a large file", "ffprobe is not installed", true);
    }
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "error", "-show_entries", "stream=duration", "-of", "csv=p=0"]);
    let seconds = String::from_utf8(probe.arg(user.path("out.wav")).output().unwrap().stdout);
    let seconds: f64 = seconds.unwrap().trim().parse().unwrap();
    assert!((seconds - data_len as f64 / 6.0 / f64::from(rate)).abs() < 0.001, "{seconds}");
}

#[test]
#[ignore = "writes 3.7 GB"]
fn an_hour_of_64_channels_takes_little_memory() {
    let user = User::with_key();
    let (rate, frame_bytes) = (8_000_u32, 128);
    let data_len = 3_600 * u64::from(rate) * frame_bytes;
    let mut head = riff(&[chunk(b"fmt ", &fmt_body(1, 64, rate, 16)), chunk(b"data", &[])]);
    head[4..8].copy_from_slice(&(data_len as u32 + 36).to_le_bytes());
    head[40..44].copy_from_slice(&(data_len as u32).to_le_bytes());
    let places = lay(&user, "dome.wav", &head, data_len, frame_bytes);
    let peak = peak_memory(&user, &["protect", "dome.wav", "-o", "out.wav"]);
    assert!(peak > 0 && peak <= MEMORY_MAX, "{peak} bytes");
    check_places(&user, ["dome.wav", "out.wav"], &places);
}
