//! Reading and writing WAV files.

use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::error::DataError;

/// Reads a WAV file as mono: samples with full scale ±1, channels averaged, and the sample rate in
/// Hz.
///
/// # Errors
/// [`DataError::File`] if it cannot be read, is empty, or holds a NaN or an infinity.
pub fn read(file: &Path) -> Result<(Vec<f32>, u32), DataError> {
    let refused = |why: String| DataError::File { file: file.to_owned(), why };
    let mut reader = WavReader::open(file).map_err(|error| refused(error.to_string()))?;
    let spec = reader.spec();
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect(),
        SampleFormat::Int => {
            let full = f64::from(1u32 << (spec.bits_per_sample.clamp(1, 32) - 1));
            let scaled = |sample: i32| (f64::from(sample) / full) as f32;
            reader.samples::<i32>().map(|sample| sample.map(scaled)).collect()
        }
    };
    let samples = samples.map_err(|error| refused(error.to_string()))?;
    if samples.is_empty() {
        return Err(refused("holds no samples".to_owned()));
    }
    if samples.iter().any(|sample| !sample.is_finite()) {
        return Err(refused("holds an invalid sample (NaN or infinity)".to_owned()));
    }
    let channels = usize::from(spec.channels).max(1);
    let mono = samples.chunks(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32);
    Ok((mono.collect(), spec.sample_rate))
}

/// Writes mono samples with 16 bits, clipped at full scale. Samples read from a 16-bit mono file
/// are written unchanged.
///
/// # Errors
/// [`DataError::File`] if it cannot be written.
pub fn write(file: &Path, samples: &[f32], rate: u32) -> Result<(), DataError> {
    let refused = |error: hound::Error| DataError::File {
        file: file.to_owned(),
        why: format!("cannot be written: {error}"),
    };
    let spec = WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(file, spec).map_err(refused)?;
    for &sample in samples {
        // `as` saturates.
        writer.write_sample((sample * 32_768.0).round() as i16).map_err(refused)?;
    }
    writer.finalize().map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bit_audio_comes_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.wav");
        let samples: Vec<f32> = (-32_768..32_768).step_by(7).map(|n| n as f32 / 32_768.0).collect();
        write(&file, &samples, 8_000).unwrap();
        assert_eq!(read(&file).unwrap(), (samples, 8_000));
    }

    #[test]
    fn channels_are_averaged() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.wav");
        let spec = WavSpec {
            channels: 2,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let mut writer = WavWriter::create(&file, spec).unwrap();
        for sample in [0.5f32, 0.25, -1.0, 0.0] {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        assert_eq!(read(&file).unwrap(), (vec![0.375, -0.5], 48_000));
    }
}
