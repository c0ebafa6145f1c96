//! `cargo xtask bench listen`: how soon the plug-in names the keys that recordings carry.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::detection::recordings::{Kind, join_words, recordings};
use crate::run::{cargo, run, target};

/// Recordings of each kind.
const RECORDINGS: usize = 10;

/// What to listen to.
#[derive(Args)]
pub(crate) struct Settings {
    /// Recorded words to listen to as well, joined by speaker: files named WORD_SPEAKER_N.wav, as in the Free
    /// Spoken Digit Dataset
    #[arg(long, value_name = "FOLDER")]
    words: Option<PathBuf>,
}

/// Makes the recordings, and has the plug-in's own code listen to excerpts of them.
pub(crate) fn listen(settings: &Settings) -> Result<(), String> {
    let folder = target().join("bench-listen");
    let kinds = [folder.join("speech"), folder.join("music")];
    for kind in &kinds {
        fs::create_dir_all(kind).map_err(|e| failed(kind, &e))?;
    }
    let made = target().join("bench-detection").join("recordings");
    for recording in recordings(&made, RECORDINGS)? {
        let to = kinds[usize::from(recording.kind == Kind::Music)].join(recording.name);
        let to = to.with_extension("wav");
        fs::copy(&recording.path, &to).map_err(|e| failed(&to, &e))?;
    }
    if let Some(words) = &settings.words {
        for (speaker, files) in by_speaker(words)? {
            let to = kinds[0].join(format!("words-{speaker}.wav"));
            if !to.is_file() {
                eprintln!("joining the words of {speaker}");
                join_words(&speaker, files, &folder.join("between.wav"), &to)?;
            }
        }
    }
    let trials = ["test", "--package", "patchveil-plugin", "--lib", "finder::trials", "--"];
    // Of all that runs only the algorithm takes time, and that is optimised in every build.
    run(cargo(&trials)
        .args(["--ignored", "--nocapture"])
        .env("PATCHVEIL_LISTEN_RECORDINGS", &folder))
}

/// The words in `folder` by who speaks them.
fn by_speaker(folder: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, String> {
    let mut speakers: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let path = entry.map_err(|e| failed(folder, &e))?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if let [_, speaker, _] = name.split('_').collect::<Vec<_>>()[..] {
            speakers.entry(speaker.to_owned()).or_default().push(path.clone());
        }
    }
    if speakers.is_empty() {
        return Err(format!("{}: has no file named WORD_SPEAKER_N.wav", folder.display()));
    }
    Ok(speakers)
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
