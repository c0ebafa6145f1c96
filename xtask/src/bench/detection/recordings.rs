//! The recordings, made from Debian's packages and kept under `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use patchveil_test_support::Rng;
use serde::{Deserialize, Serialize};

use super::audio::{RATE, convert, decode, gain, read, rms, samples, write};
use super::pieces::{self, Piece};
use crate::packages;
use crate::run::output;
use crate::synth;

/// What the recordings are made of, and what makes and measures them.
const PACKAGES: [&str; 9] = [
    "base-files",
    "espeak-ng",
    "ffmpeg",
    "flite",
    "klettres-data",
    "ktuberling-data",
    "planetblupi-music-ogg",
    "time",
    "warzone2100-music",
];
/// Length of a recording in seconds.
const SECONDS: f64 = 90.0;
/// What synthetic voices read, and how many characters of it.
const TEXT: (&str, usize) = ("/usr/share/common-licenses/GPL-3", 3_000);

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::bench) enum Kind {
    Speech,
    Music,
}

enum Source {
    /// Recorded words of one language of a package: files whose path has this part.
    Words(&'static str, &'static str),
    /// A synthetic voice: a command that reads the text in file `{text}` into file `{wav}`.
    Voice(&'static [&'static str]),
    /// A recording in a package, by the end of its path.
    Recorded(&'static str, &'static str),
    /// A piece played by fluidsynth.
    Played(Piece),
}

/// Name, source. Some words were recorded at 8 kHz, as some speech always is.
const SPEECH: [(&str, Source); 10] = [
    ("words-fr-8k", Source::Words("ktuberling-data", "/sounds/fr/")),
    ("flite-slt", Source::Voice(&["flite", "-voice", "slt", "-f", "{text}", "-o", "{wav}"])),
    ("words-uk", Source::Words("ktuberling-data", "/sounds/uk/")),
    ("words-ca", Source::Words("ktuberling-data", "/sounds/ca/")),
    ("espeak-en", Source::Voice(&["espeak-ng", "-v", "en-us", "-f", "{text}", "-w", "{wav}"])),
    ("words-lt", Source::Words("ktuberling-data", "/sounds/lt/")),
    ("words-da", Source::Words("ktuberling-data", "/sounds/da/")),
    ("flite-rms", Source::Voice(&["flite", "-voice", "rms", "-f", "{text}", "-o", "{wav}"])),
    ("words-ru", Source::Words("ktuberling-data", "/sounds/ru/")),
    ("syllables-ml", Source::Words("klettres-data", "/ml/syllab/")),
];
const MUSIC: [(&str, Source); 10] = [
    ("blupi-1", Source::Recorded("planetblupi-music-ogg", "/music001.ogg")),
    ("strings", Source::Played(Piece::Strings)),
    ("warzone-1", Source::Recorded("warzone2100-music", "/track1.opus")),
    ("drums", Source::Played(Piece::Drums)),
    ("blupi-3", Source::Recorded("planetblupi-music-ogg", "/music003.ogg")),
    ("piano", Source::Played(Piece::Piano)),
    ("warzone-2", Source::Recorded("warzone2100-music", "/track2.opus")),
    ("organ", Source::Played(Piece::Organ)),
    ("blupi-7", Source::Recorded("planetblupi-music-ogg", "/music007.ogg")),
    ("band", Source::Played(Piece::Band)),
];

/// A recording of 90 s, mono, 16 bits, 48 kHz.
pub(in crate::bench) struct Recording {
    pub(in crate::bench) name: &'static str,
    pub(in crate::bench) kind: Kind,
    pub(in crate::bench) path: PathBuf,
}

/// The first `each` of both kinds, at least one; made in `folder` unless they are there.
pub(in crate::bench) fn recordings(folder: &Path, each: usize) -> Result<Vec<Recording>, String> {
    packages::install(&[&PACKAGES[..], &synth::PACKAGES].concat())?;
    let making = folder.join("making");
    fs::create_dir_all(&making).map_err(|e| format!("{}: {e}", making.display()))?;
    let speech = SPEECH.iter().take(each.max(1)).map(|source| (Kind::Speech, source));
    let music = MUSIC.iter().take(each.max(1)).map(|source| (Kind::Music, source));
    let mut recordings = Vec::new();
    for (kind, (name, source)) in speech.chain(music) {
        let path = folder.join(format!("{name}.wav"));
        if !path.is_file() {
            eprintln!("making the recording {name}");
            let between = making.join("between");
            let made = make(name, source, &between).map_err(|e| format!("{name}: {e}"))?;
            finish(made, &between.with_extension("wav"))?;
            // Renamed when it is whole, so that nothing half made is taken later.
            fs::rename(between.with_extension("wav"), &path)
                .map_err(|e| format!("{}: {e}", path.display()))?;
        }
        recordings.push(Recording { name, kind, path });
    }
    fs::remove_dir_all(&making).map_err(|e| format!("{}: {e}", making.display()))?;
    Ok(recordings)
}

/// Joins words in any order into the recording `to`, by way of the file `between`.
pub(in crate::bench) fn join_words(
    name: &str,
    mut files: Vec<PathBuf>,
    between: &Path,
    to: &Path,
) -> Result<(), String> {
    files.sort();
    Rng::from_text(name).shuffle(&mut files);
    finish(words(name, &files, between)?, between)?;
    fs::rename(between, to).map_err(|e| format!("{}: {e}", to.display()))
}

/// At −20 dBFS or as loud as its peak allows, cut to length.
fn finish(mut made: Vec<f32>, path: &Path) -> Result<(), String> {
    made.truncate(samples(SECONDS));
    if made.len() < samples(SECONDS) * 2 / 3 {
        return Err(format!("only {} s of audio", made.len() / RATE as usize));
    }
    let peak = made.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    let scale = (gain(-20.0) / rms(&made)).min(gain(-1.0) / peak);
    made.iter_mut().for_each(|x| *x *= scale);
    write(path, &made)
}

fn make(name: &str, source: &Source, between: &Path) -> Result<Vec<f32>, String> {
    let wav = between.with_extension("wav");
    match source {
        Source::Words(package, part) => {
            let mut files = files(package, |path| path.contains(part))?;
            Rng::from_text(name).shuffle(&mut files);
            words(name, &files, &wav)
        }
        Source::Recorded(package, end) => {
            let files = files(package, |path| path.ends_with(end))?;
            let file = files.first().ok_or_else(|| format!("{package} has no {end}"))?;
            // Past the introduction.
            convert(file, &["-ss", "10", "-ac", "1", "-ar", "48000"], &wav)?;
            read(&wav)
        }
        Source::Voice(command) => {
            let text = fs::read_to_string(TEXT.0).map_err(|e| format!("{}: {e}", TEXT.0))?;
            let text: String = text.chars().take(TEXT.1).collect();
            let file = between.with_extension("txt");
            fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
            let spoken = between.with_extension("spoken.wav");
            let path = |arg: &str| match arg {
                "{text}" => file.clone(),
                "{wav}" => spoken.clone(),
                _ => arg.into(),
            };
            output(Command::new(command[0]).args(command[1..].iter().map(|arg| path(arg))))?;
            decode(&spoken, &wav)
        }
        Source::Played(piece) => {
            let played = between.with_extension("played.wav");
            synth::play(&pieces::file(*piece), &played)?;
            decode(&played, &wav)
        }
    }
}

/// The audio files of a package, sorted.
fn files(package: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, String> {
    let listed = output(Command::new("dpkg").args(["-L", package]))?;
    let audio = |path: &&str| {
        [".ogg", ".opus", ".wav"].iter().any(|ending| path.ends_with(ending)) && wanted(path)
    };
    let mut files: Vec<PathBuf> = listed.lines().filter(audio).map(PathBuf::from).collect();
    files.sort();
    Ok(files)
}

/// Words one after another, each at the same level, with pauses of 0.1 to 0.3 s between them.
fn words(name: &str, files: &[PathBuf], between: &Path) -> Result<Vec<f32>, String> {
    let mut rng = Rng::from_text(name);
    let mut joined = Vec::new();
    for file in files {
        let word = decode(file, between)?;
        let word = trimmed(&word);
        let level = rms(word);
        if level < gain(-60.0) {
            continue;
        }
        joined.extend(word.iter().map(|x| x * gain(-20.0) / level));
        let pause = samples(0.1 + 0.2 * rng.unit());
        joined.extend((0..pause).map(|_| 0.0));
        if joined.len() > samples(SECONDS) {
            break;
        }
    }
    // A noise floor, because rooms are not silent between words.
    joined.iter_mut().for_each(|x| *x += gain(-66.0) * rng.normal());
    Ok(joined)
}

/// Without the silence before and after: what is 45 dB below the loudest 10 ms.
fn trimmed(word: &[f32]) -> &[f32] {
    let length = samples(0.01);
    let levels: Vec<f32> = word.chunks(length).map(rms).collect();
    let quiet = levels.iter().copied().fold(0.0, f32::max) * gain(-45.0);
    let loud = |level: &f32| *level > quiet;
    let first = levels.iter().position(loud).unwrap_or(0);
    let end = levels.iter().rposition(loud).map_or(0, |last| last + 1);
    &word[first * length..word.len().min(end * length)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_the_silence_around_them() {
        let silence = vec![0.0; samples(0.2)];
        let word = vec![0.5; samples(0.1)];
        let recorded = [&silence[..], &word, &silence].concat();
        assert_eq!(trimmed(&recorded), word);
        assert!(trimmed(&silence).is_empty());
    }
}
