//! A synthetic speech corpus: `espeak-ng` reads sentences from a word list.
//!
//! Files are called `read_{voice}_{index}.wav`. The same program and seed give the same sentences.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chacha20::ChaCha20Rng;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rayon::prelude::*;

use crate::signal::rng::rng;

/// The voices and their pitch: accents and variants of espeak-ng.
pub const VOICES: [(&str, &str, u32); 6] = [
    ("ann", "en-us+f2", 60),
    ("bob", "en-us+m3", 40),
    ("eva", "en-gb+f4", 55),
    ("ian", "en-gb-scotland+m1", 45),
    ("kim", "en-gb-x-rp+f3", 65),
    ("ted", "en-us+m7", 35),
];
/// Words per minute.
const SPEED: (u32, u32) = (140, 180);

const DETERMINERS: &[&str] = &["the", "a", "every", "this", "that", "another", "one", "our"];
const ADJECTIVES: &[&str] = &[
    "old", "small", "quiet", "green", "heavy", "early", "narrow", "bright", "cold", "patient",
    "round", "distant", "plain", "wooden", "happy", "careful", "yellow", "sudden", "gentle",
    "wide",
];
const NOUNS: &[&str] = &[
    "river", "garden", "teacher", "window", "engine", "morning", "village", "question", "horse",
    "letter", "bridge", "farmer", "kitchen", "summer", "machine", "story", "doctor", "mountain",
    "picture", "friend", "ship", "valley", "clock", "voice", "forest", "painter", "shadow",
    "market",
];
const VERBS: &[&str] = &[
    "follows",
    "carries",
    "watches",
    "opens",
    "remembers",
    "builds",
    "crosses",
    "answers",
    "brings",
    "finds",
    "leaves",
    "changes",
    "holds",
    "reaches",
    "paints",
    "hears",
    "measures",
    "repairs",
];
const PLACES: &[&str] = &[
    "near the water",
    "behind the house",
    "after the rain",
    "before sunrise",
    "on the other side",
    "under the bridge",
    "without a sound",
    "in the afternoon",
    "across the field",
    "at the station",
    "every second year",
    "with great care",
    "for a long time",
    "once again",
];

/// Renders `count` sentences for each voice into `folder` and returns the number of files.
///
/// # Errors
/// [`VoicesError`] if the folder holds files, cannot be written, or espeak-ng is missing or fails.
pub fn make(folder: &Path, count: u32, seed: u64) -> Result<usize, VoicesError> {
    let file = |path: &Path, why: std::io::Error| VoicesError::File { path: path.to_owned(), why };
    let version = Command::new("espeak-ng").arg("--version").stdout(Stdio::null()).status();
    version.map_err(VoicesError::Missing)?;
    fs::create_dir_all(folder).map_err(|why| file(folder, why))?;
    if fs::read_dir(folder).map_err(|why| file(folder, why))?.next().is_some() {
        return Err(VoicesError::NotEmpty(folder.to_owned()));
    }
    let all: Vec<(usize, u32)> =
        (0..VOICES.len()).flat_map(|voice| (0..count).map(move |index| (voice, index))).collect();
    all.par_iter().try_for_each(|&(voice, index)| {
        let (name, variant, pitch) = VOICES[voice];
        let mut random = rng(seed, "sentences", &format!("{name} {index}"));
        let path = folder.join(format!("read_{name}_{index}.wav"));
        let speed = random.random_range(SPEED.0..=SPEED.1);
        let output = Command::new("espeak-ng")
            .args(["-v", variant, "-p", &pitch.to_string(), "-s", &speed.to_string(), "-w"])
            .arg(&path)
            .arg(sentence(&mut random))
            .stdin(Stdio::null())
            .output()
            .map_err(VoicesError::Missing)?;
        if output.status.success() && path.is_file() {
            return Ok(());
        }
        let messages = String::from_utf8_lossy(&output.stderr);
        Err(VoicesError::Failed(messages.lines().last().unwrap_or("no reason given").to_owned()))
    })?;
    Ok(all.len())
}

/// A sentence of two clauses.
fn sentence(rng: &mut ChaCha20Rng) -> String {
    let (first, second) = (clause(rng), clause(rng));
    format!("{first}, and {second}.")
}

fn clause(rng: &mut ChaCha20Rng) -> String {
    let mut one = |words: &[&'static str]| words.choose(rng).copied().unwrap_or_default();
    let subject = [one(DETERMINERS), one(ADJECTIVES), one(NOUNS)].join(" ");
    let object = [one(DETERMINERS), one(NOUNS)].join(" ");
    format!("{subject} {} {object} {}", one(VERBS), one(PLACES))
}

/// Why the corpus cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum VoicesError {
    /// The program is missing.
    #[error("espeak-ng cannot be run ({0}); install Debian's package espeak-ng")]
    Missing(std::io::Error),
    /// The program failed.
    #[error("espeak-ng: {0}")]
    Failed(String),
    /// The folder holds files.
    #[error("{}: is not empty; choose a new folder", .0.display())]
    NotEmpty(PathBuf),
    /// A file or folder cannot be used.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_sentences() {
        let of = |seed, name| sentence(&mut rng(seed, "sentences", name));
        assert_eq!(of(1, "ann 3"), of(1, "ann 3"));
        assert_ne!(of(1, "ann 3"), of(1, "ann 4"));
        assert_ne!(of(1, "ann 3"), of(2, "ann 3"));
    }

    #[test]
    fn a_folder_with_files_is_not_touched() {
        let installed = Command::new("espeak-ng").arg("--version").stdout(Stdio::null()).status();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "x").unwrap();
        let message = make(folder.path(), 6, 1).unwrap_err().to_string();
        let wanted = if installed.is_ok() { "not empty" } else { "install" };
        assert!(message.contains(wanted), "{message}");
    }
}
