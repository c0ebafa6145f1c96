//! Treatments drawn at random for each clip.

use std::f64::consts::TAU;

use chacha20::ChaCha20Rng;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use crate::clip::Clip;
use crate::signal::level::rms;

/// Length of a random filter in seconds.
const EQ_LENGTH: f64 = 0.002;
/// Root of the summed variance of its taps, without the first, which is 1.
const EQ_SPREAD: f64 = 0.45;
/// Largest gain of a random filter relative to its root mean square, in dB; others are drawn again.
pub(super) const EQ_LIMIT_DB: f64 = 12.0;
/// Distance between the points that move, in seconds.
const WARP_STEP: f64 = 0.016;
/// Largest movement of a point, in seconds.
const WARP_REACH: f64 = 0.001;
/// Lowest and highest signal-to-noise ratio in dB.
const NOISE_DB: (f64, f64) = (10.0, 30.0);
/// Largest shift of a clip, in seconds and as a fraction of its length.
const SHIFT: f64 = 0.1;
const SHIFT_SHARE: f64 = 0.25;

/// A random filter of 2 ms: a tap of 1, then normally distributed taps with a total standard
/// deviation of 0.45, scaled to preserve the power of white noise. Gains beyond ±12 dB are drawn
/// again. The audio version of the random sharpening kernels of “Learning from Convolution-based
/// Unlearnable Datasets” (arXiv 2411.01742, section 3: a 3 × 3 kernel drawn for each image);
/// longer, because the filters it has to mask are longer.
pub(super) fn eq(clip: &Clip, rng: &mut ChaCha20Rng) -> Vec<f32> {
    convolved(&clip.samples, &eq_taps(clip.rate, rng))
}

/// The taps of [`eq`].
pub(super) fn eq_taps(rate: u32, rng: &mut ChaCha20Rng) -> Vec<f64> {
    let count = (EQ_LENGTH * f64::from(rate)).round().max(2.0) as usize;
    let spread = EQ_SPREAD / ((count - 1) as f64).sqrt();
    loop {
        let mut taps: Vec<f64> = (0..count)
            .map(|_| Distribution::<f64>::sample(&StandardNormal, rng) * spread)
            .collect();
        taps[0] = 1.0;
        let norm = taps.iter().map(|x| x * x).sum::<f64>().sqrt();
        taps.iter_mut().for_each(|x| *x /= norm);
        if (0..=4 * count)
            .all(|k| gain_db(&taps, 0.125 * k as f64 / count as f64).abs() <= EQ_LIMIT_DB)
        {
            return taps;
        }
    }
}

/// Gain in dB at `f`, a fraction of the sample rate.
pub(super) fn gain_db(taps: &[f64], f: f64) -> f64 {
    let part = |wave: fn(f64) -> f64| -> f64 {
        taps.iter().enumerate().map(|(n, tap)| tap * wave(TAU * f * n as f64)).sum()
    };
    10.0 * (part(f64::cos).powi(2) + part(f64::sin).powi(2) + 1e-12).log10()
}

fn convolved(samples: &[f32], taps: &[f64]) -> Vec<f32> {
    let at = |n: usize| -> f64 {
        let past = samples[..=n].iter().rev();
        taps.iter().zip(past).map(|(tap, &x)| tap * f64::from(x)).sum()
    };
    (0..samples.len()).map(|n| at(n) as f32).collect()
}

/// A time warp: every 16 ms a point moves by up to ±1 ms, with cubic interpolation between points
/// and between samples. Speed and pitch vary by up to an eighth. The audio version of COIN,
/// “Corrupting Convolution-based Unlearnable Datasets with Pixel-based Image Transformations”
/// (arXiv 2311.18403, section 4: every pixel is read from up to two pixels away, by linear
/// interpolation); to move every sample independently would be noise, not a warp.
pub(super) fn warp(clip: &Clip, rng: &mut ChaCha20Rng) -> Vec<f32> {
    let step = WARP_STEP * f64::from(clip.rate);
    let reach = WARP_REACH * f64::from(clip.rate);
    let points = (clip.samples.len() as f64 / step).ceil() as usize + 2;
    let moves: Vec<f64> = (0..points).map(|_| rng.random_range(-reach..=reach)).collect();
    let samples: Vec<f64> = clip.samples.iter().map(|&x| f64::from(x)).collect();
    let last = samples.len().saturating_sub(1) as f64;
    let position = |n: usize| (n as f64 + cubic(&moves, n as f64 / step)).clamp(0.0, last);
    (0..samples.len()).map(|n| cubic(&samples, position(n)) as f32).collect()
}

/// Cubic interpolation (Catmull-Rom) of `points` at `at`, constant outside.
fn cubic(points: &[f64], at: f64) -> f64 {
    let below = at.floor();
    let t = at - below;
    let point = |offset: i64| {
        let index = (below as i64 + offset).clamp(0, points.len() as i64 - 1);
        points[index as usize]
    };
    let (a, b, c, d) = (point(-1), point(0), point(1), point(2));
    let (slope_b, slope_c) = ((c - a) / 2.0, (d - b) / 2.0);
    let (square, cube) = (t * t, t * t * t);
    (2.0 * cube - 3.0 * square + 1.0) * b
        + (cube - 2.0 * square + t) * slope_b
        + (3.0 * square - 2.0 * cube) * c
        + (cube - square) * slope_c
}

/// White Gaussian noise 10 to 30 dB below the clip, the ratio uniform in dB.
pub(super) fn noise(clip: &Clip, rng: &mut ChaCha20Rng) -> Vec<f32> {
    let ratio_db: f64 = rng.random_range(NOISE_DB.0..=NOISE_DB.1);
    let amplitude = rms(&clip.samples) * 10_f64.powf(-ratio_db / 20.0);
    let hiss = |x: &f32| {
        let normal: f64 = StandardNormal.sample(rng);
        (f64::from(*x) + amplitude * normal) as f32
    };
    clip.samples.iter().map(hiss).collect()
}

/// Shifted by up to 0.1 s, at most a quarter of the clip, either way, and padded with silence.
pub(super) fn shift(clip: &Clip, rng: &mut ChaCha20Rng) -> Vec<f32> {
    let len = clip.samples.len();
    let reach = (SHIFT * f64::from(clip.rate)).min(len as f64 * SHIFT_SHARE) as i64;
    let by = rng.random_range(-reach..=reach);
    let source = |n: usize| usize::try_from(n as i64 - by).ok();
    (0..len).map(|n| source(n).and_then(|n| clip.samples.get(n)).copied().unwrap_or(0.0)).collect()
}
