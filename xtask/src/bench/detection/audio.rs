//! Mono audio in files of 16 bits.

use std::path::Path;
use std::process::Command;

use crate::run::output;

/// Rate of the recordings in Hz.
pub(super) const RATE: u32 = 48_000;

/// `seconds` in samples at [`RATE`].
pub(super) fn samples(seconds: f64) -> usize {
    (seconds * f64::from(RATE)) as usize
}

/// Root of the mean square, of 1 at full scale.
pub(super) fn rms(samples: &[f32]) -> f32 {
    let energy: f32 = samples.iter().map(|x| x * x).sum();
    (energy / samples.len().max(1) as f32).sqrt()
}

/// 10^(dB/20).
pub(super) fn gain(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

/// Reads a mono file of 16 bits, of any rate.
pub(super) fn read(path: &Path) -> Result<Vec<f32>, String> {
    let failed = |error| format!("{}: {error}", path.display());
    let mut reader = hound::WavReader::open(path).map_err(failed)?;
    let scaled = |x: Result<i16, _>| x.map(|x| f32::from(x) / 32_768.0);
    reader.samples::<i16>().map(scaled).collect::<Result<_, _>>().map_err(failed)
}

/// Writes a mono file of 16 bits at [`RATE`].
pub(super) fn write(path: &Path, samples: &[f32]) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", path.display());
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).map_err(failed)?;
    for sample in samples {
        // A cast saturates.
        writer.write_sample((sample * 32_768.0).round() as i16).map_err(failed)?;
    }
    writer.finalize().map_err(failed)
}

/// Reads whatever ffmpeg reads, as mono at [`RATE`], by way of the file `between`.
pub(super) fn decode(path: &Path, between: &Path) -> Result<Vec<f32>, String> {
    convert(path, &["-ac", "1", "-ar", "48000"], between)?;
    read(between)
}

/// Writes `path` as `to` with these options of ffmpeg. A WAV file has 16 bits.
pub(super) fn convert(path: &Path, options: &[&str], to: &Path) -> Result<(), String> {
    let quiet = ["-nostdin", "-loglevel", "error", "-y", "-i"];
    output(Command::new("ffmpeg").args(quiet).arg(path).args(options).arg(to)).map(drop)
}
