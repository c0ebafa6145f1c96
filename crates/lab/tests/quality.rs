//! `lab quality`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Half a second of a tone that rises and falls, at the given level.
fn write(path: &Path, channels: u16, rate: u32, level: f32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..rate / 2 {
        let t = n as f32 / rate as f32;
        let swell = (std::f32::consts::TAU * 2.0 * t).sin().powi(2);
        let tone = (std::f32::consts::TAU * 440.0 * t).sin();
        for _ in 0..channels {
            writer.write_sample((level * swell * tone * 30_000.0) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
}

fn lab(args: &[&std::ffi::OsStr]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("quality").args(args).args(["--python", "no-such-python"]).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn two_files_give_a_table_and_a_missing_python_is_only_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("a.wav"), folder.path().join("b.wav"));
    write(&before, 2, 48_000, 1.0);
    write(&after, 2, 48_000, 0.5);
    let output = lab(&[before.as_os_str(), after.as_os_str()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let row = |name: &str| {
        let table = text(&output.stdout);
        let line = table.lines().find(|line| line.contains(name)).unwrap().to_owned();
        line.split_whitespace().last().unwrap().to_owned()
    };
    // Half the level: the difference is half the signal.
    let close = |name: &str, expected: f64| {
        let figure: f64 = row(name).parse().unwrap();
        assert!((figure - expected).abs() < 0.01, "{name}: {figure}");
    };
    close("signal-to-noise", 6.02);
    close("loudness change", -6.02);
    assert_eq!(row("PESQ"), "–");
    let message = text(&output.stderr);
    assert!(message.starts_with("lab: no PESQ: no-such-python does not start"), "{message}");
    assert_eq!(message.lines().count(), 1);
}

#[test]
fn two_folders_give_mean_worst_and_every_file_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    for (name, level) in [("one.wav", 0.5), ("below/two.wav", 0.9)] {
        write(&before.join(name), 1, 8_000, 1.0);
        write(&after.join(name), 1, 8_000, level);
    }
    let output = lab(&[before.as_os_str(), after.as_os_str(), "--json".as_ref()]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = json["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    assert!(files[0]["before"].as_str().unwrap().ends_with("two.wav"), "{files:?}");
    assert!((files[0]["snr_db"].as_f64().unwrap() - 20.0).abs() < 0.01);
    let summary = json["summary"].as_array().unwrap();
    let snr = summary.iter().find(|row| row["name"] == "snr_db").unwrap();
    assert!((snr["spread"]["worst"].as_f64().unwrap() - 6.02).abs() < 0.01, "{snr}");
    assert!((snr["spread"]["mean"].as_f64().unwrap() - 13.01).abs() < 0.01, "{snr}");
    assert!(json["no_pesq"].as_str().unwrap().contains("no-such-python"));
}

#[test]
fn files_that_cannot_be_compared_are_reported_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    write(&place("a.wav"), 1, 8_000, 1.0);
    write(&place("b.wav"), 1, 16_000, 1.0);
    std::fs::write(place("c.wav"), "no sound").unwrap();
    for (after, expected) in [
        ("b.wav", "different sample rates or lengths"),
        ("c.wav", "c.wav: "),
        ("missing.wav", "missing.wav: "),
        (".", "name two files or two folders"),
    ] {
        let output = lab(&[place("a.wav").as_os_str(), place(after).as_os_str()]);
        let message = text(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{after}");
        assert!(message.contains(expected) && message.lines().count() == 1, "{message}");
    }
}
