//! Takes in a recording for a trace.

use patchveil_spectral::ForwardFft;
use patchveil_spectral::window::hann;

use super::super::recent::RecentSamples;
use super::super::settings::{EchoSettings, MarkError, MarkSettings};
use super::evidence::{EchoEvidence, Point};
use super::grid;
use super::ripple::{fine_structure, variation};
use crate::sample_rate::{RATE_MAX, RATE_MIN};

/// Frames in the length of one.
const OVERLAP: u64 = 4;
/// Lowest mean power of a frame's bins that is not silence: some −180 dB of full scale.
const SILENCE: f32 = 1e-15;
/// What is added to every bin's power, as a share of the mean.
const FLOOR: f32 = 1e-8;
/// Largest deviation of a bin's logarithm from its neighbourhood's.
const CAP: f32 = 3.0;
/// Least variance that a deviation is divided by.
const VARIANCE_MIN: f32 = 0.01;
/// Frames of a stretch at first, a second. It doubles whenever there are [`STRETCHES_MAX`] of them.
const STRETCH: usize = 62;
/// Most stretches, even.
const STRETCHES_MAX: usize = 32;

/// Takes in one recording, block by block. Needs less than a megabyte however long it is.
///
/// Echoes multiply the power spectrum by `1 + Σ 2·e[d]·cos 2πfd` (for small e), so they add the same ripple to
/// every frame's logarithm (Bogert, Healy and Tukey 1963, “The quefrency alanysis of time series for
/// echoes”): its mean over time keeps them, while the host's fine structure averages out. Of every bin only
/// the deviation from its neighbourhood in frequency counts, limited, and weighted by the inverse of
/// its neighbourhood's variance, so neither level nor clicks matter, and noise, in which echoes show best,
/// counts more than tones.
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
    sample_rate: u32,
    window: Vec<f32>,
    fft: ForwardFft,
    recent: RecentSamples,
    /// Frames that are analysed.
    done: u64,
    stretches: Vec<Stretch>,
    stretch_frames: usize,
    /// Of the present frame: power, then the fine structure of its logarithm.
    spectrum: Vec<f32>,
    variance: Vec<f32>,
}

/// A stretch of the recording.
struct Stretch {
    frames: usize,
    /// Those that are not silent.
    active: usize,
    /// The sum over frames of the weighted fine structure, bins.
    spectrum: Vec<f32>,
    /// The sum of the weights, on average over bins.
    weight: f32,
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
        let frame = grid::frame_samples(sample_rate);
        Ok(Self {
            sample_rate,
            window: hann(frame),
            fft: ForwardFft::new(frame),
            recent: RecentSamples::new(channels),
            done: 0,
            stretches: Vec::new(),
            stretch_frames: STRETCH,
            spectrum: vec![0.0; grid::bins(Some(sample_rate)).len()],
            variance: Vec::new(),
        })
    }

    /// Takes the next block (channels × samples): as many channels as the detector was made for, all of
    /// one length. Invalid samples (NaN, infinite, beyond ±10³⁰) count as 0.
    pub fn feed(&mut self, block: &[&[f32]]) {
        self.recent.extend(block);
        while self.start(self.done) + self.window.len() as u64 <= self.recent.known() {
            self.analyse_frame();
            self.done += 1;
        }
        self.recent.drop_before(self.start(self.done));
    }

    /// Ends the recording.
    #[must_use]
    pub fn finish(self) -> EchoEvidence {
        let rate = f64::from(self.sample_rate);
        let seconds = self.recent.known() as f64 / rate;
        let frames_s = |frames: usize| {
            (frames as f64 / OVERLAP as f64 * self.window.len() as f64 / rate).min(seconds)
        };
        let mut sum = Stretch::new(self.spectrum.len());
        let mut points = Vec::with_capacity(self.stretches.len());
        for (number, stretch) in self.stretches.iter().enumerate() {
            sum.add(stretch);
            let is_last = number + 1 == self.stretches.len();
            let weight = sum.weight.max(f32::MIN_POSITIVE);
            points.push(Point {
                seconds: if is_last { seconds } else { frames_s(sum.frames) },
                active_s: frames_s(sum.active),
                spectrum: sum.spectrum.iter().map(|x| x / weight).collect(),
            });
        }
        EchoEvidence::new(seconds, points)
    }

    /// Adds the frame number `done`.
    fn analyse_frame(&mut self) {
        if self.stretches.last().is_none_or(|last| last.frames == self.stretch_frames) {
            if self.stretches.len() == STRETCHES_MAX {
                self.join_pairs();
            }
            self.stretches.push(Stretch::new(self.spectrum.len()));
        }
        self.measure_power();
        let Some(stretch) = self.stretches.last_mut() else { return };
        stretch.frames += 1;
        let mean = self.spectrum.iter().sum::<f32>() / self.spectrum.len().max(1) as f32;
        if !mean.is_finite() || mean <= SILENCE {
            return;
        }
        stretch.active += 1;
        self.spectrum.iter_mut().for_each(|x| *x = (*x + FLOOR * mean).ln());
        fine_structure(&mut self.spectrum);
        self.spectrum.iter_mut().for_each(|x| *x = x.clamp(-CAP, CAP));
        variation(&self.spectrum, &mut self.variance);
        let mut weights = 0.0;
        let sums = stretch.spectrum.iter_mut();
        for ((sum, x), variance) in sums.zip(&self.spectrum).zip(&self.variance) {
            let weight = 1.0 / (variance + VARIANCE_MIN);
            *sum += weight * x;
            weights += weight;
        }
        stretch.weight += weights / self.spectrum.len() as f32;
    }

    /// The power of the frame number `done` in every bin. Powers are added, not samples, so that channels of
    /// opposite polarity do not cancel.
    fn measure_power(&mut self) {
        let start = self.start(self.done);
        let bins = grid::bins(Some(self.sample_rate));
        self.spectrum.fill(0.0);
        for channel in self.recent.from(start) {
            let samples = channel.iter().zip(&self.window);
            let to = self.fft.samples_mut().iter_mut();
            to.zip(samples).for_each(|(to, (x, w))| *to = x * w);
            let spectrum = &self.fft.transform()[bins.clone()];
            self.spectrum.iter_mut().zip(spectrum).for_each(|(sum, bin)| *sum += bin.norm_sqr());
        }
    }

    /// Joins stretches in twos, so that each is twice as long.
    fn join_pairs(&mut self) {
        let mut joined: Vec<Stretch> = Vec::with_capacity(STRETCHES_MAX);
        for (number, stretch) in self.stretches.drain(..).enumerate() {
            match joined.last_mut() {
                Some(last) if number % 2 == 1 => last.add(&stretch),
                _ => joined.push(stretch),
            }
        }
        self.stretches = joined;
        self.stretch_frames *= 2;
    }

    /// First sample of frame `number`.
    fn start(&self, number: u64) -> u64 {
        number * self.window.len() as u64 / OVERLAP
    }
}

impl Stretch {
    fn new(bins: usize) -> Self {
        Self { frames: 0, active: 0, spectrum: vec![0.0; bins], weight: 0.0 }
    }

    fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.active += other.active;
        self.weight += other.weight;
        self.spectrum.iter_mut().zip(&other.spectrum).for_each(|(sum, x)| *sum += x);
    }
}
