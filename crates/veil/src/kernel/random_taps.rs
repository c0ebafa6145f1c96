//! The papers' kernels: a unit tap, then random ones.

use crate::key::Seed;
use crate::recipe::{Taps, VeilSettings};

/// CUDA's filters: a unit tap, then taps drawn from U(0, spread) (arXiv 2303.04278, section 3, in one
/// dimension as in arXiv 2401.02135).
pub(super) fn impulses(
    taps: &Taps,
    settings: &VeilSettings,
    seed: &Seed,
) -> impl Iterator<Item = Vec<f64>> {
    let scale = settings.amount / 100.0;
    (0..u64::from(settings.kernels)).map(move |kernel| {
        let mut stream = seed.stream(kernel);
        let mut impulse = vec![1.0];
        impulse.resize_with(taps.count as usize, || taps.spread * scale * stream.unit());
        impulse
    })
}
