//! What a treatment costs in quality.
//!
//! No single figure is quality: narrow-band PESQ hardly hears above 3.4 kHz, STOI hears words and
//! not timbre, a signal to noise ratio hears neither. They are told side by side.

mod compare;
mod files;
mod loudness;
mod lsd;
mod pesq;
mod snr;
mod stoi;
mod summary;
mod thirds;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::clip::Clip;
use crate::data::DataError;
use crate::signal::resample::ResampleError;

pub use compare::{Compared, Comparison, compare};
pub use files::pairs;
pub use loudness::loudness_change;
pub use lsd::lsd;
pub use pesq::{Pesq, pesq};
pub use snr::{HIGHEST_DB, segmental, snr};
pub use stoi::stoi;
pub use summary::{Spread, Summary, summary};
pub use thirds::{Thirds, thirds};

/// Above this, narrow-band PESQ hears next to nothing, in Hz.
pub const NARROW_BAND_HZ: f64 = 3_400.0;

/// The figures of one recording before and after. A figure is none where it has no meaning, as for
/// silence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Signal to noise ratio in dB, the change being the noise; at most [`HIGHEST_DB`].
    pub snr_db: f64,
    /// The same by frames of 20 ms, see [`segmental`].
    pub segmental_snr_db: Option<f64>,
    /// Log-spectral distance in dB over all frequencies, see [`lsd`].
    pub lsd_db: Option<f64>,
    /// Log-spectral distance in dB above [`NARROW_BAND_HZ`].
    pub lsd_high_db: Option<f64>,
    /// Short-time objective intelligibility, at most 1, see [`stoi`].
    pub stoi: Option<f64>,
    /// Change of loudness in LU, see [`loudness_change`].
    pub loudness_lu: Option<f64>,
    /// Differences in third-octave bands.
    pub thirds: Option<Thirds>,
    /// PESQ, 1 to 4.64; filled in by [`measure_all`] alone.
    pub pesq: Option<f64>,
}

/// Compares a recording with its treated version, in everything but PESQ.
///
/// # Errors
/// [`QualityError`] if the two do not belong together.
pub fn measure(before: &Clip, after: &Clip) -> Result<Figures, QualityError> {
    if before.rate != after.rate || before.samples.len() != after.samples.len() {
        return Err(QualityError::Unlike(before.name.clone(), after.name.clone()));
    }
    let (rate, before, after) = (before.rate, &before.samples, &after.samples);
    let nyquist = f64::from(rate) / 2.0;
    Ok(Figures {
        snr_db: snr(before, after),
        segmental_snr_db: segmental(before, after, rate),
        lsd_db: lsd(before, after, rate, (0.0, nyquist)),
        lsd_high_db: lsd(before, after, rate, (NARROW_BAND_HZ, nyquist)),
        stoi: stoi(before, after, rate)?,
        loudness_lu: loudness_change(before, after, rate),
        thirds: thirds(before, after, rate),
        pesq: None,
    })
}

/// Compares many pairs (before, after) on all cores, PESQ included where `python` (name or path of
/// an interpreter) has the package for it. The second value says in one line why PESQ is missing,
/// if it is.
///
/// # Errors
/// [`QualityError`] of the first pair that does not belong together.
pub fn measure_all(
    pairs: &[(&Clip, &Clip)],
    python: &Path,
) -> Result<(Vec<Figures>, Option<String>), QualityError> {
    let figures: Result<Vec<Figures>, QualityError> =
        pairs.par_iter().map(|(before, after)| measure(before, after)).collect();
    let mut figures = figures?;
    match pesq(pairs, python) {
        Pesq::Scores(scores) => {
            for (figures, score) in figures.iter_mut().zip(scores) {
                figures.pesq = score;
            }
            Ok((figures, None))
        }
        Pesq::Unavailable(reason) => Ok((figures, Some(reason))),
    }
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// Different rates or lengths.
    #[error("{0} and {1} have different sample rates or lengths, so they cannot be compared")]
    Unlike(String, String),
    /// A file cannot be compared with a folder.
    #[error("{0} and {1}: name two files or two folders")]
    FileAndFolder(PathBuf, PathBuf),
    /// A folder cannot be read.
    #[error("{0}: {1}")]
    Folder(PathBuf, std::io::Error),
    /// A file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There is nothing to compare.
    #[error("{0} holds no WAV file")]
    NoWav(PathBuf),
    /// The treated version of a file is missing.
    #[error("{0} has no counterpart: there is no {1}")]
    NoCounterpart(PathBuf, PathBuf),
    /// The rate of a recording could not be changed to that of a measure.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|&x| f64::from(x).powi(2)).sum()
}
