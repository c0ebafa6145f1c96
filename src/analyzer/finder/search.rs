//! One search: collects a stream and tries keys on more and more of it.

use patchveil_veil::{ClassKey, MarkDetector, MarkFinding, MarkSettings};

/// A key counts as found up to this p-value, as in the command.
pub(super) const FOUND_P: f64 = 1e-6;
/// Seconds after which keys are tried. Each time takes as long as all before together.
const TRIED_AFTER: [f64; 4] = [3.0, 5.0, 10.0, 20.0];
/// Once a mark was found, it is looked for again in the next so many seconds.
const AGAIN: usize = 2;

/// Collects samples of one stream.
#[derive(Default)]
pub(super) struct Search {
    samples: Vec<f32>,
    /// Where in [`TRIED_AFTER`] it is.
    step: usize,
}

/// What trying keys on a stretch of a stream came to.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// Length of the stretch in seconds.
    pub(super) seconds: f64,
    /// Whether there was sound to judge.
    pub(super) has_signal: bool,
    /// How well each key fits, in their order.
    pub(super) findings: Vec<MarkFinding>,
    /// Whether it was the longest stretch that is tried.
    pub(super) last: bool,
}

impl Search {
    /// Forgets all samples.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// Begins the next stretch. A stream that carries a mark is looked at less often.
    pub(super) fn go_on(&mut self, found: bool) {
        self.samples.clear();
        self.step = if found { AGAIN } else { 0 };
    }

    /// Whether it will be time to try the keys with this many samples more, at this rate in Hz.
    pub(super) fn is_due(&self, more: usize, rate: u32) -> bool {
        let seconds = (self.samples.len() + more) as f64 / f64::from(rate.max(1));
        seconds >= TRIED_AFTER[self.step]
    }

    /// Adds samples, and tries no keys.
    pub(super) fn collect(&mut self, samples: &[f32]) {
        self.samples.extend_from_slice(samples);
    }

    /// Adds samples, and tries the keys on all that are collected. `None` at rates that no mark can be
    /// detected at.
    pub(super) fn try_keys<'a>(
        &mut self,
        samples: &[f32],
        rate: u32,
        settings: &MarkSettings,
        keys: impl FnOnce() -> Vec<&'a ClassKey>,
    ) -> Option<Outcome> {
        self.collect(samples);
        let seconds = self.samples.len() as f64 / f64::from(rate.max(1));
        let last = self.step + 1 == TRIED_AFTER.len();
        self.step = (self.step + 1).min(TRIED_AFTER.len() - 1);
        let mut detector = MarkDetector::new(rate, 1, settings).ok()?;
        detector.feed(&[&self.samples]);
        let evidence = detector.finish();
        let findings = evidence.test_at_own_speed(&keys());
        Some(Outcome { seconds, has_signal: evidence.has_signal(), findings, last })
    }
}

/// After how many seconds a key that fitted like this after `seconds` will be found, from the detector's
/// own statistics: the score of a key that is there grows with the root of the time, and the p-value is
/// the number of tries times the tail of the normal distribution. `None` while chance fits as well.
pub(super) fn predicted_seconds(finding: &MarkFinding, seconds: f64) -> Option<f64> {
    // At 1 the bound says nothing; up to here a key that is not there fits as well now and then.
    const CHANCE: f64 = 0.01;
    if finding.p_value > CHANCE || finding.sigmas <= 1.0 {
        return None;
    }
    let needed = ln_tail(finding.sigmas) + (FOUND_P / finding.p_value).ln();
    let mut sigmas = finding.sigmas;
    while ln_tail(sigmas) > needed {
        sigmas += 0.05;
    }
    Some(seconds * (sigmas / finding.sigmas).powi(2))
}

/// ln Q(x), nearly, for x above 1.
fn ln_tail(x: f64) -> f64 {
    -x * x / 2.0 - (x * std::f64::consts::TAU.sqrt()).ln()
}
