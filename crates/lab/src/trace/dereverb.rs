//! Dereverberation by linear prediction.

use patchveil_spectral::{Complex, Complex32, Stft};

/// Samples in a window and between two: 32 and 8 ms.
const WINDOW: usize = 256;
const HOP: usize = 64;
/// Frames that prediction skips, so that the sound itself stays.
const DELAY: usize = 3;
/// Frames that prediction uses.
const ORDER: usize = 8;
/// How often power and prediction are estimated in turns.
const ROUNDS: usize = 2;

type Complex64 = Complex<f64>;

/// Takes out what each band predicts from its own past, more than 24 ms ago: weighted prediction error
/// (Nakatani et al., IEEE Trans. ASLP 18(7), 2010), one channel.
pub(super) fn dereverberated(audio: &[f32]) -> Vec<f32> {
    let stft = Stft::new(WINDOW, HOP);
    let mut spectra = stft.analysis(audio);
    let bins = stft.bins();
    for bin in 0..bins {
        let band: Vec<Complex64> = spectra.iter().map(|frame| wide(frame[bin])).collect();
        for (frame, value) in spectra.iter_mut().zip(predicted_removed(&band)) {
            frame[bin] = Complex32::new(value.re as f32, value.im as f32);
        }
    }
    stft.synthesis(&spectra, audio.len())
}

fn wide(value: Complex32) -> Complex64 {
    Complex64::new(f64::from(value.re), f64::from(value.im))
}

fn predicted_removed(band: &[Complex64]) -> Vec<Complex64> {
    let mean = band.iter().map(Complex64::norm_sqr).sum::<f64>() / band.len().max(1) as f64;
    let mut dry = band.to_vec();
    for _ in 0..ROUNDS {
        let mut matrix = [[Complex64::default(); ORDER]; ORDER];
        let mut vector = [Complex64::default(); ORDER];
        for n in DELAY + ORDER..band.len() {
            let weight = 1.0 / dry[n].norm_sqr().max(1e-4 * mean + 1e-20);
            let past = |k: usize| band[n - DELAY - k];
            for row in 0..ORDER {
                for (column, value) in matrix[row].iter_mut().enumerate() {
                    *value += past(row) * past(column).conj() * weight;
                }
                vector[row] += past(row) * band[n].conj() * weight;
            }
        }
        let trace: f64 = (0..ORDER).map(|n| matrix[n][n].re).sum();
        for (n, row) in matrix.iter_mut().enumerate() {
            row[n].re += 1e-6 * trace / ORDER as f64 + 1e-20;
        }
        let taps = solved(matrix, vector);
        for n in DELAY + ORDER..band.len() {
            let of_tap = |k: usize| taps[k].conj() * band[n - DELAY - k];
            dry[n] = band[n] - (0..ORDER).map(of_tap).sum::<Complex64>();
        }
    }
    dry
}

/// x with `matrix` · x = `vector`, by elimination with pivots.
fn solved(
    mut matrix: [[Complex64; ORDER]; ORDER],
    mut vector: [Complex64; ORDER],
) -> [Complex64; ORDER] {
    for n in 0..ORDER {
        let size = |row: usize| matrix[row][n].norm_sqr();
        let pivot = (n..ORDER).max_by(|&a, &b| size(a).total_cmp(&size(b))).unwrap_or(n);
        matrix.swap(n, pivot);
        vector.swap(n, pivot);
        if matrix[n][n].norm_sqr() == 0.0 {
            continue;
        }
        for row in n + 1..ORDER {
            let factor = matrix[row][n] / matrix[n][n];
            let above = matrix[n];
            for (value, above) in matrix[row][n..].iter_mut().zip(&above[n..]) {
                *value -= factor * above;
            }
            let above = vector[n];
            vector[row] -= factor * above;
        }
    }
    let mut x = [Complex64::default(); ORDER];
    for n in (0..ORDER).rev() {
        let known: Complex64 = (n + 1..ORDER).map(|k| matrix[n][k] * x[k]).sum();
        if matrix[n][n].norm_sqr() > 0.0 {
            x[n] = (vector[n] - known) / matrix[n][n];
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::level::energy;
    use crate::signal::rng::rng;
    use rand::RngExt;

    #[test]
    fn a_late_echo_of_noise_becomes_weaker() {
        let mut random = rng(1, "test", "noise");
        let dry: Vec<f32> = (0..24_000).map(|_| random.random_range(-1.0..1.0)).collect();
        let echo = 400;
        let wet: Vec<f32> = (0..dry.len())
            .map(|n| dry[n] + if n >= echo { 0.4 * dry[n - echo] } else { 0.0 })
            .collect();
        let out = dereverberated(&wet);
        let difference = |a: &[f32]| -> f64 {
            energy(&a.iter().zip(&dry).map(|(a, b)| a - b).collect::<Vec<f32>>())
        };
        assert!(difference(&out) < 0.6 * difference(&wet));
    }
}
