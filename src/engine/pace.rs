//! How fast the host runs: in real time, or ahead of it.
//!
//! Hosts that render faster than real time do not always say so. Where the engine has to know
//! whether it may wait, it compares the samples it has processed with the clock.

use std::time::{Duration, Instant};

/// A host this far ahead of the clock, beyond two blocks, renders.
const AHEAD: Duration = Duration::from_millis(30);
/// A host that was not ahead for this long runs in real time.
const REAL_TIME_AFTER: Duration = Duration::from_secs(1);
/// A pause between two blocks, beyond their length, after which measuring starts afresh.
const PAUSE: Duration = Duration::from_millis(200);

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    RealTime,
    Ahead,
}

/// A moment of the engine: samples processed, and the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) samples: u64,
    pub(crate) clock: Instant,
}

/// The pace of the host since the last activation.
pub(crate) struct Pace {
    sample_rate: f64,
    found: Found,
    /// Where the present measurement started.
    start: Option<Moment>,
    /// The block before.
    last: Option<Moment>,
}

impl Pace {
    /// Nothing known yet about a host at `sample_rate` Hz.
    pub(crate) fn new(sample_rate: u32) -> Self {
        let sample_rate = f64::from(sample_rate.max(1));
        Self { sample_rate, found: Found::Nothing, start: None, last: None }
    }

    /// A block of `len` samples begins at `now`. Never allocates, locks or waits.
    pub(crate) fn block(&mut self, now: Moment, len: usize) {
        let block = self.seconds(len as u64);
        let paused = self.last.is_some_and(|last| self.clock_ahead(last, now) > PAUSE + block);
        self.last = Some(now);
        let start = match self.start {
            Some(start) if !paused && now.samples >= start.samples => start,
            _ => {
                self.start = Some(now);
                return;
            }
        };
        if self.lead(start, now) > AHEAD + 2 * block {
            self.found = Found::Ahead;
            self.start = Some(now);
        } else if now.clock.saturating_duration_since(start.clock) > REAL_TIME_AFTER {
            self.found = Found::RealTime;
            self.start = Some(now);
        }
    }

    /// Whether the host has been seen to render ahead of real time.
    pub(crate) fn is_ahead(&self) -> bool {
        self.found == Found::Ahead
    }

    /// Whether nothing is known yet.
    pub(crate) fn is_unknown(&self) -> bool {
        self.found == Found::Nothing
    }

    /// How far the samples between two moments are ahead of the clock between them.
    pub(crate) fn lead(&self, since: Moment, now: Moment) -> Duration {
        let samples = self.seconds(now.samples.saturating_sub(since.samples));
        samples.saturating_sub(now.clock.saturating_duration_since(since.clock))
    }

    /// How far the clock is ahead of the samples.
    fn clock_ahead(&self, since: Moment, now: Moment) -> Duration {
        let samples = self.seconds(now.samples.saturating_sub(since.samples));
        now.clock.saturating_duration_since(since.clock).saturating_sub(samples)
    }

    fn seconds(&self, samples: u64) -> Duration {
        Duration::from_secs_f64(samples as f64 / self.sample_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of `len` samples at 48 kHz, one every `apart`, for `seconds` of samples.
    fn run(pace: &mut Pace, from: &mut Moment, len: usize, apart: Duration, seconds: f64) {
        let end = from.samples + (seconds * 48_000.0) as u64;
        while from.samples < end {
            pace.block(*from, len);
            from.samples += len as u64;
            from.clock += apart;
        }
    }

    fn start() -> Moment {
        Moment { samples: 0, clock: Instant::now() }
    }

    #[test]
    fn a_live_host_is_never_taken_for_a_render() {
        for len in [64, 1_024, 8_192] {
            let (mut pace, mut now) = (Pace::new(48_000), start());
            let apart = Duration::from_secs_f64(len as f64 / 48_000.0);
            run(&mut pace, &mut now, len, apart, 5.0);
            assert!(!pace.is_ahead() && !pace.is_unknown(), "{len}");
        }
    }

    #[test]
    fn a_live_host_that_stutters_is_not_taken_for_a_render() {
        let (mut pace, mut now) = (Pace::new(48_000), start());
        for _ in 0..50 {
            // Two blocks at once, after twice the time.
            run(&mut pace, &mut now, 1_024, Duration::ZERO, 2.0 * 1_024.0 / 48_000.0);
            now.clock += Duration::from_secs_f64(2.0 * 1_024.0 / 48_000.0);
        }
        assert!(!pace.is_ahead());
    }

    #[test]
    fn a_render_is_known_within_a_tenth_of_a_second_of_audio() {
        let (mut pace, mut now) = (Pace::new(48_000), start());
        run(&mut pace, &mut now, 512, Duration::from_micros(50), 0.1);
        assert!(pace.is_ahead());
    }

    #[test]
    fn a_pause_between_two_renders_does_not_count_as_real_time() {
        let (mut pace, mut now) = (Pace::new(48_000), start());
        run(&mut pace, &mut now, 512, Duration::from_micros(50), 0.5);
        now.clock += Duration::from_secs(60);
        run(&mut pace, &mut now, 512, Duration::from_micros(50), 0.02);
        assert!(pace.is_ahead());
    }
}
