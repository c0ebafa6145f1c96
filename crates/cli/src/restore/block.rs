//! Restores blocks of samples, and estimates how close they are to the original.

use std::sync::Arc;

use patchveil_veil::{RecipeError, Restorer, Veil};

use super::integers::round_changed;
use crate::wav::{SampleFormat, WavError, WavInfo, encode_nearest};

/// Restores a file block by block, and estimates how close the result is to the original.
pub(super) struct BlockRestorer {
    restorer: Restorer,
    format: SampleFormat,
    /// Timeline position of the next block, in samples.
    position: i64,
    /// Bit depth of the integers that the original of a float file consists of, if it does.
    integer_bits: Option<u32>,
    /// A channel of noise as strong as the file's rounding. Restoring is linear, so what it makes of
    /// this is what it makes of the rounding errors.
    noise: Vec<f32>,
    /// State of the noise generator.
    random: u64,
    /// Sum of the squared restored samples, a mean over the channels.
    signal: f64,
    /// Sum of the squared restored noise.
    error: f64,
    /// Samples at full scale.
    full_scale: u64,
}

impl BlockRestorer {
    /// For the file of `info`, whose first sample is at timeline position `offset`. `integer_bits` is
    /// the bit depth that the original of a float file was made from.
    pub(super) fn new(
        veil: &Arc<Veil>,
        info: &WavInfo,
        offset: i64,
        integer_bits: Option<u32>,
    ) -> Result<Self, RecipeError> {
        Ok(Self {
            restorer: Restorer::new(veil.clone(), usize::from(info.channels) + 1)?,
            format: info.format,
            position: offset,
            integer_bits,
            noise: Vec::new(),
            random: 1,
            signal: 0.0,
            error: 0.0,
            full_scale: 0,
        })
    }

    /// Restores a block in place: the samples, and the bytes they are stored in.
    pub(super) fn restore(
        &mut self,
        bytes: &mut [u8],
        planar: &mut [Vec<f32>],
    ) -> Result<(), WavError> {
        let frames = planar.first().map_or(0, Vec::len);
        self.full_scale += at_full_scale(self.format, planar);
        let before = self.integer_bits.map(|_| planar.to_vec());
        self.draw_noise(planar, frames);
        let mut channels: Vec<&mut [f32]> = planar.iter_mut().map(Vec::as_mut_slice).collect();
        channels.push(&mut self.noise);
        self.restorer.process(self.position, &mut channels);
        if let (Some(bits), Some(before)) = (self.integer_bits, before) {
            for (channel, before) in planar.iter_mut().zip(&before) {
                round_changed(channel, before, bits);
            }
        }
        self.position += frames as i64;
        self.add_power(planar);
        encode_nearest(bytes, self.format, planar)?;
        Ok(())
    }

    /// Fills the noise channel for `frames` frames.
    fn draw_noise(&mut self, planar: &[Vec<f32>], frames: usize) {
        self.noise.resize(frames, 0.0);
        let mut uniform = || {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.random >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        let channel = planar.first().map_or(&[][..], Vec::as_slice);
        for (noise, sample) in self.noise.iter_mut().zip(channel) {
            *noise = match self.format.step() {
                // Rounding, and dither from −1 to 1 with a triangular density.
                Some(step) => step * (uniform() + uniform() + uniform()),
                // A few roundings on the way there and back.
                None => 2.0 * sample.abs() * f32::EPSILON * uniform(),
            };
        }
    }

    /// Adds the power of the restored block and noise.
    fn add_power(&mut self, planar: &[Vec<f32>]) {
        let power = |samples: &[f32]| samples.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let channels = planar.len().max(1) as f64;
        self.signal += planar.iter().map(|channel| power(channel)).sum::<f64>() / channels;
        // The result is rounded to the nearest integer once more.
        let rounding = self.format.step().map_or(0.0, |step| f64::from(step).powi(2) / 12.0);
        self.error += power(&self.noise) + rounding * self.noise.len() as f64;
    }

    /// Samples at full scale in the file so far.
    pub(super) fn full_scale_samples(&self) -> u64 {
        self.full_scale
    }

    /// The expected SNR in dB, if nothing was clipped; none for silence.
    pub(super) fn snr_db(&self) -> Option<f64> {
        (self.signal > 0.0 && self.error > 0.0).then(|| 10.0 * (self.signal / self.error).log10())
    }
}

/// Samples as high or low as an integer format goes.
fn at_full_scale(format: SampleFormat, planar: &[Vec<f32>]) -> u64 {
    let Some(step) = format.step() else { return 0 };
    let top = 1.0 - 1.5 * step;
    planar.iter().flatten().filter(|x| **x > top || **x < -1.0 + 0.5 * step).count() as u64
}
