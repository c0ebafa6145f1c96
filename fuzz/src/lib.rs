//! What several fuzz targets check.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use patchveil::case::{Case, Forms, write_report};
use patchveil_veil::{ClassKey, Convolver, Filter, Recipe, Restorer, Veil};
use tempfile::TempDir;

/// Checks a message for users: one line that cannot control the terminal.
pub fn assert_one_line(message: &str) {
    assert!(!message.is_empty());
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// Checks that a message contains no key, nor the better part of one.
pub fn assert_no_key(message: &str) {
    let lower = message.to_ascii_lowercase();
    for (at, prefix) in lower.match_indices("pvkey1") {
        let rest = &lower[at + prefix.len()..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        assert!(letters < 16, "{message:?}");
    }
}

/// Applies a valid recipe to a short block at `position`, in samples, if that costs little: the
/// output is finite, whatever the recipe and the position.
pub fn assert_audio_stays_finite(recipe: &Recipe, position: i64) {
    if let Some(veil) = &recipe.veil {
        let taps = match &veil.filter {
            Filter::Spectral(spectral) => spectral.kernel_us / 125,
            Filter::Taps(taps) => taps.count,
        };
        if veil.kernels > 2 || taps > 128 || veil.placement.patches > 8 {
            return;
        }
    }
    let key = ClassKey::from_bytes([7; 32]);
    let veil = Arc::new(Veil::new(&key, recipe, 8_000).expect("the recipe is valid"));
    let mut audio: Vec<f32> = (0..512).map(|n| ((n * 37) % 64) as f32 / 64.0 - 0.5).collect();
    Convolver::of(veil.clone(), 1).process(position, &mut [&mut audio]);
    assert!(audio.iter().all(|y| y.is_finite()));
    if recipe.is_restorable() {
        let mut restorer = Restorer::new(veil, 1).expect("the recipe is restorable");
        restorer.process(position, &mut [&mut audio]);
        assert!(audio.iter().all(|x| x.is_finite()));
    }
}

/// A file with this content that only its owner can read, in place of the one before. In memory,
/// where the system has such a folder; it stays there when the program ends.
pub fn private_file(content: &[u8]) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(temporary_folder);
    let path = folder.path().join("file");
    let _ = fs::remove_file(&path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).and_then(|mut file| file.write_all(content)).expect("a file");
    path
}

fn temporary_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder")
}

/// The key of the class that cases and probes here are about.
#[must_use]
pub fn class_key() -> ClassKey {
    ClassKey::from_bytes([7; 32])
}

/// A folder of this name, in memory where the system has such a folder, with these files and no others.
pub fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    static FOLDERS: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDERS.get_or_init(temporary_folder).path().join(name);
    let _ = fs::remove_dir_all(&folder);
    for (name, content) in files {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, content)).expect("a file");
    }
    folder
}

/// Writes the report of a case: it says what is wrong in a line, or is a page without foreign markup.
pub fn assert_report_is_plain(case: &Case) {
    let forms = Forms { html: true, pdf: false, disclose: None, force: true };
    if let Err(error) = write_report(case, &forms) {
        return assert_one_line(&error.to_string());
    }
    let page = fs::read_to_string(case.folder().join("report.html")).expect("it was just written");
    for markup in ["<script", "<iframe", "javascript:"] {
        assert!(!page.contains(markup), "{markup}");
    }
    if let Err(error) = case.baseline() {
        assert_one_line(&error.to_string());
    }
}
