//! Restores blocks of samples, and estimates how close they are to the original.

use std::ops::Range;
use std::sync::Arc;

use patchveil_veil::{RecipeError, Restorer, Veil};

use super::integers::{Integers, Rounder};
use crate::pcm::{PcmError, PcmInfo, SampleFormat, encode_nearest};

/// Restores a file block by block, and estimates how close the result is to the original.
pub(super) struct BlockRestorer {
    restorer: Restorer,
    format: SampleFormat,
    /// Timeline position of the file's first sample, in samples.
    offset: i64,
    /// Index of the next block's first sample in the file.
    next: u64,
    /// What is restored of the file, in order. The rest is left as it is.
    stretches: Vec<Range<u64>>,
    /// Rounds to the integers that the original consists of, if it does.
    rounder: Option<Rounder>,
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
    /// For the `stretches` of the file of `info`, whose first sample is at timeline position `offset`.
    /// `integer_bits` is the bit depth of the integers that the original was made from, if it is less than
    /// the file's.
    pub(super) fn new(
        veil: &Arc<Veil>,
        info: &PcmInfo,
        offset: i64,
        stretches: Vec<Range<u64>>,
        integer_bits: Option<u32>,
    ) -> Result<Self, RecipeError> {
        Ok(Self {
            restorer: Restorer::new(veil.clone(), usize::from(info.channels) + 1)?,
            format: info.format,
            offset,
            next: 0,
            stretches,
            rounder: integer_bits.map(Rounder::new),
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
    ) -> Result<(), PcmError> {
        let begin = self.next;
        let end = begin + planar.first().map_or(0, Vec::len) as u64;
        self.next = end;
        for index in 0..self.stretches.len() {
            let Some(stretch) = self.stretches.get(index) else { break };
            let part = stretch.start.max(begin)..stretch.end.min(end);
            if part.is_empty() {
                continue;
            }
            if part.start == stretch.start {
                // What lies before it is not a part of what was protected.
                self.restorer.reset();
            }
            let within = (part.start - begin) as usize..(part.end - begin) as usize;
            let position = self.offset + part.start as i64;
            let parts = planar.iter_mut().filter_map(|channel| channel.get_mut(within.clone()));
            self.restore_part(position, &mut parts.collect::<Vec<_>>());
        }
        encode_nearest(bytes, self.format, planar)?;
        Ok(())
    }

    /// Restores a part of a block, the first sample of which is at timeline `position`.
    fn restore_part(&mut self, position: i64, planar: &mut [&mut [f32]]) {
        self.full_scale += at_full_scale(self.format, planar);
        let before: Option<Vec<Vec<f32>>> =
            self.rounder.as_ref().map(|_| planar.iter().map(|channel| channel.to_vec()).collect());
        self.draw_noise(planar);
        let mut channels: Vec<&mut [f32]> =
            planar.iter_mut().map(|channel| &mut **channel).collect();
        channels.push(&mut self.noise);
        self.restorer.process(position, &mut channels);
        if let (Some(rounder), Some(before)) = (&mut self.rounder, before) {
            for (index, (channel, before)) in planar.iter_mut().zip(&before).enumerate() {
                rounder.round_changed(index, channel, before);
            }
        }
        self.add_power(planar);
    }

    /// Fills the noise channel for as many frames.
    fn draw_noise(&mut self, planar: &[&mut [f32]]) {
        self.noise.resize(planar.first().map_or(0, |channel| channel.len()), 0.0);
        let mut uniform = || {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.random >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        let channel = planar.first().map_or(&[][..], |channel| channel);
        for (noise, sample) in self.noise.iter_mut().zip(channel) {
            *noise = match self.format.step() {
                // Rounding, and dither from −1 to 1 with a triangular density.
                Some(step) => step * (uniform() + uniform() + uniform()),
                // No dither.
                None => self.format.step_at(*sample) * uniform(),
            };
        }
    }

    /// Adds the power of the restored block and noise.
    fn add_power(&mut self, planar: &[&mut [f32]]) {
        let power = |samples: &[f32]| samples.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let channels = planar.len().max(1) as f64;
        self.signal += planar.iter().map(|channel| power(channel)).sum::<f64>() / channels;
        // The result is rounded to the nearest integer once more.
        let rounding = |sample: &f32| f64::from(self.format.step_at(*sample)).powi(2) / 12.0;
        let rounding = match (self.format.step(), planar.first()) {
            (Some(_), _) => rounding(&0.0) * self.noise.len() as f64,
            (None, Some(channel)) if !self.format.is_float() => channel.iter().map(rounding).sum(),
            _ => 0.0,
        };
        self.error += power(&self.noise) + rounding;
    }

    /// How much of the result so far consisted of integers, if the original does.
    pub(super) fn integers(&self) -> Option<Integers> {
        self.rounder.as_ref().and_then(Rounder::integers)
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

/// Samples as high or low as the format goes; none for floats.
fn at_full_scale(format: SampleFormat, planar: &[&mut [f32]]) -> u64 {
    if format.is_float() {
        return 0;
    }
    let step = format.step_at(1.0);
    let top = 1.0 - 1.5 * step;
    // Only integers reach one step further down than up.
    let bottom = if format.is_integer() { -1.0 + 0.5 * step } else { -top };
    planar.iter().flat_map(|channel| channel.iter()).filter(|x| **x > top || **x < bottom).count()
        as u64
}
