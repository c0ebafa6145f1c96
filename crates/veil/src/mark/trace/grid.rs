//! The frequencies that spectra are kept at: the same at every sample rate, so that recordings of different
//! rates can be compared.

use std::ops::Range;

use super::super::bands::{BANDS_HZ, USABLE};

/// Length of a frame in seconds: many times the longest echo of the presets, and long enough to tell the
/// lines of tones from what lies between them.
pub(super) const FRAME_S: f64 = 0.064;
/// Most bands.
pub(super) const BANDS: usize = BANDS_HZ.len() - 1;
/// Fewest bins of a band.
const BINS_MIN: usize = 40;

/// Samples of a frame: as near to [`FRAME_S`] as an even number allows, so that bin n is at n / [`FRAME_S`] Hz to
/// within 0.1 %, which moves no echo.
pub(super) fn frame_samples(sample_rate: u32) -> usize {
    (f64::from(sample_rate) * FRAME_S / 2.0).round() as usize * 2
}

/// The bins that are kept of a recording's spectrum, or at any sample rate.
pub(super) fn bins(sample_rate: Option<u32>) -> Range<usize> {
    let [first, .., last] = BANDS_HZ;
    let usable = sample_rate.map_or(last, |rate| last.min(USABLE * f64::from(rate)));
    bin(first)..bin(usable)
}

/// The bands that a spectrum of so many bins has, counted from the first that is kept.
pub(super) fn bands(count: usize) -> impl Iterator<Item = Range<usize>> {
    let first = bin(BANDS_HZ[0]);
    let band = move |edges: &[f64]| bin(edges[0]) - first..(bin(edges[1]) - first).min(count);
    BANDS_HZ.windows(2).map(band).filter(|band| band.end >= band.start + BINS_MIN)
}

/// The first bin at `hz` Hz or above.
fn bin(hz: f64) -> usize {
    (hz * FRAME_S).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rates_have_the_same_bins_as_far_as_they_go() {
        let all: Vec<Range<usize>> = bands(bins(None).len()).collect();
        assert_eq!(all.len(), BANDS);
        for (rate, count) in [(2_000, 1), (8_000, 1), (16_000, 2), (24_000, 3), (44_100, 4)] {
            let own: Vec<Range<usize>> = bands(bins(Some(rate)).len()).collect();
            assert_eq!(own.len(), count, "{rate} Hz");
            assert_eq!(own[..count - 1], all[..count - 1], "{rate} Hz");
            let exact = f64::from(rate) * FRAME_S;
            assert!((frame_samples(rate) as f64 / exact - 1.0).abs() < 1e-3, "{rate} Hz");
        }
    }
}
