//! The audio of the sample case in `docs/sample-case`: a synthetic voice, and what the simplest of models makes of it.
//!
//! ```text
//! sample_case voice SEED SECONDS OUT.wav
//! sample_case model TRAINING.wav SEED SECONDS OUT.wav
//! ```
//! The model learns one thing, the mean spectrum of its training audio, and makes noise with that spectrum. It is no
//! model that anybody would sell; it shows how a case is kept, and nothing about real models.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use patchveil_spectral::Stft;
use patchveil_test_support::{Rng, signal};

const RATE: u32 = 24_000;
/// Samples in a window: much longer than the mark's echoes.
const WINDOW: usize = 4_096;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["voice", seed, seconds, out] => voice(seed, seconds, out),
        ["model", training, seed, seconds, out] => model(training, seed, seconds, out),
        _ => Err("usage: voice SEED SECONDS OUT | model TRAINING SEED SECONDS OUT".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sample_case: {error}");
            ExitCode::FAILURE
        }
    }
}

fn voice(seed: &str, seconds: &str, out: &str) -> Result<(), Box<dyn Error>> {
    write(out, &signal::speech(seed.parse()?, RATE, seconds.parse()?))
}

fn model(training: &str, seed: &str, seconds: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let stft = Stft::new(WINDOW, WINDOW / 4);
    let spectra = stft.analysis(&read(training)?);
    let mut mean = vec![0.0_f32; stft.bins()];
    for spectrum in &spectra {
        mean.iter_mut().zip(spectrum).for_each(|(mean, bin)| *mean += bin.norm_sqr());
    }
    let mut rng = Rng::new(seed.parse()?);
    let seconds: f64 = seconds.parse()?;
    let noise: Vec<f32> = (0..(seconds * f64::from(RATE)) as usize).map(|_| rng.sample()).collect();
    let mut made = stft.analysis(&noise);
    for spectrum in &mut made {
        spectrum.iter_mut().zip(&mean).for_each(|(bin, mean)| *bin *= mean.sqrt());
    }
    write(out, &stft.synthesis(&made, noise.len()))
}

fn read(path: &str) -> Result<Vec<f32>, Box<dyn Error>> {
    let samples = WavReader::open(path)?.into_samples::<i16>();
    samples.map(|sample| Ok(f32::from(sample?) / 32_768.0)).collect()
}

/// At half of full scale, 16 bit.
fn write(path: &str, samples: &[f32]) -> Result<(), Box<dyn Error>> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let peak = samples.iter().fold(f32::MIN_POSITIVE, |peak, x| peak.max(x.abs()));
    let mut writer = WavWriter::create(path, spec)?;
    for sample in samples {
        writer.write_sample((sample / peak * 16_384.0) as i16)?;
    }
    Ok(writer.finalize()?)
}
