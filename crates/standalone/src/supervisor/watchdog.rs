//! Notices a device that has died without saying so.

use std::time::{Duration, Instant};

use crate::audio::{Health, Reason};

/// A stream without a block for this long is over, whatever its device says.
pub(super) const STALLED: Duration = Duration::from_secs(3);
/// Seconds of sound after which an input is expected to give sound, or at least noise.
const NOISE_SECONDS: u64 = 1;
/// Seconds of nothing but zeros that are no pause any more.
const QUIET_SECONDS: u64 = 10;

/// Looks at what the callbacks of a stream report.
pub(super) struct Watchdog {
    output: (u64, Instant),
    input: (u64, Instant),
    /// The input has given sound or noise since it was chosen.
    expects_noise: bool,
    quiet: bool,
    /// The stream ends because its input is quiet.
    reopens: bool,
    /// The stream was opened because the input was quiet.
    has_reopened: bool,
}

impl Watchdog {
    /// For devices that were just chosen.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            output: (0, now),
            input: (0, now),
            expects_noise: false,
            quiet: false,
            reopens: false,
            has_reopened: false,
        }
    }

    /// Another stream of the same devices begins.
    pub(super) fn restart(&mut self, now: Instant) {
        (self.output, self.input) = ((0, now), (0, now));
        self.has_reopened = std::mem::take(&mut self.reopens);
    }

    /// Whether the input gives nothing but zeros, where it gave sound before.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Why the stream should be opened again, if it should. `reopens` says whether that is to be done about
    /// an input that gives only zeros; it is tried once, because a muted microphone does the same.
    pub(super) fn look(
        &mut self,
        health: &Health,
        sample_rate: u32,
        has_input: bool,
        reopens: bool,
        now: Instant,
    ) -> Option<Reason> {
        if stalls(&mut self.output, health.blocks(), now) {
            return Some(Reason::OutputStalled);
        }
        if !has_input {
            return None;
        }
        if stalls(&mut self.input, health.heard(), now) {
            return Some(Reason::InputStalled);
        }
        let (rate, quiet) = (u64::from(sample_rate), health.quiet_frames());
        if health.noisy_frames() >= NOISE_SECONDS * rate {
            self.expects_noise = true;
        }
        if health.noisy_frames() > 0 && quiet == 0 {
            self.quiet = false;
        }
        self.quiet |= self.expects_noise && quiet >= QUIET_SECONDS * rate;
        if !self.quiet || self.has_reopened || !reopens {
            return None;
        }
        self.reopens = true;
        Some(Reason::InputReopened)
    }
}

/// Whether a count has not moved for too long.
fn stalls(progress: &mut (u64, Instant), count: u64, now: Instant) -> bool {
    if count != progress.0 {
        *progress = (count, now);
    }
    now.saturating_duration_since(progress.1) > STALLED
}
