//! Levels and gains in mel bands, over time.

use crate::clip::Clip;
use patchveil_spectral::{Complex32, Stft};

/// Band levels further below the clip's highest are raised to this far below it, in dB.
const FLOOR_DB: f64 = 60.0;
/// Bands between 0 Hz and 4 kHz: finer than those of any veil.
const BANDS_TO_4_KHZ: f64 = 40.0;
/// Window and hop in ms.
const WINDOW_MS: f64 = 16.0;
const HOP_MS: f64 = 4.0;
/// Largest correction in dB.
const LIMIT_DB: f64 = 24.0;

/// Bands of equal width on the mel scale, from 0 Hz to half the sample rate.
pub(super) struct Bands {
    pub(super) stft: Stft,
    /// Position of each bin among the band centres: 2.25 is a quarter of the way from 2 to 3.
    positions: Vec<f64>,
    count: usize,
}

impl Bands {
    /// Number of bands.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The bands for clips of `rate` Hz.
    pub(super) fn new(rate: u32) -> Self {
        let samples = |ms: f64| (ms * 1e-3 * f64::from(rate)).round() as usize;
        let stft = Stft::new(samples(WINDOW_MS), samples(HOP_MS));
        let top = mel(f64::from(rate) / 2.0);
        let count = (BANDS_TO_4_KHZ * top / mel(4_000.0)).round().max(1.0) as usize;
        let position = |bin: usize| {
            (mel(stft.hz(bin, rate)) / top * count as f64 - 0.5).clamp(0.0, (count - 1) as f64)
        };
        Self { positions: (0..stft.bins()).map(position).collect(), count, stft }
    }

    /// Levels in dB, windows × bands, relative to the clip's mean. Levels more than 60 dB below the
    /// highest are first raised to that.
    pub(super) fn levels(&self, spectra: &[Vec<Complex32>]) -> Vec<Vec<f64>> {
        let powers = |spectrum: &Vec<Complex32>| {
            let mut powers = vec![0.0; self.count];
            for (x, &position) in spectrum.iter().zip(&self.positions) {
                let share = position.fract();
                let band = position as usize;
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

    /// The levels of a clip, windows × bands, in dB.
    pub(super) fn levels_of(&self, clip: &Clip) -> Vec<Vec<f64>> {
        self.levels(&self.stft.analysis(&clip.samples))
    }

    /// The clip's samples with `gains(t)` applied to each window `t`: a gain in dB for each band,
    /// limited to ±24. `spectra` are the clip's.
    pub(super) fn with_gains(
        &self,
        clip: &Clip,
        mut spectra: Vec<Vec<Complex32>>,
        gains: impl Fn(usize) -> Vec<f64>,
    ) -> Vec<f32> {
        for (t, spectrum) in spectra.iter_mut().enumerate() {
            let mut gains = gains(t);
            gains.iter_mut().for_each(|gain| *gain = gain.clamp(-LIMIT_DB, LIMIT_DB));
            self.apply_gains(spectrum, &gains);
        }
        self.stft.synthesis(&spectra, clip.samples.len())
    }

    /// Multiplies the spectrum by the bands' gains in dB, linearly interpolated between band
    /// centres.
    fn apply_gains(&self, spectrum: &mut [Complex32], gains_db: &[f64]) {
        for (x, &position) in spectrum.iter_mut().zip(&self.positions) {
            let (band, share) = (position as usize, position.fract());
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

/// Position on the mel scale, in arbitrary units.
fn mel(hz: f64) -> f64 {
    (1.0 + hz / 700.0).ln()
}
