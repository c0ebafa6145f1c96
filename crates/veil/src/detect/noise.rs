//! How far each cell of a recording can be trusted.

use realfft::num_complex::Complex32;

use super::raster::Raster;

/// A band of which a smaller share is above the floor is left out: hardly anything is to be heard in
/// it, and the code that should be there would speak against the right key.
const LIVELY: f32 = 0.3;
/// The same where the original is at hand, and every level has its own weight.
const LIVELY_BESIDE: f32 = 0.05;
/// No band counts as moving less than this share of what lively bands do: a band that only holds
/// the rounding of the file is steady, but carries nothing.
const QUIETEST: f64 = 0.25;
/// The same where the original is at hand. What speech does is gone then, and what a band takes over
/// from its neighbours' code is all that moves in it, in every frame alike: that is no noise that
/// averages out.
const QUIETEST_BESIDE: f64 = 3.0;
/// Frames after which a cell's own measurement counts as much as that of its neighbours.
const FRAMES_TO_TRUST: f64 = 10.0;
/// Least noise power of a cell: a copy that differs in nothing has none.
const LEAST: f64 = 1e-9;

/// 1 / noise power of each cell of one frame: how much it moves from frame to frame around its
/// `mean`. `power` is the sum over all `frames`, `alive` the share of each band that is no floor, which
/// counts from `lively_from` on.
pub(super) fn certainty(
    raster: &Raster,
    power: &[f64],
    mean: &[Complex32],
    frames: u64,
    alive: &[f32],
    beside: bool,
) -> Vec<f32> {
    let lively_from = if beside { LIVELY_BESIDE } else { LIVELY };
    let count = frames.max(1) as f64;
    let harmonics = raster.harmonics;
    let noise: Vec<f64> = power
        .iter()
        .zip(mean)
        .map(|(power, mean)| (power / count - f64::from(mean.norm_sqr())).max(LEAST))
        .collect();
    // A cell alone is measured on few frames; with its band and its harmonic it is steadier.
    let of_band: Vec<f64> = noise.chunks_exact(harmonics).map(|b| average(b.iter())).collect();
    let of_harmonic: Vec<f64> =
        (0..harmonics).map(|h| average(noise.iter().skip(h).step_by(harmonics))).collect();
    let all = average(noise.iter());
    let mut lively: Vec<f64> = of_band
        .iter()
        .zip(alive)
        .filter(|(_, alive)| **alive >= lively_from)
        .map(|(&noise, _)| noise)
        .collect();
    lively.sort_unstable_by(f64::total_cmp);
    let (usual, quietest) = if beside {
        (average(lively.iter()), QUIETEST_BESIDE)
    } else {
        (lively.get(lively.len() / 2).copied().unwrap_or(0.0), QUIETEST)
    };
    // How much speech moves from frame to frame does not show in one.
    if usual <= 0.0 || (frames < 2 && !beside) {
        return vec![0.0; noise.len()];
    }
    let own = count / (count + FRAMES_TO_TRUST);
    noise
        .iter()
        .enumerate()
        .map(|(cell, noise)| {
            let (band, harmonic) = (cell / harmonics, cell % harmonics);
            if alive.get(band).is_none_or(|&alive| alive < lively_from) {
                return 0.0;
            }
            let shape = of_harmonic[harmonic] / all;
            let measured = own * noise + (1.0 - own) * of_band[band] * shape;
            (1.0 / measured.max(quietest * usual * shape)) as f32
        })
        .collect()
}

fn average<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}
