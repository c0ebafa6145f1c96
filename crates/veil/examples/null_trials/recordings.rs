//! Recordings that the keys on trial are not in.

use std::f64::consts::PI;
use std::path::PathBuf;
use std::sync::Arc;

use patchveil_test_support::{Rng, signal};
use patchveil_veil::{ClassKey, Mark, MarkSettings, Marker};

use crate::{Failure, wav};

/// Length of a recording, at most.
pub const SECONDS: f64 = 20.0;
/// Sample rate of what is synthesised, in Hz.
const RATE: u32 = 48_000;
/// Length of the mark's period in samples at that rate.
const PERIOD: usize = 61_440;

/// One channel.
#[derive(Debug, Clone)]
pub struct Recording {
    pub samples: Vec<f32>,
    pub rate: u32,
}

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Speech,
    Music,
    White,
    Pink,
    Loop,
    Protected,
    Mixture,
    File,
    FileProtected,
    FileMixture,
}

impl Source {
    pub const ALL: [Self; 10] = [
        Self::Speech,
        Self::Music,
        Self::White,
        Self::Pink,
        Self::Loop,
        Self::Protected,
        Self::Mixture,
        Self::File,
        Self::FileProtected,
        Self::FileMixture,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Speech => "speech-like",
            Self::Music => "music-like",
            Self::White => "white noise",
            Self::Pink => "pink noise",
            Self::Loop => "a loop as long as the period",
            Self::Protected => "speech-like, other key",
            Self::Mixture => "speech- and music-like, two other keys",
            Self::File => "recordings from files",
            Self::FileProtected => "recordings from files, other key",
            Self::FileMixture => "two recordings from files, two other keys",
        }
    }

    /// Whether it needs files.
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::FileProtected | Self::FileMixture)
    }

    /// Recording number `number`.
    pub fn recording(self, number: u64, files: &[PathBuf]) -> Result<Recording, Failure> {
        let synthesised = |samples| Recording { samples, rate: RATE };
        let speech = |seed| synthesised(signal::speech(seed, RATE, SECONDS));
        let music = || synthesised(signal::music(number as u32, RATE, SECONDS));
        let len = (SECONDS * f64::from(RATE)) as usize;
        Ok(match self {
            Self::Speech => speech(number),
            Self::Music => music(),
            Self::White => synthesised(signal::noise(number, len)),
            Self::Pink => synthesised(pink(&signal::noise(number, len))),
            Self::Loop => {
                let part = speech(number).samples;
                synthesised(part[..PERIOD].iter().copied().cycle().take(len).collect())
            }
            Self::Protected => speech(number).protected(number)?,
            Self::Mixture => speech(number).protected(number)?.plus(&music().protected(!number)?),
            Self::File => from_file(number, files)?,
            Self::FileProtected => from_file(number, files)?.protected(number)?,
            Self::FileMixture => {
                let other = from_file(number + files.len() as u64 / 2, files)?;
                from_file(number, files)?.protected(number)?.plus(&other.protected(!number)?)
            }
        })
    }
}

impl Recording {
    /// With a mark of a key of its own, from any position on; every other time 12 dB stronger than by
    /// default.
    fn protected(mut self, number: u64) -> Result<Self, Failure> {
        let mut random = Rng::new(number ^ 0x0be5);
        let key = ClassKey::from_bytes(random.key_bytes());
        let level_db = if number.is_multiple_of(2) { 0.0 } else { 12.0 };
        let settings = MarkSettings { level_db, ..MarkSettings::default() };
        let mark = Mark::new(&key, &settings, self.rate)?;
        let position = random.below(1_000_000) as i64;
        Marker::new(Arc::new(mark), 1).process(position, &mut [&mut self.samples]);
        Ok(self)
    }

    fn plus(mut self, other: &Self) -> Self {
        self.samples.iter_mut().zip(&other.samples).for_each(|(x, y)| *x += y);
        self
    }

    /// Resampled to 8 kHz; or quieter by 20 dB and rounded to 16 bits; or clipped at its root mean square.
    pub fn treated(self, number: u64) -> Self {
        let map = |change: &dyn Fn(f32) -> f32| {
            let samples = self.samples.iter().map(|&x| change(x)).collect();
            Self { samples, rate: self.rate }
        };
        match number % 3 {
            0 => self.resampled(8_000),
            1 => map(&|x| (0.1 * x * 32_768.0).round() / 32_768.0),
            _ => {
                let squares: f32 = self.samples.iter().map(|x| x * x).sum();
                let limit = (squares / self.samples.len().max(1) as f32).sqrt();
                map(&|x| x.clamp(-limit, limit))
            }
        }
    }

    /// At a lower rate: a windowed sinc of 32 zero crossings.
    fn resampled(&self, rate: u32) -> Self {
        let step = f64::from(self.rate) / f64::from(rate);
        let cutoff = 0.92 / step;
        let half = (16.0 / cutoff).ceil() as i64;
        let taps = |phase: f64| -> Vec<f32> {
            let tap = |n: i64| {
                let at = n as f64 - phase;
                let x = PI * cutoff * at;
                let sinc = if x.abs() < 1e-9 { 1.0 } else { libm::sin(x) / x };
                let edge = (at / (half as f64 + 1.0)).clamp(-1.0, 1.0);
                (cutoff * sinc * 0.5 * (1.0 + libm::cos(PI * edge))) as f32
            };
            (-half..=half).map(tap).collect()
        };
        let count = (self.samples.len() as f64 / step) as usize;
        let (mut phase, mut kernel) = (f64::NAN, Vec::new());
        let sample = |n: usize| {
            let at = n as f64 * step;
            if at.fract() != phase {
                phase = at.fract();
                kernel = taps(phase);
            }
            let first = at as i64 - half;
            let skip = (-first).max(0) as usize;
            let past = self.samples.get(first.max(0) as usize..).unwrap_or_default();
            kernel.iter().skip(skip).zip(past).map(|(tap, x)| tap * x).sum()
        };
        Self { samples: (0..count).map(sample).collect(), rate }
    }
}

/// [`SECONDS`] of one of `files`, from a random place on.
fn from_file(number: u64, files: &[PathBuf]) -> Result<Recording, Failure> {
    let path = files.get(number as usize % files.len().max(1)).ok_or("no recordings")?;
    let mut recording = wav::read(path)?;
    let len = (SECONDS * f64::from(recording.rate)) as usize;
    let start = Rng::new(number ^ 0x9_1ace).below(recording.samples.len().saturating_sub(len));
    recording.samples.drain(..start);
    recording.samples.truncate(len);
    Ok(recording)
}

/// White noise made to fall by 3 dB an octave (Paul Kellet's filter of three poles).
fn pink(white: &[f32]) -> Vec<f32> {
    let mut poles = [0.0; 3];
    let sample = |x: &f32| {
        poles[0] = 0.997_65 * poles[0] + 0.099_046 * x;
        poles[1] = 0.963 * poles[1] + 0.296_516_4 * x;
        poles[2] = 0.57 * poles[2] + 1.052_691_3 * x;
        0.1 * (poles.iter().sum::<f32>() + 0.1848 * x)
    };
    white.iter().map(sample).collect()
}
