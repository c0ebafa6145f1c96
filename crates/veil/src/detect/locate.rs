//! Where in its original an excerpt lies.

use std::ops::Range;
use std::sync::Arc;

use realfft::RealToComplex;
use realfft::num_complex::Complex32;

use super::correlate::{Correlator, LAGS, aside, energy, mean};

/// What is looked for of an excerpt: its loudest stretch of this length, in seconds. Clocks that differ
/// by 0.02 % move apart by 0.2 ms meanwhile.
const PROBE_S: f64 = 1.0;
/// Steps in which the loudest stretch is chosen, in seconds.
const STEP_S: f64 = 0.1;
/// Length of the blocks of the original in which it is looked for, in seconds.
const BLOCK_S: usize = 16;
/// Likeness that is enough by itself.
const ALIKE: f64 = 0.4;
/// Least likeness that is enough if it stands out …
const LEAST_ALIKE: f64 = 0.15;
/// … by this factor from that elsewhere, which counts as no less than the second.
const STANDS_OUT: f64 = 1.5;
const LEAST_ELSEWHERE: f64 = 0.1;
/// What is further away than this is elsewhere, in seconds: a vowel is like itself some periods later.
const ELSEWHERE_S: f64 = 0.1;
/// Power, relative to full scale, that is silence.
const SILENCE: f64 = 1e-10;
/// What is wanted of the original before and behind the excerpt, in seconds.
const MARGIN_S: f64 = 2.0;

/// Looks for an excerpt in its original, block by block, at every lag. What a codec, a filter, a gain,
/// turned polarity or another sample rate changed does not hide it; another speed does.
///
/// Its memory does not grow with the original. All of it allocates.
pub struct Locator {
    rates: [u32; 2],
    correlator: Correlator,
    /// The excerpt's loudest stretch: its spectrum, energy, and place in the excerpt in seconds.
    probe: Vec<Complex32>,
    energy: f64,
    probe_s: f64,
    transform: Arc<dyn RealToComplex<f32>>,
    /// Its length in lags, and the samples of a block that begin a comparison with all of it.
    lags: usize,
    whole: usize,
    /// Samples of the original that are waiting, and how many went before them.
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
    /// ExcerptMatch in the excerpt, in seconds, of the stretch that was compared.
    pub(super) probe_s: f64,
    /// Seconds of the original before the excerpt's first sample; negative where the excerpt begins
    /// earlier. Good to a few hundredths of a millisecond.
    pub start_s: f64,
    /// The coefficient of correlation of the excerpt's loudest second with the original there,
    /// 150 Hz to 3.6 kHz, raised by 6 dB an octave, without its sign: 1 for a copy, mostly 0.6 to 0.95
    /// for a protected one, below 0.25 for another recording.
    pub likeness: f64,
    /// The highest likeness at any place more than 0.1 s away.
    pub elsewhere: f64,
}

impl ExcerptMatch {
    /// Whether the excerpt is likely to come from this original at all: either the two are much alike
    /// here, or, as after a deep filter, by far more than at any other place.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        let elsewhere = self.elsewhere.max(LEAST_ELSEWHERE);
        self.likeness >= ALIKE
            || (self.likeness >= LEAST_ALIKE && self.likeness >= STANDS_OUT * elsewhere)
    }

    /// The samples of the original that [`align_original`](Self::align_original) takes for an excerpt of
    /// `seconds`, some before and behind it included.
    #[must_use]
    pub fn stretch(&self, seconds: f64) -> Range<u64> {
        let sample = |s: f64| (s.max(0.0) * f64::from(self.rates[1])) as u64;
        sample(self.start_s - MARGIN_S)..sample(self.start_s + seconds + MARGIN_S)
    }
}

impl Locator {
    /// A search for `excerpt`, channels × samples at `sample_rate` Hz, in an original at
    /// `original_rate` Hz. `None` if the mean of its channels is silent.
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

    /// Takes the original's next block, channels × samples, all of one length.
    pub fn feed(&mut self, block: &[&[f32]]) {
        self.pending.extend(mean(block));
        while self.pending.len() >= self.transform.len() {
            self.compare(self.whole);
            self.pending.drain(..self.whole);
            self.gone += self.whole as u64;
        }
    }

    /// Ends the original: the place where the excerpt fits best, `None` if the original is silent. Ask
    /// [`ExcerptMatch::is_likely`] before believing it.
    #[must_use]
    pub fn finish(mut self) -> Option<ExcerptMatch> {
        // Lags at which the excerpt would reach over the end of a block are left to the next one.
        while !self.pending.is_empty() {
            let starts = self.whole.min(self.pending.len());
            self.compare(starts);
            self.pending.drain(..starts);
            self.gone += starts as u64;
        }
        // Rounding can make a copy liker than like.
        let likely =
            |place: ExcerptMatch| ExcerptMatch { likeness: place.likeness.min(1.0), ..place };
        self.best.filter(|_| self.has_sound).map(likely)
    }

    /// Compares the excerpt with what is waiting, at all lags within the first `starts` samples.
    fn compare(&mut self, starts: usize) {
        if is_silent(&self.pending) {
            return;
        }
        self.has_sound = true;
        let spectrum = self.correlator.spectrum(&*self.transform, &self.pending);
        let signal = self.correlator.signal(&spectrum);
        let correlation = self.correlator.correlation(&self.probe, &spectrum);
        let rate = f64::from(self.rates[1]);
        let count = ((starts as f64 / rate * LAGS as f64).ceil() as usize).min(signal.len());
        // Beside what is all but silent, rounding would look like anything.
        let least = 1e-6 * energy(&signal) * self.lags as f64 / signal.len() as f64;
        let behind = |lag: usize| signal.get(lag).map_or(0.0, |&x| f64::from(x).powi(2));
        let mut under: f64 = (0..self.lags).map(behind).sum();
        for (lag, &now) in correlation.iter().enumerate().take(count) {
            let likeness = f64::from(now.abs()) / (self.energy * under.max(least)).sqrt();
            let (best, next) = self.best.map_or((0.0, 0.0), |best| (best.likeness, best.elsewhere));
            if likeness > next {
                let in_block_s = (lag as f64 + aside(&correlation, lag)) / LAGS as f64;
                let start_s = self.gone as f64 / rate + in_block_s - self.probe_s;
                let is_far = |best: &ExcerptMatch| (start_s - best.start_s).abs() > ELSEWHERE_S;
                let far = self.best.as_ref().is_none_or(is_far);
                if likeness > best {
                    let elsewhere = if far { best } else { next };
                    let (rates, probe_s) = (self.rates, self.probe_s);
                    self.best = Some(ExcerptMatch { rates, probe_s, start_s, likeness, elsewhere });
                } else if let Some(best) = self.best.as_mut().filter(|_| far) {
                    best.elsewhere = likeness;
                }
            }
            under += behind(lag + self.lags) - behind(lag);
        }
    }
}

/// The loudest stretch of some seconds, and with which sample it begins. Loud in what is compared, which
/// the difference of neighbouring samples stands for.
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
