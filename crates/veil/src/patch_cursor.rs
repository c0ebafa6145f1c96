//! The patches of a veil along a stream, and how they blend with the signal.

use crate::processor::for_this_processor;
use crate::schedule::{Cursor, Patch, Schedule};

/// The current or next patch, and those behind it.
pub(crate) struct PatchCursor {
    cursor: Cursor,
    pub(crate) patch: Patch,
    /// Patches that start here or later do not begin: another veil is about to take over.
    pub(crate) until: i64,
}

impl PatchCursor {
    /// The patches from `at` on, including one under way.
    pub(crate) fn at(schedule: &Schedule, at: i64) -> Self {
        let mut cursor = schedule.patches_from(at);
        let patch = cursor.next(schedule);
        Self { cursor, patch, until: i64::MAX }
    }

    /// The patches that start at `at` or later.
    pub(crate) fn beginning(schedule: &Schedule, at: i64) -> Self {
        let mut patches = Self::at(schedule, at);
        if patches.patch.start < at {
            patches.advance(schedule);
        }
        patches.patch.rises = true;
        patches
    }

    /// Moves on to the next patch.
    pub(crate) fn advance(&mut self, schedule: &Schedule) {
        self.patch = self.cursor.next(schedule);
        self.patch.falls |= self.patch.end >= self.until;
    }

    /// Keeps patches from beginning at `at` or later, except one that the current patch joins and
    /// cannot end without.
    pub(crate) fn end_from(&mut self, at: i64) {
        if self.until != i64::MAX {
            return;
        }
        let patch = &mut self.patch;
        let under_way = patch.start < at || patch.start == at && !patch.rises;
        self.until = if !under_way {
            at
        } else if patch.falls || at <= patch.end.saturating_sub(patch.fade) {
            patch.falls = true;
            patch.start.saturating_add(1)
        } else {
            // It joins the next patch, and it is too late for it to fall instead.
            patch.end.saturating_add(1)
        };
    }
}

for_this_processor! {
    /// Adds `weight · (wet − dry)` to `out`; `at` is the position of the first sample. `rise` is the
    /// rising edge; the falling one is 1 minus that.
    mix = mix_anywhere,
    (patch: &Patch, at: i64, rise: &[f32], wet: &[f32], dry: &[f32], out: &mut [f32])
}

#[inline(always)]
fn mix_anywhere(patch: &Patch, at: i64, rise: &[f32], wet: &[f32], dry: &[f32], out: &mut [f32]) {
    let len = out.len();
    // Where, counted from `at`, the rising edge ends and the falling one begins.
    let index = |position: i64| position.saturating_sub(at).clamp(0, len as i64) as usize;
    let risen = if patch.rises { index(patch.start.saturating_add(rise.len() as i64)) } else { 0 };
    let fall = patch.end.saturating_sub(rise.len() as i64);
    let falling = if patch.falls { index(fall).max(risen) } else { len };
    let edge = |from: i64| &rise[(at.saturating_sub(from).max(0) as usize).min(rise.len())..];
    let blend = |weight: f32, wet: f32, dry: f32, out: &mut f32| {
        *out = weight.mul_add(wet - dry, *out);
    };
    for (((out, wet), dry), w) in out[..risen].iter_mut().zip(wet).zip(dry).zip(edge(patch.start)) {
        blend(*w, *wet, *dry, out);
    }
    let (held, wet, dry) = (&mut out[risen..], &wet[risen..], &dry[risen..]);
    let (held, fallen) = held.split_at_mut(falling - risen);
    for ((out, wet), dry) in held.iter_mut().zip(wet).zip(dry) {
        *out += wet - dry;
    }
    let behind = falling - risen;
    for (((out, wet), dry), w) in
        fallen.iter_mut().zip(&wet[behind..]).zip(&dry[behind..]).zip(edge(fall))
    {
        blend(1.0 - *w, *wet, *dry, out);
    }
}
