//! By how much the level in each third-octave band changed.

use super::spectrum::Spectrum;

/// First and last band, n in 1000·10^(n/10) Hz (IEC 61260-1, base ten): 50 Hz to 20 kHz.
const BANDS: std::ops::RangeInclusive<i32> = -13..=13;
/// Half the width of a band, as an exponent of ten.
const HALF_BAND: f64 = 0.05;
/// What the bands of a decade are called (IEC 61260-1, annex E).
const NOMINAL: [f64; 10] = [1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0];
/// Bands further below the loudest band of the recording are not compared, in dB.
const QUIET_DB: f64 = 50.0;

/// A band that lies below half the sample rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Third {
    /// The rounded frequency that it is called by, in Hz.
    pub(super) nominal_hz: f64,
    /// Its edges in Hz.
    pub(super) edges_hz: (f64, f64),
    /// Level after − before in dB; none where the recording is 50 dB below its loudest band.
    pub(super) change_db: Option<f64>,
}

/// All bands, by rising frequency.
#[derive(Debug, Clone, Default)]
pub(super) struct Thirds(pub(super) Vec<Third>);

impl Thirds {
    /// Compares the mean power spectra of both files.
    pub(super) fn new(before: &Spectrum, after: &Spectrum) -> Self {
        let nyquist = before.nyquist_hz();
        let bands: Vec<Third> = BANDS.map(band).filter(|band| band.edges_hz.1 <= nyquist).collect();
        let powers = |spectrum: &Spectrum| -> Vec<f64> {
            bands.iter().map(|band| spectrum.power(band.edges_hz)).collect()
        };
        let (before, after) = (powers(before), powers(after));
        let quiet = before.iter().copied().fold(0.0, f64::max) * 10_f64.powf(-QUIET_DB / 10.0);
        let third = |((band, before), after): ((Third, f64), f64)| {
            // A band that vanishes must not change by −∞.
            let change = || 10.0 * (after.max(quiet * 1e-3) / before).log10();
            Third { change_db: (before > quiet).then(change), ..band }
        };
        Self(bands.into_iter().zip(before).zip(after).map(third).collect())
    }

    /// Mean absolute change in dB, and the band that changed most; none if all are quiet.
    pub(super) fn summary(&self) -> Option<(f64, Third)> {
        let changes = || self.0.iter().filter_map(|third| Some((third.change_db?.abs(), *third)));
        let (_, most) = changes().max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((changes().map(|(change, _)| change).sum::<f64>() / changes().count() as f64, most))
    }
}

/// A band, not yet compared.
fn band(n: i32) -> Third {
    let edge = |exponent: f64| 1_000.0 * 10_f64.powf(f64::from(n) / 10.0 + exponent);
    let decade = 10_f64.powi(3 + n.div_euclid(10));
    Third {
        nominal_hz: NOMINAL[n.rem_euclid(10) as usize] * decade,
        edges_hz: (edge(-HALF_BAND), edge(HALF_BAND)),
        change_db: None,
    }
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::signal::{noise, sine};

    use super::*;
    use crate::pcm::{Container, PcmInfo, SampleFormat, Shape, Span};

    fn spectrum(rate: u32, samples: Vec<f32>) -> Spectrum {
        let data_len = 4 * samples.len() as u64;
        let shape = Shape { sample_rate: rate, channels: 1, format: SampleFormat::F32 };
        let data = Span { body: 44, len: data_len };
        let mut spectrum = Spectrum::new(&PcmInfo::new(shape, data, 44 + data_len, Container::Wav));
        spectrum.push(&[samples]);
        spectrum
    }

    #[test]
    fn only_the_band_of_a_tone_that_is_louder_changes_and_by_as_much() {
        let floor = noise(1, 48_000);
        let with_tone = |amplitude| {
            let tone = sine(1_000.0, amplitude, 48_000, 48_000);
            let sum = tone.iter().zip(&floor).map(|(x, noise)| x + 0.01 * noise);
            spectrum(48_000, sum.collect())
        };
        let thirds = Thirds::new(&with_tone(0.25), &with_tone(0.5));
        assert_eq!(thirds.0.len(), 27);
        for third in &thirds.0 {
            let expected = if third.nominal_hz == 1_000.0 { 6.02 } else { 0.0 };
            let change = third.change_db.unwrap_or(0.0);
            assert!((change - expected).abs() < 0.02, "{third:?}");
        }
        let (mean, most) = thirds.summary().unwrap();
        assert!(most.nominal_hz == 1_000.0 && (0.0..6.03).contains(&mean));
    }

    #[test]
    fn quiet_bands_are_not_compared_and_silence_has_none_that_are() {
        let tone = || spectrum(16_000, sine(1_000.0, 0.5, 16_000, 16_000));
        let thirds = Thirds::new(&tone(), &tone());
        let compared: Vec<_> = thirds.0.iter().filter_map(|third| third.change_db).collect();
        assert!((1..4).contains(&compared.len()) && compared.iter().all(|change| *change == 0.0));
        let silence = spectrum(16_000, vec![0.0; 16_000]);
        assert!(Thirds::new(&silence, &tone()).summary().is_none());
    }

    #[test]
    fn what_is_filtered_out_whole_changes_by_a_finite_amount() {
        let before = spectrum(8_000, noise(2, 8_000));
        let thirds = Thirds::new(&before, &spectrum(8_000, vec![0.0; 8_000]));
        let changes = || thirds.0.iter().filter_map(|third| third.change_db);
        assert!(changes().count() > 10 && changes().all(|change| (-80.0..-10.0).contains(&change)));
    }

    #[test]
    fn bands_have_their_usual_names_and_lie_below_half_the_sample_rate() {
        let names = |rate| {
            let silence = || spectrum(rate, vec![0.0; 400]);
            Thirds::new(&silence(), &silence()).0.into_iter().map(|third| third.nominal_hz)
        };
        let all: Vec<f64> = names(96_000).collect();
        assert_eq!((all[0], all[4], all[13], all[26]), (50.0, 125.0, 1_000.0, 20_000.0));
        assert_eq!(names(16_000).next_back(), Some(6_300.0));
        assert_eq!(names(100).count(), 0);
    }
}
