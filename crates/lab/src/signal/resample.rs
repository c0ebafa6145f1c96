//! Changing the sample rate of a whole recording.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Minimum block of the resampler in samples. Its filter is as long, so the transition band below
/// the lower Nyquist frequency is narrow.
const CHUNK: usize = 1_024;

/// The sample rate cannot be changed.
#[derive(Debug, thiserror::Error)]
#[error("cannot change the sample rate from {from} Hz to {to} Hz: {reason}")]
pub struct ResampleError {
    from: u32,
    to: u32,
    reason: String,
}

/// Converts `samples` from one rate in Hz to another, without delay, low-pass filtered where the
/// rate falls. The result has ⌈len · `to` / `from`⌉ samples.
///
/// # Errors
/// [`ResampleError`] if a rate is 0.
pub fn resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, ResampleError> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let fail = |reason: String| ResampleError { from, to, reason };
    // An even number of whole periods of both rates: the filter's delay, half a chunk, is then a
    // whole number of samples at either rate and is removed exactly.
    let period = 2 * (from / gcd(from, to).max(1)) as usize;
    let chunk = CHUNK.next_multiple_of(period.max(1));
    let mut resampler = Fft::<f32>::new_custom(
        from as usize,
        to as usize,
        chunk,
        1,
        1,
        rubato::WindowFunction::BlackmanHarris2,
        FixedSync::Input,
    )
    .map_err(|error| fail(error.to_string()))?;
    let input =
        SequentialSlice::new(samples, 1, samples.len()).map_err(|error| fail(error.to_string()))?;
    let output = resampler
        .process_all(&input, samples.len(), None)
        .map_err(|error| fail(error.to_string()))?;
    Ok(output.take_data())
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(hz: f32, rate: u32, len: usize) -> Vec<f32> {
        (0..len).map(|n| (TAU * hz * n as f32 / rate as f32).sin()).collect()
    }

    #[test]
    fn a_tone_keeps_its_phase_and_level() {
        for (from, to) in [(8_000, 10_000), (44_100, 16_000), (48_000, 8_000), (8_000, 6_000)] {
            let len = from as usize;
            let out = resample(&tone(440.0, from, len), from, to).unwrap();
            assert_eq!(out.len(), to as usize);
            let expected = tone(440.0, to, to as usize);
            // The filter reaches into the silence around the tone for the first and last 0.1 s.
            let edge = to as usize / 10;
            for n in edge..out.len() - edge {
                assert!((out[n] - expected[n]).abs() < 2e-3, "{from} → {to} at {n}");
            }
        }
    }

    #[test]
    fn frequencies_above_the_new_nyquist_frequency_are_removed() {
        let out = resample(&tone(3_500.0, 8_000, 8_000), 8_000, 4_000).unwrap();
        let loudest = out[400..3_600].iter().fold(0.0_f32, |m, x| m.max(x.abs()));
        assert!(loudest < 2e-3, "{loudest}");
    }

    #[test]
    fn a_sample_rate_of_zero_is_rejected() {
        assert!(resample(&[0.0; 10], 0, 8_000).is_err());
    }
}
