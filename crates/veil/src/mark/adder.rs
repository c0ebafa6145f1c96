//! What a mark adds to a signal.

use super::Mark;
use super::patches::Patch;
use super::sparse_fir::sparse_fir;
use crate::history::{CHUNK, History};
use crate::processor::for_this_processor;

/// Computes what one mark adds to a stream of blocks.
pub(super) struct Adder {
    /// The patch of the last position, kept because finding one takes divisions.
    patch: Option<Patch>,
    /// What is added in one chunk.
    added: Box<[f32]>,
    /// What one kernel of the pattern adds in one chunk.
    sums: Box<[f32]>,
}

impl Adder {
    pub(super) fn new() -> Self {
        Self { patch: None, added: vec![0.0; CHUNK].into(), sums: vec![0.0; CHUNK].into() }
    }

    /// To be called when the next mark is another.
    pub(super) fn forget(&mut self) {
        self.patch = None;
    }

    /// What `mark` adds to the newest `count` samples of `history`, at most [`CHUNK`], the first of which
    /// lies at `at`. Never allocates.
    pub(super) fn added(
        &mut self,
        mark: &Mark,
        history: &History,
        at: i64,
        count: usize,
    ) -> &[f32] {
        let added = &mut self.added[..count];
        match &mark.echo {
            Some(echo) => {
                let (_, past) = history.recent(count, mark.longest + 1);
                sparse_fir(echo.taps(), echo.steps(), mark.longest, past, added);
            }
            None => added.fill(0.0),
        }
        self.add_pattern(mark, history, at, count);
        &self.added[..count]
    }

    fn add_pattern(&mut self, mark: &Mark, history: &History, at: i64, count: usize) {
        let Some(pattern) = &mark.pattern else { return };
        let known = self.patch.filter(|patch| patch.start <= at && at < patch.end);
        let mut patch = known.unwrap_or_else(|| pattern.patches.at(at));
        let mut from = 0;
        while from < count {
            let here = at.saturating_add(from as i64);
            let left = patch.end.saturating_sub(here).max(1);
            let to = count.min(from.saturating_add(usize::try_from(left).unwrap_or(usize::MAX)));
            let into = usize::try_from(here.saturating_sub(patch.start)).unwrap_or(0);
            let rise = pattern.rise.get(into..).unwrap_or_default();
            let faded = &rise[..rise.len().min(to - from)];
            let (_, past) = history.recent(count - from, mark.longest + 1);
            let (added, sums) = (&mut self.added[from..to], &mut self.sums[..to - from]);
            let (kernel, sign) = patch.kernel;
            if let Some(kernel) = pattern.kernels.get(kernel) {
                sparse_fir(kernel.taps(), kernel.steps(), mark.longest, past, sums);
                add_rising(sums, faded, sign, added);
                // At full weight a plain sum is the same, bit for bit.
                for (out, sum) in added[faded.len()..].iter_mut().zip(&sums[faded.len()..]) {
                    *out += sign * sum;
                }
            }
            let (kernel, sign) = patch.before;
            if let Some(kernel) = pattern.kernels.get(kernel) {
                sparse_fir(
                    kernel.taps(),
                    kernel.steps(),
                    mark.longest,
                    past,
                    &mut sums[..faded.len()],
                );
                add_falling(sums, faded, sign, added);
            }
            from = to;
            if from < count {
                patch = pattern.patches.after(&patch);
            }
        }
        self.patch = Some(patch);
    }
}

for_this_processor! {
    /// Adds `sign` · weight · sum to each of `out` that has a weight.
    add_rising = add_rising_anywhere, (sums: &[f32], rise: &[f32], sign: f32, out: &mut [f32])
}

for_this_processor! {
    /// Adds `sign` · (1 − weight) · sum to each of `out` that has a weight.
    add_falling = add_falling_anywhere, (sums: &[f32], rise: &[f32], sign: f32, out: &mut [f32])
}

#[inline(always)]
fn add_rising_anywhere(sums: &[f32], rise: &[f32], sign: f32, out: &mut [f32]) {
    for ((out, sum), weight) in out.iter_mut().zip(sums).zip(rise) {
        *out = (sign * weight).mul_add(*sum, *out);
    }
}

#[inline(always)]
fn add_falling_anywhere(sums: &[f32], rise: &[f32], sign: f32, out: &mut [f32]) {
    for ((out, sum), weight) in out.iter_mut().zip(sums).zip(rise) {
        *out = (sign * (1.0 - weight)).mul_add(*sum, *out);
    }
}
