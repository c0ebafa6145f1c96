//! Whether a trace is gone from a model whose maker says that the recordings were erased.
//!
//! # Model
//! A trace measures N signs, each with a signal-to-noise ratio *r* that grows with the root of time at first, and stops growing
//! where what the model does at all times is the noise. Its score is σ = √N·*r*/√(1 + *r*²), at most √N, so it is made linear
//! first: *z* = σ/√(1 − σ²/N) is *r*·√N, and, being Student's *t* of N values, varies by √(1 + *z*²/2N).
//!
//! # Definitions
//! With (*z*₀, *t*₀) from the result that found the trace and *z*₁ from the new output:
//!
//! - *t*₁ counts at most 30 s of each new recording, as `trace` gives longer ones no more weight, and no more than *t*₀
//!   in all: a score that no longer grows must not look weaker for coming from more seconds.
//! - *ratio*: (*z*₁/√*t*₁)/(*z*₀/√*t*₀), what is left of the strength, with the 95 % interval of Fieller (*J. R. Stat. Soc. B* 16,
//!   1954), which takes the errors of both results into account. A score below 0 counts as 0, so that luck does not
//!   make the interval narrow.
//! - *expected*: (*z*₀ − 1.645·√(1 + *z*₀²/2N))·√(*t*₁/*t*₀), the score, made linear, that the new output would
//!   have at the former strength, or more with 95 % confidence.
//! - **still there**: *p*₁ is at most the level at which a trace counts as found, and the interval reaches 1.
//! - **weaker**: *p*₁ is at most that level, and the interval ends below 1.
//! - **gone**: *p*₁ is more than 0.05, as in at least 95 of 100 models without the trace, and the interval ends below a half.
//! - **cannot tell**: anything else.
//!
//! # Errors
//! A model that kept all of the strength is called gone in 1 of 1,000 cases at most, one that kept half in 12 of 100 at
//! most where a weak trace was found by luck, and so was measured too strong, and in 4 of 100 where its true *z*₀ is 6 or
//! more. One without the trace is called gone in 76 of 100 cases or more (92 where the true *z*₀ is 8), and still there or
//! weaker with the probability of the level, 10⁻⁶. All of this takes the new output to be of the same kind as the first, as
//! strength depends on what a model is asked to make.

use serde::{Deserialize, Serialize};

use crate::trace::signal_to_noise;

/// Where 95 % of a normal distribution end.
const ONE_SIDED_95: f64 = 1.645;
/// Where 95 % of it lie between.
const TWO_SIDED_95: f64 = 1.960;
/// A p-value above this is nothing remarkable.
const UNREMARKABLE_P: f64 = 0.05;
/// Share of the former strength that has to be ruled out before a trace is called gone.
const SHARE: f64 = 0.5;

/// What became of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing shows, and the former strength, or half of it, would have.
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
    /// If nothing can be said: how many more seconds would make the new output as long as the first, if it is shorter.
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
    let counted_s = after.counted_s.min(before.active_s);
    let was = Strength::of(before, before.active_s, pairs);
    let is = Strength::of(after, counted_s, pairs);
    // Negated, so that NaN is refused too.
    let comparable = before.active_s > 0.0
        && counted_s > 0.0
        && was.linear > TWO_SIDED_95 * was.deviation
        && after.sigmas.is_finite();
    if !comparable {
        return None;
    }
    let low = was.linear - ONE_SIDED_95 * was.deviation;
    let expected_sigmas = low * (counted_s / before.active_s).sqrt();
    let (ratio, ratio_low, ratio_high) = ratio(was, is);
    let outcome = if after.p_value <= found_p {
        if ratio_high < 1.0 { Outcome::Weaker } else { Outcome::StillThere }
    } else if after.p_value > UNREMARKABLE_P && ratio_high < SHARE {
        Outcome::Gone
    } else {
        Outcome::CannotTell
    };
    let shorter = outcome == Outcome::CannotTell && counted_s < before.active_s;
    let more_s = shorter.then_some(before.active_s - counted_s);
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
        // 16 of at most 8.5 when made linear, and then 7.
        let strong = measured(16.0 / (1.0_f64 + 256.0 / PAIRS).sqrt(), 60.0, 1e-16);
        let (outcome, comparison) =
            compare(strong, measured(seven(), 60.0, 1e-7), PAIRS, FOUND_P).unwrap();
        assert_eq!(outcome, Outcome::Weaker);
        assert!((comparison.ratio - 7.0 / 16.0).abs() < 1e-12);
        assert!(comparison.ratio_low > 0.25 && comparison.ratio_high < 0.7, "{comparison:?}");
    }

    #[test]
    fn it_is_gone_only_if_half_of_the_former_strength_would_have_shown() {
        assert_eq!(outcome(measured(0.3, 60.0, 0.4)).0, Outcome::Gone);
        assert_eq!(outcome(measured(-2.0, 60.0, 1.0)).0, Outcome::Gone);
        assert_eq!(outcome(measured(1.5, 60.0, 0.2)).0, Outcome::CannotTell);
        assert_eq!(outcome(measured(1.0, 60.0, 0.04)).0, Outcome::CannotTell);
        let (half, comparison) = outcome(measured(3.0, 60.0, 2e-3));
        assert_eq!(half, Outcome::CannotTell);
        assert_eq!(comparison.more_s, None, "seconds alone need not settle it");
    }

    #[test]
    fn less_output_than_before_may_not_do_and_is_told_how_much_would() {
        let (short, comparison) = outcome(measured(0.3, 20.0, 0.4));
        assert_eq!(short, Outcome::CannotTell);
        let more = comparison.more_s.unwrap();
        assert!((more - 40.0).abs() < 1e-9, "{more}");
        assert_eq!(outcome(measured(0.3, 20.0 + more, 0.4)).0, Outcome::Gone);
    }

    #[test]
    fn more_output_than_before_makes_nothing_look_weaker() {
        // As models do whose own structure is what a trace is measured against.
        assert_eq!(outcome(measured(seven(), 600.0, 1e-7)).0, Outcome::StillThere);
        let (_, same) = outcome(measured(1.5, 60.0, 0.2));
        let (_, long) = outcome(measured(1.5, 600.0, 0.2));
        assert!((same.ratio - long.ratio).abs() < 1e-12);
    }

    #[test]
    fn one_long_recording_counts_as_thirty_seconds() {
        let long = Measured { counted_s: 20.0, ..measured(0.3, 900.0, 0.4) };
        assert_eq!(outcome(long).0, Outcome::CannotTell);
        // One that is found again is not called weaker for its length.
        let long = Measured { counted_s: 20.0, ..measured(seven(), 600.0, 1e-7) };
        assert_eq!(outcome(long).0, Outcome::StillThere);
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
        // Made linear, a trace is found from 5.5 on: one of 4 is found by luck, and so measured too strong.
        for (strength, half_gone, none_gone) in
            [(4.0, 0.13, 0.74), (6.0, 0.045, 0.81), (8.0, 0.02, 0.90), (12.0, 0.01, 0.93)]
        {
            let (mut inside, mut all, mut half, mut none, mut tried) = (0, 0, 0, 0, 0);
            while tried < 2_000 {
                // Found, or there would be nothing to compare with.
                let before = measured(score(strength), 60.0, 1e-9);
                if before.sigmas < 4.6 {
                    continue;
                }
                tried += 1;
                let mut run = |share: f64| {
                    let sigmas = score(strength * share);
                    // Two-sided bounds are not needed: a normal tail of 0.05 lies at 1.645.
                    let p_value = if sigmas > 1.645 { 0.01 } else { 0.5 };
                    compare(before, measured(sigmas, 60.0, p_value), PAIRS, FOUND_P).unwrap()
                };
                let (was, comparison) = run(0.5);
                inside +=
                    usize::from((comparison.ratio_low..=comparison.ratio_high).contains(&0.5));
                half += usize::from(was == Outcome::Gone);
                all += usize::from(run(1.0).0 == Outcome::Gone);
                none += usize::from(run(0.0).0 == Outcome::Gone);
            }
            let share = |count: usize| count as f64 / f64::from(tried);
            let told = (share(inside), share(all), share(half), share(none));
            assert!(told.0 > if strength < 6.0 { 0.86 } else { 0.93 }, "{strength}: {told:?}");
            assert!(told.1 < 2e-3, "{strength}: {told:?}");
            assert!(told.2 < half_gone, "{strength}: {told:?}");
            assert!(told.3 > none_gone, "{strength}: {told:?}");
        }
    }
}
