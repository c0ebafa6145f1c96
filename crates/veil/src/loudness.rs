//! The loudness of speech: what kernels are normalised by, so that speech keeps its level.

use std::f64::consts::PI;

use crate::processor::for_this_processor;

/// Third-octave centres in Hz and the long-term average spectrum of speech there, in dB SPL per
/// band at an overall level of 70 dB (Byrne et al. 1994, JASA 96(4), table II, combined).
const SPEECH: [(f64, f64); 25] = [
    (63.0, 38.6),
    (80.0, 43.5),
    (100.0, 54.4),
    (125.0, 57.7),
    (160.0, 56.8),
    (200.0, 60.2),
    (250.0, 60.3),
    (315.0, 59.0),
    (400.0, 62.1),
    (500.0, 62.1),
    (630.0, 60.5),
    (800.0, 56.8),
    (1_000.0, 53.7),
    (1_250.0, 53.0),
    (1_600.0, 52.0),
    (2_000.0, 48.7),
    (2_500.0, 48.1),
    (3_150.0, 46.8),
    (4_000.0, 45.6),
    (5_000.0, 44.5),
    (6_300.0, 44.3),
    (8_000.0, 43.7),
    (10_000.0, 43.4),
    (12_500.0, 41.3),
    (16_000.0, 40.7),
];
/// Steps between two neighbouring centres, so that a narrow band is not missed.
const STEPS: usize = 8;

/// Frequencies whose power gain is computed side by side.
const LANES: usize = 8;

/// How much each frequency counts for the loudness of speech, at one sample rate.
pub(crate) struct SpeechWeight {
    points: Vec<Point>,
}

/// One frequency.
struct Point {
    /// Its share in the K-weighted power of speech.
    weight: f64,
    /// Cosine and sine of −2π times its cycles a sample.
    rotation: (f64, f64),
}

impl SpeechWeight {
    /// The weights at `sample_rate` Hz.
    pub(crate) fn new(sample_rate: u32) -> Self {
        let mut points = Vec::with_capacity(SPEECH.len() * STEPS);
        for pair in SPEECH.windows(2) {
            let [(low, low_db), (high, high_db)] = [pair[0], pair[1]];
            for step in 0..STEPS {
                let part = step as f64 / STEPS as f64;
                let hz = low * libm::pow(high / low, part);
                // Near half the rate, converters and codecs leave nothing to weigh.
                if hz > 0.45 * f64::from(sample_rate) {
                    break;
                }
                let db = low_db + (high_db - low_db) * part;
                let weight = libm::pow(10.0, db / 10.0) * k_weight(hz);
                points.push(Point { weight, rotation: rotation(hz / f64::from(sample_rate)) });
            }
        }
        Self { points }
    }

    /// The factor by which a filter with these taps raises the K-weighted amplitude of speech.
    pub(crate) fn gain(&self, taps: &[f64]) -> f64 {
        let (mut before, mut after) = (0.0, 0.0);
        for points in self.points.chunks(LANES) {
            let rotations = std::array::from_fn(|lane| {
                points.get(lane).map_or((1.0, 0.0), |point| point.rotation)
            });
            for (point, power) in points.iter().zip(powers(taps, &rotations)) {
                before += point.weight;
                after += point.weight * power;
            }
        }
        if before > 0.0 && after > 0.0 { libm::sqrt(after / before) } else { 1.0 }
    }
}

/// Power gain |H|² of a filter at `cycles` a sample.
pub(crate) fn power_at(taps: &[f64], cycles: f64) -> f64 {
    let [power, ..] = powers(taps, &[rotation(cycles); LANES]);
    power
}

/// Cosine and sine of −2π·`cycles`.
fn rotation(cycles: f64) -> (f64, f64) {
    let (sin, cos) = libm::sincos(-2.0 * PI * cycles);
    (cos, sin)
}

for_this_processor! {
    /// |H|² at [`LANES`] frequencies, by Horner's rule.
    powers = powers_anywhere, (taps: &[f64], rotations: &[(f64, f64); LANES]) -> [f64; LANES]
}

#[inline(always)]
fn powers_anywhere(taps: &[f64], rotations: &[(f64, f64); LANES]) -> [f64; LANES] {
    let (cos, sin) = (rotations.map(|(cos, _)| cos), rotations.map(|(_, sin)| sin));
    let (mut re, mut im) = ([0.0; LANES], [0.0; LANES]);
    for &tap in taps.iter().rev() {
        for lane in 0..LANES {
            let (x, y) = (re[lane], im[lane]);
            re[lane] = x * cos[lane] - y * sin[lane] + tap;
            im[lane] = x * sin[lane] + y * cos[lane];
        }
    }
    std::array::from_fn(|lane| re[lane] * re[lane] + im[lane] * im[lane])
}

/// Power gain of the K-weighting at `hz`: the two filters of ITU-R BS.1770-4, annex 1, with the
/// coefficients it tabulates for 48 kHz.
fn k_weight(hz: f64) -> f64 {
    let shelf = biquad(
        [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
        [1.0, -1.690_659_293_182_41, 0.732_480_774_215_85],
        hz / 48_000.0,
    );
    let high_pass =
        biquad([1.0, -2.0, 1.0], [1.0, -1.990_047_454_833_98, 0.990_072_250_366_21], hz / 48_000.0);
    shelf * high_pass
}

/// Power gain of a biquad at `cycles` a sample.
fn biquad(b: [f64; 3], a: [f64; 3], cycles: f64) -> f64 {
    let power = |c: [f64; 3]| {
        let w = 2.0 * PI * cycles;
        let re = c[0] + c[1] * libm::cos(w) + c[2] * libm::cos(2.0 * w);
        let im = c[1] * libm::sin(w) + c[2] * libm::sin(2.0 * w);
        re * re + im * im
    };
    power(b) / power(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_k_weighting_is_that_of_the_standard() {
        // BS.1770-4: 0 dB-ish at 1 kHz (+0.69 dB), about +4 dB far above, falling below 100 Hz.
        let db = |hz| 10.0 * k_weight(hz).log10();
        assert!((db(1_000.0) - 0.69).abs() < 0.05, "{}", db(1_000.0));
        assert!((db(10_000.0) - 4.0).abs() < 0.1, "{}", db(10_000.0));
        assert!(db(38.0) < -5.0 && db(38.0) > -7.5, "{}", db(38.0));
    }

    #[test]
    fn a_plain_gain_is_found_exactly() {
        for rate in [8_000, 48_000, 192_000] {
            assert!((SpeechWeight::new(rate).gain(&[0.0, 2.0]) - 2.0).abs() < 1e-12);
        }
    }
}
