//! Which part of a recording the page plays.

use std::path::Path;

use crate::inspect::error::InspectError;
use crate::pcm::{PcmError, PcmReader};
use crate::recording::open_reader;

/// Seconds played if nothing else is asked for.
pub const SECONDS_DEFAULT: f64 = 30.0;
/// Shortest excerpt in seconds: one block of the loudness meter.
pub const SECONDS_MIN: f64 = 0.4;
/// Longest excerpt in seconds; some 300 MB of page at 48 kHz, stereo, 16 bit.
pub const SECONDS_MAX: f64 = 600.0;

/// Loudness is compared in steps of this many a second.
const STEPS_PER_SECOND: u32 = 10;

/// A part of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excerpt {
    /// First frame.
    pub(super) start: u64,
    /// Frames, at least one.
    pub(super) frames: u64,
    /// Whether that is all there is.
    pub(super) whole: bool,
    /// Whether it was chosen for its level.
    pub(super) loudest: bool,
}

impl Excerpt {
    /// Chooses `seconds` of the recording at `path` (all of it if it is shorter): those that start at `from`
    /// seconds, else those with the most energy. Only then is the file read, once.
    ///
    /// # Errors
    /// [`InspectError::Pcm`] if it cannot be read, [`InspectError::Behind`] if it ends before `from`.
    pub fn choose(path: &Path, from: Option<f64>, seconds: f64) -> Result<Self, InspectError> {
        let wav = |source| InspectError::unreadable(path, source);
        let mut reader = open_reader(path).map_err(wav)?;
        let (all, rate) = (reader.info().frames(), f64::from(reader.info().sample_rate));
        // Float to integer saturates, so no request is too large.
        let wanted = ((seconds * rate).round() as u64).max(1);
        let (start, loudest) = match from {
            Some(from) => ((from.max(0.0) * rate).round() as u64, false),
            None if wanted >= all => (0, false),
            None => (loudest(&mut reader, wanted).map_err(|error| wav(error.into()))?, true),
        };
        if start >= all {
            let seconds = reader.info().seconds();
            return Err(InspectError::Behind {
                path: path.to_owned(),
                from_s: from.unwrap_or(0.0),
                seconds,
            });
        }
        let frames = wanted.min(all - start);
        Ok(Self { start, frames, whole: frames == all, loudest })
    }
}

/// First frame of the `frames` frames with the most energy, in steps of a tenth of a second.
fn loudest(reader: &mut PcmReader<std::fs::File>, frames: u64) -> Result<u64, PcmError> {
    let all = reader.info().frames();
    let step = (reader.info().sample_rate / STEPS_PER_SECOND).max(1);
    let mut energies = Vec::new();
    let mut block = Vec::new();
    while reader.read_block(step as usize, &mut block)? > 0 {
        let samples = block.iter().flatten().map(|&x| f64::from(x));
        energies.push(samples.map(|x| x * x).sum::<f64>());
    }
    let window = usize::try_from(frames / u64::from(step)).unwrap_or(usize::MAX).max(1);
    let mut best = (f64::NEG_INFINITY, 0);
    for (index, steps) in energies.windows(window.min(energies.len().max(1))).enumerate() {
        let energy = steps.iter().sum::<f64>();
        if energy > best.0 {
            best = (energy, index);
        }
    }
    Ok((best.1 as u64 * u64::from(step)).min(all - frames))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const RATE: u32 = 8_000;

    /// Ten seconds of silence but for the sixth to eighth second.
    fn recording(folder: &Path) -> PathBuf {
        let path = folder.join("a.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for frame in 0..10 * RATE {
            let loud = (6 * RATE..8 * RATE).contains(&frame);
            writer.write_sample(if loud { 9_000_i16 } else { 3 }).unwrap();
        }
        writer.finalize().unwrap();
        path
    }

    #[test]
    fn the_loudest_stretch_is_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let path = recording(folder.path());
        let chosen = Excerpt::choose(&path, None, 2.0).unwrap();
        assert_eq!((chosen.start, chosen.frames), (48_000, 16_000));
        assert!(chosen.loudest && !chosen.whole);
    }

    #[test]
    fn a_start_that_is_given_is_kept_and_the_end_of_the_file_ends_the_excerpt() {
        let folder = tempfile::tempdir().unwrap();
        let path = recording(folder.path());
        let chosen = Excerpt::choose(&path, Some(9.5), 2.0).unwrap();
        assert_eq!((chosen.start, chosen.frames), (76_000, 4_000));
        let whole = Excerpt::choose(&path, None, 30.0).unwrap();
        assert_eq!((whole.start, whole.frames, whole.whole), (0, 80_000, true));
    }

    #[test]
    fn a_start_behind_the_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = recording(folder.path());
        let error = Excerpt::choose(&path, Some(10.0), 2.0).unwrap_err();
        assert!(error.to_string().contains("10.00 s long"), "{error}");
        assert!(Excerpt::choose(&path, Some(f64::MAX), 2.0).is_err());
    }
}
