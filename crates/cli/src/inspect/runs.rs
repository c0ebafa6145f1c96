//! Stretches of time in which something changed.

use serde::Serialize;

use super::columns::columns_of;

/// Most runs that are listed one by one; 18 hours at one a second.
pub const MAX_RUNS: usize = 1 << 16;

/// A stretch of time in which the files differ: one patch, or several without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Run {
    /// First changed sample, in seconds.
    pub start_s: f64,
    /// Behind the last changed sample, in seconds.
    pub end_s: f64,
}

/// Finds runs, frame by frame.
pub(super) struct RunFinder {
    sample_rate: f64,
    /// Most unchanged frames inside a run: 1 ms, because single samples may stay the same by chance or
    /// by rounding.
    gap: u64,
    frames: u64,
    next_frame: u64,
    /// First and last changed frame of the run that may continue.
    open: Option<(u64, u64)>,
    found: Found,
}

/// The result.
#[derive(Default)]
pub(super) struct Found {
    /// The first [`MAX_RUNS`].
    pub(super) runs: Vec<Run>,
    /// All there are.
    pub(super) count: u64,
    /// Share of every column of the picture that lies in runs, 0 to 1.
    pub(super) coverage: Vec<f32>,
}

impl RunFinder {
    pub(super) fn new(sample_rate: u32, frames: u64) -> Self {
        Self {
            sample_rate: f64::from(sample_rate),
            gap: u64::from(sample_rate / 1000),
            frames,
            next_frame: 0,
            open: None,
            found: Found { coverage: vec![0.0; columns_of(frames)], ..Found::default() },
        }
    }

    /// Adds a block: for every frame, whether it changed.
    pub(super) fn push(&mut self, changed: &[bool]) {
        for (frame, _) in (self.next_frame..).zip(changed).filter(|(_, c)| **c) {
            self.open = match self.open {
                Some((start, last)) if frame - last <= self.gap + 1 => Some((start, frame)),
                _ => {
                    self.close();
                    Some((frame, frame))
                }
            };
        }
        self.next_frame += changed.len() as u64;
    }

    pub(super) fn finish(mut self) -> Found {
        self.close();
        self.found
    }

    fn close(&mut self) {
        let Some((start, last)) = self.open.take() else {
            return;
        };
        let (start, end) = (start as f64, (last + 1) as f64);
        self.found.count += 1;
        if self.found.runs.len() < MAX_RUNS {
            self.found
                .runs
                .push(Run { start_s: start / self.sample_rate, end_s: end / self.sample_rate });
        }
        let per_frame = self.found.coverage.len() as f64 / self.frames as f64;
        let (left, right) = (start * per_frame, end * per_frame);
        let touched = left as usize..=right as usize;
        let columns = self.found.coverage.iter_mut().enumerate();
        for (i, share) in columns.skip(*touched.start()).take(touched.count()) {
            let i = i as f64;
            *share += (right.min(i + 1.0) - left.max(i)).max(0.0) as f32;
        }
    }
}
