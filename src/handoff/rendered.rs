//! What was rendered, on its way from the audio thread to who writes receipts.
//!
//! The audio thread only counts; a stretch that has ended goes through a wait-free ring. Where that is
//! full the stretch is lost, and no sound.

use rtrb::{Consumer, Producer, RingBuffer};

use super::BlockReport;

/// Stretches that may be on their way.
const ENDED_MAX: usize = 64;
/// A stretch shorter than this, in seconds, is not worth a receipt: hosts look ahead, and restart.
const SHORTEST_S: u64 = 1;

/// A stretch of the host's timeline, protected in one go with one mark and veil.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rendered {
    /// Serial number of mark and veil.
    pub(crate) veil: u64,
    /// Where it begins, in samples.
    pub(crate) position: i64,
    /// Samples.
    pub(crate) frames: u64,
    /// In Hz.
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    /// Linear gain behind mark and veil.
    pub(crate) gain: f32,
}

/// The audio thread's end.
pub(crate) struct RenderedWriter {
    ring: Producer<Rendered>,
    /// The stretch under way, and whether the host was seen to render it.
    current: Option<(Rendered, bool)>,
}

/// The other end.
pub(crate) type RenderedReader = Consumer<Rendered>;

/// Both ends. Allocates all they will ever need.
pub(crate) fn rendered() -> (RenderedWriter, RenderedReader) {
    let (ring, reader) = RingBuffer::new(ENDED_MAX);
    (RenderedWriter { ring, current: None }, reader)
}

impl RenderedWriter {
    /// Counts a block of `frames` samples that was processed as `report` says; `renders` where the host is
    /// ahead of real time, or says that it renders. Never allocates, locks or waits.
    pub(crate) fn block(
        &mut self,
        report: &BlockReport,
        frames: usize,
        channels: usize,
        sample_rate: u32,
        renders: bool,
    ) {
        let Some(veil) = report.veil.filter(|_| report.host && report.protects()) else {
            self.end();
            return;
        };
        let (position, frames) = (report.position, frames as u64);
        let new = Rendered { veil, position, frames, sample_rate, channels, gain: report.gain };
        if let Some((current, seen)) = &mut self.current {
            let goes_on = Rendered { frames: current.frames, position: current.position, ..new };
            let next = current.position.saturating_add(current.frames as i64);
            if goes_on == *current && next == position {
                current.frames += frames;
                *seen |= renders;
                return;
            }
        }
        self.end();
        self.current = Some((new, renders));
    }

    /// The stretch under way has ended. Never allocates, locks or waits.
    pub(crate) fn end(&mut self) {
        if let Some((ended, true)) = self.current.take()
            && ended.frames >= SHORTEST_S * u64::from(ended.sample_rate)
        {
            // Full: whoever reads has stopped.
            let _ = self.ring.push(ended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(position: i64, veil: u64) -> BlockReport {
        BlockReport { position, host: true, veil: Some(veil), gain: 1.0, ..BlockReport::default() }
    }

    #[test]
    fn a_stretch_ends_where_the_timeline_jumps_or_the_veil_changes() {
        let (mut writer, mut reader) = rendered();
        for n in 0..200 {
            let (position, veil) = match n {
                0..80 => (n * 1_000, 1),
                80..130 => (n * 1_000, 2),
                _ => (n * 1_000 + 9, 2),
            };
            // The host is seen to render only after a while.
            writer.block(&report(position, veil), 1_000, 2, 48_000, n % 50 == 40);
        }
        writer.end();
        writer.end();
        let stretch = |position, frames, veil| Rendered {
            veil,
            position,
            frames,
            sample_rate: 48_000,
            channels: 2,
            gain: 1.0,
        };
        assert_eq!(reader.pop(), Ok(stretch(0, 80_000, 1)));
        assert_eq!(reader.pop(), Ok(stretch(80_000, 50_000, 2)));
        assert_eq!(reader.pop(), Ok(stretch(130_009, 70_000, 2)));
        assert!(reader.pop().is_err());
    }

    #[test]
    fn what_is_live_or_short_or_without_a_timeline_or_unprotected_leaves_nothing() {
        let (mut writer, mut reader) = rendered();
        let plain = report(0, 1);
        for (report, frames, renders) in [
            (plain, 48_000, false),
            (plain, 47_999, true),
            (BlockReport { host: false, ..plain }, 48_000, true),
            (BlockReport { veil: None, ..plain }, 48_000, true),
            (BlockReport { restored: true, ..plain }, 48_000, true),
            (BlockReport { delta: true, ..plain }, 48_000, true),
        ] {
            writer.block(&report, frames, 2, 48_000, renders);
            writer.end();
            assert!(reader.pop().is_err(), "{report:?}");
        }
    }
}
