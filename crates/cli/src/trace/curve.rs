//! The score against the seconds of audio.

use patchveil_veil::{EchoKey, TraceEvidence};
use serde::Serialize;

use super::recording::TracedRecording;
use crate::detect::FOUND_P;

/// Most points of a curve.
const POINTS: usize = 20;
/// Above this p-value, that of two standard deviations, nothing is extrapolated: chance alone gives as much once
/// in some forty traces.
const CHANCE_P: f64 = 0.023;
/// Smallest slope that is no end of growth, as a share of what it would be if the score had grown with the root of time all along.
const SLOPE_MIN: f64 = 0.2;
/// Nothing is extrapolated to more than so many times the seconds that there are.
const TIMES_MAX: f64 = 20.0;
/// Largest share of the highest score that a ratio is computed of: the highest itself would be infinite.
const SHARE_MAX: f64 = 0.99;

/// What was known after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Seconds of the recordings, in the order given.
    pub seconds: f64,
    /// The score, in σ.
    pub sigmas: f64,
    /// The p-value, as if that were all.
    pub p_value: f64,
}

/// The score after each twentieth of the recordings, as near as they are known; `whole` has none yet.
pub(super) fn curve(
    recordings: &[TracedRecording],
    key: &EchoKey,
    mut whole: TraceEvidence,
) -> Vec<CurvePoint> {
    let total: f64 = recordings.iter().map(|recording| recording.seconds).sum();
    let mut points: Vec<CurvePoint> = Vec::new();
    let mut ended_s = 0.0;
    let mut next = 0;
    for number in 1..=POINTS {
        // The last takes all, whatever the sum's rounding.
        let until_s =
            if number == POINTS { f64::INFINITY } else { total * number as f64 / POINTS as f64 };
        while let Some(recording) = recordings.get(next)
            && ended_s + recording.seconds <= until_s
        {
            whole.add(&recording.evidence);
            ended_s += recording.seconds;
            next += 1;
        }
        let mut known = whole.clone();
        if let Some(recording) = recordings.get(next) {
            known.add_beginning(&recording.evidence, until_s - ended_s);
        }
        let is_new = points.last().is_none_or(|last| known.seconds() > last.seconds);
        if is_new && known.has_signal() {
            let found = known.test(key);
            points.push(CurvePoint {
                seconds: known.seconds(),
                sigmas: found.sigmas,
                p_value: found.p_value,
            });
        }
    }
    points
}

/// Seconds after which the p-value was [`FOUND_P`], or would be if the score went on growing as it does; none where
/// nothing stands out that could be extrapolated, or where it has stopped growing. `most` is the highest score there
/// can be and `needed` the score with that p-value.
pub(super) fn needed_s(curve: &[CurvePoint], most: f64, needed: f64) -> Option<f64> {
    let last = curve.last()?;
    if last.p_value <= FOUND_P {
        return Some(found_s(curve));
    }
    if last.p_value > CHANCE_P {
        return None;
    }
    let line = Line::of_last_half(curve, most)?;
    let seconds = line.reaches(signal_to_noise(needed, most))?.powi(2);
    (seconds <= TIMES_MAX * last.seconds).then_some(seconds.max(last.seconds))
}

/// Where a curve that ends at [`FOUND_P`] or below came there for good: between its last point above and the next one.
fn found_s(curve: &[CurvePoint]) -> f64 {
    let next = curve.iter().rposition(|point| point.p_value > FOUND_P).map_or(0, |last| last + 1);
    let Some(found) = curve.get(next) else { return 0.0 };
    let Some(before) = next.checked_sub(1).and_then(|last| curve.get(last)) else {
        return found.seconds;
    };
    let ln = |p: f64| p.max(f64::MIN_POSITIVE).ln();
    let share = (ln(before.p_value) - ln(FOUND_P)) / (ln(before.p_value) - ln(found.p_value));
    before.seconds + share * (found.seconds - before.seconds)
}

/// The signal-to-noise ratio against the root of the seconds: it grows with it at first, and ends where what a model does at
/// all times is the noise.
struct Line {
    at_start: f64,
    slope: f64,
}

impl Line {
    /// The line of least squares through the last half of the curve; none where that says nothing.
    fn of_last_half(curve: &[CurvePoint], most: f64) -> Option<Self> {
        let last = curve.last()?;
        let half = curve.iter().filter(|point| 2.0 * point.seconds >= last.seconds);
        let points: Vec<(f64, f64)> =
            half.map(|point| (point.seconds.sqrt(), signal_to_noise(point.sigmas, most))).collect();
        let count = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let (products, squares) = points.iter().fold((0.0, 0.0), |(products, squares), point| {
            (products + (point.0 - x) * (point.1 - y), squares + (point.0 - x).powi(2))
        });
        // Nothing grows faster than the root of time: what looks as if it did is luck.
        let slope = (products / squares).min(y / x);
        let grows = squares > 0.0 && slope > 0.0 && slope >= SLOPE_MIN * y / x;
        grows.then_some(Self { at_start: y - slope * x, slope })
    }

    /// The root of the seconds at which it reaches so much; none where that is no number.
    fn reaches(&self, ratio: f64) -> Option<f64> {
        let root = (ratio - self.at_start) / self.slope;
        root.is_finite().then_some(root.max(0.0))
    }
}

/// The signal-to-noise ratio s of each of N signs of equal weight, whose score √N·s/√(1 + s²) is `sigmas`; `most` is
/// √N, the highest score there can be.
pub(crate) fn signal_to_noise(sigmas: f64, most: f64) -> f64 {
    let share = (sigmas / most).clamp(-SHARE_MAX, SHARE_MAX);
    share / (1.0 - share * share).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A curve whose signs have this signal-to-noise ratio after a second.
    fn growing(ratio: f64, seconds: f64) -> Vec<CurvePoint> {
        let point = |n: usize| {
            let seconds = seconds * n as f64 / 20.0;
            let s = ratio * seconds.sqrt();
            let sigmas = 72.0_f64.sqrt() * s / (1.0 + s * s).sqrt();
            let p_value = 0.5 * (-sigmas * sigmas / 2.0).exp();
            CurvePoint { seconds, sigmas, p_value }
        };
        (1..=20).map(point).collect()
    }

    #[test]
    fn what_grows_as_a_signal_does_is_extrapolated_to_where_it_is_enough() {
        let curve = growing(0.1, 25.0);
        let needed = needed_s(&curve, 72.0_f64.sqrt(), 5.0).unwrap();
        let whole = growing(0.1, needed);
        assert!((whole[19].sigmas - 5.0).abs() < 1e-6, "{needed}");
    }

    /// The same curve with the scores of `sigmas` at each twentieth.
    fn with_scores(sigmas: impl Fn(f64) -> f64) -> Vec<CurvePoint> {
        let point = |n: u32| {
            let seconds = 10.0 * f64::from(n);
            let sigmas = sigmas(seconds);
            CurvePoint { seconds, sigmas, p_value: 0.5 * (-sigmas * sigmas / 2.0).exp() }
        };
        (1..=20).map(point).collect()
    }

    #[test]
    fn what_has_stopped_growing_is_not_extrapolated() {
        let most = 72.0_f64.sqrt();
        assert_eq!(needed_s(&with_scores(|s| 3.5_f64.min(0.4 * s.sqrt())), most, 5.0), None);
        assert_eq!(needed_s(&with_scores(|s| 4.0 - 0.003 * s), most, 5.0), None, "falling");
        // One that grows slowly takes longer than the root of time would say.
        let slow = with_scores(|s| 2.0 + 0.1 * s.sqrt());
        let by_root = 200.0 * (signal_to_noise(5.0, most) / signal_to_noise(3.41, most)).powi(2);
        let slow = needed_s(&slow, most, 5.0).unwrap();
        assert!(slow > 1.3 * by_root, "{slow} s, by the root of time {by_root} s");
    }

    #[test]
    fn what_was_found_was_found_between_two_points_of_its_own_curve() {
        let most = 72.0_f64.sqrt();
        let curve = with_scores(|s| if s < 105.0 { 3.0 } else { 6.0 });
        let found = needed_s(&curve, most, 5.1).unwrap();
        assert!((100.0..=110.0).contains(&found), "{found}");
        assert_eq!(
            needed_s(&with_scores(|_| 6.0), most, 5.1),
            Some(10.0),
            "from the first point on"
        );
        let lost = with_scores(|s| if (45.0..75.0).contains(&s) { 5.0 } else { 5.5 });
        let found = needed_s(&lost, most, 5.1).unwrap();
        assert!((70.0..=80.0).contains(&found), "for good: {found}");
    }

    #[test]
    fn what_chance_gives_is_not_extrapolated() {
        assert_eq!(needed_s(&growing(0.03, 30.0), 72.0_f64.sqrt(), 5.0), None);
        assert_eq!(needed_s(&[], 8.5, 5.0), None);
    }
}
