use patchveil_spectral::mel::{hz_to_mel, mel_to_hz};

use super::*;

/// A sweep with a steady tone, 150 ms at 8 kHz.
fn clip() -> Clip {
    let sample = |n: usize| {
        let n = n as f64;
        let sweep = std::f64::consts::TAU * (300.0 * n / 8e3 + 1_500.0 / 2_400.0 * n * n / 8e3);
        let tone = std::f64::consts::TAU * 2_500.0 * n / 8e3;
        (0.3 * sweep.sin() + 0.05 * tone.cos()) as f32
    };
    let samples = (0..1_200).map(sample).collect();
    Clip { samples, rate: 8_000, label: 0, group: String::new(), name: "sweep".into() }
}

fn assert_at(front_end: FrontEnd, wanted: &[(usize, usize, f64)], unscaled: fn(f32) -> f64) {
    let features = Extractor::new(front_end, 8_000).extract(&clip());
    assert_eq!(features.frames(), 15);
    for &(frame, column, wanted) in wanted {
        let got = unscaled(features.values[frame * features.width + column]);
        assert!((got - wanted).abs() < 2e-3, "{frame}, {column}: {got}, not {wanted}");
    }
}

// The values were computed in double precision with NumPy from the definitions: the sum of a
// discrete Fourier transform, scipy.fft.dct(type=2, norm="ortho") for the cepstra.

#[test]
fn log_mel_matches_its_definition() {
    let wanted = [
        (0, 0, -1.798_080),
        (2, 7, -1.654_575),
        (7, 12, -10.842_765),
        (9, 20, 3.248_750),
        (14, 39, -6.642_496),
    ];
    assert_at(FrontEnd::LogMel, &wanted, |x| f64::from(x) * 3.0 - 3.0);
}

#[test]
fn mfcc_matches_its_definition() {
    let wanted = [
        (0, 0, -27.447_559),
        (2, 1, 13.439_983),
        (7, 5, 13.954_483),
        (9, 12, 2.870_361),
        (14, 19, -0.448_684),
    ];
    assert_at(FrontEnd::Mfcc, &wanted, |x| f64::from(x) * 4.0);
}

#[test]
fn normalised_log_mel_matches_its_definition() {
    let wanted = [
        (0, 0, 2.827_693),
        (2, 7, 1.373_708),
        (7, 12, -0.795_740),
        (9, 20, 1.823_289),
        (14, 39, 3.438_625),
    ];
    assert_at(FrontEnd::LogMelNormalised, &wanted, f64::from);
}

#[test]
fn a_thousand_hertz_is_a_thousand_mel() {
    assert!((hz_to_mel(1_000.0) - 1_000.0).abs() < 0.02);
    assert!((mel_to_hz(hz_to_mel(3_456.0)) - 3_456.0).abs() < 1e-6);
}

#[test]
fn features_do_not_depend_on_the_level() {
    let mut quiet = clip();
    quiet.samples.iter_mut().for_each(|x| *x *= 0.01);
    for front_end in [FrontEnd::Raw, FrontEnd::LogMel, FrontEnd::Mfcc, FrontEnd::LogMelNormalised] {
        let mut extractor = Extractor::new(front_end, 8_000);
        let (loud, quiet) = (extractor.extract(&clip()), extractor.extract(&quiet));
        for (a, b) in loud.values.iter().zip(&quiet.values) {
            assert!((a - b).abs() < 1e-3, "{front_end:?}: {a} became {b}");
        }
    }
}

#[test]
fn only_normalised_features_ignore_a_fixed_filter() {
    let mut noise = clip();
    let mut state = 1u32;
    for sample in &mut noise.samples {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample = state as f32 / u32::MAX as f32 - 0.5;
    }
    let mut tilted = noise.clone();
    for n in (1..tilted.samples.len()).rev() {
        tilted.samples[n] -= 0.9 * tilted.samples[n - 1];
    }
    let distance = |front_end| {
        let mut extractor = Extractor::new(front_end, 8_000);
        let (a, b) = (extractor.extract(&noise), extractor.extract(&tilted));
        // Without the ends, where the filter starts and the window extends beyond the clip.
        let inside = 3 * a.width..12 * a.width;
        let pairs = a.values[inside.clone()].iter().zip(&b.values[inside.clone()]);
        let (sum, norm) = pairs.fold((0.0f64, 0.0f64), |(sum, norm), (&a, &b)| {
            (sum + f64::from(a - b).powi(2), norm + f64::from(a).powi(2))
        });
        (sum / norm).sqrt()
    };
    let (plain, normalised) = (distance(FrontEnd::LogMel), distance(FrontEnd::LogMelNormalised));
    assert!(normalised < 0.5 * plain, "plain {plain}, normalised {normalised}");
}

#[test]
fn silence_gives_finite_features() {
    let mut silence = clip();
    silence.samples.fill(0.0);
    for front_end in [FrontEnd::Raw, FrontEnd::LogMel, FrontEnd::Mfcc, FrontEnd::LogMelNormalised] {
        let features = Extractor::new(front_end, 8_000).extract(&silence);
        assert!(features.values.iter().all(|x| x.is_finite()), "{front_end:?}");
    }
}
