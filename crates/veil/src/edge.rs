//! The raised-cosine edges of patches and cross-fades.

/// A rising edge of `len` samples, sampled between the samples of its ends, so that it and its mirror
/// image add up to 1.
pub(crate) fn raised_cosine(len: usize) -> Vec<f32> {
    let step = std::f64::consts::PI / len as f64;
    (0..len).map(|i| (0.5 - 0.5 * libm::cos((i as f64 + 0.5) * step)) as f32).collect()
}
