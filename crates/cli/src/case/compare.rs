//! Whether a trace is gone from a model whose maker says that the recordings were erased.
//!
//! # Model
//! A trace measures N signs, each with a signal-to-noise ratio *r* that grows with the root of time. Its score is
//! σ = √N·*r*/√(1 + *r*²), at most √N, so it is made linear first: *z* = σ/√(1 − σ²/N) is *r*·√N, and, being
//! Student's *t* of N values, varies by √(1 + *z*²/2N). A strength *a* = *z*/√*t* is what results of different
//! length have in common.
//!
//! # Definitions
//! With (*z*₀, *t*₀) from the result that found the trace and (*z*₁, *t*₁) from the new output:
//!
//! - *expected*: E = (*z*₀ − 1.645·√(1 + *z*₀²/2N))·√(*t*′/*t*₀), the score, made linear, that the new output would
//!   have at the former strength, or more with 95 % confidence. *t*′ counts at most 30 s of each new recording,
//!   as `trace` gives longer ones no more weight. E is taken low because a trace that was found was more likely
//!   measured too strong than too weak.
//! - *ratio*: *a*₁/*a*₀ with *t*₁ = *t*′, so that nothing looks weaker for being long: what is left of the strength, with the 95 % interval of Fieller (*J. R. Stat. Soc. B* 16,
//!   1954), which takes the errors of both results into account. A score below 0 counts as 0, so that luck does not
//!   make the interval narrow.
//! - **still there**: *p*₁ is at most the level at which a trace counts as found, and the interval reaches 1.
//! - **weaker**: *p*₁ is at most that level, and the interval ends below 1.
//! - **gone**: E ≥ 6, *p*₁ is more than 0.05, as in at least 95 of 100 models without the trace, and *z*₁ is below E/4,
//!   what a quarter of the former strength would give.
//! - **cannot tell**: anything else. Mostly there are too few seconds.
//!
//! # Errors
//! Where E is right or too low, as in 95 of 100 cases, a model that kept all of the strength is called gone with a
//! probability of 10⁻⁴ or less (1.5 or less where 6 or more is expected), one that kept half with at most 8 %, one that
//! kept a quarter with at most 50 %. So gone means that much less than half is left, and the interval says how much
//! at most. A model without the trace is called still there or weaker with the probability of the level, 10⁻⁶.
//! All of this takes the new output to be of the same kind as the first, as strength depends on what a model is
//! asked to make.

use serde::{Deserialize, Serialize};

use crate::trace::signal_to_noise;

/// Where 95 % of a normal distribution end.
const ONE_SIDED_95: f64 = 1.645;
/// Where 95 % of it lie between.
const TWO_SIDED_95: f64 = 1.960;
/// A p-value above this is nothing remarkable.
const UNREMARKABLE_P: f64 = 0.05;
/// Score, made linear, to be expected at the former strength before a low one says that the trace is gone.
const EXPECTED_MIN: f64 = 6.0;
/// Share of the former strength that a low score has to rule out.
const SHARE: f64 = 0.25;

/// What became of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The former strength would have shown, and did not.
    Gone,
    /// It is there, with less than its former strength.
    Weaker,
    /// It is there, as strong as before as far as can be told.
    StillThere,
    /// Neither can be said.
    CannotTell,
}

impl Outcome {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Weaker => "weaker",
            Self::StillThere => "still there",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// A score, and from how much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Score in σ.
    pub sigmas: f64,
    /// Seconds that are not digital silence.
    pub active_s: f64,
    /// Of these at most 30 of each recording.
    pub counted_s: f64,
    /// Its p-value.
    pub p_value: f64,
}

/// Two results side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The result that found the trace.
    pub before: Measured,
    /// The result from the new output.
    pub after: Measured,
    /// Signs that a score is a sum over; its square root is the highest score there can be.
    pub pairs: f64,
    /// Up to which p-value a trace counts as found.
    pub found_p: f64,
    /// Score, made linear, to be expected of the new output at the former strength, at least, with 95 % confidence.
    pub expected_sigmas: f64,
    /// What is left of the strength, as a share of 1.
    pub ratio: f64,
    /// Where its 95 % interval begins and ends.
    pub ratio_low: f64,
    /// Where it ends.
    pub ratio_high: f64,
    /// If nothing can be said: about how many more seconds are needed.
    pub more_s: Option<f64>,
}

/// Compares the result from new output with the one that found the trace up to the p-value `found_p`; scores are sums
/// over `pairs` signs. Nothing if one of them has no seconds, or the first is no stronger than chance.
#[must_use]
pub fn compare(
    before: Measured,
    after: Measured,
    pairs: f64,
    found_p: f64,
) -> Option<(Outcome, Comparison)> {
    let was = Strength::of(before, before.active_s, pairs);
    let is = Strength::of(after, after.counted_s, pairs);
    // Negated, so that NaN is refused too.
    let comparable = before.active_s > 0.0
        && after.counted_s > 0.0
        && was.linear > TWO_SIDED_95 * was.deviation
        && after.sigmas.is_finite();
    if !comparable {
        return None;
    }
    let low = was.linear - ONE_SIDED_95 * was.deviation;
    let expected_sigmas = low * (after.counted_s / before.active_s).sqrt();
    let (ratio, ratio_low, ratio_high) = ratio(was, is);
    let gone = expected_sigmas >= EXPECTED_MIN
        && after.p_value > UNREMARKABLE_P
        && is.linear < SHARE * expected_sigmas;
    let outcome = if after.p_value <= found_p {
        if ratio_high < 1.0 { Outcome::Weaker } else { Outcome::StillThere }
    } else if gone {
        Outcome::Gone
    } else {
        Outcome::CannotTell
    };
    let more_s = (outcome == Outcome::CannotTell).then(|| {
        more_s(after, is.linear, expected_sigmas, linear((-2.0 * found_p.ln()).sqrt(), pairs))
    });
    let comparison = Comparison {
        before,
        after,
        pairs,
        found_p,
        expected_sigmas,
        ratio,
        ratio_low,
        ratio_high,
        more_s,
    };
    Some((outcome, comparison))
}

/// A score that grows with the root of time.
#[derive(Clone, Copy)]
struct Strength {
    linear: f64,
    deviation: f64,
    seconds: f64,
}

impl Strength {
    fn of(measured: Measured, seconds: f64, pairs: f64) -> Self {
        let linear = linear(measured.sigmas, pairs);
        let deviation = (1.0 + linear * linear / (2.0 * pairs)).sqrt();
        Self { linear, deviation, seconds }
    }

    /// In a second, with its variance.
    fn in_a_second(self) -> (f64, f64) {
        (self.linear / self.seconds.sqrt(), self.deviation * self.deviation / self.seconds)
    }
}

fn linear(sigmas: f64, pairs: f64) -> f64 {
    pairs.sqrt() * signal_to_noise(sigmas, pairs.sqrt())
}

/// The ratio of strengths, at least 0, and its interval (Fieller): all ρ with (a₁ − ρ·a₀)² ≤ z²·(v₁ + ρ²·v₀). It is bounded because
/// a₀² > z²·v₀.
fn ratio(before: Strength, after: Strength) -> (f64, f64, f64) {
    let after = Strength { linear: after.linear.max(0.0), ..after };
    let ((a0, v0), (a1, v1)) = (before.in_a_second(), after.in_a_second());
    let z2 = TWO_SIDED_95 * TWO_SIDED_95;
    let leading = a0 * a0 - z2 * v0;
    let root = (z2 * (v0 * a1 * a1 + v1 * leading)).max(0.0).sqrt();
    (a1 / a0, (a0 * a1 - root) / leading, (a0 * a1 + root) / leading)
}

/// About how many more seconds are needed: until the former strength would give the score that is needed, or, where
/// it would already, until what was measured counts as found if it goes on like that. `enough` is a score that
/// does: p ≤ exp(−σ²/2).
fn more_s(after: Measured, measured: f64, expected: f64, enough: f64) -> f64 {
    let times = if expected < EXPECTED_MIN {
        (EXPECTED_MIN / expected).powi(2)
    } else {
        (enough / measured).powi(2)
    };
    // At least a tenth: a result just short of its limit is not settled by a second.
    after.counted_s * (times - 1.0).max(0.1)
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::Rng;

    use super::*;

    const FOUND_P: f64 = 1e-6;
    const PAIRS: f64 = 72.0;

    /// A score that is 7 when made linear: 5.4 σ of at most 8.5.
    fn seven() -> f64 {
        7.0 / (1.0_f64 + 49.0 / PAIRS).sqrt()
    }

    fn measured(sigmas: f64, seconds: f64, p_value: f64) -> Measured {
        Measured { sigmas, active_s: seconds, counted_s: seconds, p_value }
    }

    fn outcome(after: Measured) -> (Outcome, Comparison) {
        compare(measured(seven(), 60.0, 1e-7), after, PAIRS, FOUND_P).unwrap()
    }

    #[test]
    fn a_trace_that_is_found_again_is_still_there_whatever_the_length() {
        assert_eq!(outcome(measured(5.0, 60.0, 1e-7)).0, Outcome::StillThere);
        assert_eq!(outcome(measured(5.6, 120.0, 1e-9)).0, Outcome::StillThere);
        assert_eq!(outcome(measured(6.8, 60.0, 1e-14)).0, Outcome::StillThere);
    }

    #[test]
    fn a_trace_that_is_found_again_with_less_strength_is_weaker() {
        let (outcome, comparison) = outcome(measured(seven(), 600.0, 1e-7));
        assert_eq!(outcome, Outcome::Weaker);
        assert!((comparison.ratio - 0.1_f64.sqrt()).abs() < 1e-12);
        assert!(comparison.ratio_low > 0.1 && comparison.ratio_high < 0.7, "{comparison:?}");
    }

    #[test]
    fn it_is_gone_only_if_the_former_strength_would_have_shown() {
        // 7 less 1.645 · 1.16 is 5.09 in 60 s, so 6 is to be expected from 83 s on.
        assert_eq!(outcome(measured(0.3, 90.0, 0.4)).0, Outcome::Gone);
        assert_eq!(outcome(measured(-2.0, 90.0, 1.0)).0, Outcome::Gone);
        let (short, comparison) = outcome(measured(0.3, 60.0, 0.4));
        assert_eq!(short, Outcome::CannotTell);
        let more = comparison.more_s.unwrap();
        assert!((more - 23.2).abs() < 0.5, "{more}");
        assert_eq!(outcome(measured(0.3, 60.0 + more + 1.0, 0.4)).0, Outcome::Gone);
    }

    #[test]
    fn one_long_recording_counts_as_thirty_seconds() {
        let long = Measured { counted_s: 30.0, ..measured(0.3, 900.0, 0.4) };
        assert_eq!(outcome(long).0, Outcome::CannotTell);
        // One that is found again is not called weaker for its length.
        let long = Measured { counted_s: 30.0, ..measured(seven(), 600.0, 1e-7) };
        assert_eq!(outcome(long).0, Outcome::StillThere);
    }

    #[test]
    fn it_is_not_gone_while_a_quarter_of_it_may_be_there() {
        let (half, comparison) = outcome(measured(3.0, 100.0, 2e-3));
        assert_eq!(half, Outcome::CannotTell);
        assert!(comparison.more_s.unwrap() > 100.0);
        assert_eq!(outcome(measured(1.6, 90.0, 0.2)).0, Outcome::CannotTell);
        assert_eq!(outcome(measured(1.6, 120.0, 0.2)).0, Outcome::Gone);
        assert_eq!(outcome(measured(1.6, 120.0, 0.04)).0, Outcome::CannotTell);
    }

    #[test]
    fn without_seconds_or_a_former_trace_nothing_is_compared() {
        let good = measured(seven(), 60.0, 1e-7);
        let compared = |before, after| compare(before, after, PAIRS, FOUND_P);
        assert!(compared(good, measured(0.0, 0.0, 1.0)).is_none());
        assert!(compared(measured(1.5, 60.0, 0.07), good).is_none());
        assert!(compared(measured(f64::NAN, 60.0, 0.07), good).is_none());
        assert!(compared(good, measured(f64::NAN, 60.0, 0.07)).is_none());
    }

    /// Draws the signs' measurements many times and counts how often the interval holds the true ratio, and
    /// how often models are called gone.
    #[test]
    fn intervals_and_error_rates_are_as_documented() {
        let mut rng = Rng::new(14);
        let mut score = |strength: f64| {
            let signs = (0..72).map(|_| strength / PAIRS.sqrt() + f64::from(rng.normal()));
            let (sum, squares) =
                signs.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
            sum / f64::sqrt(squares)
        };
        let (mut inside, mut all_gone, mut half_gone, mut none_gone, mut tried) = (0, 0, 0, 0, 0);
        while tried < 4_000 {
            // Found, or there would be nothing to compare with.
            let before = measured(score(10.0), 60.0, 1e-9);
            if before.sigmas < 4.6 {
                continue;
            }
            tried += 1;
            let mut run = |share: f64| {
                compare(before, measured(score(10.0 * share), 60.0, 1.0), PAIRS, FOUND_P).unwrap()
            };
            let (was, half) = run(0.5);
            inside += usize::from((half.ratio_low..=half.ratio_high).contains(&0.5));
            half_gone += usize::from(was == Outcome::Gone);
            all_gone += usize::from(run(1.0).0 == Outcome::Gone);
            let (was, none) = run(0.0);
            none_gone += usize::from(was == Outcome::Gone || none.expected_sigmas < EXPECTED_MIN);
        }
        let share = |count: usize| count as f64 / f64::from(tried);
        assert!((0.94..0.97).contains(&share(inside)), "{}", share(inside));
        assert_eq!(all_gone, 0);
        assert!(share(half_gone) < 0.08, "{}", share(half_gone));
        assert!(share(none_gone) > 0.93, "{}", share(none_gone));
    }
}
