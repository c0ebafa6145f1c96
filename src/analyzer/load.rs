//! How busy the audio thread is.

use std::collections::VecDeque;

/// Shorter blocks count together until they are this long, in seconds: what a single sample costs
/// says nothing.
const LEAST: f64 = 0.001;
/// Time constant of the mean, in seconds.
const SMOOTHING: f64 = 1.0;
/// How long a peak is remembered, in seconds, and in how many parts.
const MEMORY: f64 = 10.0;
const PARTS: usize = 20;

/// Load of the audio thread, in parts of the time there is.
#[derive(Default)]
pub(super) struct Load {
    mean: Option<f64>,
    /// What counts together: seconds taken, and seconds of audio.
    spent: f64,
    heard: f64,
    /// The largest share in each part of the memory, oldest first, and how full the last one is.
    peaks: VecDeque<f64>,
    filled: f64,
}

impl Load {
    /// A block of `seconds` took `nanos`.
    pub(super) fn take_in(&mut self, seconds: f64, nanos: u32) {
        self.spent += f64::from(nanos) * 1e-9;
        self.heard += seconds;
        if self.heard < LEAST {
            return;
        }
        let share = self.spent / self.heard;
        let weight = 1.0 - (-self.heard / SMOOTHING).exp();
        self.mean = Some(self.mean.map_or(share, |mean| mean + weight * (share - mean)));
        self.filled += self.heard;
        if self.peaks.is_empty() || self.filled > MEMORY / PARTS as f64 {
            self.filled = 0.0;
            self.peaks.push_back(0.0);
            if self.peaks.len() > PARTS {
                self.peaks.pop_front();
            }
        }
        if let Some(peak) = self.peaks.back_mut() {
            *peak = peak.max(share);
        }
        (self.spent, self.heard) = (0.0, 0.0);
    }

    /// Mean share of about the last second.
    pub(super) fn mean(&self) -> f32 {
        self.mean.unwrap_or_default() as f32
    }

    /// Largest share of the last ten seconds of audio.
    pub(super) fn peak(&self) -> f32 {
        self.peaks.iter().copied().fold(0.0, f64::max) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(load: &mut Load, blocks: usize, samples: usize, share: f64) {
        let seconds = samples as f64 / 48_000.0;
        for _ in 0..blocks {
            load.take_in(seconds, (seconds * share * 1e9) as u32);
        }
    }

    #[test]
    fn the_share_is_the_same_however_long_the_blocks_are() {
        for samples in [1, 64, 4_096] {
            let mut load = Load::default();
            run(&mut load, 480_000 / samples, samples, 0.25);
            assert!((load.mean() - 0.25).abs() < 0.01, "{}", load.mean());
            assert!((load.peak() - 0.25).abs() < 0.01, "{}", load.peak());
        }
    }

    #[test]
    fn a_peak_is_seen_for_ten_seconds_and_then_forgotten() {
        let mut load = Load::default();
        run(&mut load, 750, 64, 0.01);
        run(&mut load, 1, 64, 0.9);
        run(&mut load, 9 * 750, 64, 0.01);
        assert!((load.peak() - 0.9).abs() < 0.01);
        assert!(load.mean() < 0.02);
        run(&mut load, 2 * 750, 64, 0.01);
        assert!(load.peak() < 0.02);
    }
}
