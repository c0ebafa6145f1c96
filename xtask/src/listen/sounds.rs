//! The recordings that are protected: all are synthesised here, nothing of them is in the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::pieces;
use crate::packages;
use crate::run::output;
use crate::synth;

/// What makes them, beside the synthesiser of [`synth`].
const PACKAGES: [&str; 2] = ["espeak-ng", "ffmpeg"];
/// Every recording is cut to 11 s, with a short fade at the end.
const CUT: &str = "atrim=end=11,afade=t=out:st=10.5:d=0.5";
/// Peak of every recording in dBFS: the deepest preset raises it without clipping.
const PEAK_DBFS: f64 = -8.0;
/// What the voice says.
const TEXT: &str = "The harbour was quiet at six in the morning. A small boat with a green light came in past \
                    the wall, and somebody began to whistle an old tune about the sea.";

/// A recording of about ten seconds, 48 kHz, 16 bits.
pub(super) struct Sound {
    /// Also the name of its pages' folders.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Which sound that is.
    pub(super) about: &'static str,
    source: Source,
}

enum Source {
    Voice,
    Piece(fn() -> Vec<u8>),
}

const fn sound(
    name: &'static str,
    title: &'static str,
    about: &'static str,
    source: Source,
) -> Sound {
    Sound { name, title, about, source }
}

/// In the order of the pages.
pub(super) const SOUNDS: [Sound; 6] = [
    sound("speech", "Speech", "a synthetic voice alone", Source::Voice),
    sound("piano", "Piano", "broken chords and a tune", Source::Piece(pieces::piano)),
    sound("organ", "Organ", "held chords", Source::Piece(pieces::organ)),
    sound("strings", "Strings", "held chords and a tune", Source::Piece(pieces::strings)),
    sound("drums", "Drums", "a drum kit alone", Source::Piece(pieces::drums)),
    sound(
        "mix",
        "Full mix",
        "piano, strings, flute, bass and drums",
        Source::Piece(pieces::full_mix),
    ),
];

impl Sound {
    /// What it was made with, and the licences of that.
    pub(super) fn made_with(&self) -> String {
        match self.source {
            Source::Voice => {
                "espeak-ng (GPL 3, which does not extend to its output); the text is our own"
                    .to_owned()
            }
            Source::Piece(_) => {
                format!("{}; the music is our own", synth::LICENCES)
            }
        }
    }

    /// Where [`make`](Self::make) puts it.
    pub(super) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.wav", self.name))
    }

    /// Synthesises it into `folder`.
    pub(super) fn make(&self, folder: &Path) -> Result<(), String> {
        let raw = folder.join("raw.wav");
        match self.source {
            Source::Voice => {
                let voice = ["-v", "en-gb", "-s", "150", "-w"];
                output(Command::new("espeak-ng").args(voice).arg(&raw).arg(TEXT))?;
            }
            Source::Piece(notes) => synth::play(&notes(), &raw)?,
        }
        let filter = format!("{CUT},volume={}dB", PEAK_DBFS - peak_dbfs(&raw)?);
        let quiet = ["-nostdin", "-loglevel", "error", "-y", "-i"];
        let options = ["-af", &filter, "-ar", "48000", "-c:a", "pcm_s16le", "-bitexact"];
        output(Command::new("ffmpeg").args(quiet).arg(&raw).args(options).arg(self.path(folder)))
            .map(drop)
    }
}

/// Installs what is missing of what [`Sound::make`] needs.
pub(super) fn install() -> Result<(), String> {
    packages::install(&[&PACKAGES[..], &synth::PACKAGES].concat())
}

/// Peak of a WAV file of 16 bits.
fn peak_dbfs(wav: &Path) -> Result<f64, String> {
    let failed = |error| format!("{}: {error}", wav.display());
    let mut reader = hound::WavReader::open(wav).map_err(failed)?;
    let mut peak = 0;
    for sample in reader.samples::<i16>() {
        peak = peak.max(sample.map_err(failed)?.unsigned_abs());
    }
    Ok(20.0 * (f64::from(peak.max(1)) / 32_768.0).log10())
}
