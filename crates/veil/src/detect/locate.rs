//! Where an excerpt lies in its original.

use std::ops::Range;
use std::sync::Arc;

use realfft::RealToComplex;
use realfft::num_complex::Complex32;

use super::correlate::{Correlator, LAGS, energy, mean, peak_offset};

/// Length of the excerpt's loudest stretch, the probe that is searched for, in seconds. Clocks that
/// differ by 0.02 % drift apart by 0.2 ms meanwhile.
const PROBE_S: f64 = 1.0;
/// Steps in which the loudest stretch is chosen, in seconds.
const STEP_S: f64 = 0.1;
/// Length of the blocks of the original that are searched, in seconds.
const BLOCK_S: usize = 16;
/// Correlation that is enough by itself.
const SURE_CORRELATION: f64 = 0.4;
/// Least correlation that is enough where it stands out …
const LEAST_CORRELATION: f64 = 0.15;
/// … by this factor above the runner-up, which counts as no less than the second constant.
const STANDS_OUT_BY: f64 = 1.5;
const LEAST_RUNNER_UP: f64 = 0.1;
/// Least distance of the runner-up, in seconds: a vowel correlates with itself some pitch periods later.
const RUNNER_UP_AWAY_S: f64 = 0.1;
/// Power, relative to full scale, that counts as silence.
const SILENCE: f64 = 1e-10;
/// What [`ExcerptMatch::original_range`] adds before and behind the excerpt, in seconds.
const MARGIN_S: f64 = 2.0;

/// Searches an original for an excerpt, block by block, at every lag. Codecs, filters, gain, inverted
/// polarity and other sample rates do not hide it; a changed speed does.
///
/// Its memory does not grow with the original. All methods allocate.
pub struct Locator {
    rates: [u32; 2],
    correlator: Correlator,
    /// The probe: its spectrum, its energy, and where it begins in the excerpt, in seconds.
    probe: Vec<Complex32>,
    energy: f64,
    probe_s: f64,
    transform: Arc<dyn RealToComplex<f32>>,
    /// The probe's length in lags, and how many samples of a block have a whole probe behind them.
    lags: usize,
    whole: usize,
    /// Samples of the original that wait, and how many came before them.
    pending: Vec<f32>,
    gone: u64,
    best: Option<ExcerptMatch>,
    has_sound: bool,
}

/// Where in an original an excerpt lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExcerptMatch {
    /// Sample rates of excerpt and original in Hz.
    pub(super) rates: [u32; 2],
    /// Where the probe begins in the excerpt, in seconds.
    pub(super) probe_s: f64,
    /// Second of the original at which the excerpt begins; negative where it begins before the original.
    /// Accurate to a few hundredths of a millisecond.
    pub start_s: f64,
    /// Magnitude of the correlation coefficient of the excerpt's loudest second with the original
    /// there, from 150 Hz to 3.6 kHz, raised by 6 dB per octave: 1 for a copy, mostly 0.6 to 0.95 for a
    /// protected one, below 0.25 for another recording.
    pub correlation: f64,
    /// The highest correlation more than 0.1 s away.
    pub runner_up: f64,
}

impl ExcerptMatch {
    /// Whether the excerpt is likely to come from this original at all: either the correlation is high,
    /// or, as after a deep filter, far higher than at any other place.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        let runner_up = self.runner_up.max(LEAST_RUNNER_UP);
        self.correlation >= SURE_CORRELATION
            || (self.correlation >= LEAST_CORRELATION
                && self.correlation >= STANDS_OUT_BY * runner_up)
    }

    /// The samples of the original that [`align_original`](Self::align_original) needs for an excerpt of
    /// `seconds`, with some before and behind it.
    #[must_use]
    pub fn original_range(&self, seconds: f64) -> Range<u64> {
        let sample = |s: f64| (s.max(0.0) * f64::from(self.rates[1])) as u64;
        sample(self.start_s - MARGIN_S)..sample(self.start_s + seconds + MARGIN_S)
    }
}

impl Locator {
    /// A search for `excerpt` (channels × samples at `sample_rate` Hz) in an original at `original_rate`
    /// Hz. `None` if the mean of the excerpt's channels is silent.
    #[must_use]
    pub fn new(excerpt: &[&[f32]], sample_rate: u32, original_rate: u32) -> Option<Self> {
        let rates = [sample_rate, original_rate];
        let correlator = Correlator::new(BLOCK_S, rates);
        let mono = mean(excerpt);
        let (first, stretch) = loudest(&mono, f64::from(sample_rate), PROBE_S);
        let probe = correlator.spectrum(&*correlator.transform(sample_rate), stretch);
        let probe_energy = energy(&correlator.signal(&probe));
        let seconds = stretch.len() as f64 / f64::from(sample_rate);
        if probe_energy <= 0.0 || is_silent(stretch) {
            return None;
        }
        let whole = (BLOCK_S as f64 - seconds) * f64::from(original_rate);
        Some(Self {
            rates,
            transform: correlator.transform(original_rate),
            correlator,
            probe,
            energy: probe_energy,
            probe_s: first as f64 / f64::from(sample_rate),
            lags: (seconds * LAGS as f64) as usize,
            whole: whole as usize,
            pending: Vec::new(),
            gone: 0,
            best: None,
            has_sound: false,
        })
    }

    /// Takes the next block of the original (channels × samples, all of one length).
    pub fn feed(&mut self, block: &[&[f32]]) {
        self.pending.extend(mean(block));
        while self.pending.len() >= self.transform.len() {
            self.compare(self.whole);
            self.pending.drain(..self.whole);
            self.gone += self.whole as u64;
        }
    }

    /// Ends the original and gives the place where the excerpt fits best, `None` if the original is
    /// silent. Check [`ExcerptMatch::is_likely`] before relying on it.
    #[must_use]
    pub fn finish(mut self) -> Option<ExcerptMatch> {
        // Lags at which the excerpt would reach over the end of a block are left to the next one.
        while !self.pending.is_empty() {
            let starts = self.whole.min(self.pending.len());
            self.compare(starts);
            self.pending.drain(..starts);
            self.gone += starts as u64;
        }
        let mut best = self.best.filter(|_| self.has_sound)?;
        // Rounding can lift a copy above 1.
        best.correlation = best.correlation.min(1.0);
        Some(best)
    }

    /// Correlates the probe with what is waiting, at all lags within the first `starts` samples.
    fn compare(&mut self, starts: usize) {
        if is_silent(&self.pending) {
            return;
        }
        self.has_sound = true;
        let spectrum = self.correlator.spectrum(&*self.transform, &self.pending);
        let signal = self.correlator.signal(&spectrum);
        let products = self.correlator.correlation(&self.probe, &spectrum);
        let rate = f64::from(self.rates[1]);
        let count = ((starts as f64 / rate * LAGS as f64).ceil() as usize).min(signal.len());
        // Next to near silence, rounding noise could correlate with anything.
        let least = 1e-6 * energy(&signal) * self.lags as f64 / signal.len() as f64;
        let square = |lag: usize| signal.get(lag).map_or(0.0, |&x| f64::from(x).powi(2));
        let mut under: f64 = (0..self.lags).map(square).sum();
        for (lag, &product) in products.iter().enumerate().take(count) {
            let correlation = f64::from(product.abs()) / (self.energy * under.max(least)).sqrt();
            if correlation > self.best.map_or(0.0, |best| best.runner_up) {
                let in_block_s = (lag as f64 + peak_offset(&products, lag)) / LAGS as f64;
                self.consider(self.gone as f64 / rate + in_block_s - self.probe_s, correlation);
            }
            under += square(lag + self.lags) - square(lag);
        }
    }

    /// Takes a place as the best or as the runner-up, if it is one.
    fn consider(&mut self, start_s: f64, correlation: f64) {
        let is_far = |best: ExcerptMatch| (start_s - best.start_s).abs() > RUNNER_UP_AWAY_S;
        let far = self.best.is_none_or(is_far);
        let (best, next) = self.best.map_or((0.0, 0.0), |best| (best.correlation, best.runner_up));
        if correlation > best {
            let runner_up = if far { best } else { next };
            let (rates, probe_s) = (self.rates, self.probe_s);
            self.best = Some(ExcerptMatch { rates, probe_s, start_s, correlation, runner_up });
        } else if let Some(best) = self.best.as_mut().filter(|_| far) {
            best.runner_up = correlation;
        }
    }
}

/// The loudest stretch of `seconds` and the index of its first sample. The energy of differences of
/// neighbouring samples stands for that of the compared part of the spectrum.
pub(crate) fn loudest(mono: &[f32], rate: f64, seconds: f64) -> (usize, &[f32]) {
    let step = ((STEP_S * rate) as usize).max(1);
    let energies: Vec<f64> = mono
        .chunks(step)
        .map(|chunk| chunk.windows(2).map(|pair| f64::from(pair[1] - pair[0]).powi(2)).sum())
        .collect();
    let steps = ((seconds / STEP_S).round() as usize).min(energies.len()).max(1);
    let sums = energies.windows(steps).map(|window| window.iter().sum::<f64>());
    let best = sums.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |best| best.0);
    let first = best * step;
    (first, &mono[first..mono.len().min(first + steps * step)])
}

fn is_silent(samples: &[f32]) -> bool {
    energy(samples) <= SILENCE * samples.len() as f64
}
