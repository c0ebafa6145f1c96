//! An output appears whole, with the permissions of its input, or not at all.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use patchveil::output::{OutputError, OutputFile};
use tempfile::{TempDir, tempdir};

/// A folder with an input `in.wav`.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let input = folder.path().join("in.wav");
    fs::write(&input, b"the recording").unwrap();
    (folder, input)
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn write(output: &Path, input: &Path, force: bool) -> Result<(), OutputError> {
    let mut file = OutputFile::create(output, Some(input), force)?;
    file.write_all(b"the output").unwrap();
    file.commit()
}

#[test]
fn nothing_has_the_name_before_it_is_complete() {
    let (folder, input) = folder();
    let output = folder.path().join("new/below/out.wav");
    let mut file = OutputFile::create(&output, Some(&input), false).unwrap();
    file.write_all(b"the output").unwrap();
    assert!(!output.exists());
    file.commit().unwrap();
    assert_eq!(fs::read(&output).unwrap(), b"the output");
    assert_eq!(names(output.parent().unwrap()), ["out.wav"]);
}

#[test]
fn an_abandoned_output_leaves_nothing_behind() {
    let (folder, input) = folder();
    let output = folder.path().join("out.wav");
    let mut file = OutputFile::create(&output, Some(&input), false).unwrap();
    file.write_all(b"half").unwrap();
    let unfinished = &names(folder.path())[0];
    assert!(unfinished.starts_with(".patchveil-"), "{unfinished}");
    drop(file);
    assert_eq!(names(folder.path()), ["in.wav"]);
}

#[test]
fn an_existing_file_is_replaced_only_by_force() {
    let (folder, input) = folder();
    let output = folder.path().join("out.wav");
    fs::write(&output, b"precious").unwrap();
    let error = write(&output, &input, false).unwrap_err();
    assert!(matches!(error, OutputError::Exists(_)));
    assert!(error.to_string().contains("out.wav: exists already"));
    assert_eq!(fs::read(&output).unwrap(), b"precious");
    write(&output, &input, true).unwrap();
    assert_eq!(fs::read(&output).unwrap(), b"the output");
}

#[test]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let (folder, input) = folder();
    let output = folder.path().join("out.wav");
    let file = OutputFile::create(&output, Some(&input), false).unwrap();
    fs::write(&output, b"precious").unwrap();
    assert!(matches!(file.commit(), Err(OutputError::Exists(_))));
    assert_eq!(fs::read(&output).unwrap(), b"precious");
    assert_eq!(names(folder.path()), ["in.wav", "out.wav"]);
}

#[test]
fn the_input_is_never_the_output_under_whatever_name() {
    let (folder, input) = folder();
    let hard = folder.path().join("hard.wav");
    fs::hard_link(&input, &hard).unwrap();
    let mut aliases = vec![input.clone(), hard, folder.path().join("./in.wav")];
    #[cfg(unix)]
    {
        let link = folder.path().join("link.wav");
        std::os::unix::fs::symlink("in.wav", &link).unwrap();
        aliases.push(link);
    }
    for alias in aliases {
        let error = write(&alias, &input, true).unwrap_err();
        assert!(matches!(error, OutputError::IsInput(_)), "{error}");
    }
    assert_eq!(fs::read(&input).unwrap(), b"the recording");
}

#[test]
fn a_folder_is_not_replaced_by_a_file() {
    let (folder, input) = folder();
    let below = folder.path().join("out.wav");
    fs::create_dir(&below).unwrap();
    let error = write(&below, &input, true).unwrap_err();
    assert!(matches!(error, OutputError::NotAFile(_)), "{error}");
}

#[cfg(unix)]
#[test]
fn devices_are_not_replaced_and_dangling_links_are_not_followed() {
    let (folder, input) = folder();
    let error = write(Path::new("/dev/null"), &input, true).unwrap_err();
    assert!(matches!(error, OutputError::NotAFile(_)), "{error}");
    let dangling = folder.path().join("out.wav");
    std::os::unix::fs::symlink("nowhere.wav", &dangling).unwrap();
    let error = write(&dangling, &input, false).unwrap_err();
    assert!(matches!(error, OutputError::Exists(_)), "{error}");
}

#[cfg(unix)]
#[test]
fn permissions_are_those_of_the_input() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, input) = folder();
    for mode in [0o600, 0o644, 0o440, 0o664] {
        fs::set_permissions(&input, fs::Permissions::from_mode(mode)).unwrap();
        let output = folder.path().join(format!("{mode:o}.wav"));
        write(&output, &input, false).unwrap();
        let got = fs::metadata(&output).unwrap().permissions().mode();
        assert_eq!(got & 0o7777, mode, "{mode:o}");
    }
}

#[test]
fn failures_name_the_output_and_fit_on_a_line() {
    let (folder, input) = folder();
    let not_a_folder = input.join("out.wav");
    let error = write(&not_a_folder, &input, false).unwrap_err().to_string();
    assert!(error.contains("in.wav") && error.contains("cannot make its folder"), "{error}");

    let output = folder.path().join("a\nb.wav");
    let file = OutputFile::create(&output, None, false).unwrap();
    let full = file.write_failed(io::ErrorKind::StorageFull.into()).to_string();
    assert!(full.contains("a\\nb.wav: cannot write it:"), "{full}");
    assert!(full.ends_with("free some space or use another disk"), "{full}");
    assert!(!full.contains('\n'));
}

/// The error of a full disk comes from `/dev/full`, which gives the same.
#[cfg(target_os = "linux")]
#[test]
fn a_failed_write_leaves_nothing_behind() {
    let (folder, input) = folder();
    let output = folder.path().join("out.wav");
    let file = OutputFile::create(&output, Some(&input), false).unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let source = (&full).write_all(b"x").unwrap_err();
    let error = file.write_failed(source).to_string();
    assert!(error.contains("out.wav") && error.contains("free some space"), "{error}");
    drop(file);
    assert_eq!(names(folder.path()), ["in.wav"]);
}
