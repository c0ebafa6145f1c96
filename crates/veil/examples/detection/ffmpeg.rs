//! What publishing does to a recording, done by ffmpeg.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use patchveil_test_support::Rng;

use crate::Failure;

/// One thing that happens to a recording.
#[derive(Debug, Clone, Copy)]
pub struct Treatment {
    pub name: &'static str,
    /// Filters of ffmpeg; empty for none.
    pub filter: &'static str,
    /// Encoder, its options, and the ending of the file, if it is encoded.
    pub codec: Option<(&'static [&'static str], &'static str)>,
    /// Rate in Hz and channels that come out, if others than went in.
    pub rate: Option<u32>,
    pub mono: bool,
    /// Seconds cut out from a random place, if not all.
    pub excerpt: Option<f64>,
}

const PLAIN: Treatment = Treatment {
    name: "plain, 16 bit",
    filter: "",
    codec: None,
    rate: None,
    mono: false,
    excerpt: None,
};

const MP3_64: (&[&str], &str) = (&["-c:a", "libmp3lame", "-b:a", "64k"], "mp3");
const MP3_128: Treatment = Treatment {
    name: "MP3 128 kbit/s",
    codec: Some((&["-c:a", "libmp3lame", "-b:a", "128k"], "mp3")),
    ..PLAIN
};
const AAC_64: Treatment = Treatment {
    name: "AAC 64 kbit/s",
    codec: Some((&["-c:a", "aac", "-b:a", "64k"], "m4a")),
    ..PLAIN
};
const OPUS_64: Treatment = Treatment {
    name: "Opus 64 kbit/s",
    codec: Some((&["-c:a", "libopus", "-b:a", "64k"], "opus")),
    ..PLAIN
};

/// What the pattern has to survive.
pub const SURVIVED: &[Treatment] = &[
    PLAIN,
    Treatment { name: "cut at any sample", excerpt: Some(25.0), ..PLAIN },
    Treatment { name: "gain −12 dB", filter: "volume=-12dB", ..PLAIN },
    Treatment { name: "gain +5 dB", filter: "volume=5dB", ..PLAIN },
    MP3_128,
    Treatment { name: "MP3 64 kbit/s", codec: Some(MP3_64), ..PLAIN },
    Treatment {
        name: "AAC 128 kbit/s",
        codec: Some((&["-c:a", "aac", "-b:a", "128k"], "m4a")),
        ..PLAIN
    },
    AAC_64,
    Treatment {
        name: "Opus 128 kbit/s",
        codec: Some((&["-c:a", "libopus", "-b:a", "128k"], "opus")),
        ..PLAIN
    },
    OPUS_64,
    Treatment { name: "resampled to 44.1 kHz", rate: Some(44_100), ..PLAIN },
    Treatment { name: "to 44.1 kHz and back", filter: "aresample=44100,aresample=48000", ..PLAIN },
    Treatment { name: "resampled to 16 kHz", rate: Some(16_000), ..PLAIN },
    Treatment { name: "mono fold-down", mono: true, ..PLAIN },
    Treatment { name: "10 s", excerpt: Some(10.0), ..PLAIN },
    Treatment { name: "10 s, MP3 64 kbit/s", excerpt: Some(10.0), codec: Some(MP3_64), ..PLAIN },
    Treatment {
        name: "±3 dB EQ",
        filter: "lowshelf=g=3:f=200,equalizer=f=1000:t=o:w=1:g=-3,equalizer=f=3000:t=o:w=1:g=3,highshelf=g=-3:f=6000",
        ..PLAIN
    },
    Treatment { name: "loudness normalised", filter: "loudnorm=I=-16:TP=-1.5:LRA=11", ..PLAIN },
    Treatment { name: "noise at −30 dB", filter: "NOISE-30", ..PLAIN },
    Treatment {
        name: "cut, mono, 44.1 kHz, loudness, MP3 64 kbit/s",
        excerpt: Some(25.0),
        mono: true,
        rate: Some(44_100),
        filter: "loudnorm=I=-16:TP=-1.5:LRA=11",
        codec: Some(MP3_64),
    },
];

/// What is done to excerpts that are compared with their originals.
pub const WITH_ORIGINAL: &[Treatment] = &[
    PLAIN,
    Treatment { name: "gain −12 dB", filter: "volume=-12dB", ..PLAIN },
    MP3_128,
    Treatment { name: "MP3 64 kbit/s", codec: Some(MP3_64), ..PLAIN },
    AAC_64,
    OPUS_64,
    Treatment { name: "resampled to 16 kHz", rate: Some(16_000), ..PLAIN },
    Treatment { name: "mono fold-down", mono: true, ..PLAIN },
    Treatment { name: "noise at −30 dB", filter: "NOISE-30", ..PLAIN },
    Treatment { name: "noise at −10 dB", filter: "NOISE-10", ..PLAIN },
];

/// Lengths in seconds of those excerpts.
pub const EXCERPTS_S: [f64; 4] = [0.5, 1.0, 2.0, 5.0];

/// What it need not survive, to see where it fails.
pub const BEYOND: &[Treatment] = &[
    Treatment { name: "5 s", excerpt: Some(5.0), ..PLAIN },
    Treatment { name: "3 s", excerpt: Some(3.0), ..PLAIN },
    Treatment { name: "1 s", excerpt: Some(1.0), ..PLAIN },
    Treatment { name: "resampled to 8 kHz", rate: Some(8_000), ..PLAIN },
    Treatment {
        name: "MP3 32 kbit/s, mono",
        mono: true,
        codec: Some((&["-c:a", "libmp3lame", "-b:a", "32k"], "mp3")),
        ..PLAIN
    },
    Treatment {
        name: "Opus 24 kbit/s, mono",
        mono: true,
        codec: Some((&["-c:a", "libopus", "-b:a", "24k"], "opus")),
        ..PLAIN
    },
    Treatment {
        name: "Opus 12 kbit/s, mono",
        mono: true,
        codec: Some((&["-c:a", "libopus", "-b:a", "12k"], "opus")),
        ..PLAIN
    },
    Treatment { name: "noise at −20 dB", filter: "NOISE-20", ..PLAIN },
    Treatment { name: "noise at −10 dB", filter: "NOISE-10", ..PLAIN },
    Treatment { name: "noise at 0 dB", filter: "NOISE0", ..PLAIN },
    Treatment { name: "noise removed (afftdn 20 dB)", filter: "afftdn=nr=20:nf=-40", ..PLAIN },
    Treatment {
        name: "compressor 8:1",
        filter: "acompressor=threshold=-30dB:ratio=8:attack=5:release=50",
        ..PLAIN
    },
    Treatment {
        name: "echo, 5 in 120 ms",
        filter: "aecho=0.8:0.7:13|29|47|71|117:0.5|0.4|0.3|0.25|0.2",
        ..PLAIN
    },
    Treatment { name: "faster by 0.01 %", filter: "asetrate=48005,aresample=48000", ..PLAIN },
    Treatment { name: "faster by 0.1 %", filter: "asetrate=48048,aresample=48000", ..PLAIN },
    Treatment {
        name: "faster by 1 %, pitch too",
        filter: "asetrate=48480,aresample=48000",
        ..PLAIN
    },
    Treatment { name: "faster by 1 %, pitch kept", filter: "atempo=1.01", ..PLAIN },
    Treatment { name: "faster by 5 %, pitch kept", filter: "atempo=1.05", ..PLAIN },
    Treatment {
        name: "pitch up by 3 %, length kept",
        filter: "asetrate=49440,aresample=48000,atempo=0.970874",
        ..PLAIN
    },
];

/// Audio: interleaved samples, rate in Hz, channels.
#[derive(Clone)]
pub struct Audio {
    pub samples: Vec<f32>,
    pub rate: u32,
    pub channels: usize,
}

impl Audio {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / self.channels as f64 / f64::from(self.rate)
    }

    /// A buffer a channel.
    pub fn planar(&self) -> Vec<Vec<f32>> {
        let channel = |c: usize| self.samples.iter().skip(c).step_by(self.channels).copied();
        (0..self.channels).map(|c| channel(c).collect()).collect()
    }

    /// Takes the samples of a buffer a channel.
    pub fn interleave(&mut self, channels: &[Vec<f32>]) {
        let frames = channels.first().map_or(0, Vec::len);
        self.samples = (0..frames).flat_map(|n| channels.iter().map(move |c| c[n])).collect();
    }
}

/// A recording after its treatment.
pub struct Treated {
    pub audio: Audio,
    /// Second of the untreated recording at which it begins.
    pub start_s: f64,
}

/// All of a file as interleaved samples.
pub fn read(path: &Path, channels: usize, rate: u32) -> Result<Vec<f32>, Failure> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-f", "f32le", "-ac", &channels.to_string(), "-ar", &rate.to_string(), "-"])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("ffmpeg cannot read {}", path.display()).into());
    }
    Ok(from_bytes(&output.stdout))
}

impl Treatment {
    /// The excerpt and what ffmpeg does to it. `scratch` names a file that may be written.
    pub fn apply(&self, audio: &Audio, random: u64, scratch: &Path) -> Result<Treated, Failure> {
        let mut audio = audio.clone();
        let mut start_s = 0.0;
        if let Some(seconds) = self.excerpt {
            let frames = audio.samples.len() / audio.channels;
            let keep = ((seconds * f64::from(audio.rate)) as usize).min(frames);
            let start = (random % (frames - keep).max(1) as u64) as usize;
            start_s = start as f64 / f64::from(audio.rate);
            let from = start * audio.channels;
            audio.samples = audio.samples[from..from + keep * audio.channels].to_vec();
        }
        let mut filter = self.filter.to_owned();
        if let Some(db) = self.filter.strip_prefix("NOISE") {
            add_noise(&mut audio.samples, db.parse()?, random);
            filter.clear();
        }
        let out = Audio {
            samples: Vec::new(),
            rate: self.rate.unwrap_or(audio.rate),
            channels: if self.mono { 1 } else { audio.channels },
        };
        let (rate, channels) = (out.rate.to_string(), out.channels.to_string());
        let (in_rate, in_channels) = (audio.rate.to_string(), audio.channels.to_string());
        let mut first = Command::new("ffmpeg");
        first.args(["-v", "error", "-f", "f32le", "-ar", &in_rate, "-ac", &in_channels, "-i", "-"]);
        if !filter.is_empty() {
            first.args(["-af", &filter]);
        }
        // Opus has its own few rates; what comes back is resampled.
        first.args(["-ac", &channels]);
        let samples = match self.codec {
            None => {
                // 16 bit, as published files have.
                first.args(["-ar", &rate, "-f", "s16le", "-"]);
                let bytes = pipe(first, &audio.samples)?;
                let to = |two: &[u8]| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0;
                bytes.chunks_exact(2).map(to).collect()
            }
            Some((options, ending)) => {
                let file = scratch.with_extension(ending);
                let encoded = if ending == "opus" { "48000" } else { &rate };
                first.args(["-ar", encoded]).args(options).arg("-y").arg(&file);
                pipe(first, &audio.samples)?;
                let samples = read(&file, out.channels, out.rate);
                std::fs::remove_file(&file)?;
                samples?
            }
        };
        Ok(Treated { audio: Audio { samples, ..out }, start_s })
    }
}

/// White noise, so many dB below the mean power of the samples.
fn add_noise(samples: &mut [f32], db: f64, seed: u64) {
    let power = samples.iter().map(|x| f64::from(x * x)).sum::<f64>() / samples.len().max(1) as f64;
    // Uniform noise of ±a has a power of a²/3.
    let reach = (3.0 * power * 10.0_f64.powf(db / 10.0)).sqrt();
    let mut rng = Rng::new(seed);
    for x in samples {
        let unit = 2.0 * rng.unit() - 1.0;
        *x += (unit * reach) as f32;
    }
}

fn pipe(mut command: Command, samples: &[f32]) -> Result<Vec<u8>, Failure> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let mut stdin = child.stdin.take().ok_or("no pipe")?;
    let bytes: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{command:?} failed").into())
    }
}

fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
