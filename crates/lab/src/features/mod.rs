//! Features: the usual front ends of speech recognition.

mod cepstrum;

use patchveil_spectral::WindowedPower;
use patchveil_spectral::mel::MelBank;
use patchveil_spectral::window::hann;
use serde::{Deserialize, Serialize};

use crate::clip::Clip;
use cepstrum::Cosine;

/// Length of an analysis window in seconds; the FFT has the next power of two of samples.
pub const WINDOW_SECONDS: f64 = 0.032;
/// Hop in seconds.
const HOP_SECONDS: f64 = 0.010;
/// Mel bands between 20 Hz and half the sample rate.
pub const MEL_BANDS: usize = 40;
/// Lower edge of the lowest band in Hz.
const LOWEST_HZ: f64 = 20.0;
/// Cepstral coefficients including the zeroth.
pub const CEPSTRA: usize = 20;
/// Added to the energy of a band before the logarithm. Clips have a mean power of 1, so this is a
/// floor at −50 dB.
const FLOOR: f32 = 1e-5;

/// The features a model gets. All front ends first normalise the mean power of the clip, so that
/// its level carries no information.
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
    spectrum: WindowedPower,
    hop: usize,
    bank: MelBank,
    cosine: Cosine,
}

impl Extractor {
    /// Prepares a front end for clips of `rate` Hz.
    #[must_use]
    pub fn new(front_end: FrontEnd, rate: u32) -> Self {
        let samples = |seconds: f64| ((seconds * f64::from(rate)).round() as usize).max(1);
        let window = samples(WINDOW_SECONDS);
        let spectrum = WindowedPower::new(hann(window), window.next_power_of_two());
        Self {
            front_end,
            hop: samples(HOP_SECONDS),
            bank: MelBank::new(MEL_BANDS, LOWEST_HZ, f64::from(rate), spectrum.size()),
            spectrum,
            cosine: Cosine::new(MEL_BANDS, CEPSTRA),
        }
    }

    /// Frames of a clip of `len` samples: one per hop, rounded up; for [`FrontEnd::Raw`] one per
    /// sample.
    #[must_use]
    pub fn frames(&self, len: usize) -> usize {
        match self.front_end {
            FrontEnd::Raw => len,
            _ => len.div_ceil(self.hop),
        }
    }

    /// The features of `clip`, scaled to the order of 1.
    pub fn extract(&mut self, clip: &Clip) -> Features {
        let samples = with_unit_power(&clip.samples);
        if self.front_end == FrontEnd::Raw {
            return Features { values: samples, width: 1 };
        }
        let mut mel = self.log_mel(&samples);
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

    /// Logarithms of mel band energies: frames × bands. Frame `t` is centred on sample `t` · hop;
    /// outside the clip there is silence.
    fn log_mel(&mut self, samples: &[f32]) -> Vec<f32> {
        let padded = [vec![0.0; self.spectrum.window_len() / 2].as_slice(), samples].concat();
        let scale = 1.0 / self.spectrum.size() as f32;
        let mut mel = Vec::with_capacity(self.frames(samples.len()) * MEL_BANDS);
        for start in (0..samples.len()).step_by(self.hop) {
            let power = self.spectrum.power(&padded[start..]);
            mel.extend(self.bank.energies(power).map(|energy| (energy * scale + FLOOR).ln()));
        }
        mel
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
