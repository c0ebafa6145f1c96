//! Load of the audio thread.

use std::collections::VecDeque;

/// Shorter blocks are counted together until they are this long, in seconds: timing a single
/// sample is meaningless.
const SHORTEST: f64 = 0.001;
/// Time constant of the mean, in seconds.
const SMOOTHING: f64 = 1.0;
/// What is late is counted over so many seconds: less is the system's scheduling, which a host's buffers
/// make up for.
const LATE_OVER: f64 = 0.05;
/// For how long it is shown, in seconds.
const LATE_SHOWN: f64 = 10.0;

/// Processing time over the duration of the audio processed.
#[derive(Default)]
pub(super) struct Load {
    mean: Option<f64>,
    /// Blocks counted together: seconds of processing, and seconds of audio.
    busy: f64,
    audio: f64,
    /// The same for what may be late.
    late_busy: f64,
    late_audio: f64,
    /// Seconds of audio ago that it was late, oldest first.
    late: VecDeque<f64>,
}

impl Load {
    /// Adds a block of `seconds` that took `nanos` to process.
    pub(super) fn push(&mut self, seconds: f64, nanos: u32) {
        let busy = f64::from(nanos) * 1e-9;
        self.push_late(seconds, busy);
        self.busy += busy;
        self.audio += seconds;
        if self.audio < SHORTEST {
            return;
        }
        let load = self.busy / self.audio;
        let weight = 1.0 - (-self.audio / SMOOTHING).exp();
        self.mean = Some(self.mean.map_or(load, |mean| mean + weight * (load - mean)));
        (self.busy, self.audio) = (0.0, 0.0);
    }

    fn push_late(&mut self, seconds: f64, busy: f64) {
        self.late.iter_mut().for_each(|ago| *ago += seconds);
        while self.late.front().is_some_and(|ago| *ago > LATE_SHOWN) {
            self.late.pop_front();
        }
        self.late_busy += busy;
        self.late_audio += seconds;
        if self.late_audio < LATE_OVER {
            return;
        }
        if self.late_busy >= self.late_audio {
            self.late.push_back(0.0);
        }
        (self.late_busy, self.late_audio) = (0.0, 0.0);
    }

    /// Mean load over about the last second.
    pub(super) fn mean(&self) -> f32 {
        self.mean.unwrap_or_default() as f32
    }

    /// How often in the last ten seconds of audio processing took longer than real time.
    pub(super) fn late(&self) -> u32 {
        self.late.len() as u32
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
            assert_eq!(load.late(), 0);
        }
    }

    #[test]
    fn only_what_buffers_cannot_make_up_for_is_late_and_it_is_forgotten() {
        let mut load = Load::default();
        run(&mut load, 750, 64, 0.01);
        // One short block that the system held up for twice its length.
        run(&mut load, 1, 64, 2.0);
        run(&mut load, 750, 64, 0.01);
        assert_eq!(load.late(), 0);
        // A tenth of a second that took longer than that.
        run(&mut load, 80, 64, 1.1);
        assert!((1..=2).contains(&load.late()), "{}", load.late());
        run(&mut load, 9 * 750, 64, 0.01);
        assert!(load.late() > 0 && load.mean() < 0.02);
        run(&mut load, 2 * 750, 64, 0.01);
        assert_eq!(load.late(), 0);
    }
}
