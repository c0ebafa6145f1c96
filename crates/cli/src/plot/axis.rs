//! From values to pixels.

use patchveil_spectral::axis::Scale;

/// An axis: a range of values at pixels from `start` to `end`, in either direction.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    scale: Scale,
    start: f32,
    end: f32,
}

impl Axis {
    pub(crate) fn linear((low, high): (f64, f64), (start, end): (f32, f32)) -> Self {
        Self { scale: Scale::linear(low, high), start, end }
    }

    pub(crate) fn logarithmic((low, high): (f64, f64), (start, end): (f32, f32)) -> Self {
        Self { scale: Scale::logarithmic(low, high), start, end }
    }

    /// The pixel of a value, limited to the ends.
    pub(crate) fn at(&self, value: f64) -> f32 {
        self.start + self.scale.share_within(value) as f32 * (self.end - self.start)
    }
}
