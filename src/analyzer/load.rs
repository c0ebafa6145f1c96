//! Load of the audio thread.

use std::collections::VecDeque;

/// Shorter blocks are counted together until they are this long, in seconds: timing a single
/// sample is meaningless.
const SHORTEST: f64 = 0.001;
/// Time constant of the mean, in seconds.
const SMOOTHING: f64 = 1.0;
/// How long a peak is held, in seconds.
const PEAK_HOLD: f64 = 10.0;
/// Parts of that time, each with a peak of its own.
const PEAK_PARTS: usize = 20;

/// Processing time over the duration of the audio processed.
#[derive(Default)]
pub(super) struct Load {
    mean: Option<f64>,
    /// Blocks counted together: seconds of processing, and seconds of audio.
    busy: f64,
    audio: f64,
    /// The highest load in each part of the peak hold, oldest first.
    peaks: VecDeque<f64>,
    /// Seconds of audio in the newest part.
    newest_part: f64,
}

impl Load {
    /// Adds a block of `seconds` that took `nanos` to process.
    pub(super) fn push(&mut self, seconds: f64, nanos: u32) {
        self.busy += f64::from(nanos) * 1e-9;
        self.audio += seconds;
        if self.audio < SHORTEST {
            return;
        }
        let load = self.busy / self.audio;
        let weight = 1.0 - (-self.audio / SMOOTHING).exp();
        self.mean = Some(self.mean.map_or(load, |mean| mean + weight * (load - mean)));
        self.newest_part += self.audio;
        if self.peaks.is_empty() || self.newest_part > PEAK_HOLD / PEAK_PARTS as f64 {
            self.newest_part = 0.0;
            self.peaks.push_back(0.0);
            if self.peaks.len() > PEAK_PARTS {
                self.peaks.pop_front();
            }
        }
        if let Some(peak) = self.peaks.back_mut() {
            *peak = peak.max(load);
        }
        (self.busy, self.audio) = (0.0, 0.0);
    }

    /// Mean load over about the last second.
    pub(super) fn mean(&self) -> f32 {
        self.mean.unwrap_or_default() as f32
    }

    /// The highest load of the last ten seconds of audio.
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
            load.push(seconds, (seconds * share * 1e9) as u32);
        }
    }

    #[test]
    fn the_load_does_not_depend_on_the_block_size() {
        for samples in [1, 64, 4_096] {
            let mut load = Load::default();
            run(&mut load, 480_000 / samples, samples, 0.25);
            assert!((load.mean() - 0.25).abs() < 0.01, "{}", load.mean());
            assert!((load.peak() - 0.25).abs() < 0.01, "{}", load.peak());
        }
    }

    #[test]
    fn a_peak_is_held_for_ten_seconds_and_then_forgotten() {
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
