//! PESQ, from the Python package `pesq`.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use rayon::prelude::*;

use crate::clip::Clip;
use crate::signal::resample::resample;

/// Measures many pairs, because starting Python takes longer than measuring a clip.
const SCRIPT: &str = include_str!("pesq.py");
/// Rate of wide-band PESQ (ITU-T P.862.2) in Hz, used for recordings of at least this rate.
const WIDE: u32 = 16_000;
/// Rate of narrow-band PESQ (ITU-T P.862 with P.862.1) in Hz.
const NARROW: u32 = 8_000;
/// Silence around each recording in seconds: PESQ rejects clips shorter than a quarter of a second
/// and detects pauses.
const SILENCE: f64 = 0.25;

/// The result of a PESQ measurement.
#[derive(Debug, Clone, PartialEq)]
pub enum Pesq {
    /// A score for each pair, 1 (bad) to 4.64 (no difference): wide-band from 16 kHz up, otherwise
    /// narrow-band. `None` if PESQ finds no utterance.
    Scores(Vec<Option<f64>>),
    /// Why there are no scores, in one line that says what to do.
    Unavailable(String),
}

/// Measures every pair (before, after) with the interpreter `python` (name or path), in one process
/// per core. Pairs of different length are truncated to the shorter.
#[must_use]
pub fn pesq(pairs: &[(&Clip, &Clip)], python: &Path) -> Pesq {
    let share = pairs.len().div_ceil(rayon::current_num_threads()).max(1);
    let parts: Vec<Result<Vec<Option<f64>>, String>> =
        pairs.par_chunks(share).map(|part| run(part, python)).collect();
    match parts.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(scores) => Pesq::Scores(scores.concat()),
        Err(reason) => Pesq::Unavailable(format!(
            "no PESQ: {reason}; to get it, run “pip install pesq” for the first python3 in PATH"
        )),
    }
}

/// Measures some pairs in one process.
fn run(pairs: &[(&Clip, &Clip)], python: &Path) -> Result<Vec<Option<f64>>, String> {
    let file = tempfile::NamedTempFile::new()
        .and_then(|file| write(pairs, file.as_file()).map(|()| file))
        .map_err(|error| format!("the temporary folder cannot be written to: {error}"))?;
    let output = Command::new(python)
        .arg("-c")
        .arg(SCRIPT)
        .arg(file.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} does not start: {error}", python.display()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.lines().last().unwrap_or("no reason given");
        return Err(format!("{}: {last}", python.display()));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let scores: Vec<Option<f64>> = lines.lines().map(|line| line.parse().ok()).collect();
    if scores.len() != pairs.len() {
        return Err(format!("{} scores for {} pairs", scores.len(), pairs.len()));
    }
    Ok(scores)
}

/// Rate and length as 32 bits each, then the two recordings as 32-bit floats, all little-endian.
fn write(pairs: &[(&Clip, &Clip)], file: &std::fs::File) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    for (before, after) in pairs {
        let rate = if before.rate >= WIDE { WIDE } else { NARROW };
        let (mut before, mut after) = (padded(before, rate)?, padded(after, rate)?);
        let len = before.len().min(after.len());
        before.truncate(len);
        after.truncate(len);
        let len = u32::try_from(len).map_err(io::Error::other)?;
        out.write_all(&rate.to_le_bytes())?;
        out.write_all(&len.to_le_bytes())?;
        for sample in before.iter().chain(&after) {
            out.write_all(&sample.to_le_bytes())?;
        }
    }
    out.flush()
}

/// Resampled to PESQ's rate, with silence around.
fn padded(clip: &Clip, rate: u32) -> io::Result<Vec<f32>> {
    let silence = vec![0.0; (SILENCE * f64::from(rate)) as usize];
    let samples = resample(&clip.samples, clip.rate, rate).map_err(io::Error::other)?;
    Ok([silence.as_slice(), &samples, &silence].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(rate: u32, treat: impl Fn(f32) -> f32) -> Clip {
        // Syllables at 3 Hz over harmonics of 130 Hz.
        let sample = |n: u32| {
            let t = n as f32 / rate as f32 * std::f32::consts::TAU;
            let tone: f32 =
                (1..20_u8).map(|k| (t * 130.0 * f32::from(k)).sin() / f32::from(k)).sum();
            treat(0.1 * tone * (t * 1.5).sin().powi(2))
        };
        let samples = (0..rate).map(sample).collect();
        Clip { samples, rate, label: 0, group: String::new(), name: format!("{rate}") }
    }

    #[test]
    fn without_python_the_reason_is_one_line_that_says_what_to_do() {
        let clip = clip(8_000, |x| x);
        let Pesq::Unavailable(reason) = pesq(&[(&clip, &clip)], Path::new("no-such-python")) else {
            panic!("PESQ without Python");
        };
        assert!(reason.contains("no-such-python does not start"), "{reason}");
        assert!(reason.contains("pip install pesq") && !reason.contains('\n'), "{reason}");
    }

    #[test]
    fn measuring_no_pairs_needs_no_python() {
        assert_eq!(pesq(&[], Path::new("no-such-python")), Pesq::Scores(Vec::new()));
    }

    /// Debian does not have the package, so this is skipped where it is not installed.
    #[test]
    fn equal_recordings_score_highest_and_worse_ones_lower_in_both_bands() {
        let rates = [8_000, 16_000, 48_000];
        let pairs: Vec<(Clip, Clip)> = rates
            .iter()
            .flat_map(|&rate| {
                let clipped = |limit: f32| clip(rate, move |x| x.clamp(-limit, limit));
                let mut silent = clip(rate, |_| 0.0);
                silent.samples.truncate(100);
                [
                    (clip(rate, |x| x), clip(rate, |x| x)),
                    (clip(rate, |x| x), clipped(0.1)),
                    (clip(rate, |x| x), clipped(0.02)),
                    (silent.clone(), silent),
                ]
            })
            .collect();
        let pairs: Vec<(&Clip, &Clip)> =
            pairs.iter().map(|(before, after)| (before, after)).collect();
        let scores = match pesq(&pairs, Path::new("python3")) {
            Pesq::Scores(scores) => scores,
            Pesq::Unavailable(reason) => return eprintln!("SKIPPED: {reason}"),
        };
        for (rate, scores) in rates.iter().zip(scores.chunks(4)) {
            // The top of the scale: ITU-T P.862.1 and P.862.2.
            let top = if *rate < 16_000 { 4.549 } else { 4.644 };
            let [Some(same), Some(better), Some(worse), None] = scores else {
                panic!("{rate} Hz: {scores:?}");
            };
            assert!((same - top).abs() < 2e-3, "{rate} Hz: {same}");
            assert!(same > better && better > worse, "{rate} Hz: {scores:?}");
        }
    }
}
