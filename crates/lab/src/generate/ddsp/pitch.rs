//! Pitch by autocorrelation.

use crate::generate::RATE;
use crate::generate::features::HOP;

/// Samples in a window: 40 ms.
const WINDOW: usize = 320;
/// Shortest and longest period in samples: 800 and 60 Hz.
const PERIODS: (usize, usize) = (10, 133);
/// Of periods whose correlation is at least this share of the highest, the shortest is taken: multiples
/// of a period correlate as well.
const NEAR_HIGHEST: f32 = 0.9;

/// Pitch and how sure it is, frame by frame; frame k is centred on sample k · [`HOP`].
pub(super) struct Pitch {
    /// In Hz; where nothing is periodic, the nearest period that fits.
    pub(super) hz: Vec<f32>,
    /// Normalised autocorrelation at the period, 0 to 1.
    pub(super) periodic: Vec<f32>,
}

impl Pitch {
    /// The pitch of a recording: one frame more than it has whole hops.
    pub(super) fn of(samples: &[f32]) -> Self {
        let mut padded = vec![0.0; WINDOW / 2 + PERIODS.1];
        padded.extend_from_slice(samples);
        padded.resize(padded.len() + WINDOW + HOP, 0.0);
        let frames = samples.len() / HOP + 1;
        let mut pitch =
            Self { hz: Vec::with_capacity(frames), periodic: Vec::with_capacity(frames) };
        for frame in 0..frames {
            let (period, correlation) = period(&padded, frame * HOP + PERIODS.1);
            pitch.hz.push(RATE as f32 / period);
            pitch.periodic.push(correlation.clamp(0.0, 1.0));
        }
        pitch
    }
}

/// The period in samples of the window that begins at `start`, and its correlation.
fn period(samples: &[f32], start: usize) -> (f32, f32) {
    let window = &samples[start..start + WINDOW];
    let power: f32 = window.iter().map(|x| x * x).sum();
    let correlation = |lag: usize| {
        let earlier = &samples[start - lag..start - lag + WINDOW];
        let (mut both, mut of_earlier) = (0.0, 0.0);
        for (x, y) in window.iter().zip(earlier) {
            both += x * y;
            of_earlier += y * y;
        }
        both / (power * of_earlier).sqrt().max(1e-9)
    };
    let all: Vec<f32> = (PERIODS.0 - 1..=PERIODS.1).map(correlation).collect();
    let highest = all.iter().copied().fold(0.0, f32::max);
    let peak = (1..all.len() - 1).find(|&n| {
        all[n] >= NEAR_HIGHEST * highest && all[n] >= all[n - 1] && all[n] >= all[n + 1]
    });
    let Some(n) = peak else { return (PERIODS.1 as f32, 0.0) };
    let (a, b, c) = (all[n - 1], all[n], all[n + 1]);
    let bend = a - 2.0 * b + c;
    let offset = if bend < -1e-9 { (0.5 * (a - c) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    ((PERIODS.0 - 1 + n) as f32 + offset, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pitch_of_a_voice_like_tone_is_found() {
        for hz in [80.0, 120.0, 210.0, 400.0_f32] {
            let sample = |n: usize| {
                let phase = std::f32::consts::TAU * hz * n as f32 / RATE as f32;
                (1..6).map(|k| (k as f32 * phase).sin() / k as f32).sum::<f32>()
            };
            let pitch = Pitch::of(&(0..4_000).map(sample).collect::<Vec<f32>>());
            assert_eq!(pitch.hz.len(), 4_000 / HOP + 1);
            for frame in 10..pitch.hz.len() - 10 {
                assert!((pitch.hz[frame] / hz - 1.0).abs() < 0.01, "{hz}: {}", pitch.hz[frame]);
                assert!(pitch.periodic[frame] > 0.95);
            }
        }
    }
}
