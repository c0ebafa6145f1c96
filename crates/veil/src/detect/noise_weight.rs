//! How much each cell of a recording counts: the inverse of its noise power.

use realfft::num_complex::Complex32;

use super::grid::Grid;

/// A band whose active fraction is smaller is left out: it is nearly silent, and the pattern missing
/// from it would count against the right key.
const ACTIVE: f32 = 0.3;
/// The same with the original at hand, where every level has its own weight.
const ACTIVE_WITH_REFERENCE: f32 = 0.05;
/// No band counts as less noisy than this share of the median of active bands: a band that only
/// holds the file's rounding noise is steady, but carries nothing.
const LEAST_NOISE: f64 = 0.25;
/// The same with the original at hand. Speech cancels then, and all that moves in a band is what leaks
/// in from its neighbours' pattern, the same in every period: noise that does not average out.
const LEAST_NOISE_WITH_REFERENCE: f64 = 3.0;
/// Periods after which a cell's own measurement counts as much as that of its neighbours.
const PERIODS_TO_TRUST: f64 = 10.0;
/// Least noise power of a cell: an exact copy has none.
const LEAST: f64 = 1e-9;

/// 1 / noise power of each cell: the variance from period to period around its `mean`. `power` is the
/// sum over all `periods`, `active_fraction` the share of each band's power that is above the floor.
pub(super) fn noise_weights(
    grid: &Grid,
    power: &[f64],
    mean: &[Complex32],
    periods: u64,
    active_fraction: &[f32],
    with_reference: bool,
) -> Vec<f32> {
    let active_from = if with_reference { ACTIVE_WITH_REFERENCE } else { ACTIVE };
    let count = periods.max(1) as f64;
    let harmonics = grid.harmonics;
    let noise: Vec<f64> = power
        .iter()
        .zip(mean)
        .map(|(power, mean)| (power / count - f64::from(mean.norm_sqr())).max(LEAST))
        .collect();
    // A single cell is measured on few periods; its band and its harmonic make that steadier.
    let of_band: Vec<f64> = noise.chunks_exact(harmonics).map(|b| average(b.iter())).collect();
    let of_harmonic: Vec<f64> =
        (0..harmonics).map(|h| average(noise.iter().skip(h).step_by(harmonics))).collect();
    let all = average(noise.iter());
    let mut active: Vec<f64> = of_band
        .iter()
        .zip(active_fraction)
        .filter(|(_, active_fraction)| **active_fraction >= active_from)
        .map(|(&noise, _)| noise)
        .collect();
    active.sort_unstable_by(f64::total_cmp);
    let (usual, least_noise) = if with_reference {
        (average(active.iter()), LEAST_NOISE_WITH_REFERENCE)
    } else {
        (active.get(active.len() / 2).copied().unwrap_or(0.0), LEAST_NOISE)
    };
    // One period does not show how much speech moves from period to period.
    if usual <= 0.0 || (periods < 2 && !with_reference) {
        return vec![0.0; noise.len()];
    }
    let own = count / (count + PERIODS_TO_TRUST);
    noise
        .iter()
        .enumerate()
        .map(|(cell, noise)| {
            let (band, harmonic) = (cell / harmonics, cell % harmonics);
            if active_fraction
                .get(band)
                .is_none_or(|&active_fraction| active_fraction < active_from)
            {
                return 0.0;
            }
            let shape = of_harmonic[harmonic] / all;
            let measured = own * noise + (1.0 - own) * of_band[band] * shape;
            (1.0 / measured.max(least_noise * usual * shape)) as f32
        })
        .collect()
}

fn average<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}
