//! Takes in a recording for a trace.

use super::super::detector::Spectrogram;
use super::super::settings::{EchoSettings, MarkError, MarkSettings};
use super::evidence::{EchoEvidence, Point};
use super::ripple::Ripples;
use crate::history::valid_or_zero;
use crate::sample_rate::{RATE_MAX, RATE_MIN};

/// Length of a frame in seconds: many times the longest echo of the presets, and long enough to tell the
/// lines of tones from what lies between them.
const FRAME_S: f64 = 0.064;
/// From one frame to the next, in µs.
const HOP_US: f64 = 16_000.0;
/// Lowest mean power that is not silence: −150 dB of full scale and less.
const SILENCE: f32 = 1e-15;
/// What is added to every bin's power, as a share of the mean.
const FLOOR: f32 = 1e-8;
/// Largest deviation of a bin's logarithm from its neighbourhood's.
const CAP: f32 = 3.0;
/// Frames of a stretch at first, a second. It doubles whenever there are [`STRETCHES_MAX`] of them.
const STRETCH: usize = 62;
/// Most stretches, even.
const STRETCHES_MAX: usize = 64;

/// Takes in one recording, block by block. Needs at most a megabyte or two however long it is.
///
/// Echoes multiply the power spectrum by `1 + Σ 2·e[d]·cos 2πfd` (for small e), so they add the same ripple to
/// every frame's logarithm: its mean over time keeps them, while the host's fine structure averages
/// out. Of every frame only the deviation from its neighbourhood in frequency counts, limited and
/// weighted by its own variance, so neither level nor clicks matter.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use patchveil_veil::{ClassKey, EchoDetector, EchoSettings, TraceEvidence};
///
/// let mut detector = EchoDetector::new(24_000, 1, &EchoSettings::default())?;
/// detector.feed(&[&[0.0; 24_000]]);
/// let mut trace = TraceEvidence::new(&EchoSettings::default());
/// trace.add(&detector.finish());
/// assert!(!trace.has_signal(), "silence carries nothing");
/// assert_eq!(trace.test(&ClassKey::from_bytes([1; 32]).echo_key()).p_value, 1.0);
/// # Ok(())
/// # }
/// ```
pub struct EchoDetector {
    spectrogram: Spectrogram,
    ripples: Ripples,
    sample_rate: u32,
    /// The samples that are still needed, channels × samples, from sample `first` on.
    recent: Vec<Vec<f32>>,
    first: u64,
    /// Frames that are analysed.
    done: u64,
    stretches: Vec<Stretch>,
    stretch_frames: usize,
    power: Vec<f32>,
}

/// A stretch of the recording.
struct Stretch {
    frames: usize,
    /// Those that are not silent.
    active: usize,
    /// The sum over frames of the weighted fine structure, bins.
    spectrum: Vec<f32>,
}

impl EchoDetector {
    /// A detector for audio of `channels` channels at `sample_rate` Hz ([`RATE_MIN`] ..= [`RATE_MAX`])
    /// and the echo of `echo`, whose level does not matter.
    ///
    /// # Errors
    /// What [`MarkSettings::validate`] finds, or a sample rate out of range.
    pub fn new(sample_rate: u32, channels: usize, echo: &EchoSettings) -> Result<Self, MarkError> {
        MarkSettings { pattern: None, echo: Some(echo.clone()), level_db: 0.0 }.validate()?;
        if !(RATE_MIN..=RATE_MAX).contains(&sample_rate) {
            return Err(MarkError::SampleRate(sample_rate));
        }
        let spectrogram = Spectrogram::new(sample_rate, FRAME_S, HOP_US);
        Ok(Self {
            ripples: Ripples::new(&spectrogram, echo),
            power: vec![0.0; spectrogram.bins().len()],
            spectrogram,
            sample_rate,
            recent: vec![Vec::new(); channels],
            first: 0,
            done: 0,
            stretches: Vec::new(),
            stretch_frames: STRETCH,
        })
    }

    /// Takes the next block (channels × samples): as many channels as the detector was made for, all of
    /// one length. Invalid samples (NaN, infinite, beyond ±10³⁰) count as 0.
    pub fn feed(&mut self, block: &[&[f32]]) {
        let len = block.iter().map(|channel| channel.len()).min().unwrap_or(0);
        for (recent, channel) in self.recent.iter_mut().zip(block) {
            recent.extend(channel[..len].iter().map(|&x| valid_or_zero(x)));
        }
        while self.spectrogram.start(self.done) + self.spectrogram.len() as u64 <= self.known() {
            self.analyse_frame();
            self.done += 1;
        }
        let needed = self.spectrogram.start(self.done).min(self.known());
        let spent = needed.saturating_sub(self.first);
        self.recent.iter_mut().for_each(|channel| drop(channel.drain(..spent as usize)));
        self.first += spent;
    }

    /// Ends the recording.
    #[must_use]
    pub fn finish(self) -> EchoEvidence {
        let seconds = self.known() as f64 / f64::from(self.sample_rate);
        let frames_s = |frames: usize| frames as f64 * HOP_US * 1e-6;
        let mut spectrum = vec![0.0; self.power.len()];
        let (mut frames, mut active) = (0, 0);
        let mut points = Vec::new();
        for (number, stretch) in self.stretches.iter().enumerate() {
            frames += stretch.frames;
            active += stretch.active;
            spectrum.iter_mut().zip(&stretch.spectrum).for_each(|(sum, x)| *sum += x);
            let is_last = number + 1 == self.stretches.len();
            points.push(Point {
                seconds: if is_last { seconds } else { frames_s(frames) },
                active_s: frames_s(active).min(seconds),
                sets: self.ripples.measure(&spectrum),
            });
        }
        EchoEvidence::new(seconds, points)
    }

    /// Adds the frame number `done`.
    fn analyse_frame(&mut self) {
        let at = (self.spectrogram.start(self.done) - self.first) as usize;
        // Powers are added, not samples, so that channels of opposite polarity do not cancel.
        self.power.fill(0.0);
        for channel in &self.recent {
            let samples = channel.get(at..).unwrap_or_default();
            self.spectrogram.add_power(samples, &mut self.power);
        }
        let bins = self.power.len();
        if self.stretches.last().is_none_or(|last| last.frames == self.stretch_frames) {
            if self.stretches.len() == STRETCHES_MAX {
                self.join_pairs();
            }
            self.stretches.push(Stretch { frames: 0, active: 0, spectrum: vec![0.0; bins] });
        }
        let Some(stretch) = self.stretches.last_mut() else { return };
        stretch.frames += 1;
        let mean = self.power.iter().sum::<f32>() / bins.max(1) as f32;
        if !mean.is_finite() || mean <= SILENCE {
            return;
        }
        stretch.active += 1;
        self.power.iter_mut().for_each(|x| *x = (*x + FLOOR * mean).ln());
        self.ripples.flatten(&mut self.power);
        self.power.iter_mut().for_each(|x| *x = x.clamp(-CAP, CAP));
        let variance = self.power.iter().map(|x| x * x).sum::<f32>() / bins as f32;
        let weight = 1.0 / (variance + 1e-3);
        stretch.spectrum.iter_mut().zip(&self.power).for_each(|(sum, x)| *sum += weight * x);
    }

    /// Joins stretches in twos, so that each is twice as long.
    fn join_pairs(&mut self) {
        let mut joined: Vec<Stretch> = Vec::with_capacity(STRETCHES_MAX / 2);
        for (number, stretch) in self.stretches.drain(..).enumerate() {
            match joined.last_mut() {
                Some(last) if number % 2 == 1 => last.add(&stretch),
                _ => joined.push(stretch),
            }
        }
        self.stretches = joined;
        self.stretch_frames *= 2;
    }

    /// Samples fed.
    fn known(&self) -> u64 {
        self.first + self.recent.first().map_or(0, Vec::len) as u64
    }
}

impl Stretch {
    fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.active += other.active;
        self.spectrum.iter_mut().zip(&other.spectrum).for_each(|(sum, x)| *sum += x);
    }
}
