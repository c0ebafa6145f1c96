//! The host's blocks, of which the framework may make several: it cuts them where a parameter or the
//! transport changes.

use nice_plug::prelude::Transport;

/// Parts of a position that differ by up to this many samples are the same one, rounded.
const ROUNDING: u64 = 1;

/// Which parts belong together: those that go on in memory where the last one ended, up to the length that
/// the host has promised. So consecutive blocks of one long array count as one, too, unless the host's
/// calls are counted.
#[derive(Debug, Default)]
pub(crate) struct HostBlock {
    /// The longest block, in samples.
    longest: usize,
    /// Address behind the last part.
    end: usize,
    /// Samples so far.
    done: usize,
    /// The same within the host's present call, and which that is.
    in_call: usize,
    call: u64,
}

/// What is known of a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Samples of the same call of the host that came before it: those that the framework adds to a
    /// position.
    pub(crate) before: usize,
    /// Whether it comes at once after the part before: hosts also split a block of theirs into several
    /// calls, at the end of a loop.
    pub(crate) goes_on: bool,
}

impl HostBlock {
    /// For blocks of up to `longest` samples.
    pub(crate) fn new(longest: usize) -> Self {
        Self { longest, ..Self::default() }
    }

    /// Takes a part of what the host passes in its call of this number, or always in 0 if nobody counts.
    pub(crate) fn part(&mut self, call: u64, part: &[f32]) -> Part {
        let range = part.as_ptr_range();
        let goes_on =
            range.start.addr() == self.end && self.done.saturating_add(part.len()) <= self.longest;
        let before = if goes_on && call == self.call { self.in_call } else { 0 };
        self.end = range.end.addr();
        self.done = part.len() + if goes_on { self.done } else { 0 };
        (self.in_call, self.call) = (before + part.len(), call);
        Part { before, goes_on }
    }
}

/// The host's position, from part to part.
#[derive(Debug, Default)]
pub(crate) struct HostPosition {
    /// The seconds that were stated last, and the samples since then.
    stated: Option<(f64, usize)>,
    /// Where the next part lies if nothing jumps.
    next: Option<i64>,
    /// What the framework adds too much in the present block, in samples.
    excess: i64,
}

impl HostPosition {
    /// The position of a part of `samples`, if the host plays and states one; `before` samples of the same
    /// block came before. A position in beats would move with the tempo while the audio does not, so
    /// it does not count.
    pub(crate) fn of_part(
        &mut self,
        transport: &Transport,
        before: usize,
        samples: usize,
    ) -> Option<i64> {
        let (stated, next) = (self.stated.take(), self.next.take());
        if before == 0 {
            self.excess = 0;
        }
        if !transport.playing {
            return None;
        }
        if transport.pos_samples.is_some() {
            return transport.pos_samples;
        }
        let seconds = transport.pos_seconds?;
        let samples_at = (seconds * f64::from(transport.sample_rate)).round() as i64;
        let position = if transport.tempo.is_some() {
            // The framework adds the samples before to what the host stated, also where it stated that
            // in the midst of the block, for this very part. Only then is this not the next sample.
            let goes_on =
                |next: i64| next.abs_diff(samples_at.saturating_sub(self.excess)) <= ROUNDING;
            if before > 0 && next.is_some_and(|next| !goes_on(next)) {
                self.excess = before as i64;
            }
            samples_at.saturating_sub(self.excess)
        } else {
            // Without a tempo it adds nothing: all parts have the position of the whole.
            let since = match stated {
                Some((last, since)) if last == seconds => since,
                _ => 0,
            };
            self.stated = Some((seconds, since + samples));
            samples_at.saturating_add(since as i64)
        };
        self.next = Some(position.saturating_add(samples as i64));
        Some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(samples: i64, tempo: Option<f64>) -> Transport {
        let mut transport = Transport::new(48_000.0);
        transport.playing = true;
        transport.tempo = tempo;
        transport.pos_seconds = Some(samples as f64 / 48_000.0);
        transport
    }

    #[test]
    fn parts_of_a_block_are_told_from_blocks() {
        let memory = [0.0; 4_096];
        let mut block = HostBlock::new(2_048);
        for _ in 0..3 {
            assert_eq!(block.part(0, &memory[..2_000]).before, 0);
            assert_eq!(block.part(0, &memory[2_000..2_001]).before, 2_000);
            assert_eq!(block.part(0, &memory[2_001..2_048]).before, 2_001);
        }
        // Blocks of one array: never more than the longest.
        let parts: Vec<usize> =
            memory.chunks(1_024).map(|part| block.part(0, part).before).collect();
        assert_eq!(parts, [0, 1_024, 0, 1_024]);
        let mut uncut = HostBlock::default();
        assert!(memory.chunks(64).all(|part| !uncut.part(0, part).goes_on));
    }

    #[test]
    fn a_block_that_the_host_itself_splits_is_two_calls_at_once() {
        let memory = [0.0; 512];
        let mut block = HostBlock::new(512);
        let parts = [(1, 0..100), (1, 100..256), (2, 256..300), (2, 300..512)];
        let parts = parts.map(|(call, range)| block.part(call, &memory[range]));
        assert_eq!(parts.map(|part| part.before), [0, 100, 0, 44]);
        assert_eq!(parts.map(|part| part.goes_on), [false, true, true, true]);
    }

    #[test]
    fn what_is_stated_in_the_midst_of_a_block_is_where_that_part_lies() {
        let tempo = Some(120.0);
        let mut position = HostPosition::default();
        assert_eq!(position.of_part(&at(1_000, tempo), 0, 512), Some(1_000));
        // As the framework states the parts of the block at 1,512: cut at 100; told 1,712 at 200; cut
        // at 300; told 9,000, by a loop, at 400; cut at 450.
        assert_eq!(position.of_part(&at(1_512, tempo), 0, 100), Some(1_512));
        assert_eq!(position.of_part(&at(1_512 + 100, tempo), 100, 100), Some(1_612));
        assert_eq!(position.of_part(&at(1_712 + 200, tempo), 200, 100), Some(1_712));
        assert_eq!(position.of_part(&at(1_712 + 300, tempo), 300, 100), Some(1_812));
        assert_eq!(position.of_part(&at(9_000 + 400, tempo), 400, 50), Some(9_000));
        assert_eq!(position.of_part(&at(9_000 + 450, tempo), 450, 62), Some(9_050));
        // A new block may begin anywhere.
        assert_eq!(position.of_part(&at(9_112, tempo), 0, 512), Some(9_112));
        assert_eq!(position.of_part(&at(500, tempo), 0, 512), Some(500));
    }

    #[test]
    fn without_a_tempo_the_parts_of_a_block_follow_each_other() {
        let mut position = HostPosition::default();
        assert_eq!(position.of_part(&at(1_000, None), 0, 100), Some(1_000));
        assert_eq!(position.of_part(&at(1_000, None), 100, 412), Some(1_100));
        assert_eq!(position.of_part(&at(1_512, None), 0, 512), Some(1_512));
        assert_eq!(position.of_part(&at(7_000, None), 300, 100), Some(7_000));
    }
}
