//! The figures of known signals are right, and any recording gives a picture.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::f64::consts::TAU;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::support::plain;
use patchveil::inspect::{InspectError, Report, compare, draw};
use patchveil_test_support::signal::noise_channels;
use tempfile::{TempDir, tempdir};

/// A 32-bit float file; `sample` gives the value for a frame and a channel.
fn float_file(
    rate: u32,
    channels: u16,
    frames: usize,
    sample: impl Fn(usize, u16) -> f64,
) -> Vec<u8> {
    let mut data = Vec::new();
    for frame in 0..frames {
        for channel in 0..channels {
            data.extend((sample(frame, channel) as f32).to_le_bytes());
        }
    }
    plain(3, channels, rate, 32, &data)
}

fn files(before: &[u8], after: &[u8]) -> (TempDir, PathBuf, PathBuf) {
    let folder = tempdir().unwrap();
    let (a, b) = (folder.path().join("a.wav"), folder.path().join("b.wav"));
    fs::write(&a, before).unwrap();
    fs::write(&b, after).unwrap();
    (folder, a, b)
}

fn report(before: &[u8], after: &[u8]) -> Result<Report, InspectError> {
    let (_folder, a, b) = files(before, after);
    compare(&a, &b, |_, _| ControlFlow::Continue(()))
}

/// A 997 Hz sine of −20 dBFS; in the second file, channel 0 is 10 % louder from 0.5 s to 0.6 s and
/// from 1 s to 1.1 s.
fn two_patches(rate: u32, seconds: f64) -> (Vec<u8>, Vec<u8>) {
    let frames = (seconds * f64::from(rate)) as usize;
    let sine = move |n: usize| 0.1 * (TAU * 997.0 * n as f64 / f64::from(rate)).sin();
    let louder = move |n: usize| {
        let tenth = n as u64 * 10 / u64::from(rate);
        tenth == 5 || tenth == 10
    };
    let before = float_file(rate, 2, frames, |n, _| sine(n));
    let after = float_file(rate, 2, frames, |n, channel| {
        sine(n) * if channel == 0 && louder(n) { 1.1 } else { 1.0 }
    });
    (before, after)
}

fn near(value: Option<f64>, expected: f64, tolerance: f64) {
    let value = value.unwrap();
    assert!((value - expected).abs() < tolerance, "{value}, not {expected}");
}

#[test]
fn the_figures_of_known_signals_are_right() {
    let (before, after) = two_patches(48_000, 2.0);
    let report = report(&before, &after).unwrap();
    assert_eq!((report.channels, report.sample_rate_hz, report.frames), (2, 48_000, 96_000));
    // A tenth of the amplitude in a twentieth of the samples: −20 dB −13 dB.
    near(report.snr_db, 33.01, 0.01);
    // Where it changed it did in one of two channels: −20 dB −3 dB.
    near(report.segmental_snr_db, 23.01, 0.01);
    near(report.peak_before_dbfs, -20.0, 0.01);
    near(report.peak_change_db, 0.828, 0.01);
    // Stereo of −20 dBFS at about 1 kHz is −20 LUFS (-23 each, +3 for two).
    near(report.loudness_before_lufs, -20.0, 0.1);
    near(report.max_difference_dbfs, -40.0, 0.01);
    assert!((report.changed_share - 0.05).abs() < 0.001);
    assert_eq!(report.run_count, 2);
    for (run, start) in report.runs.iter().zip([0.5, 1.0]) {
        assert!((run.start_s - start).abs() < 0.0011 && (run.end_s - start - 0.1).abs() < 0.0011);
    }
}

#[test]
fn runs_are_merged_over_a_millisecond_and_no_more() {
    let before = float_file(8_000, 1, 4_000, |_, _| 0.0);
    // Gaps of 8 (1 ms) and 9 frames.
    let changed = [0, 9, 19, 3_999];
    let after = float_file(8_000, 1, 4_000, |n, _| f64::from(u8::from(changed.contains(&n))));
    let report = report(&before, &after).unwrap();
    let runs: Vec<_> = report.runs.iter().map(|r| (r.start_s * 8e3, r.end_s * 8e3)).collect();
    assert_eq!(runs, [(0.0, 10.0), (19.0, 20.0), (3_999.0, 4_000.0)]);
}

#[test]
fn identical_and_silent_files_have_undefined_levels() {
    let silence = plain(1, 1, 8_000, 16, &[0; 16_000]);
    let same = report(&silence, &silence).unwrap();
    assert_eq!((same.snr_db, same.segmental_snr_db), (None, None));
    assert_eq!((same.peak_before_dbfs, same.loudness_before_lufs), (None, None));
    assert_eq!((same.run_count, same.changed_samples), (0, 0));
    let json = serde_json::to_value(&same).unwrap();
    assert!(json["snr_db"].is_null());
    assert_eq!(json["before"]["format"], "i16");
}

#[test]
fn sample_formats_may_differ_the_rest_may_not() {
    let a = plain(1, 1, 8_000, 16, &[0, 64].repeat(800));
    let as_float = float_file(8_000, 1, 800, |_, _| 0.5);
    assert_eq!(report(&a, &as_float).unwrap().changed_samples, 0);
    for (other, line) in [
        (plain(1, 1, 16_000, 16, &[0; 1_600]), "has 16000 Hz but"),
        (plain(1, 2, 8_000, 16, &[0; 3_200]), "has 2 channels but"),
        (plain(1, 1, 8_000, 16, &[0; 1_602]), "has 801 samples a channel but"),
    ] {
        let error = report(&a, &other).unwrap_err();
        assert!(matches!(error, InspectError::Mismatch { .. }));
        assert!(error.to_string().contains(line), "{error}");
    }
    let error = report(&a, b"some text").unwrap_err().to_string();
    assert!(error.contains("b.wav: not a WAV file: it is text"), "{error}");
}

#[test]
fn progress_ends_at_the_end() {
    let (before, after) = two_patches(48_000, 1.5);
    let (_folder, a, b) = files(&before, &after);
    let mut calls = Vec::new();
    compare(&a, &b, |done, all| {
        calls.push((done, all));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(calls.windows(2).all(|w| w[0].0 < w[1].0));
    assert_eq!(calls.last(), Some(&(72_000, 72_000)));
}

#[test]
fn a_comparison_can_be_stopped() {
    let (before, after) = two_patches(48_000, 1.5);
    let (_folder, a, b) = files(&before, &after);
    let mut calls = 0;
    let stopped = compare(&a, &b, |_, _| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(InspectError::Stopped)));
    assert_eq!(calls, 1);
}

/// The picture's size and how many of its pixels are not white.
fn drawn(path: &Path) -> (u32, u32, usize) {
    let picture = tiny_skia::Pixmap::load_png(path).unwrap();
    let ink = picture.pixels().iter().filter(|p| p.green() < 250).count();
    (picture.width(), picture.height(), ink)
}

#[test]
fn a_picture_is_drawn_for_any_length_rate_and_channel_count() {
    for (rate, channels, frames) in
        [(1, 1, 1), (8_000, 1, 1_400), (16_000, 8, 60), (192_000, 1, 400)]
    {
        let noise = noise_channels(channels.into(), frames, 3);
        let at = |n: usize, c: u16| 2.0 * f64::from(noise[usize::from(c)][n]);
        let before = float_file(rate, channels, frames, |n, c| 0.5 * at(n, c));
        let after = float_file(rate, channels, frames, |n, c| {
            at(n, c) * if n > frames / 2 { 0.4 } else { 0.5 }
        });
        let (folder, a, b) = files(&before, &after);
        let report = compare(&a, &b, |_, _| ControlFlow::Continue(())).unwrap();
        let png = folder.path().join("out.png");
        draw(&report, &png, false).unwrap();
        let (width, height, ink) = drawn(&png);
        assert_eq!((width, height), (1600, 1120));
        assert!(ink > 10_000, "{rate} Hz, {frames} frames: {ink} pixels");
    }
}

#[test]
fn an_existing_picture_is_replaced_only_by_force() {
    let silence = plain(1, 1, 8_000, 16, &[0; 200]);
    let (folder, a, b) = files(&silence, &silence);
    let report = compare(&a, &b, |_, _| ControlFlow::Continue(())).unwrap();
    let png = folder.path().join("out.png");
    fs::write(&png, b"precious").unwrap();
    assert!(matches!(draw(&report, &png, false), Err(InspectError::Output(_))));
    assert_eq!(fs::read(&png).unwrap(), b"precious");
    draw(&report, &png, true).unwrap();
    assert_eq!(drawn(&png).0, 1600);
}
