//! Whether samples lie on the grid of integers.

/// Root mean square distance of samples from integers of `bits` bits, in steps of these. `None` where
/// too few samples are loud enough to differ from 0 and quiet enough for single precision to resolve a
/// step.
#[must_use]
pub fn distance_from_grid(samples: &[f64], bits: u32) -> Option<f64> {
    let steps = (1_u64 << (bits - 1)) as f64;
    // Single precision rounds to 2⁻²⁵ of the next power of two, and restoring raises that by up to
    // about 12 dB; that may take a sixteenth of a step.
    let loudest = (2.0_f64.powi(19) / steps).min(1.0);
    let mut count = 0_u32;
    let mut sum = 0.0;
    for window in samples.chunks(256) {
        if window.iter().any(|x| x.abs() > loudest) {
            continue;
        }
        for x in window.iter().map(|x| x * steps).filter(|x| x.abs() > 8.0) {
            let away = x - x.round();
            sum += away * away;
            count += 1;
        }
    }
    (count >= 500).then(|| (sum / f64::from(count)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lies_on_no_grid() {
        assert_eq!(distance_from_grid(&[0.0; 8_000], 16), None);
    }
}
