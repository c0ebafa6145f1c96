//! What detection keeps of a recording, and what it says about keys.

use std::ops::Range;

use super::analysis::{Parts, Segment};
use super::chance;
use super::code::{Code, Coder};
use super::layout::Layout;
use super::score::{Fit, Scorer};
use super::speed::{Speed, SpeedWindows};
use crate::key::ClassKey;

/// Share of all chances of a false alarm that goes to the whole recording. Windows have half of the rest,
/// other speeds the other half.
const WHOLE_SHARE: f64 = 0.5;
const OTHER_SHARE: f64 = 0.25;
/// Other speeds are tried for keys whose p-value is larger, or whose place drifts.
const SPEEDS_ABOVE: f64 = 1e-20;
/// Places of two windows that are further apart are not the same.
const DRIFT_HOPS: usize = 2;
/// Up to this p-value a window counts for [`MarkFinding::spans`].
const SPAN_P: f64 = 1e-4;
/// Most spans.
const SPANS_MAX: usize = 64;
/// What a stretch must reach to belong to a span: this share of what the span's stretches reach on
/// average, and so many σ.
const SPAN_LEVEL: (f64, f64) = (0.5, 1.5);
/// What a span's stretches must reach together, in σ.
const RUN_SIGMAS: f64 = 4.0;
/// Fewest frames with sound.
const ACTIVE_MIN: usize = 64;

/// What a recording tells about keys. It holds no key.
pub struct MarkEvidence {
    pub(super) layout: Layout,
    segments: Vec<Segment>,
    pub(super) whole: Segment,
    speeds: SpeedWindows,
    rate: f64,
    seconds: f64,
}

/// How well a key fits.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkFinding {
    /// Upper bound of the probability that a key which is not in the recording fits as well, corrected
    /// for all places, windows, bands and speeds that were tried. Multiply it by the number of keys and
    /// files.
    pub p_value: f64,
    /// The best score: σ of a sum of random signs, before it is corrected for what was tried.
    pub sigmas: f64,
    /// The same for the recording as a whole at its own speed: rank it among [`MarkDecoys`](super::MarkDecoys).
    pub whole_sigmas: f64,
    /// Timeline position of the recording's first sample in seconds, modulo the period, to some 3 ms;
    /// `None` for a mark without a pattern.
    pub position_s: Option<f64>,
    /// How fast the recording runs, compared with how it was marked: 1 as it was.
    pub speed: f64,
    /// Whether its pitch moved with the speed.
    pub pitch_moved: bool,
    /// The stretches that carry the key, in order; empty where it was not found.
    pub spans: Vec<MarkSpan>,
    fit: Fit,
}

/// A stretch of the recording that carries a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkSpan {
    /// Where it begins, in seconds, to [`MarkEvidence::resolution_s`].
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// The position of the recording's first sample according to this span: see
    /// [`MarkFinding::position_s`].
    pub position_s: Option<f64>,
}

/// A key on trial.
struct Trial {
    code: Code,
    p_value: f64,
    fit: Fit,
    whole_sigmas: f64,
    speed: Speed,
    /// Where it fits at another speed, in seconds.
    place: Option<(f64, f64)>,
    /// Stretches in which it fits well, the p-value of each and how it fits.
    windows: Vec<(f64, Range<usize>, Fit)>,
}

impl MarkEvidence {
    pub(super) fn new(
        layout: Layout,
        parts: Parts,
        segments: Vec<Segment>,
        speeds: SpeedWindows,
        rate: f64,
        seconds: f64,
    ) -> Self {
        let whole = sum(&layout, parts, &segments);
        Self { layout, segments, whole, speeds, rate, seconds }
    }

    /// Length of the recording in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Length of the period in samples at the recording's rate: positions are known up to whole periods.
    #[must_use]
    pub fn period_samples(&self) -> f64 {
        self.layout.period_us() * 1e-6 * self.rate
    }

    /// Length in seconds of the stretches that spans are made of: 2.56 s in recordings of up to eleven
    /// minutes.
    #[must_use]
    pub fn resolution_s(&self) -> f64 {
        self.segments.first().map_or(0.0, |first| self.frames_s(first.frames))
    }

    /// Seconds that are not digital silence.
    #[must_use]
    pub fn active_s(&self) -> f64 {
        self.frames_s(self.whole.active)
    }

    /// Whether there is sound to judge. Without, all p-values are 1.
    #[must_use]
    pub fn has_signal(&self) -> bool {
        self.whole.active >= ACTIVE_MIN
    }

    /// How well each of `keys` fits, in their order.
    #[must_use]
    pub fn test(&self, keys: &[&ClassKey]) -> Vec<MarkFinding> {
        self.test_at_speeds(keys, true)
    }

    /// The same for a recording that runs as fast as it was marked: other speeds, which take most of the time
    /// where nothing is found, are not tried. The p-values are corrected for them all the same.
    #[must_use]
    pub fn test_at_own_speed(&self, keys: &[&ClassKey]) -> Vec<MarkFinding> {
        self.test_at_speeds(keys, false)
    }

    fn test_at_speeds(&self, keys: &[&ClassKey], others: bool) -> Vec<MarkFinding> {
        let mut coder = Coder::new(&self.layout);
        let mut trials: Vec<Trial> = keys.iter().map(|key| Trial::new(coder.code(key))).collect();
        let mut scorer = Scorer::new(&self.layout);
        if self.has_signal() {
            self.try_whole(&mut scorer, &mut trials);
            self.try_windows(&mut scorer, &mut trials);
            if others {
                self.try_speeds(&mut scorer, &mut trials);
            }
        }
        trials.iter().map(|trial| self.finding(&mut scorer, trial)).collect()
    }

    /// How well `key` fits each stretch of [`Self::resolution_s`] at the place of `finding` and at the
    /// recording's own speed, in σ.
    #[must_use]
    pub fn profile(&self, key: &ClassKey, finding: &MarkFinding) -> Vec<f64> {
        let code = Coder::new(&self.layout).code(key);
        let mut scorer = Scorer::new(&self.layout);
        self.segments.iter().map(|segment| scorer.at(segment, &code, &finding.fit)).collect()
    }

    fn try_whole(&self, scorer: &mut Scorer, trials: &mut [Trial]) {
        let prepared = scorer.prepare(&self.whole);
        let tried = scorer.places(self.whole.parts.sets()) / WHOLE_SHARE;
        for trial in trials {
            let fit = scorer.best(&prepared, &trial.code);
            (trial.whole_sigmas, trial.fit) = (fit.sigmas, fit);
            trial.offer_window(fit, 0..self.segments.len(), tried);
        }
    }

    /// Tries windows of 1, 2, 4, … stretches, each half a window after the one before.
    fn try_windows(&self, scorer: &mut Scorer, trials: &mut [Trial]) {
        let count = self.segments.len();
        let lengths = std::iter::successors(Some(1), |length| Some(length * 2));
        let windows: Vec<Range<usize>> = lengths
            .take_while(|length| *length < count)
            .flat_map(|length| {
                let starts = (0..count).step_by((length / 2).max(1));
                starts.map(move |start| start..(start + length).min(count))
            })
            .collect();
        let parts = self.whole.parts;
        let tried = windows.len() as f64 * scorer.places(parts.sets()) / OTHER_SHARE;
        for window in windows {
            let segment = sum(&self.layout, parts, &self.segments[window.clone()]);
            if segment.active < ACTIVE_MIN {
                continue;
            }
            let prepared = scorer.prepare(&segment);
            for trial in &mut *trials {
                let fit = scorer.best(&prepared, &trial.code);
                trial.offer_window(fit, window.clone(), tried);
            }
        }
    }

    fn try_speeds(&self, scorer: &mut Scorer, trials: &mut [Trial]) {
        let mut doubtful: Vec<&mut Trial> =
            trials.iter_mut().filter(|trial| self.may_run_at_another_speed(trial)).collect();
        if doubtful.is_empty() {
            return;
        }
        let tried = self.speeds.tries() * scorer.places(1) / OTHER_SHARE;
        self.speeds.each(&self.layout, |speed, place, segment| {
            let prepared = scorer.prepare(segment);
            for trial in &mut doubtful {
                let fit = scorer.best(&prepared, &trial.code);
                if trial.offer(fit, tried) {
                    (trial.speed, trial.place) = (speed, Some(place));
                }
            }
        });
    }

    /// Whether a key was not found for sure, or at other places in one part of the recording than in
    /// another.
    fn may_run_at_another_speed(&self, trial: &Trial) -> bool {
        let period = self.layout.period_hops();
        let place = trial.fit.place_hops(period);
        let drifts = trial.windows.iter().any(|(_, _, fit)| {
            let hops = fit.place_hops(period).abs_diff(place);
            hops.min(period - hops) > DRIFT_HOPS
        });
        trial.p_value > SPEEDS_ABOVE || drifts
    }

    fn finding(&self, scorer: &mut Scorer, trial: &Trial) -> MarkFinding {
        let position_s = self.position_s(&trial.fit);
        let spans = match trial.place {
            Some((start_s, end_s)) if trial.p_value <= SPAN_P => {
                vec![MarkSpan { start_s, end_s, position_s }]
            }
            Some(_) => Vec::new(),
            None => self.spans(scorer, trial),
        };
        MarkFinding {
            p_value: trial.p_value,
            sigmas: trial.fit.sigmas,
            whole_sigmas: trial.whole_sigmas,
            position_s,
            speed: trial.speed.factor,
            pitch_moved: trial.speed.pitch_moved,
            spans,
            fit: trial.fit,
        }
    }

    /// The stretches that carry the key: around the surest window, then around the surest window outside of
    /// that, and so on.
    fn spans(&self, scorer: &mut Scorer, trial: &Trial) -> Vec<MarkSpan> {
        let mut windows: Vec<_> = trial.windows.iter().collect();
        windows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut taken = vec![false; self.segments.len()];
        let mut spans = Vec::new();
        for (_, window, fit) in windows {
            let free = window.clone().filter(|&at| !taken[at]).count();
            if free * 2 <= window.len() || spans.len() == SPANS_MAX {
                continue;
            }
            let scores: Vec<f64> =
                self.segments.iter().map(|segment| scorer.at(segment, &trial.code, fit)).collect();
            let Some(run) = best_run(&self.shares(), &scores, window, &taken) else { continue };
            taken[run.clone()].fill(true);
            spans.push(MarkSpan {
                start_s: self.boundary_s(run.start),
                end_s: self.boundary_s(run.end),
                position_s: self.position_s(fit),
            });
        }
        spans.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        spans
    }

    /// Length of each stretch as a share of the first's.
    fn shares(&self) -> Vec<f64> {
        let whole = self.segments.first().map_or(1, |first| first.frames.max(1)) as f64;
        self.segments.iter().map(|segment| segment.frames as f64 / whole).collect()
    }

    /// Where stretch number `at` begins, in seconds; the last ends where the recording does.
    fn boundary_s(&self, at: usize) -> f64 {
        match at == self.segments.len() {
            true => self.seconds,
            false => at as f64 * self.resolution_s(),
        }
    }

    fn position_s(&self, fit: &Fit) -> Option<f64> {
        let period = self.layout.period_hops();
        let place_s = || fit.place_hops(period) as f64 * self.layout.hop_us * 1e-6;
        (period > 0).then(place_s)
    }

    fn frames_s(&self, frames: usize) -> f64 {
        frames as f64 * self.layout.hop_us * 1e-6
    }
}

impl Trial {
    fn new(code: Code) -> Self {
        Self {
            code,
            p_value: 1.0,
            fit: Fit::NONE,
            whole_sigmas: 0.0,
            speed: Speed::UNCHANGED,
            place: None,
            windows: Vec::new(),
        }
    }

    /// Takes `fit`, the best of so many, if nothing before was as unlikely.
    fn offer(&mut self, fit: Fit, tried: f64) -> bool {
        let p_value = (tried * chance::tail(fit.sigmas)).min(1.0);
        let better = p_value < self.p_value;
        if better {
            (self.p_value, self.fit) = (p_value, fit);
        }
        better
    }

    fn offer_window(&mut self, fit: Fit, window: Range<usize>, tried: f64) {
        self.offer(fit, tried);
        let p_value = tried * chance::tail(fit.sigmas);
        if p_value <= SPAN_P {
            self.windows.push((p_value, window, fit));
        }
    }
}

/// Neighbouring stretches as one.
fn sum(layout: &Layout, parts: Parts, segments: &[Segment]) -> Segment {
    let mut sum = Segment::new(layout, parts);
    segments.iter().for_each(|segment| sum.add(segment));
    sum
}

/// The stretches around `window` whose scores stand out: the run with the largest sum of what each is above
/// the level. Stretches that were taken end a run. `None` where no run is sure by itself.
fn best_run(
    shares: &[f64],
    scores: &[f64],
    window: &Range<usize>,
    taken: &[bool],
) -> Option<Range<usize>> {
    let typical = window.clone().map(|at| scores[at]).sum::<f64>() / window.len().max(1) as f64;
    let level = (SPAN_LEVEL.0 * typical).max(SPAN_LEVEL.1);
    let above = |at: usize| scores[at] - level * shares[at].sqrt();
    let mut best = (0.0, 0..0);
    let (mut sum, mut start) = (0.0, 0);
    for (at, &taken) in taken.iter().enumerate() {
        if taken {
            (sum, start) = (0.0, at + 1);
            continue;
        }
        sum += above(at);
        if sum <= 0.0 {
            (sum, start) = (0.0, at + 1);
        } else if sum > best.0 && start < window.end && at >= window.start {
            best = (sum, start..at + 1);
        }
    }
    let run = best.1;
    // Each score is a sum of random signs, so their sum over the root of their number is one too.
    let together = scores[run.clone()].iter().sum::<f64>() / (run.len().max(1) as f64).sqrt();
    (together >= RUN_SIGMAS).then_some(run)
}
