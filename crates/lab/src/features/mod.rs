//! Features: the usual front ends of speech recognition.

mod mel;
mod spectrum;

use serde::{Deserialize, Serialize};

use crate::clip::Clip;
use mel::{Cosine, MelBank};
pub use mel::{MEL_BANDS, hz_to_mel, mel_to_hz};
use spectrum::Spectrum;

/// Length of an analysis window in seconds; the FFT has the next power of two of samples.
pub const WINDOW_SECONDS: f64 = 0.032;
/// Hop in seconds.
const HOP_SECONDS: f64 = 0.010;
/// Cepstral coefficients including the zeroth.
pub const CEPSTRA: usize = 20;
/// Added to the energy of a band before the logarithm. Clips have a mean power of 1, so this is a floor
/// at −50 dB.
const FLOOR: f32 = 1e-5;

/// The features a model gets. All front ends first normalise the mean power of the clip, so that its
/// level carries no information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrontEnd {
    /// The samples themselves.
    Raw,
    /// Logarithms of mel band energies.
    LogMel,
    /// The same with mean 0 and variance 1 in each band of the clip (cepstral mean and variance
    /// normalisation in the log-spectral domain), which removes everything constant in time.
    LogMelNormalised,
    /// Mel-frequency cepstral coefficients.
    Mfcc,
}

/// The features of one clip: frames × width.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Values, frame by frame.
    pub values: Vec<f32>,
    /// Values per frame.
    pub width: usize,
}

impl Features {
    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.values.len() / self.width.max(1)
    }
}

/// Extracts the features of one front end at one sample rate.
pub struct Extractor {
    front_end: FrontEnd,
    spectrum: Spectrum,
    bank: MelBank,
    cosine: Cosine,
}

impl Extractor {
    /// Prepares a front end for clips of `rate` Hz.
    #[must_use]
    pub fn new(front_end: FrontEnd, rate: u32) -> Self {
        let samples = |seconds: f64| ((seconds * f64::from(rate)).round() as usize).max(1);
        let spectrum = Spectrum::new(samples(WINDOW_SECONDS), samples(HOP_SECONDS));
        let bank = MelBank::new(f64::from(rate), spectrum.size());
        Self { front_end, spectrum, bank, cosine: Cosine::new(MEL_BANDS, CEPSTRA) }
    }

    /// Frames of a clip of `len` samples: one per hop, rounded up; for [`FrontEnd::Raw`] one per sample.
    #[must_use]
    pub fn frames(&self, len: usize) -> usize {
        match self.front_end {
            FrontEnd::Raw => len,
            _ => len.div_ceil(self.spectrum.hop()),
        }
    }

    /// The features of `clip`, scaled to the order of 1.
    pub fn extract(&mut self, clip: &Clip) -> Features {
        let samples = with_unit_power(&clip.samples);
        if self.front_end == FrontEnd::Raw {
            return Features { values: samples, width: 1 };
        }
        let mut mel = Vec::with_capacity(self.frames(samples.len()) * MEL_BANDS);
        for frame in 0..self.frames(samples.len()) {
            let power = self.spectrum.power(&samples, frame);
            self.bank.energies(power, &mut mel);
        }
        for energy in &mut mel {
            *energy = (*energy + FLOOR).ln();
        }
        match self.front_end {
            FrontEnd::LogMelNormalised => {
                normalise(&mut mel, MEL_BANDS);
                Features { values: mel, width: MEL_BANDS }
            }
            FrontEnd::Mfcc => {
                let mut values = Vec::with_capacity(mel.len() / MEL_BANDS * CEPSTRA);
                for row in mel.chunks_exact(MEL_BANDS) {
                    self.cosine.transform(row, &mut values);
                }
                values.iter_mut().for_each(|value| *value *= 0.25);
                Features { values, width: CEPSTRA }
            }
            FrontEnd::LogMel | FrontEnd::Raw => {
                mel.iter_mut().for_each(|value| *value = (*value + 3.0) / 3.0);
                Features { values: mel, width: MEL_BANDS }
            }
        }
    }
}

/// The samples scaled to a mean power of 1; silence stays silence.
fn with_unit_power(samples: &[f32]) -> Vec<f32> {
    let power: f64 = samples.iter().map(|&x| f64::from(x).powi(2)).sum();
    let power = power / samples.len().max(1) as f64;
    let gain = if power > 1e-12 { power.sqrt().recip() } else { 0.0 };
    samples.iter().map(|&x| (f64::from(x) * gain) as f32).collect()
}

/// Normalises each column of `rows` to mean 0 and variance 1, a constant column to 0.
fn normalise(rows: &mut [f32], width: usize) {
    let frames = rows.len() / width;
    for column in 0..width {
        let values = || rows.iter().skip(column).step_by(width).map(|&x| f64::from(x));
        let mean = values().sum::<f64>() / frames as f64;
        let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / frames as f64;
        let scale = (variance.sqrt() + 1e-2).recip();
        for value in rows.iter_mut().skip(column).step_by(width) {
            *value = ((f64::from(*value) - mean) * scale) as f32;
        }
    }
}

#[cfg(test)]
mod tests;
