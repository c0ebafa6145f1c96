//! Speech to measure on: synthesised by programs that Debian has, or made of real digits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use patchveil_test_support::Rng;

use crate::Failure;
use crate::ffmpeg;

/// Rate of everything before it is treated, in Hz.
pub const RATE: u32 = 48_000;

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// A voice of espeak-ng, words a minute and pitch; 22.05 kHz.
    Espeak(&'static str, u32, u32),
    /// A voice of festival; 32 kHz for the one of type HTS, else 16 kHz.
    Festival(&'static str),
    /// A voice of flite; 16 kHz.
    Flite(&'static str),
    /// A speaker of the Free Spoken Digit Dataset, one digit after the other; 8 kHz.
    Digits(PathBuf, String),
}

/// Voices to tune on.
pub fn tuning_voices() -> Vec<Voice> {
    vec![
        Voice::Espeak("en-us", 165, 45),
        Voice::Festival("voice_ked_diphone"),
        Voice::Espeak("en-gb-scotland+f2", 150, 60),
        Voice::Flite("rms"),
        Voice::Espeak("de+m3", 140, 35),
    ]
}

/// Voices to measure on; none of them was tuned on.
pub fn voices() -> Vec<Voice> {
    vec![
        Voice::Festival("voice_cmu_us_slt_arctic_hts"),
        Voice::Espeak("en-gb+f4", 175, 55),
        Voice::Festival("voice_kal_diphone"),
        Voice::Espeak("fr-fr+m7", 160, 40),
        Voice::Flite("awb"),
        Voice::Espeak("en-029+m2", 150, 30),
        Voice::Flite("slt"),
        Voice::Espeak("es+f3", 180, 65),
    ]
}

/// The speakers of the Free Spoken Digit Dataset in `folder`.
pub fn digit_voices(folder: &Path) -> Vec<Voice> {
    ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]
        .map(|speaker| Voice::Digits(folder.to_owned(), speaker.to_owned()))
        .to_vec()
}

impl Voice {
    /// A name for files and tables.
    pub fn name(&self) -> String {
        match self {
            Self::Espeak(voice, speed, pitch) => format!("espeak-{voice}-{speed}-{pitch}"),
            Self::Festival(voice) => format!("festival-{voice}"),
            Self::Flite(voice) => format!("flite-{voice}"),
            Self::Digits(_, speaker) => format!("digits-{speaker}"),
        }
    }

    /// `seconds` of this voice with text number `text`, mono at [`RATE`]; kept in `cache`.
    pub fn speak(&self, text: u64, seconds: f64, cache: &Path) -> Result<Vec<f32>, Failure> {
        let raw = cache.join(format!("{}-{text}.wav", self.name()));
        if !raw.exists() {
            // Another thread may make the same.
            let unfinished = raw.with_extension(format!("{:?}.wav", std::thread::current().id()));
            self.synthesise(text, &unfinished)?;
            fs::rename(&unfinished, &raw)?;
        }
        let mut samples = ffmpeg::read(&raw, 1, RATE)?;
        let count = (seconds * f64::from(RATE)) as usize;
        if samples.len() < count {
            return Err(format!("{} is shorter than {seconds} s", raw.display()).into());
        }
        samples.truncate(count);
        let loudest = samples.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
        samples.iter_mut().for_each(|x| *x *= 0.5 / loudest.max(1e-9));
        Ok(samples)
    }

    fn synthesise(&self, text: u64, to: &Path) -> Result<(), Failure> {
        let words = to.with_extension("txt");
        fs::write(&words, prose(text))?;
        let mut command = match self {
            Self::Espeak(voice, speed, pitch) => {
                let mut command = Command::new("espeak-ng");
                command.args(["-v", voice, "-s", &speed.to_string(), "-p", &pitch.to_string()]);
                command.arg("-f").arg(&words).arg("-w").arg(to);
                command
            }
            Self::Festival(voice) => {
                let mut command = Command::new("text2wave");
                command.args(["-eval", &format!("({voice})"), "-o"]).arg(to).arg(&words);
                command
            }
            Self::Flite(voice) => {
                let mut command = Command::new("flite");
                command.args(["-voice", voice, "-f"]).arg(&words).arg("-o").arg(to);
                command
            }
            Self::Digits(folder, speaker) => {
                let list = to.with_extension("list");
                fs::write(&list, digits(folder, speaker, text)?)?;
                let mut command = Command::new("ffmpeg");
                command.args(["-nostdin", "-v", "error", "-f", "concat", "-safe", "0", "-i"]);
                command.arg(&list).args(["-c", "copy", "-y"]).arg(to);
                command
            }
        };
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        let _ = fs::remove_file(&words);
        let _ = fs::remove_file(to.with_extension("list"));
        if done.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
    }
}

/// A list for ffmpeg of more than a minute of one speaker's digits in a random order.
fn digits(folder: &Path, speaker: &str, text: u64) -> Result<String, Failure> {
    let mut clips = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.contains(&format!("_{speaker}_")) {
            clips.push(path);
        }
    }
    clips.sort();
    Rng::new(text).shuffle(&mut clips);
    let line = |path: &PathBuf| format!("file '{}'\n", path.display());
    Ok(clips.iter().take(200).map(line).collect())
}

/// About a minute to read aloud.
fn prose(number: u64) -> String {
    let mut rng = Rng::new(number ^ 0x7e87);
    let mut text = String::new();
    for _ in 0..26 {
        let mut pick = |from: &[&'static str]| from[rng.below(from.len())];
        let sentence = format!(
            "{} {} {} {} {}{} ",
            pick(&WHO),
            pick(&DID),
            pick(&WHAT),
            pick(&WHERE),
            pick(&WHEN),
            pick(&[".", ".", "?", "!"])
        );
        text.push_str(&sentence);
    }
    text
}

const WHO: [&str; 12] = [
    "My neighbour",
    "The old engineer",
    "Nobody in the village",
    "Our guest this evening",
    "A young violinist",
    "The captain",
    "She",
    "Three of the students",
    "Everyone who listened",
    "The quiet librarian",
    "Your brother",
    "The first caller",
];
const DID: [&str; 12] = [
    "talked about",
    "never finished",
    "carefully repaired",
    "had forgotten",
    "wanted to show us",
    "was fascinated by",
    "wrote a short book on",
    "kept asking for",
    "borrowed",
    "recorded",
    "could hardly believe",
    "laughed at",
];
const WHAT: [&str; 12] = [
    "the wooden bridge",
    "a jar of sharp pencils",
    "seventeen small boats",
    "the weather report",
    "that strange question",
    "a box of photographs",
    "the shape of clouds",
    "the last chapter",
    "fresh bread and cheese",
    "an unfinished song",
    "the noise of the harbour",
    "her father's watch",
];
const WHERE: [&str; 12] = [
    "behind the station",
    "in a narrow street",
    "near the frozen lake",
    "at the kitchen table",
    "on the other side of the river",
    "under the roof",
    "between two mountains",
    "in front of the whole class",
    "by the open window",
    "along the coast",
    "at the market",
    "somewhere in the north",
];
const WHEN: [&str; 10] = [
    "",
    ", although it was raining",
    ", just before midnight",
    ", as if nothing had happened",
    ", for almost an hour",
    ", and then it became quiet",
    " last winter",
    ", which surprised us all",
    " every single morning",
    ", while the others were asleep",
];
