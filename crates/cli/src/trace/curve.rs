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

/// Seconds after which the p-value would be [`FOUND_P`] if the recordings went on as they do, or were found
/// to be; none where nothing stands out that could be extrapolated. `most` is the highest score there can
/// be and `needed` the score with that p-value.
///
/// The signal-to-noise ratio grows with the root of time and follows from each point of the curve; its slope follows
/// from all of them.
pub(super) fn needed_s(curve: &[CurvePoint], most: f64, needed: f64) -> Option<f64> {
    let last = curve.last()?;
    if last.p_value > CHANCE_P {
        return None;
    }
    let ratio = |sigmas: f64| signal_to_noise(sigmas, most).max(0.0);
    let (products, times) = curve.iter().fold((0.0, 0.0), |(products, times), point| {
        (products + ratio(point.sigmas) * point.seconds.sqrt(), times + point.seconds)
    });
    let extrapolated = (ratio(needed) * times / products).powi(2);
    let first = curve.iter().find(|point| point.p_value <= FOUND_P).map(|point| point.seconds);
    match first {
        Some(first) => Some(extrapolated.min(first)),
        None => Some(extrapolated.max(last.seconds)),
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

    #[test]
    fn what_chance_gives_is_not_extrapolated() {
        assert_eq!(needed_s(&growing(0.03, 30.0), 72.0_f64.sqrt(), 5.0), None);
        assert_eq!(needed_s(&[], 8.5, 5.0), None);
    }
}
