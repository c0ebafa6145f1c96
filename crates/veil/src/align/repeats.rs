//! Which windows of a recording repeat earlier ones: what is heard twice is no fresh evidence.

use patchveil_spectral::{Complex, ForwardFft, InverseFft};

use crate::dot::dot;

/// Rate in Hz, about, at which repeats are looked for; they are found to the sample afterwards.
const COARSE_HZ: usize = 6_000;
/// Least distance of a repeat in seconds. What repeats sooner is a note that is held.
const NEAREST_S: f64 = 0.3;
/// Least length of a repeat in seconds.
const SHORTEST_S: f64 = 0.3;
/// Most distances that are looked at.
const DISTANCES: usize = 12;
/// Correlation from which a window counts as a repeat.
const SAME: f64 = 0.99;

/// For each of the windows of `window` samples, from sample `first` on, whether it repeats an earlier
/// stretch of `samples`. Allocates.
pub(super) fn repeats(samples: &[f64], first: usize, window: usize, sample_rate: u32) -> Vec<bool> {
    let count = samples.len().saturating_sub(first) / window;
    let shortest = (SHORTEST_S * f64::from(sample_rate)) as usize / window;
    let mut repeated = vec![false; count];
    for distance in distances(samples, sample_rate as usize) {
        let is_same = |index: usize| {
            let begin = first + index * window;
            begin >= distance && correlation(samples, begin, begin + window, distance) > SAME
        };
        let mut run = 0;
        for index in 0..=count {
            if index < count && is_same(index) {
                run += 1;
                continue;
            }
            if run >= shortest {
                repeated[index - run..index].fill(true);
            }
            run = 0;
        }
    }
    repeated
}

/// Correlation of the samples `from` .. `to` with those `distance` before them.
fn correlation(samples: &[f64], from: usize, to: usize, distance: usize) -> f64 {
    let (late, early) = (&samples[from..to], &samples[from - distance..to - distance]);
    let power = dot(late, late) * dot(early, early);
    if power > 0.0 { dot(late, early) / power.sqrt() } else { 0.0 }
}

/// The distances, in samples, at which most is repeated.
fn distances(samples: &[f64], rate: usize) -> Vec<usize> {
    let coarse = (rate / COARSE_HZ).max(1);
    let means: Vec<f64> = samples.chunks(coarse).map(|chunk| chunk.iter().sum()).collect();
    let nearest = (NEAREST_S * rate as f64) as usize / coarse;
    let mut similarity = autocorrelation(&means);
    let end = similarity.len();
    similarity[..nearest.min(end)].fill(0.0);
    let mut found = Vec::new();
    for _ in 0..DISTANCES {
        let best = similarity.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let Some((at, _)) = best.filter(|(_, value)| **value > 0.0) else { break };
        let near = at.saturating_sub(nearest / 10)..(at + nearest / 10 + 1).min(end);
        similarity[near].fill(0.0);
        found.push(to_the_sample(samples, at * coarse, 2 * coarse));
    }
    found
}

/// Autocorrelation for each distance. Half of the spectrum's range is taken out, so that repeats stand
/// out and notes do not.
fn autocorrelation(samples: &[f64]) -> Vec<f64> {
    let len = (2 * samples.len()).next_power_of_two();
    let mut forward = ForwardFft::<f64>::new(len);
    let mut inverse = InverseFft::<f64>::new(len);
    let bins = forward.transform_of(samples);
    for (to, from) in inverse.bins_mut().iter_mut().zip(bins) {
        *to = Complex::new(from.norm(), 0.0);
    }
    inverse.transform()[..samples.len()].to_vec()
}

/// The distance `within` samples of `near` at which the samples are most alike.
fn to_the_sample(samples: &[f64], near: usize, within: usize) -> usize {
    let alike = |distance: usize| dot(&samples[distance..], &samples[..samples.len() - distance]);
    let places = near.saturating_sub(within)..(near + within + 1).min(samples.len());
    let alike = places.map(|distance| (distance, alike(distance)));
    alike.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(near, |(distance, _)| distance)
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::signal;

    use super::*;

    fn noise(seed: u64, len: usize) -> Vec<f64> {
        signal::noise(seed, len).into_iter().map(f64::from).collect()
    }

    #[test]
    fn what_is_played_again_is_a_repeat_and_its_first_time_is_not() {
        let (first, between) = (noise(1, 30_011), noise(2, 30_000));
        let samples = [&first[..], &between, &first, &first[..20_000]].concat();
        let repeated = repeats(&samples, 100, 160, 8_000);
        assert_eq!(repeated.len(), (samples.len() - 100) / 160);
        for (index, repeated) in repeated.iter().enumerate() {
            let begin = 100 + 160 * index;
            let is_first = begin + 160 <= 60_011;
            let is_whole = begin >= 60_011 && !(90_022 - 160..90_022).contains(&begin);
            assert!(!(is_first && *repeated), "sample {begin}");
            assert!(!is_whole || *repeated, "sample {begin}");
        }
    }

    #[test]
    fn silence_and_noise_do_not_repeat() {
        for samples in [vec![0.0; 20_000], noise(3, 20_000), Vec::new()] {
            assert!(repeats(&samples, 0, 160, 8_000).iter().all(|repeated| !repeated));
        }
    }
}
