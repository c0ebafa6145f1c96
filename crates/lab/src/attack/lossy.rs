//! MP3, AAC and Opus, through `ffmpeg`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use patchveil_spectral::{ForwardFft, InverseFft};
use rand::RngExt;
use rayon::prelude::*;

use super::error::AttackError;
use crate::clip::Clip;
use crate::signal::rng::rng;

/// Clips are coded in batches of about this many seconds, because starting the program takes longer
/// than coding a clip.
const BATCH: f64 = 180.0;
/// Pause around each clip in seconds, so that no clip affects another.
const GAP: f64 = 0.2;
/// Amplitude of the noise in the pauses: the last bit of 16. In digital silence ffmpeg's AAC
/// encoder searches long and spends the bits it saved on the clips around.
const HISS: f32 = 3e-5;
/// Longest delay of codec and container that is measured, in seconds.
const LONGEST_DELAY: f64 = 0.15;

/// A lossy codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Mp3,
    Aac,
    Opus,
}

/// Which of a codec's two bit rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BitRate {
    High,
    Low,
}

impl Codec {
    /// ffmpeg's encoder and file extension.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Mp3 => ("libmp3lame", "mp3"),
            Self::Aac => ("aac", "m4a"),
            Self::Opus => ("libopus", "opus"),
        }
    }

    /// Coding rate in Hz of a recording of `rate` Hz: the lowest that loses no bandwidth. MP3 and
    /// AAC start at 8 kHz (MPEG-2.5), Opus has five rates.
    fn rate(self, rate: u32) -> u32 {
        let rates: &[u32] = match self {
            Self::Mp3 | Self::Aac => {
                &[8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
            }
            Self::Opus => &[8_000, 12_000, 16_000, 24_000, 48_000],
        };
        rates.iter().copied().find(|&r| r >= rate).unwrap_or(48_000)
    }

    /// Bit rate in kbit/s for one channel of `rate` Hz.
    fn kbit(self, bit_rate: BitRate, rate: u32) -> u32 {
        let steps = match (self, bit_rate) {
            (Self::Mp3, BitRate::High) => [32, 64, 128],
            (Self::Mp3, BitRate::Low) => [16, 32, 64],
            (Self::Aac, BitRate::High) => [24, 48, 96],
            (Self::Aac, BitRate::Low) => [12, 24, 48],
            (Self::Opus, BitRate::High) => [16, 24, 64],
            (Self::Opus, BitRate::Low) => [8, 12, 32],
        };
        match rate {
            0..16_000 => steps[0],
            16_000..32_000 => steps[1],
            _ => steps[2],
        }
    }
}

/// Codes and decodes the training and test clips. Delays are removed to the nearest sample: priming
/// that the container states by ffmpeg, the rest by cross-correlation with the input.
pub(super) fn code_all(
    codec: Codec,
    bit_rate: BitRate,
    train: &mut [Clip],
    test: &mut [Clip],
) -> Result<(), AttackError> {
    for clips in [train, test] {
        let batches = batches(clips);
        let coded: Result<Vec<Vec<Vec<f32>>>, AttackError> = batches
            .par_iter()
            .map(|batch| {
                let clips: Vec<&Clip> = batch.iter().map(|&index| &clips[index]).collect();
                code(codec, bit_rate, &clips)
            })
            .collect();
        for (batch, coded) in batches.iter().zip(coded?) {
            for (&index, samples) in batch.iter().zip(coded) {
                clips[index].samples = samples;
            }
        }
    }
    Ok(())
}

/// Indices of the clips that are coded together; each batch has one sample rate.
fn batches(clips: &[Clip]) -> Vec<Vec<usize>> {
    let mut by_rate: BTreeMap<u32, Vec<Vec<usize>>> = BTreeMap::new();
    let mut seconds = BTreeMap::new();
    for (index, clip) in clips.iter().enumerate() {
        let batches = by_rate.entry(clip.rate).or_default();
        let filled: &mut f64 = seconds.entry(clip.rate).or_insert(BATCH);
        if *filled >= BATCH {
            batches.push(Vec::new());
            *filled = 0.0;
        }
        *filled += clip.seconds() + GAP;
        if let Some(batch) = batches.last_mut() {
            batch.push(index);
        }
    }
    by_rate.into_values().flatten().collect()
}

/// Codes and decodes one batch.
fn code(codec: Codec, bit_rate: BitRate, clips: &[&Clip]) -> Result<Vec<Vec<f32>>, AttackError> {
    let Some(rate) = clips.first().map(|clip| clip.rate) else { return Ok(Vec::new()) };
    let gap = (GAP * f64::from(rate)) as usize;
    let mut rng = rng(0, "pauses of a coder", &clips[0].name);
    let mut pause = || (0..gap).map(|_| rng.random_range(-HISS..=HISS)).collect::<Vec<f32>>();
    let mut joined = pause();
    let mut starts = Vec::with_capacity(clips.len());
    for clip in clips {
        starts.push(joined.len());
        joined.extend_from_slice(&clip.samples);
        joined.extend(pause());
    }
    let mut decoded = through_ffmpeg(codec, bit_rate, &joined, rate)?;
    let delay = delay(&joined, &decoded, (LONGEST_DELAY * f64::from(rate)) as usize);
    if delay >= 0 {
        decoded.drain(..(delay as usize).min(decoded.len()));
    } else {
        decoded.splice(..0, std::iter::repeat_n(0.0, delay.unsigned_abs()));
    }
    decoded.resize(joined.len(), 0.0);
    let cut = |(start, clip): (usize, &&Clip)| decoded[start..start + clip.samples.len()].to_vec();
    Ok(starts.into_iter().zip(clips).map(cut).collect())
}

fn through_ffmpeg(
    codec: Codec,
    bit_rate: BitRate,
    samples: &[f32],
    rate: u32,
) -> Result<Vec<f32>, AttackError> {
    let file = |error: &dyn std::fmt::Display| AttackError::File(error.to_string());
    let folder = tempfile::tempdir().map_err(|error| file(&error))?;
    let (encoder, ending) = codec.names();
    let wav = folder.path().join("in.wav");
    let packed = folder.path().join(format!("packed.{ending}"));
    let raw = folder.path().join("out.raw");
    write_wav(&wav, samples, rate).map_err(|error| file(&error))?;
    let kbit = format!("{}k", codec.kbit(bit_rate, rate));
    let coded_rate = codec.rate(rate).to_string();
    let encode = ["-ac", "1", "-c:a", encoder, "-b:a", &kbit, "-ar", &coded_rate];
    ffmpeg(&format!("code {ending}"), &wav, &encode, &packed)?;
    let decode = ["-f", "f32le", "-ac", "1", "-ar", &rate.to_string()];
    ffmpeg(&format!("decode {ending}"), &packed, &decode, &raw)?;
    let bytes = std::fs::read(&raw).map_err(|error| file(&error))?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn write_wav(path: &Path, samples: &[f32], rate: u32) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for &sample in samples {
        writer.write_sample(sample)?;
    }
    writer.finalize()
}

fn ffmpeg(what: &str, from: &Path, options: &[&str], to: &Path) -> Result<(), AttackError> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-i"])
        .args([from.as_os_str()])
        .args(options)
        .args([OsStr::new("-fflags"), OsStr::new("+bitexact"), to.as_os_str()])
        .stdin(Stdio::null())
        .output()
        .map_err(AttackError::NoFfmpeg)?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let first = complaint.lines().next().unwrap_or("no reason given").to_owned();
    Err(AttackError::Ffmpeg(what.to_owned(), first))
}

/// How many samples `late` lags behind `early`, within ±`reach`: the peak of their
/// cross-correlation, 0 for silence.
fn delay(early: &[f32], late: &[f32], reach: usize) -> isize {
    let size = (early.len().max(late.len()) + reach).next_power_of_two();
    let mut forward = ForwardFft::new(size);
    let mut inverse = InverseFft::new(size);
    inverse.bins_mut().copy_from_slice(forward.transform_of(late));
    for (late, early) in inverse.bins_mut().iter_mut().zip(forward.transform_of(early)) {
        *late *= early.conj();
    }
    let correlation = inverse.transform();
    let reach = reach as isize;
    let at = |lag: isize| correlation[lag.rem_euclid(size as isize) as usize];
    // Of equal peaks the one nearest to 0.
    (-reach..=reach)
        .max_by(|&a, &b| at(a).total_cmp(&at(b)).then(b.abs().cmp(&a.abs())))
        .unwrap_or(0)
}
