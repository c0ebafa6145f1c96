//! What README and docs tell people to type works, in the order in which they tell it.
//!
//! Every block fenced as `sh` whose first line starts with `patchveil ` is run, line by line. Each
//! page has a fresh folder with `episode.wav` and `recordings/` (the demo recording) and a keyring
//! of its own. `<!-- not run: reason -->` before a block exempts it.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A line of a page that starts with `patchveil `.
struct Typed {
    /// Page and line number, as a compiler would name it.
    place: String,
    text: String,
}

#[test]
fn every_command_in_the_readme_and_the_docs_succeeds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut failures = Vec::new();
    for page in pages(&root) {
        let name = page.strip_prefix(&root).unwrap().display().to_string();
        let typed = commands(&name, &fs::read_to_string(&page).unwrap());
        assert!(name != "README.md" || typed.len() >= 4, "the README has its four commands");
        let folder = tempfile::tempdir().unwrap();
        lay_recordings(&root, folder.path());
        for line in typed {
            if let Err(said) = run(folder.path(), &line.text) {
                failures.push(format!("{}: {}\n{said}", line.place, line.text));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "commands in the docs fail:\n\n{}", failures.join("\n"));
}

/// The README and everything in docs.
fn pages(root: &Path) -> Vec<PathBuf> {
    let docs = walkdir::WalkDir::new(root.join("docs")).sort_by_file_name();
    let docs = docs.into_iter().map(|entry| entry.unwrap().into_path());
    let markdown = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    std::iter::once(root.join("README.md")).chain(markdown).collect()
}

fn commands(page: &str, text: &str) -> Vec<Typed> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut typed = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let opens = lines[at] == "```sh";
        at += 1;
        if !opens {
            continue;
        }
        let exempt = lines[..at - 1].iter().rev().find(|line| !line.is_empty());
        let exempt = exempt.is_some_and(|line| {
            line.strip_prefix("<!-- not run:").is_some_and(|why| why.len() > " -->".len())
        });
        let runs = !exempt && lines[at].starts_with("patchveil ");
        while lines[at] != "```" {
            let place = format!("{page}:{}", at + 1);
            if runs && !lines[at].is_empty() {
                let other = "starts with another command than patchveil";
                assert!(lines[at].starts_with("patchveil "), "{place}: {other}: {}", lines[at]);
                typed.push(Typed { place, text: lines[at].to_owned() });
            }
            at += 1;
            assert!(at < lines.len(), "{page}: a block is not closed");
        }
        at += 1;
    }
    typed
}

fn lay_recordings(root: &Path, folder: &Path) {
    fs::create_dir(folder.join("recordings")).unwrap();
    for name in ["episode.wav", "recordings/01.wav", "recordings/02.wav"] {
        fs::copy(root.join("assets/demo.wav"), folder.join(name)).unwrap();
    }
}

/// Runs one line; what it printed if it fails.
fn run(folder: &Path, line: &str) -> Result<(), String> {
    let mut words = words(line);
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchveil"));
    command.current_dir(folder).stdin(Stdio::null());
    command.env("PATCHVEIL_KEYRING", folder.join("keyring of this test"));
    if let Some(at) = words.iter().position(|word| word == ">") {
        let file = words.split_off(at).pop().unwrap();
        command.stdout(File::create(folder.join(file)).unwrap());
    }
    let output = command.args(&words[1..]).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let [said, error] = [&output.stdout, &output.stderr].map(|out| String::from_utf8_lossy(out));
    Err(format!("{}\n{said}{error}", output.status))
}

/// Splits a line as a shell would: at spaces outside double quotes, up to a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted && words.last().is_some_and(String::is_empty) => break,
            ' ' if !quoted => {
                if words.last().is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
            }
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
