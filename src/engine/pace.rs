//! How fast the host runs: in real time, or ahead of it.
//!
//! Hosts that render faster than real time do not always say so. Where the engine has to know
//! whether it may wait, it compares the samples it has processed with the clock, from the begin of one of
//! the host's blocks to that of another: the parts of a block come at once, in every host.

use std::time::{Duration, Instant};

/// A host this far ahead of the clock, beyond two blocks, may render.
const AHEAD: Duration = Duration::from_millis(30);
/// A host that came this far ahead of the clock, without a pause or a second in real time, renders. Hosts
/// that fetch ahead of what they play are ahead at each start, by some 200 ms.
const RENDERS: Duration = Duration::from_millis(500);
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
    /// How far the host came ahead in the measurements before, since it was last live or paused.
    lead: Duration,
    /// Begin of the present block, or of the one before.
    last: Option<Moment>,
    /// Length of the longer of the present block, as far as it is known, and the one before.
    block: Duration,
}

impl Pace {
    /// Nothing known yet about a host at `sample_rate` Hz.
    pub(crate) fn new(sample_rate: u32) -> Self {
        let sample_rate = f64::from(sample_rate.max(1));
        Self {
            sample_rate,
            found: Found::Nothing,
            start: None,
            lead: Duration::ZERO,
            last: None,
            block: Duration::ZERO,
        }
    }

    /// `len` samples come at `now`: a block or the first part of one, or, where it `goes_on`, a later part.
    /// Never allocates, locks or waits.
    pub(crate) fn block(&mut self, now: Moment, len: usize, goes_on: bool) {
        if goes_on && self.last.is_some() {
            return;
        }
        let last = self.last.replace(now);
        // The block before is whole, however short the first part of this one is.
        let before = last.map_or(0, |last| now.samples.saturating_sub(last.samples));
        self.block = self.seconds(before.max(len as u64));
        let paused = last.is_some_and(|last| self.clock_ahead(last, now) > PAUSE + self.block);
        let start = match self.start {
            Some(start) if !paused && now.samples >= start.samples => start,
            _ => {
                self.start = Some(now);
                self.lead = Duration::ZERO;
                return;
            }
        };
        let lead = self.lead_between(start, now);
        if lead > AHEAD + 2 * self.block {
            self.found = Found::Ahead;
            self.lead = self.lead.saturating_add(lead);
            self.start = Some(now);
        } else if now.clock.saturating_duration_since(start.clock) > REAL_TIME_AFTER {
            self.found = Found::RealTime;
            self.lead = Duration::ZERO;
            self.start = Some(now);
        }
    }

    /// Whether the host is ahead of real time, and so may be kept waiting.
    pub(crate) fn is_ahead(&self) -> bool {
        self.found == Found::Ahead
    }

    /// Whether the host is so far ahead that it renders.
    pub(crate) fn renders(&self) -> bool {
        self.is_ahead() && self.lead >= RENDERS
    }

    /// Whether nothing is known yet.
    pub(crate) fn is_unknown(&self) -> bool {
        self.found == Found::Nothing
    }

    /// How far the begin of the present block is ahead of the clock, counted from `since`. Where the host
    /// was found to run in real time a block that came late, by up to its length, is none.
    pub(crate) fn lead_since(&self, since: Moment) -> Duration {
        let late = if self.found == Found::RealTime { self.block } else { Duration::ZERO };
        self.last.map_or(Duration::ZERO, |now| self.lead_between(since, now)).saturating_sub(late)
    }

    /// How far the samples between two moments are ahead of the clock between them.
    fn lead_between(&self, since: Moment, now: Moment) -> Duration {
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
            pace.block(*from, len, false);
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

    /// Blocks cut into these parts, one every `apart`; returns the longest wait for a change that was seen
    /// up to 30 ms before.
    fn run_cut(pace: &mut Pace, now: &mut Moment, parts: &[usize], apart: Duration) -> Duration {
        let mut seen: Vec<Moment> = Vec::new();
        let mut longest = Duration::ZERO;
        for _ in 0..100 {
            let begun = now.clock;
            for (n, part) in parts.iter().enumerate() {
                pace.block(*now, *part, n > 0);
                seen.retain(|seen| now.samples - seen.samples <= 1_440 + 2_048);
                longest =
                    seen.iter().map(|seen| pace.lead_since(*seen)).fold(longest, Duration::max);
                seen.push(*now);
                now.samples += *part as u64;
                now.clock += Duration::from_micros(50);
            }
            now.clock = begun + apart;
        }
        longest
    }

    #[test]
    fn a_live_host_whose_blocks_are_cut_is_neither_ahead_nor_kept_waiting() {
        let apart = Duration::from_secs_f64(2_048.0 / 48_000.0);
        for parts in [&[2_000, 48][..], &[48, 2_000], &[1, 1, 1, 2_045], &[512; 4], &[2_047, 1]] {
            let (mut pace, mut now) = (Pace::new(48_000), start());
            // Until it is known to run in real time: no longer than the parts took to process.
            let unknown = run_cut(&mut pace, &mut now, parts, apart);
            assert!(unknown < Duration::from_micros(200), "{parts:?}: {unknown:?}");
            let known = run_cut(&mut pace, &mut now, parts, apart);
            assert_eq!(known, Duration::ZERO, "{parts:?}");
            assert!(!pace.is_ahead() && !pace.is_unknown(), "{parts:?}");
        }
    }

    #[test]
    fn a_render_whose_blocks_are_cut_is_known_within_three_blocks_and_a_half_second() {
        let (mut pace, mut now) = (Pace::new(48_000), start());
        let mut blocks = 0;
        while !pace.renders() {
            for (n, part) in [2_000, 48].into_iter().enumerate() {
                pace.block(now, part, n > 0);
                now.samples += part as u64;
                now.clock += Duration::from_micros(50);
            }
            blocks += 1;
            assert!(pace.is_ahead() || blocks <= 4, "{blocks}");
            assert!(blocks * 2_048 <= 24_000 + 4 * 2_048, "{blocks}");
        }
    }

    #[test]
    fn a_host_that_fetches_ahead_at_each_start_does_not_render() {
        let (mut pace, mut now) = (Pace::new(48_000), start());
        let apart = Duration::from_secs_f64(512.0 / 48_000.0);
        for _ in 0..5 {
            run(&mut pace, &mut now, 512, Duration::from_micros(50), 0.2);
            assert!(pace.is_ahead() && !pace.renders());
            run(&mut pace, &mut now, 512, apart, 3.0);
            assert!(!pace.is_ahead());
            now.clock += Duration::from_secs(1);
        }
    }

    #[test]
    fn a_render_is_known_once_it_is_half_a_second_ahead() {
        for speed in [1.5, 4.0, 100.0] {
            let (mut pace, mut now) = (Pace::new(48_000), start());
            let apart = Duration::from_secs_f64(512.0 / 48_000.0 / speed);
            // So much of the clock until it is, and what each measurement may leave over.
            let clock = 0.5 / (speed - 1.0);
            let seconds = clock * speed + 0.06 * speed / (speed - 1.0) + 2.0 * 512.0 / 48_000.0;
            run(&mut pace, &mut now, 512, apart, 0.9 * clock * speed);
            assert!(!pace.renders(), "{speed}");
            run(&mut pace, &mut now, 512, apart, seconds - 0.9 * clock * speed);
            assert!(pace.renders(), "{speed}");
        }
    }
}
