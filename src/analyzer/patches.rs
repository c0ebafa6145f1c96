//! Where patches lie, from the schedule of the veil that was in force.

use std::sync::Arc;

use patchveil_veil::{Cursor, Patch, Veil};

/// Walks along the schedule of the veil in force.
pub(super) struct Walk {
    veil: Arc<Veil>,
    cursor: Cursor,
    /// The next patch that has not begun.
    next: Patch,
    /// The last one that has.
    last: Option<Patch>,
}

impl Walk {
    /// From `position` on. A patch that lies across it counts as begun, unless `fresh`: a veil that
    /// takes over from another begins with its next patch.
    pub(super) fn new(veil: Arc<Veil>, position: i64, fresh: bool) -> Self {
        let mut cursor = veil.schedule().patches_from(position);
        let mut next = cursor.next(veil.schedule());
        if fresh && next.start < position {
            next = cursor.next(veil.schedule());
        }
        Self { veil, cursor, next, last: None }
    }

    pub(super) fn veil(&self) -> &Arc<Veil> {
        &self.veil
    }

    /// The next patch that begins before `end`, if there is one left.
    pub(super) fn advance(&mut self, end: i64) -> Option<Patch> {
        // The last positions of all have no patches behind them.
        if self.next.start >= end || self.last == Some(self.next) {
            return None;
        }
        let patch = self.next;
        self.next = self.cursor.next(self.veil.schedule());
        self.last = Some(patch);
        Some(patch)
    }

    /// Whether a patch has weight at `position`, which lies behind all that was walked.
    pub(super) fn is_active(&self, position: i64) -> bool {
        self.last.is_some_and(|patch| patch.end > position) || self.next.start <= position
    }

    /// The curve of the patch under way, or of the last one.
    pub(super) fn curve(&self) -> usize {
        self.last.unwrap_or(self.next).kernel
    }
}

/// Positions in `from..to` at which a frame of the veil begins.
pub(super) fn frames(veil: &Veil, from: i64, to: i64) -> impl Iterator<Item = i64> {
    let period_us = i128::from(veil.recipe().placement.period_us);
    let rate = i128::from(veil.sample_rate());
    // As the schedule rounds.
    let at = move |frame: i128| ((frame * period_us * rate + 500_000).div_euclid(1_000_000)) as i64;
    let first = (i128::from(from) * 1_000_000).div_euclid(rate * period_us);
    (first..).map(at).skip_while(move |start| *start < from).take_while(move |start| *start < to)
}

#[cfg(test)]
mod tests {
    use patchveil_veil::{ClassKey, Preset};

    use super::*;

    fn veil() -> Arc<Veil> {
        let key = ClassKey::from_bytes([3; 32]);
        Arc::new(Veil::new(&key, &Preset::Poscuda.recipe(), 44_100).unwrap())
    }

    #[test]
    fn patches_are_those_of_the_schedule_however_long_the_steps_are() {
        let veil = veil();
        let mut cursor = veil.schedule().patches_from(-100_000);
        let expected: Vec<Patch> = (0..40).map(|_| cursor.next(veil.schedule())).collect();
        for step in [1, 64, 100_000] {
            let mut walk = Walk::new(veil.clone(), -100_000, false);
            let mut walked = Vec::new();
            let mut at = -100_000;
            while walked.len() < expected.len() {
                at += step;
                while let Some(patch) = walk.advance(at) {
                    walked.push(patch);
                }
            }
            assert_eq!(walked[..expected.len()], expected);
        }
    }

    #[test]
    fn a_patch_under_way_counts_after_a_jump_but_not_for_a_new_veil() {
        let veil = veil();
        let patch = veil.schedule().patches_from(0).next(veil.schedule());
        let inside = patch.start + 5;
        assert_eq!(Walk::new(veil.clone(), inside, false).advance(inside + 1), Some(patch));
        let mut fresh = Walk::new(veil, inside, true);
        assert_eq!(fresh.advance(patch.end), None);
        assert!(!fresh.is_active(inside + 1));
    }

    #[test]
    fn frames_lie_half_a_second_apart_on_both_sides_of_zero() {
        let starts: Vec<i64> = frames(&veil(), -44_100, 44_101).collect();
        assert_eq!(starts, [-44_100, -22_050, 0, 22_050, 44_100]);
        assert_eq!(frames(&veil(), 1, 22_050).count(), 0);
    }
}
