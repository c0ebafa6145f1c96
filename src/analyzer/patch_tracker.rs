//! Where the patches are, by the schedule of the veil in use.

use std::sync::Arc;

use patchveil_veil::{Cursor, Patch, Veil};

/// Follows the schedule of one veil.
pub(super) struct PatchTracker {
    veil: Arc<Veil>,
    cursor: Cursor,
    /// The next patch that has not begun.
    next: Patch,
    /// The last one that has.
    last: Option<Patch>,
}

impl PatchTracker {
    /// Starts at `position`. A patch already under way there counts, unless the veil is `new`: a
    /// veil that replaces another begins with its next patch.
    /// `None` where there are no patches.
    pub(super) fn start(veil: Arc<Veil>, position: i64, new: bool) -> Option<Self> {
        let schedule = veil.schedule()?;
        let mut cursor = schedule.patches_from(position);
        let mut next = cursor.next(schedule);
        if new && next.start < position {
            next = cursor.next(schedule);
        }
        Some(Self { veil, cursor, next, last: None })
    }

    pub(super) fn veil(&self) -> &Arc<Veil> {
        &self.veil
    }

    /// The next patch that begins before `end`, if there is one left.
    pub(super) fn advance(&mut self, end: i64) -> Option<Patch> {
        // At the end of the number range the schedule repeats its last patch.
        if self.next.start >= end || self.last == Some(self.next) {
            return None;
        }
        let patch = self.next;
        if let Some(schedule) = self.veil.schedule() {
            self.next = self.cursor.next(schedule);
        }
        self.last = Some(patch);
        Some(patch)
    }

    /// Whether a patch is active at `position`, which must not be before the last `end`.
    pub(super) fn is_active(&self, position: i64) -> bool {
        self.last.is_some_and(|patch| patch.end > position) || self.next.start <= position
    }

    /// The kernel of the current patch, or of the last one.
    pub(super) fn kernel(&self) -> usize {
        self.last.unwrap_or(self.next).kernel
    }
}

/// Positions in `from..to` at which a period of the patches begins; of the mark where there are none.
pub(super) fn period_starts(veil: &Veil, from: i64, to: i64) -> impl Iterator<Item = i64> {
    let recipe = veil.recipe();
    let of_patches = recipe.veil.as_ref().map(|veil| veil.placement.period_us.into());
    let period_us = i128::from(of_patches.unwrap_or_else(|| recipe.period_us()));
    let rate = i128::from(veil.sample_rate());
    // Rounded as the schedule rounds.
    let start =
        move |number: i128| ((number * period_us * rate + 500_000).div_euclid(1_000_000)) as i64;
    let first = (i128::from(from) * 1_000_000).div_euclid(rate * period_us);
    (first..).map(start).skip_while(move |start| *start < from).take_while(move |start| *start < to)
}

#[cfg(test)]
mod tests {
    use patchveil_veil::{ClassKey, Preset};

    use super::*;

    fn veil() -> Arc<Veil> {
        let key = ClassKey::from_bytes([3; 32]);
        Arc::new(Veil::new(&key, &Preset::Poscuda.recipe_of_version(1).unwrap(), 44_100).unwrap())
    }

    #[test]
    fn patches_are_those_of_the_schedule_for_any_step_length() {
        let veil = veil();
        let schedule = veil.schedule().unwrap();
        let mut cursor = schedule.patches_from(-100_000);
        let expected: Vec<Patch> = (0..40).map(|_| cursor.next(schedule)).collect();
        for step in [1, 64, 100_000] {
            let mut tracker = PatchTracker::start(veil.clone(), -100_000, false).unwrap();
            let mut tracked = Vec::new();
            let mut at = -100_000;
            while tracked.len() < expected.len() {
                at += step;
                while let Some(patch) = tracker.advance(at) {
                    tracked.push(patch);
                }
            }
            assert_eq!(tracked[..expected.len()], expected);
        }
    }

    #[test]
    fn a_patch_under_way_counts_after_a_jump_but_not_for_a_new_veil() {
        let veil = veil();
        let schedule = veil.schedule().unwrap();
        let patch = schedule.patches_from(0).next(schedule);
        let inside = patch.start + 5;
        let mut jumped = PatchTracker::start(veil.clone(), inside, false).unwrap();
        assert_eq!(jumped.advance(inside + 1), Some(patch));
        let mut new = PatchTracker::start(veil, inside, true).unwrap();
        assert_eq!(new.advance(patch.end), None);
        assert!(!new.is_active(inside + 1));
    }

    #[test]
    fn periods_begin_every_half_second_on_both_sides_of_zero() {
        let starts: Vec<i64> = period_starts(&veil(), -44_100, 44_101).collect();
        assert_eq!(starts, [-44_100, -22_050, 0, 22_050, 44_100]);
        assert_eq!(period_starts(&veil(), 1, 22_050).count(), 0);
    }

    #[test]
    fn without_patches_periods_are_those_of_the_mark() {
        let key = ClassKey::from_bytes([3; 32]);
        let starts = |preset: Preset| -> Vec<i64> {
            let veil = Veil::new(&key, &preset.recipe(), 48_000).unwrap();
            period_starts(&veil, 0, 100_000).collect()
        };
        assert_eq!(starts(Preset::Mark), [0, 61_440]);
        assert_eq!(starts(Preset::Balanced)[..3], [0, 3_840, 7_680]);
    }
}
