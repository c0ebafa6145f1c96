//! The restored past of one channel, in double precision.

use crate::dot::dot;

/// Smaller magnitudes cannot affect any output.
const TINY: f64 = 1e-100;

/// The restored samples of one channel, contiguous.
pub(crate) struct Past {
    samples: Vec<f64>,
    end: usize,
}

impl Past {
    /// Silence; `context` samples before the newest are kept.
    pub(crate) fn new(context: usize) -> Self {
        Self { samples: vec![0.0; context + (4 * context).max(4_096)], end: context }
    }

    /// The newest `count` samples, oldest first.
    pub(crate) fn newest(&self, count: usize) -> &[f64] {
        &self.samples[self.end - count..self.end]
    }

    /// Sum of products of `taps` and the newest samples.
    pub(crate) fn sum(&self, taps: &[f64]) -> f64 {
        dot(taps, &self.samples[self.end - taps.len()..self.end])
    }

    /// Sets the past to silence. `context` is the one it was made with.
    pub(crate) fn clear(&mut self, context: usize) {
        self.samples[..context].fill(0.0);
        self.end = context;
    }

    /// Adds the newest sample. `context` is the one it was made with.
    pub(crate) fn push(&mut self, sample: f64, context: usize) {
        if self.end == self.samples.len() {
            self.samples.copy_within(self.end - context..self.end, 0);
            self.end = context;
        }
        // Invalid samples must not stay in the recursion for ever, and what decays in it must not
        // become denormal, which is slow.
        let stays = sample.is_finite() && sample.abs() > TINY;
        self.samples[self.end] = if stays { sample } else { 0.0 };
        self.end += 1;
    }
}
