//! What a treatment costs in quality.

use crate::clip::Clip;

/// The figures of one recording before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Signal to noise ratio in dB, the change being the noise; infinite where nothing changed.
    pub snr_db: f64,
}

/// Compares a recording with its treated version.
///
/// # Errors
/// [`QualityError`] if the two do not belong together.
pub fn measure(before: &Clip, after: &Clip) -> Result<Figures, QualityError> {
    if before.rate != after.rate || before.samples.len() != after.samples.len() {
        return Err(QualityError::Unlike(before.name.clone(), after.name.clone()));
    }
    let power = |x: f32| f64::from(x).powi(2);
    let signal: f64 = before.samples.iter().map(|&x| power(x)).sum();
    let noise: f64 = before.samples.iter().zip(&after.samples).map(|(&a, &b)| power(b - a)).sum();
    let snr_db = if noise > 0.0 { 10.0 * (signal / noise).log10() } else { f64::INFINITY };
    Ok(Figures { snr_db })
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// Different rates or lengths.
    #[error("{0} and {1} have different sample rates or lengths, so they cannot be compared")]
    Unlike(String, String),
}
