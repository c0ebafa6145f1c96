//! What of a recording stands out from the noise in it.

/// How quiet a part of all frames is taken for noise alone.
const QUIETEST: f64 = 0.1;
/// The mean of noise over its quietest part, which is averaged over neighbours.
const MEAN: f32 = 1.25;
/// Every so many frames are looked at: neighbours are alike.
const EVERY: usize = 4;
/// Fewest frames, two seconds, that a floor is measured in; after less, the one before stays.
const FRAMES_MIN: usize = 400;
/// Bins either side over which the floor is averaged.
const AROUND: usize = 4;

/// The power of steady noise in each bin: what was added on the way is not marked.
#[derive(Default)]
pub(super) struct NoiseFloor {
    power: Vec<f32>,
}

impl NoiseFloor {
    /// Measures the floor in `means` (frames × bins), a smoothed power.
    pub(super) fn measure(&mut self, means: &[f32], bins: usize) {
        let frames = means.len() / bins.max(1);
        if frames == 0 || (frames < FRAMES_MIN && !self.power.is_empty()) {
            return;
        }
        let mut column = Vec::with_capacity(frames.div_ceil(EVERY));
        let quietest = (0..bins).map(|bin| {
            column.clear();
            column.extend(means[bin..].iter().step_by(bins * EVERY));
            let at = (QUIETEST * (column.len() - 1) as f64) as usize;
            *column.select_nth_unstable_by(at, f32::total_cmp).1
        });
        let quietest: Vec<f32> = quietest.collect();
        let around = |bin: usize| {
            let near = &quietest[bin.saturating_sub(AROUND)..(bin + AROUND + 1).min(bins)];
            MEAN * near.iter().sum::<f32>() / near.len() as f32
        };
        self.power = (0..bins).map(around).collect();
    }

    /// The share of each of `means` (frames × bins) that is above the floor: Wiener's weight of what is not
    /// noise.
    pub(super) fn shares(&self, means: &[f32]) -> Vec<f32> {
        let frames = means.chunks_exact(self.power.len().max(1));
        let share = |(mean, floor): (&f32, &f32)| match *mean > *floor {
            true => 1.0 - floor / mean,
            false => 0.0,
        };
        frames.flat_map(|frame| frame.iter().zip(&self.power).map(share)).collect()
    }
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::signal::noise;

    use super::*;

    const BINS: usize = 12;

    /// Frames of steady noise, each value a mean of many, and from frame 500 on something louder in bin 6.
    fn means(frames: usize) -> Vec<f32> {
        let mut means: Vec<f32> = noise(1, frames * BINS).iter().map(|x| 1.0 + 0.2 * x).collect();
        means.iter_mut().skip(500 * BINS + 6).step_by(BINS).for_each(|x| *x += 99.0);
        means
    }

    #[test]
    fn noise_counts_little_and_what_stands_out_of_it_counts_whole() {
        let mut floor = NoiseFloor::default();
        floor.measure(&means(1_000), BINS);
        let shares = floor.shares(&means(1_000));
        assert_eq!(shares.len(), 1_000 * BINS);
        let mean = |frames: std::ops::Range<usize>| {
            let bin: Vec<f32> = frames.map(|frame| shares[frame * BINS + 6]).collect();
            bin.iter().sum::<f32>() / bin.len() as f32
        };
        assert!(mean(0..500) < 0.2, "{}", mean(0..500));
        assert!(mean(500..1_000) > 0.98, "{}", mean(500..1_000));
    }

    #[test]
    fn a_few_frames_leave_the_floor_as_it_was() {
        let mut floor = NoiseFloor::default();
        floor.measure(&means(1_000), BINS);
        let before = floor.power.clone();
        floor.measure(&vec![50.0; (FRAMES_MIN - 1) * BINS], BINS);
        assert_eq!(floor.power, before);
        floor.measure(&vec![50.0; FRAMES_MIN * BINS], BINS);
        assert!(floor.power.iter().all(|power| (power / (50.0 * MEAN) - 1.0).abs() < 1e-5));
    }

    #[test]
    fn digital_silence_has_no_floor_and_no_frames_no_shares() {
        let mut floor = NoiseFloor::default();
        assert!(floor.shares(&[]).is_empty());
        floor.measure(&[], BINS);
        floor.measure(&[0.0; 3 * BINS], BINS);
        assert!(floor.shares(&[0.0; 3 * BINS]).iter().all(|share| *share == 0.0));
        assert!(floor.shares(&[1.0; 3 * BINS]).iter().all(|share| *share == 1.0));
    }
}
