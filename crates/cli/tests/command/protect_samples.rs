//! `patchveil protect`: every byte of its output is what was promised.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::path::Path;
use std::sync::Arc;

use crate::support::command::{Ran, User, key, recording, recording_as};
use crate::support::riff;
use patchveil::pcm::PcmReader;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_veil::{Convolver, Preset, PresetVersion, Veil};

/// All samples of a file, a vector a channel.
fn samples(path: &Path) -> Vec<Vec<f32>> {
    let mut planar = Vec::new();
    PcmReader::open(path).unwrap().read_block(usize::MAX, &mut planar).unwrap();
    planar
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let user = User::with_key();
    // Several chunks, and their borders within patches.
    user.put("a.wav", recording_as(24, 48_000, 2, 14.0));
    let with = |threads: &str| {
        let mut command = user.command(&["protect", "a.wav", "--force"]);
        Ran::of(command.env("RAYON_NUM_THREADS", threads)).succeeds();
        user.read("a.protected.wav")
    };
    let one = with("1");
    assert!(with("2") == one && with("7") == one);
}

#[test]
fn the_command_writes_the_samples_of_the_convolver() {
    let user = User::with_key();
    for (preset, rate, channels) in [
        ("balanced@1", 48_000, 2),
        ("strong@1", 22_050, 1),
        ("cuda", 44_100, 1),
        ("mark", 48_000, 2),
        ("balanced", 44_100, 1),
    ] {
        let preset: PresetVersion = preset.parse().unwrap();
        let seconds = 600_000.0 / f64::from(rate) / f64::from(channels);
        user.put("a.wav", recording_as(0, rate, channels, seconds));
        let ran = user.run(&["protect", "a.wav", "--force", "--preset", &preset.to_string()]);
        assert_eq!(ran.code, Some(0), "{ran:?}");

        let veil = Arc::new(Veil::new(&key(), preset.recipe(), rate).unwrap());
        let mut expected = samples(&user.path("a.wav"));
        let mut channels: Vec<&mut [f32]> = expected.iter_mut().map(Vec::as_mut_slice).collect();
        Convolver::of(veil, channels.len()).process(0, &mut channels);
        let got = samples(&user.path("a.protected.wav"));
        for (got, expected) in got.iter().zip(&expected) {
            assert_same_bits(got, expected);
        }
    }
}

#[test]
fn outside_patches_the_bytes_on_disk_are_those_of_the_input() {
    let user = User::with_key();
    let rate = 44_100;
    let veil = Veil::new(&key(), &Preset::Poscuda.recipe_of_version(1).unwrap(), rate).unwrap();
    for bits in [8, 16, 24, 32, 0] {
        let before = recording_as(bits, rate, 2, 4.0);
        user.put("a.wav", &before);
        user.run(&["protect", "a.wav", "--force", "--preset", "poscuda"]);
        let after = user.read("a.protected.wav");
        let frame = if bits == 0 { 8 } else { usize::from(bits / 4) };
        let (before, after) = (before[44..].chunks(frame), after[44..].chunks(frame));
        let schedule = veil.schedule().unwrap();
        let mut cursor = schedule.patches_from(0);
        let mut patch = cursor.next(schedule);
        let (mut inside, mut changed) = (0, 0);
        for (at, (before, after)) in (0_i64..).zip(before.zip(after)) {
            while patch.end <= at {
                patch = cursor.next(schedule);
            }
            if at < patch.start {
                assert_eq!(before, after, "{bits} bits, frame {at}");
            } else {
                inside += 1;
                changed += usize::from(before != after);
            }
        }
        // A tenth of the time, and most of it did change.
        assert!((0.08..0.12).contains(&(f64::from(inside) / 4.0 / f64::from(rate))), "{inside}");
        assert!(changed * 2 > inside as usize, "{bits} bits: {changed} of {inside}");
    }
}

#[test]
fn everything_around_the_samples_is_kept() {
    let user = User::with_key();
    let parts = [
        crate::support::chunk(b"bext", &[b'x'; 602]),
        crate::support::chunk(b"fmt ", &crate::support::fmt_body(1, 1, 48_000, 16)),
        crate::support::chunk(b"data", &recording(48_000, 1, 0.5)[44..]),
        crate::support::chunk(b"cue ", &[1; 28]),
        crate::support::chunk(b"LIST", b"INFOINAM\x05\0\0\0night\0"),
    ];
    let before = riff(&parts);
    user.put("a.wav", &before);
    user.run(&["protect", "a.wav"]).succeeds();
    let after = user.read("a.protected.wav");
    let start = before.windows(4).position(|w| w == b"data").unwrap() + 8;
    assert_eq!(after[..start], before[..start]);
    assert_eq!(after[start + 48_000..], before[start + 48_000..]);
    assert_ne!(after[start..start + 48_000], before[start..start + 48_000]);
}
