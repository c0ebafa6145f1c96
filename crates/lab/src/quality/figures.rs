//! All figures of one recording, or of many.

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::error::QualityError;
use super::loudness::loudness_change;
use super::lsd::lsd;
use super::pesq::{Pesq, pesq};
use super::snr::{segmental, snr};
use super::stoi::stoi;
use super::thirds::{Thirds, thirds};
use crate::clip::Clip;

/// Narrow-band PESQ ignores nearly everything above this, in Hz.
pub const NARROW_BAND_HZ: f64 = 3_400.0;

/// The figures of one recording and its treated version. A figure is `None` where it is undefined,
/// as for silence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Signal-to-noise ratio in dB with the change as noise, at most
    /// [`HIGHEST_DB`](super::HIGHEST_DB).
    pub snr_db: f64,
    /// The same in frames of 20 ms, see [`segmental`].
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
    /// PESQ, 1 to 4.64; set by [`measure_all`] only.
    pub pesq: Option<f64>,
}

/// Compares a recording with its treated version by all figures but PESQ.
///
/// # Errors
/// [`QualityError`] if rates or lengths differ, or a rate is 0.
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

/// Compares many pairs (before, after) on all cores, with PESQ if `python` (name or path of an
/// interpreter) has the package for it. The second value says in one line why PESQ is missing.
///
/// # Errors
/// [`QualityError`] of the first pair that cannot be compared.
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
