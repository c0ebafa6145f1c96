//! Log-spectral distance.

use patchveil_spectral::{Complex32, Stft};

/// Length of a frame in ms, rounded up to a power of two of samples.
const FRAME_MS: f64 = 25.0;
/// Levels further below the recording's loudest bin are raised to this, in dB.
const FLOOR_DB: f64 = 80.0;
/// Frames further below the loudest are silence, in dB.
const QUIET_DB: f64 = 50.0;

/// Log-spectral distance in dB between two recordings of equal length: the root mean square
/// difference of the log power spectra (Gray and Markel, IEEE TASSP 24(5), 1976, the L₂ norm of
/// section III), averaged over frames. Uses the bins within `band` (Hz), the frames within 50 dB of
/// the loudest of `before`, and levels down to 80 dB below the loudest bin. `None` if nothing is
/// left.
#[must_use]
pub fn lsd(before: &[f32], after: &[f32], rate: u32, band: (f64, f64)) -> Option<f64> {
    let stft = Stft::for_rate(FRAME_MS, rate);
    let (before, after) = (stft.analysis(before), stft.analysis(after));
    let bins: Vec<usize> =
        (1..stft.bins()).filter(|&bin| (band.0..=band.1).contains(&stft.hz(bin, rate))).collect();
    let powers = |spectrum: &Vec<Complex32>| spectrum.iter().map(|x| f64::from(x.norm_sqr())).sum();
    let energies: Vec<f64> = before.iter().map(powers).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let peak = before.iter().flatten().map(|x| f64::from(x.norm_sqr())).fold(0.0, f64::max);
    if bins.is_empty() || loudest <= 0.0 {
        return None;
    }
    let floor = peak * 10_f64.powf(-FLOOR_DB / 10.0);
    let level = |x: f64| 10.0 * x.max(floor).log10();
    let mut sum = 0.0;
    let mut frames = 0_u32;
    for ((b, a), energy) in before.iter().zip(&after).zip(energies) {
        if energy < loudest * 10_f64.powf(-QUIET_DB / 10.0) {
            continue;
        }
        let squares = bins.iter().map(|&k| {
            (level(f64::from(a[k].norm_sqr())) - level(f64::from(b[k].norm_sqr()))).powi(2)
        });
        sum += (squares.sum::<f64>() / bins.len() as f64).sqrt();
        frames += 1;
    }
    (frames > 0).then(|| sum / f64::from(frames))
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::signal::filter::zero_phase;
    use crate::signal::rng::rng;

    fn noise(len: usize) -> Vec<f32> {
        let mut rng = rng(3, "test", "lsd");
        (0..len).map(|_| rng.random_range(-0.5..0.5)).collect()
    }

    #[test]
    fn equal_recordings_have_distance_zero_and_silence_has_none() {
        let noise = noise(8_000);
        assert_eq!(lsd(&noise, &noise, 8_000, (0.0, 4_000.0)), Some(0.0));
        assert_eq!(lsd(&[0.0; 800], &[0.0; 800], 8_000, (0.0, 4_000.0)), None);
    }

    #[test]
    fn six_db_everywhere_is_a_distance_of_six() {
        let before = noise(8_000);
        let after: Vec<f32> = before.iter().map(|x| x * 0.501_187).collect();
        let distance = lsd(&before, &after, 8_000, (0.0, 4_000.0)).unwrap();
        assert!((distance - 6.0).abs() < 0.05, "{distance}");
    }

    #[test]
    fn only_the_given_band_is_measured() {
        let before = noise(96_000);
        // 12 dB down above 12 kHz.
        let after = zero_phase(&before, |f| if f > 0.25 { 0.251_189 } else { 1.0 });
        let low = lsd(&before, &after, 48_000, (0.0, 11_000.0)).unwrap();
        let high = lsd(&before, &after, 48_000, (13_000.0, 24_000.0)).unwrap();
        assert!(low < 0.1 && (high - 12.0).abs() < 0.1, "{low} {high}");
    }
}
