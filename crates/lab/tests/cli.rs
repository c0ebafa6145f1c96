//! The command line.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use lab::data::write_wav;
use lab::report::{PAGE, TABLE};
use lab::run::RESULTS;
use support::{patchveil, tones};

fn lab(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lab")).args(args).output().unwrap()
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn data(folder: &Path) {
    let tones = tones();
    for (from, clips) in [(5, &tones.train), (0, &tones.test)] {
        for (n, clip) in clips.iter().enumerate() {
            let name = format!("{}_ann_{}.wav", tones.classes[clip.label], from + n / 2);
            if from > 0 || n / 2 < 5 {
                write_wav(&folder.join(name), &clip.samples, clip.rate).unwrap();
            }
        }
    }
}

#[test]
fn a_run_writes_results_page_and_table_and_can_be_resumed() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    data(folder.path());
    let (folder, out) = (folder.path().to_str().unwrap(), out.path());
    let binary = patchveil().binary().display().to_string();
    let args = [
        "run",
        folder,
        "--preset",
        "balanced",
        "--learners",
        "probe",
        "--seeds",
        "2",
        "--python",
        "no-python",
        "--patchveil",
        &binary,
        "-o",
        out.to_str().unwrap(),
    ];
    let output = lab(&args);
    assert!(output.status.success(), "{}", messages(&output));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("balanced") && printed.contains(PAGE), "{printed}");
    let lines = fs::read_to_string(out.join(RESULTS)).unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("\"line\":\"run\"")).count(), 4);
    assert_eq!(lines.lines().filter(|line| line.contains("\"line\":\"quality\"")).count(), 2);
    assert!(out.join(TABLE).is_file() && out.join(PAGE).is_file());

    let again = lab(&args);
    assert_eq!(again.status.code(), Some(2));
    assert!(messages(&again).contains("--resume"), "{}", messages(&again));

    fs::remove_file(out.join(PAGE)).unwrap();
    let resumed = lab(&[&args[..], &["--resume"]].concat());
    assert!(resumed.status.success(), "{}", messages(&resumed));
    assert!(messages(&resumed).contains("4 of 4 runs are already done"), "{}", messages(&resumed));
    assert!(out.join(PAGE).is_file());

    fs::remove_file(out.join(PAGE)).unwrap();
    assert!(lab(&["report", out.to_str().unwrap()]).status.success());
    assert!(out.join(PAGE).is_file());
}

#[test]
fn errors_are_one_line_and_nothing_is_written() {
    let (empty, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    data(folder.path());
    let out = empty.path().join("out");
    let (empty, folder) = (empty.path().to_str().unwrap(), folder.path().to_str().unwrap());
    let end = ["-o", out.to_str().unwrap()];
    let refused: [(&[&str], &str); 3] = [
        (&["run", empty], "no WAV file"),
        (&["run", folder, "--patchveil", "/nowhere/patchveil"], "/nowhere/patchveil"),
        (&["run", folder, "--recipe", "/nowhere/deep.json"], "/nowhere/deep.json"),
    ];
    for (args, wanted) in refused {
        let output = lab(&[args, &end].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let message = messages(&output);
        assert!(message.contains(wanted), "{message}");
        assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    }
    for (option, value) in [("--attacks", "magic"), ("--learners", "oracle"), ("--seeds", "0")] {
        let output = lab(&[&["run", folder, option, value][..], &end].concat());
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(messages(&output).contains(value), "{}", messages(&output));
    }
    assert!(!out.exists());
    let output = lab(&["report", empty]);
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains(RESULTS), "{}", messages(&output));
}
