//! Where on the timeline a block lies.

/// A step of the host's position that is longer than this part of a second is a jump; a shorter
/// one is a host's rounding, which may come with every block: too often to fade over.
const JUMP_PART: u32 = 1_000;

/// The host's position where there is one; a free-running count where there is none.
pub(crate) struct TransportPosition {
    /// Where the next block lies if nothing jumps.
    next: i64,
    /// In samples.
    jump: u64,
    /// Whether any block came since the last reset.
    running: bool,
}

impl TransportPosition {
    /// A timeline at `sample_rate` Hz, at sample 0.
    pub(crate) fn new(sample_rate: u32) -> Self {
        Self { next: 0, jump: u64::from(sample_rate / JUMP_PART), running: false }
    }

    /// Back to sample 0.
    pub(crate) fn reset(&mut self) {
        self.next = 0;
        self.running = false;
    }

    /// The position of a block of `samples` and, if it is a jump, where the timeline would have gone on.
    pub(crate) fn advance(&mut self, host: Option<i64>, samples: usize) -> (i64, Option<i64>) {
        let position = host.unwrap_or(self.next);
        let jumped = self.running && position.abs_diff(self.next) > self.jump;
        let from = jumped.then_some(self.next);
        self.next = position.saturating_add(samples as i64);
        self.running = true;
        (position, from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_host_samples_are_counted() {
        let mut timeline = TransportPosition::new(48_000);
        assert_eq!(timeline.advance(None, 64), (0, None));
        assert_eq!(timeline.advance(None, 1), (64, None));
        timeline.reset();
        assert_eq!(timeline.advance(None, 1), (0, None));
    }

    #[test]
    fn where_the_host_stops_the_count_goes_on_from_there() {
        let mut timeline = TransportPosition::new(48_000);
        assert_eq!(timeline.advance(Some(-500), 64), (-500, None));
        assert_eq!(timeline.advance(None, 64), (-436, None));
        assert_eq!(timeline.advance(Some(1_000), 64), (1_000, Some(-372)));
        // Rounding in the host is no jump, but the host is still right.
        assert_eq!(timeline.advance(Some(1_065), 64), (1_065, None));
        assert_eq!(timeline.advance(Some(1_081), 64), (1_081, None));
        // A short loop is a jump.
        assert_eq!(timeline.advance(Some(1_096), 64), (1_096, Some(1_145)));
        assert_eq!(timeline.advance(Some(i64::MAX), 64), (i64::MAX, Some(1_160)));
        assert_eq!(timeline.advance(Some(i64::MIN), 64), (i64::MIN, Some(i64::MAX)));
    }
}
