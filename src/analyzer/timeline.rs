//! The last ten seconds.

use patchveil_veil::{Patch, Veil};

use super::patches::frames;
use super::spectrum::decibels;
use super::{Column, Stretch, Strip};

/// Length of the strip, in seconds.
const SECONDS: i64 = 10;
/// Columns in a second.
const COLUMNS: u32 = 100;

/// What goes into a [`Strip`].
#[derive(Default)]
pub(super) struct Writer {
    /// The column under way: its number on the timeline, and its peaks before and after.
    open: Option<(i64, f32, f32)>,
}

impl Writer {
    /// Begins anew, at another sample rate or another place.
    pub(super) fn restart(&mut self, strip: &mut Strip, sample_rate: u32) {
        self.open = None;
        let column_len = i64::from((sample_rate / COLUMNS).max(1));
        *strip = Strip { column_len, ..Strip::default() };
    }

    /// Levels from `position` on.
    pub(super) fn levels(
        &mut self,
        strip: &mut Strip,
        position: i64,
        before: &[f32],
        after: &[f32],
    ) {
        let len = strip.column_len.max(1);
        for (at, (before, after)) in (position..).zip(before.iter().zip(after)) {
            let number = at.div_euclid(len);
            match &mut self.open {
                Some((open, peak, peak_after)) if *open == number => {
                    *peak = peak.max(before.abs());
                    *peak_after = peak_after.max(after.abs());
                }
                _ => {
                    self.close(strip);
                    self.open = Some((number, before.abs(), after.abs()));
                }
            }
        }
    }

    fn close(&mut self, strip: &mut Strip) {
        if let Some((number, before, after)) = self.open.take() {
            strip.columns.push(Column {
                position: number.saturating_mul(strip.column_len),
                before: decibels(before * before),
                after: decibels(after * after),
            });
        }
    }
}

/// A patch that has begun.
pub(super) fn patch(strip: &mut Strip, patch: Patch) {
    strip.patches.push(Stretch { start: patch.start, end: patch.end, kernel: patch.kernel });
}

/// Frames of `veil` that begin in `from..to`.
pub(super) fn grid(strip: &mut Strip, veil: &Veil, from: i64, to: i64) {
    strip.frames.extend(frames(veil, from, to));
}

/// Drops what lies more than ten seconds before `position`.
pub(super) fn trim(strip: &mut Strip, position: i64, sample_rate: u32) {
    let oldest = position.saturating_sub(SECONDS * i64::from(sample_rate));
    let len = strip.column_len;
    let gone = strip.columns.partition_point(|column| column.position + len <= oldest);
    strip.columns.drain(..gone);
    let gone = strip.patches.partition_point(|patch| patch.end <= oldest);
    strip.patches.drain(..gone);
    let gone = strip.frames.partition_point(|frame| *frame < oldest);
    strip.frames.drain(..gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_lie_on_the_timeline_and_hold_the_peaks() {
        let mut strip = Strip::default();
        let mut writer = Writer::default();
        writer.restart(&mut strip, 48_000);
        let mut before = vec![0.1; 2_000];
        before[700] = -1.0;
        let after: Vec<f32> = before.iter().map(|x| x * 0.5).collect();
        for (number, (before, after)) in before.chunks(37).zip(after.chunks(37)).enumerate() {
            writer.levels(&mut strip, -500 + 37 * number as i64, before, after);
        }
        let positions: Vec<i64> = strip.columns.iter().map(|column| column.position).collect();
        assert_eq!(positions, [-960, -480, 0, 480, 960]);
        let levels: Vec<f32> = strip.columns.iter().map(|column| column.before.round()).collect();
        assert_eq!(levels, [-20.0, -20.0, 0.0, -20.0, -20.0]);
        assert!(strip.columns.iter().all(|c| (c.before - c.after - 6.02).abs() < 0.01));
    }

    #[test]
    fn nothing_older_than_ten_seconds_stays() {
        let mut strip = Strip::default();
        let mut writer = Writer::default();
        writer.restart(&mut strip, 8_000);
        for block in 0..3_000 {
            writer.levels(&mut strip, block * 80, &[0.5; 80], &[0.5; 80]);
            trim(&mut strip, (block + 1) * 80, 8_000);
            assert!(strip.columns.len() <= 1_001);
        }
        assert!(strip.columns.len() >= 999);
        assert!(strip.columns[0].position >= 3_000 * 80 - 80_000 - 80);
    }
}
