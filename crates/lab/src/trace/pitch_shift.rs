//! Pitch without tempo: resampled, then brought back to its length.

use crate::generate::RATE;
use crate::signal::resample::{ResampleError, resample};

/// Samples in a piece, and from one piece to the next: 30 and 15 ms.
const PIECE: usize = 240;
const STEP: usize = PIECE / 2;
/// How far a piece may be moved so that it fits the one before, in samples: a period of 70 Hz.
const SEARCH: usize = 115;

/// The recording `semitones` higher, as long as it was.
pub(super) fn shifted(audio: &[f32], semitones: f64) -> Result<Vec<f32>, ResampleError> {
    let faster = f64::from(RATE) * (semitones / 12.0).exp2();
    let moved = resample(audio, (faster / 20.0).round() as u32 * 20, RATE)?;
    Ok(stretched(&moved, audio.len()))
}

/// Brought to `len` samples by waveform similarity (Verhelst and Roelands, ICASSP 1993).
fn stretched(audio: &[f32], len: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; len + PIECE];
    let speed = audio.len() as f64 / len.max(1) as f64;
    let at = |index: usize| audio.get(index).copied().unwrap_or(0.0);
    let mut before: Option<usize> = None;
    for start in (0..len).step_by(STEP) {
        let about = (start as f64 * speed) as usize;
        // What would follow the piece before, if it went on.
        let chosen = before.map_or(about, |before| {
            let similarity = |candidate: usize| -> f32 {
                (0..STEP).map(|n| at(candidate + n) * at(before + STEP + n)).sum()
            };
            let candidates = about.saturating_sub(SEARCH)..=about + SEARCH;
            candidates
                .map(|candidate| (candidate, similarity(candidate)))
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .map_or(about, |(candidate, _)| candidate)
        });
        for n in 0..PIECE {
            let window = (std::f32::consts::PI * n as f32 / PIECE as f32).sin().powi(2);
            out[start + n] += window * at(chosen + n);
        }
        before = Some(chosen);
    }
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_moves_by_two_semitones_and_keeps_its_length() {
        let tone = |hz: f64| -> Vec<f32> {
            let step = std::f64::consts::TAU * hz / f64::from(RATE);
            (0..8_000).map(|n| (step * f64::from(n)).sin() as f32).collect()
        };
        let crossings = |audio: &[f32]| {
            audio[1_000..7_000].windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count()
        };
        for (semitones, wanted) in [(2.0, 449.0), (-2.0, 356.4)] {
            let out = shifted(&tone(400.0), semitones).unwrap();
            assert_eq!(out.len(), 8_000);
            let hz = crossings(&out) as f64 / 0.75;
            assert!((hz - wanted).abs() < 8.0, "{hz} in the place of {wanted}");
        }
    }
}
