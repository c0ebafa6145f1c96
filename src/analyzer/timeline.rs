//! The last ten seconds: peak levels and patches.

use patchveil_veil::{Patch, Veil};

use super::patch_tracker::period_starts;
use super::spectrum::decibels;
use super::view::{LevelColumn, PatchSpan, Timeline};

/// Length of the timeline, in seconds.
const SECONDS: i64 = 10;
/// Columns in a second.
const COLUMNS: u32 = 100;

/// Fills the columns of a [`Timeline`].
#[derive(Default)]
pub(super) struct LevelRecorder {
    open: Option<OpenColumn>,
}

/// A column that is not complete yet, with linear peaks.
struct OpenColumn {
    number: i64,
    before: f32,
    after: f32,
}

impl LevelRecorder {
    /// Starts again, at another sample rate or another position.
    pub(super) fn restart(&mut self, timeline: &mut Timeline, sample_rate: u32) {
        self.open = None;
        let column_len = i64::from((sample_rate / COLUMNS).max(1));
        *timeline = Timeline { column_len, ..Timeline::default() };
    }

    /// Adds samples from `position` on.
    pub(super) fn push(
        &mut self,
        timeline: &mut Timeline,
        position: i64,
        before: &[f32],
        after: &[f32],
    ) {
        let len = timeline.column_len.max(1);
        for (at, (before, after)) in (position..).zip(before.iter().zip(after)) {
            let number = at.div_euclid(len);
            match &mut self.open {
                Some(open) if open.number == number => {
                    open.before = open.before.max(before.abs());
                    open.after = open.after.max(after.abs());
                }
                _ => {
                    self.close_column(timeline);
                    let (before, after) = (before.abs(), after.abs());
                    self.open = Some(OpenColumn { number, before, after });
                }
            }
        }
    }

    fn close_column(&mut self, timeline: &mut Timeline) {
        if let Some(OpenColumn { number, before, after }) = self.open.take() {
            timeline.columns.push(LevelColumn {
                position: number.saturating_mul(timeline.column_len),
                before: decibels(before * before),
                after: decibels(after * after),
            });
        }
    }
}

/// Adds a patch that has begun.
pub(super) fn push_patch(timeline: &mut Timeline, patch: Patch) {
    timeline.patches.push(PatchSpan { start: patch.start, end: patch.end, kernel: patch.kernel });
}

/// Adds the periods of `veil` that begin in `from..to`.
pub(super) fn push_periods(timeline: &mut Timeline, veil: &Veil, from: i64, to: i64) {
    timeline.periods.extend(period_starts(veil, from, to));
}

/// Drops what is more than ten seconds before `position`.
pub(super) fn trim(timeline: &mut Timeline, position: i64, sample_rate: u32) {
    let oldest = position.saturating_sub(SECONDS * i64::from(sample_rate));
    let len = timeline.column_len;
    let old = timeline.columns.partition_point(|column| column.position + len <= oldest);
    timeline.columns.drain(..old);
    let old = timeline.patches.partition_point(|patch| patch.end <= oldest);
    timeline.patches.drain(..old);
    let old = timeline.periods.partition_point(|start| *start < oldest);
    timeline.periods.drain(..old);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_to_the_timeline_and_hold_the_peaks() {
        let mut timeline = Timeline::default();
        let mut recorder = LevelRecorder::default();
        recorder.restart(&mut timeline, 48_000);
        let mut before = vec![0.1; 2_000];
        before[700] = -1.0;
        let after: Vec<f32> = before.iter().map(|x| x * 0.5).collect();
        for (number, (before, after)) in before.chunks(37).zip(after.chunks(37)).enumerate() {
            recorder.push(&mut timeline, -500 + 37 * number as i64, before, after);
        }
        let positions: Vec<i64> = timeline.columns.iter().map(|column| column.position).collect();
        assert_eq!(positions, [-960, -480, 0, 480, 960]);
        let levels: Vec<f32> = timeline.columns.iter().map(|c| c.before.round()).collect();
        assert_eq!(levels, [-20.0, -20.0, 0.0, -20.0, -20.0]);
        assert!(timeline.columns.iter().all(|c| (c.before - c.after - 6.02).abs() < 0.01));
    }

    #[test]
    fn nothing_older_than_ten_seconds_stays() {
        let mut timeline = Timeline::default();
        let mut recorder = LevelRecorder::default();
        recorder.restart(&mut timeline, 8_000);
        for block in 0..3_000 {
            recorder.push(&mut timeline, block * 80, &[0.5; 80], &[0.5; 80]);
            trim(&mut timeline, (block + 1) * 80, 8_000);
            assert!(timeline.columns.len() <= 1_001);
        }
        assert!(timeline.columns.len() >= 999);
        assert!(timeline.columns[0].position >= 3_000 * 80 - 80_000 - 80);
    }
}
