//! What happens to a recording between the one who marks it and the one who looks for the mark.

use std::fs;
use std::path::{Path, PathBuf};

use patchveil_test_support::Rng;

use super::audio::{convert, decode, gain, rms, write};

pub(super) struct Treatment {
    pub(super) name: &'static str,
    /// What it is, for the table.
    pub(super) about: &'static str,
    steps: &'static [Step],
    /// Whether it changes speed: then audiowmark is asked to look for that.
    pub(super) changes_speed: bool,
}

enum Step {
    /// A filter of ffmpeg.
    Filter(&'static str),
    /// Options of ffmpeg for the encoder, and the ending of the encoded file.
    Codec(&'static [&'static str], &'static str),
    /// White noise, this far below the recording in dB.
    Noise(f32),
    /// Another recording of music, at this level beside the recording in dB.
    Bed(f32),
}

use Step::{Bed, Codec, Filter, Noise};

const fn treatment(name: &'static str, about: &'static str, steps: &'static [Step]) -> Treatment {
    Treatment { name, about, steps, changes_speed: false }
}

const fn speed(name: &'static str, about: &'static str, steps: &'static [Step]) -> Treatment {
    Treatment { name, about, steps, changes_speed: true }
}

/// In the order of the table.
pub(super) const TREATMENTS: [Treatment; 23] = [
    treatment("plain", "cut out, nothing else", &[]),
    treatment(
        "mp3-128",
        "MP3 128 kbit/s",
        &[Codec(&["-c:a", "libmp3lame", "-b:a", "128k"], "mp3")],
    ),
    treatment("mp3-64", "MP3 64 kbit/s", &[Codec(&["-c:a", "libmp3lame", "-b:a", "64k"], "mp3")]),
    treatment("mp3-32", "MP3 32 kbit/s", &[Codec(&["-c:a", "libmp3lame", "-b:a", "32k"], "mp3")]),
    treatment("opus-32", "Opus 32 kbit/s", &[Codec(&["-c:a", "libopus", "-b:a", "32k"], "opus")]),
    treatment("opus-16", "Opus 16 kbit/s", &[Codec(&["-c:a", "libopus", "-b:a", "16k"], "opus")]),
    treatment("aac-64", "AAC 64 kbit/s", &[Codec(&["-c:a", "aac", "-b:a", "64k"], "m4a")]),
    treatment("vorbis", "Vorbis, quality 0", &[Codec(&["-c:a", "libvorbis", "-q:a", "0"], "ogg")]),
    treatment("rate-16k", "resampled to 16 kHz", &[Filter("aresample=16000")]),
    treatment("rate-8k", "resampled to 8 kHz", &[Filter("aresample=8000")]),
    treatment(
        "telephone",
        "300 to 3,400 Hz, G.711 at 8 kHz",
        &[
            Filter("highpass=f=300,highpass=f=300,lowpass=f=3400,aresample=8000"),
            Codec(&["-c:a", "pcm_alaw"], "wav"),
        ],
    ),
    treatment(
        "loudness",
        "loudness normalised (EBU R 128)",
        &[Filter(
            "aformat=channel_layouts=mono,loudnorm=I=-16:TP=-1.5,aresample=48000,aformat=channel_layouts=mono",
        )],
    ),
    treatment(
        "compressor",
        "compressor 6:1 from −26 dBFS",
        &[Filter("acompressor=threshold=0.05:ratio=6:attack=5:release=80:makeup=3")],
    ),
    treatment(
        "limiter",
        "12 dB into a limiter",
        &[Filter("volume=12dB,alimiter=limit=0.7:level=disabled")],
    ),
    speed("faster-1", "1 % faster", &[Filter("asetrate=48480,aresample=48000")]),
    speed("slower-1", "1 % slower", &[Filter("asetrate=47520,aresample=48000")]),
    speed("stretch+3", "3 % shorter at the same pitch", &[Filter("atempo=1.03")]),
    speed("stretch-3", "3 % longer at the same pitch", &[Filter("atempo=0.97")]),
    treatment("noise-20", "white noise at −20 dB", &[Noise(-20.0)]),
    treatment("bed-10", "mixed with music at −10 dB", &[Bed(-10.0)]),
    treatment("bed-0", "mixed with music as loud", &[Bed(0.0)]),
    treatment("room", "reflections of a room", &ROOM),
    treatment("denoise", "denoised (afftdn, 12 dB)", &[Filter("afftdn=nr=12:nf=-50")]),
];

/// Twice ten reflections give a hundred and more, over 0.25 s.
const ROOM: [Step; 2] = [
    Filter(
        "aecho=0.6:0.8:7|13|19|29|37|47|59|73|89|107:0.5|0.4|0.36|0.3|0.27|0.22|0.18|0.14|0.1|0.07",
    ),
    Filter(
        "aecho=0.6:0.8:5|11|17|23|41|53|67|83|101|131:0.4|0.35|0.3|0.26|0.2|0.17|0.14|0.11|0.08|0.05",
    ),
];

/// The treatments of these names, or all if there are none.
pub(super) fn chosen(names: &[String]) -> Result<Vec<&'static Treatment>, String> {
    if names.is_empty() {
        return Ok(TREATMENTS.iter().collect());
    }
    let known = |name: &String| {
        TREATMENTS.iter().find(|treatment| treatment.name == name).ok_or_else(|| {
            let all: Vec<&str> = TREATMENTS.iter().map(|treatment| treatment.name).collect();
            format!("{name}: no such treatment; there are {}", all.join(", "))
        })
    };
    names.iter().map(known).collect()
}

impl Treatment {
    /// Treats the file `path`; the result is a new WAV file, `to`. `bed` is what it may be mixed
    /// with.
    pub(super) fn apply(&self, path: &Path, bed: &Path, to: &Path) -> Result<(), String> {
        let failed = |error| format!("{}: {error}", self.name);
        let mut made: Vec<PathBuf> = Vec::new();
        for (n, step) in self.steps.iter().enumerate() {
            let from = made.last().map_or(path, PathBuf::as_path);
            let wav = to.with_extension(format!("{n}.wav"));
            step.apply(from, bed, &wav).map_err(failed)?;
            made.push(wav);
        }
        match made.pop() {
            Some(last) => fs::rename(last, to),
            None => fs::copy(path, to).map(drop),
        }
        .map_err(|e| failed(e.to_string()))?;
        for between in made {
            fs::remove_file(&between).map_err(|e| failed(e.to_string()))?;
        }
        Ok(())
    }
}

impl Step {
    fn apply(&self, from: &Path, bed: &Path, to: &Path) -> Result<(), String> {
        match self {
            Filter(filter) => convert(from, &["-af", filter, "-c:a", "pcm_s16le"], to),
            Codec(options, ending) => {
                let coded = to.with_extension(format!("coded.{ending}"));
                convert(from, options, &coded)?;
                convert(&coded, &["-c:a", "pcm_s16le"], to)?;
                fs::remove_file(&coded).map_err(|e| e.to_string())
            }
            Noise(db) => {
                let mut rng = Rng::from_text("noise");
                let samples = decode(from, to)?;
                let noise: Vec<f32> = samples.iter().map(|_| rng.normal()).collect();
                write(to, &mixed(&samples, &noise, *db))
            }
            Bed(db) => {
                let bed = decode(bed, to)?;
                let samples = decode(from, to)?;
                write(to, &mixed(&samples, &bed, *db))
            }
        }
    }
}

/// `samples` and `other` at this level beside them, not louder than full scale.
fn mixed(samples: &[f32], other: &[f32], db: f32) -> Vec<f32> {
    let other = &other[..other.len().min(samples.len())];
    let scale = gain(db) * rms(samples) / rms(other).max(gain(-90.0));
    let mixed: Vec<f32> = samples.iter().zip(other).map(|(x, y)| x + scale * y).collect();
    let peak = mixed.iter().fold(1.0, |peak: f32, x| peak.max(x.abs()));
    mixed.into_iter().map(|x| x / peak).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mixed_in_has_the_level_asked_for() {
        let samples = [0.1, -0.1, 0.1, -0.1];
        let mixed = mixed(&samples, &[0.5, 0.5, -0.5, -0.5, 9.0], -20.0);
        for (mixed, expected) in mixed.iter().zip([0.11, -0.09, 0.09, -0.11]) {
            assert!((mixed - expected).abs() < 1e-6, "{mixed} for {expected}");
        }
    }

    #[test]
    fn names_are_known_or_listed() {
        let names =
            |names: &[&str]| chosen(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["mp3-64", "room"]).unwrap().len(), 2);
        assert_eq!(names(&[]).unwrap().len(), TREATMENTS.len());
        assert!(names(&["mp3"]).is_err_and(|error| error.contains("mp3-64")));
    }
}
