//! Levels in mel bands, and gains laid over a spectrogram.

use crate::clip::Clip;
use crate::signal::stft::{Spectrum, Stft};

/// Band levels further below the clip's highest than this count as so far below, in dB.
const FLOOR_DB: f64 = 60.0;
/// Bands from 0 Hz to 4 kHz where they are to be finer than any veil's.
const FINE: f64 = 40.0;
/// Window and hop in ms.
const WINDOW_MS: f64 = 16.0;
const HOP_MS: f64 = 4.0;
/// Most that is corrected, in dB.
const LIMIT_DB: f64 = 24.0;

/// Bands of equal width on the mel scale from 0 Hz to half the sample rate, finer than any veil's.
pub(super) struct Bands {
    pub(super) stft: Stft,
    /// For each bin its place among the band centres: 2.25 is a quarter of the way from 2 to 3.
    places: Vec<f64>,
    count: usize,
}

impl Bands {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The bands at `rate` Hz.
    pub(super) fn new(rate: u32) -> Self {
        let samples = |ms: f64| (ms * 1e-3 * f64::from(rate)).round() as usize;
        let stft = Stft::new(samples(WINDOW_MS), samples(HOP_MS));
        let top = mel(f64::from(rate) / 2.0);
        let count = (FINE * top / mel(4_000.0)).round().max(1.0) as usize;
        let place = |bin: usize| {
            (mel(stft.hz(bin, rate)) / top * count as f64 - 0.5).clamp(0.0, (count - 1) as f64)
        };
        Self { places: (0..stft.bins()).map(place).collect(), count, stft }
    }

    /// Levels in dB, windows × bands, relative to the clip's mean: what is more than 60 dB below
    /// the highest is set to that first.
    pub(super) fn levels(&self, spectra: &[Spectrum]) -> Vec<Vec<f64>> {
        let powers = |spectrum: &Spectrum| {
            let mut powers = vec![0.0; self.count];
            for (x, &place) in spectrum.iter().zip(&self.places) {
                let share = place.fract();
                let band = place as usize;
                powers[band] += (1.0 - share) * f64::from(x.norm_sqr());
                if let Some(next) = powers.get_mut(band + 1) {
                    *next += share * f64::from(x.norm_sqr());
                }
            }
            powers
        };
        let mut levels: Vec<Vec<f64>> = spectra.iter().map(powers).collect();
        let highest = levels.iter().flatten().copied().fold(1e-20, f64::max);
        let floor = highest * 10_f64.powf(-FLOOR_DB / 10.0);
        levels.iter_mut().flatten().for_each(|x| *x = 10.0 * x.max(floor).log10());
        let cells = levels.len() * self.count;
        let mean = levels.iter().flatten().sum::<f64>() / cells.max(1) as f64;
        levels.iter_mut().flatten().for_each(|x| *x -= mean);
        levels
    }

    /// The levels of a clip.
    pub(super) fn levels_of(&self, clip: &Clip) -> Vec<Vec<f64>> {
        self.levels(&self.stft.analysis(&clip.samples))
    }

    /// The clip's samples with the gains in dB that `gains` gives for every window, at most 24 either
    /// way. `spectra` are the clip's.
    pub(super) fn turned(
        &self,
        clip: &Clip,
        mut spectra: Vec<Spectrum>,
        gains: impl Fn(usize) -> Vec<f64>,
    ) -> Vec<f32> {
        for (t, spectrum) in spectra.iter_mut().enumerate() {
            let mut gains = gains(t);
            gains.iter_mut().for_each(|gain| *gain = gain.clamp(-LIMIT_DB, LIMIT_DB));
            self.turn(spectrum, &gains);
        }
        self.stft.synthesis(&spectra, clip.samples.len())
    }

    /// Multiplies the spectrum by gains in dB given for each band, straight lines between their
    /// centres.
    fn turn(&self, spectrum: &mut Spectrum, gains_db: &[f64]) {
        for (x, &place) in spectrum.iter_mut().zip(&self.places) {
            let (band, share) = (place as usize, place.fract());
            let next = gains_db.get(band + 1).unwrap_or(&gains_db[band]);
            let gain_db = gains_db[band] * (1.0 - share) + next * share;
            *x *= 10_f64.powf(gain_db / 20.0) as f32;
        }
    }
}

/// The highest level of a band.
pub(super) fn loudest(levels: &[Vec<f64>], band: usize) -> f64 {
    levels.iter().map(|x| x[band]).fold(f64::NEG_INFINITY, f64::max)
}

/// Place on the mel scale, in any unit.
fn mel(hz: f64) -> f64 {
    (1.0 + hz / 700.0).ln()
}
