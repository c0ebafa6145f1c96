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
    /// Linear gain behind mark and veil; `None` where it varies.
    pub(crate) gain: Option<f32>,
}

/// The audio thread's end.
pub(crate) struct RenderedWriter {
    ring: Producer<Rendered>,
    /// The stretch under way, and how many samples of it came while the host was seen to render.
    current: Option<(Rendered, u64)>,
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
        let gain = Some(report.gain);
        let new = Rendered { veil, position, frames, sample_rate, channels, gain };
        let seen_now = if renders { frames } else { 0 };
        if let Some((current, seen)) = &mut self.current {
            let Rendered { position: begin, frames: so_far, gain: before, .. } = *current;
            let goes_on = Rendered { position: begin, frames: so_far, gain: before, ..new };
            let next = current.position.saturating_add(current.frames as i64);
            if goes_on == *current && next == position {
                current.frames += frames;
                current.gain = before.filter(|before| Some(*before) == gain);
                *seen += seen_now;
                return;
            }
        }
        self.end();
        self.current = Some((new, seen_now));
    }

    /// The stretch under way has ended. It counts if most of it came while the host was seen to render: one
    /// that plays may be ahead for a moment. Never allocates, locks or waits.
    pub(crate) fn end(&mut self) {
        if let Some((ended, seen)) = self.current.take()
            && seen > ended.frames / 2
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
            writer.block(&report(position, veil), 1_000, 2, 48_000, n % 50 >= 10);
        }
        writer.end();
        writer.end();
        let stretch = |position, frames, veil| Rendered {
            veil,
            position,
            frames,
            sample_rate: 48_000,
            channels: 2,
            gain: Some(1.0),
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
            (BlockReport { without_effect: true, ..plain }, 48_000, true),
            (BlockReport { restored: true, ..plain }, 48_000, true),
            (BlockReport { delta: true, ..plain }, 48_000, true),
        ] {
            writer.block(&report, frames, 2, 48_000, renders);
            writer.end();
            assert!(reader.pop().is_err(), "{report:?}");
        }
    }

    #[test]
    fn a_host_that_is_ahead_for_less_than_half_of_a_stretch_plays_it() {
        for (ahead, noted) in [(10, false), (50, false), (51, true)] {
            let (mut writer, mut reader) = rendered();
            for n in 0..100 {
                writer.block(&report(n * 1_000, 1), 1_000, 2, 48_000, n < ahead);
            }
            writer.end();
            assert_eq!(reader.pop().is_ok(), noted, "{ahead}");
        }
    }

    #[test]
    fn an_automated_gain_cuts_no_stretch_and_is_noted_as_none() {
        let (mut writer, mut reader) = rendered();
        for n in 0..100 {
            // It comes back to what it was.
            let gain = 1.0 + (n % 7) as f32;
            writer.block(&BlockReport { gain, ..report(n * 1_000, 1) }, 1_000, 2, 48_000, true);
        }
        writer.end();
        let stretch = reader.pop().unwrap();
        assert_eq!((stretch.position, stretch.frames, stretch.gain), (0, 100_000, None));
        assert!(reader.pop().is_err());
    }
}
