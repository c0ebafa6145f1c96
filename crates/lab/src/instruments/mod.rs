//! A wide-band task at 48 kHz: which instrument is playing?
//!
//! Spoken digits at 8 kHz say nothing about veils above 4 kHz, and the voices of `espeak-ng` end at
//! 11 kHz. So `fluidsynth` plays short phrases of random notes on ten General MIDI instruments, in
//! three registers, from a sound font of recorded instruments. A sampler has limits: a note of one
//! pitch and velocity always sounds the same, and there is no room and no player. With Debian's
//! `timgm6mb-soundfont`, 10⁻² to 10⁻⁵ of a class's energy lies above 11 kHz, most of it in plucked
//! and struck instruments, as in music.
//!
//! Files are called `{instrument}_{register}_{index}.wav`, with the register (low, mid, high) in
//! the place of a speaker. The same seed, program and sound font give the same bits.

mod midi;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::RngExt;
use rayon::prelude::*;

use crate::signal::rng::rng;
use midi::{Event, Track};

/// Sample rate in Hz.
pub const RATE: u32 = 48_000;
/// The classes and their General MIDI programs, counted from 0: those with the most energy above 11
/// kHz in the sound font.
pub const INSTRUMENTS: [(&str, u8); 10] = [
    ("dulcimer", 15),
    ("guitar", 27),
    ("harpsichord", 6),
    ("kalimba", 108),
    ("shamisen", 106),
    ("sitar", 104),
    ("strings", 48),
    ("trumpet", 59),
    ("violin", 40),
    ("xylophone", 13),
];
/// The registers and their lowest notes (60 is middle C); each spans an octave.
pub const REGISTERS: [(&str, u8); 3] = [("low", 48), ("mid", 60), ("high", 72)];
/// The General MIDI sound fonts of Debian.
const FONTS: [&str; 3] = [
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
];
/// Length of a clip and distance between clips in the rendered file, in ms.
const CLIP_MS: u32 = 600;
const SLOT_MS: u32 = 1_000;
/// When all notes are cut off, in ms, so that none extends into the next clip.
const MUTE_MS: u32 = 750;

/// Why the recordings cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentsError {
    /// fluidsynth is missing.
    #[error("fluidsynth does not start ({0}); install it (Debian: apt install fluidsynth)")]
    NoFluidsynth(std::io::Error),
    /// There is no sound font.
    #[error(
        "no General MIDI sound font found; install one (Debian: apt install timgm6mb-soundfont) or name one with --soundfont"
    )]
    NoFont,
    /// The file is not a sound font. (fluidsynth would silently play another.)
    #[error("{0} is not a sound font (SF2 or SF3)")]
    NotAFont(PathBuf),
    /// fluidsynth failed.
    #[error("fluidsynth cannot play {0}: {1}")]
    Fluidsynth(&'static str, String),
    /// The folder is not empty.
    #[error("{0} is not empty; name a new folder")]
    NotEmpty(PathBuf),
    /// A file or folder cannot be written or read.
    #[error("{0}: {1}")]
    File(PathBuf, String),
}

/// Writes `count` clips of 0.6 s (16 bit, mono, [`RATE`]) of each instrument and register into
/// `folder`, which must be new or empty. Without `font`, uses the first of Debian's sound fonts
/// that is installed. Returns the number of files.
///
/// # Errors
/// [`InstrumentsError`]; files written before stay.
pub fn make(
    folder: &Path,
    count: u32,
    font: Option<&Path>,
    seed: u64,
) -> Result<usize, InstrumentsError> {
    let installed = || FONTS.iter().map(PathBuf::from).find(|font| font.is_file());
    let font = match font {
        Some(font) => font.to_owned(),
        None => installed().ok_or(InstrumentsError::NoFont)?,
    };
    if !is_font(&font) {
        return Err(InstrumentsError::NotAFont(font));
    }
    let file = |path: &Path, error: &dyn std::fmt::Display| {
        InstrumentsError::File(path.to_owned(), error.to_string())
    };
    fs::create_dir_all(folder).map_err(|error| file(folder, &error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| file(folder, &error))?;
    if entries.next().is_some() {
        return Err(InstrumentsError::NotEmpty(folder.to_owned()));
    }
    let played: Result<Vec<usize>, InstrumentsError> = INSTRUMENTS
        .par_iter()
        .map(|&(name, program)| {
            let clips = play(name, program, count, &font, seed)?;
            for (register, index, samples) in &clips {
                let path = folder.join(format!("{name}_{register}_{index}.wav"));
                write(&path, samples).map_err(|error| file(&path, &error))?;
            }
            Ok(clips.len())
        })
        .collect();
    Ok(played?.into_iter().sum())
}

/// Whether the file has the header of a sound font: a RIFF file of form `sfbk`.
fn is_font(path: &Path) -> bool {
    let mut head = [0; 12];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head.starts_with(b"RIFF") && head.ends_with(b"sfbk")
}

/// A clip: register, index and samples.
type Phrase = (&'static str, u32, Vec<i16>);

/// All clips of one instrument.
fn play(
    name: &'static str,
    program: u8,
    count: u32,
    font: &Path,
    seed: u64,
) -> Result<Vec<Phrase>, InstrumentsError> {
    let mut track = Track::new();
    track.add(0, Event::Program(program));
    let mut slots = Vec::new();
    for (register, lowest) in REGISTERS {
        for index in 0..count {
            let start = slots.len() as u32 * SLOT_MS;
            phrase(&mut track, start, lowest, seed, &format!("{name} {register} {index}"));
            slots.push((register, index));
        }
    }
    let temporary =
        |error: std::io::Error| InstrumentsError::File(std::env::temp_dir(), error.to_string());
    let folder = tempfile::tempdir().map_err(temporary)?;
    let (score, sound) = (folder.path().join("score.mid"), folder.path().join("sound.wav"));
    fs::write(&score, track.file()).map_err(temporary)?;
    // Without reverb and chorus, on one core: the same bits every time.
    let output = Command::new("fluidsynth")
        .args(["-n", "-i", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-T", "wav", "-O", "s16"])
        .args(["-r", &RATE.to_string(), "-F"])
        .args([&sound, font, &score])
        .stdin(Stdio::null())
        .output()
        .map_err(InstrumentsError::NoFluidsynth)?;
    let refused = |why: &str| InstrumentsError::Fluidsynth(name, why.to_owned());
    let complaint = String::from_utf8_lossy(&output.stderr);
    let first = complaint.lines().next().unwrap_or("no reason given");
    let mut samples = read(&sound).map_err(|_| refused(first))?;
    let in_samples = |ms: u32| (ms * (RATE / 1_000)) as usize;
    if samples.len() + in_samples(SLOT_MS) < slots.len() * in_samples(SLOT_MS) {
        return Err(refused("the output is too short"));
    }
    // fluidsynth stops after the last note.
    samples.resize(slots.len() * in_samples(SLOT_MS), 0);
    let clips = slots.into_iter().zip(samples.chunks(in_samples(SLOT_MS)));
    Ok(clips.map(|((r, i), slot)| (r, i, slot[..in_samples(CLIP_MS)].to_vec())).collect())
}

/// One to three notes of random pitch, velocity and length, with a small common detuning.
fn phrase(track: &mut Track, start: u32, lowest: u8, seed: u64, name: &str) {
    let mut rng = rng(seed, "instruments", name);
    track.add(start, Event::Bend(rng.random_range(-0.4..0.4)));
    let notes = rng.random_range(1..=3);
    for n in 0..notes {
        let share = 400 / notes;
        let from = start + 5 + n * share + rng.random_range(0..=share / 2);
        let note = lowest + rng.random_range(0..12);
        track.add(from, Event::On(note, rng.random_range(50..=120)));
        track.add(from + rng.random_range(80..=250), Event::Off(note));
    }
    track.add(start + MUTE_MS, Event::AllSoundOff);
}

/// The samples of a stereo file, both channels averaged.
fn read(path: &Path) -> Result<Vec<i16>, hound::Error> {
    let mut reader = hound::WavReader::open(path)?;
    let channels = usize::from(reader.spec().channels).max(1);
    let samples: Vec<i16> = reader.samples::<i16>().collect::<Result<_, _>>()?;
    let mean =
        |frame: &[i16]| (frame.iter().map(|&x| i32::from(x)).sum::<i32>() / channels as i32) as i16;
    Ok(samples.chunks(channels).map(mean).collect())
}

fn write(path: &Path, samples: &[i16]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for &sample in samples {
        writer.write_sample(sample)?;
    }
    writer.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchveil_spectral::Stft;

    /// Whether fluidsynth or a sound font is missing; prints that its tests are skipped.
    fn cannot_play() -> bool {
        let run = Command::new("fluidsynth").arg("--version").stdout(Stdio::null()).status();
        let font = FONTS.iter().any(|font| Path::new(font).is_file());
        if font && run.is_ok_and(|status| status.success()) {
            return false;
        }
        let required =
            std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some_and(|value| value == "1");
        assert!(
            !required,
            "PATCHVEIL_REQUIRE_TOOLS is set, but fluidsynth or a sound font is missing"
        );
        eprintln!("SKIPPED: no instrument is played, fluidsynth or a sound font is missing");
        true
    }

    #[test]
    fn every_instrument_plays_in_every_register_and_above_11_khz() {
        if cannot_play() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let made = make(folder.path(), 2, None, 1).unwrap();
        assert_eq!(made, 10 * 3 * 2);
        for (name, _) in INSTRUMENTS {
            let (mut high, mut all) = (0.0, 0.0);
            for (register, _) in REGISTERS {
                for index in 0..2 {
                    let path = folder.path().join(format!("{name}_{register}_{index}.wav"));
                    let samples = read(&path).unwrap();
                    assert_eq!(samples.len(), 28_800);
                    let samples: Vec<f32> =
                        samples.iter().map(|&x| f32::from(x) / 32_768.0).collect();
                    let loudest = samples.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
                    assert!((0.01..0.99).contains(&loudest), "{path:?}: {loudest}");
                    let stft = Stft::for_rate(20.0, RATE);
                    for (bin, power) in stft.mean_power(&samples).iter().enumerate() {
                        all += power;
                        high += if stft.hz(bin, RATE) > 11_000.0 { *power } else { 0.0 };
                    }
                }
            }
            assert!(10.0 * (high / all).log10() > -60.0, "{name}: {}", high / all);
        }
        // Existing files are not overwritten.
        assert!(matches!(make(folder.path(), 1, None, 1), Err(InstrumentsError::NotEmpty(_))));
    }

    #[test]
    fn the_same_seed_gives_the_same_samples() {
        if cannot_play() {
            return;
        }
        let font = FONTS.iter().map(Path::new).find(|font| font.is_file()).unwrap();
        let play = |seed| play("sitar", 104, 1, font, seed).unwrap();
        assert_eq!(play(1), play(1));
        assert_ne!(play(1), play(2));
    }

    #[test]
    fn files_that_are_not_sound_fonts_are_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("notes.sf2");
        fs::write(&text, "do re mi fa sol").unwrap();
        for font in [folder.path().join("missing.sf2"), text] {
            let error = make(&folder.path().join("out"), 1, Some(&font), 1).unwrap_err();
            assert!(error.to_string().contains("is not a sound font"), "{error}");
        }
        assert!(!folder.path().join("out").exists(), "nothing is written");
    }
}
