//! Sequences computed side by side, one kernel in each lane of a vector.

/// Kernels in one vector.
pub(super) const LANES: usize = 4;

/// One value of each of [`LANES`] kernels.
pub(super) type Lanes = [f64; LANES];

/// Maps sequences of one length (kernels × values) to sequences of `len` values, [`LANES`] kernels at
/// a time: `map` gets their values and fills a buffer of zeros.
pub(super) fn by_lanes(
    kernels: &[Vec<f64>],
    len: usize,
    mut map: impl FnMut(&[Lanes], &mut [Lanes]),
) -> Vec<Vec<f64>> {
    let mut mapped = Vec::with_capacity(kernels.len());
    for group in kernels.chunks(LANES) {
        let count = group.first().map_or(0, Vec::len);
        let value =
            |n: usize| std::array::from_fn(|lane| group.get(lane).map_or(0.0, |kernel| kernel[n]));
        let values: Vec<Lanes> = (0..count).map(value).collect();
        let mut out = vec![[0.0; LANES]; len];
        map(&values, &mut out);
        mapped.extend((0..group.len()).map(|lane| out.iter().map(|out| out[lane]).collect()));
    }
    mapped
}
