//! Another recipe or position that clearly fits better than the one asked for.

use std::sync::Arc;

use patchveil_veil::{Recipe, RecipeError, Restorer, Veil};

use super::excerpt::Excerpt;

/// A recipe and a position that clearly fit better than what was asked for.
#[derive(Debug, Clone)]
pub(super) struct Better {
    pub(super) recipe: Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub(super) offset: i64,
    /// How far the result is from what these would have given, in dB; none if they need not be right
    /// either.
    pub(super) snr_db: Option<f64>,
}

/// Power of what the second of two veils at their positions would have restored, over the power of the
/// difference from what the first one restores, in dB.
pub(super) fn snr_between(
    excerpt: &Excerpt,
    asked: (&Arc<Veil>, i64),
    better: (&Arc<Veil>, i64),
) -> Result<Option<f64>, RecipeError> {
    let restored = |(veil, offset): (&Arc<Veil>, i64)| -> Result<Vec<f64>, RecipeError> {
        let mut samples: Vec<f64> = excerpt.samples.iter().copied().map(f64::from).collect();
        let mut restorer = Restorer::new(veil.clone(), 1)?;
        restorer.process_f64(offset + excerpt.first, &mut [&mut samples]);
        Ok(samples)
    };
    let (asked, better) = (restored(asked)?, restored(better)?);
    let power = |sum: f64, x: f64| sum + x * x;
    let signal = better.iter().copied().fold(0.0, power);
    let error = asked.iter().zip(&better).map(|(a, b)| a - b).fold(0.0, power);
    Ok((signal > 0.0 && error > 0.0).then(|| 10.0 * (signal / error).log10()))
}

/// Whether `other` is milder than `veil`. In a file that was mixed or encoded since, what is left of
/// the veil is milder than it was.
pub(super) fn is_milder(other: &Veil, veil: &Veil) -> bool {
    let depth = |veil: &Veil| -> f64 {
        (1..40).map(|band| veil.gain_db(0, 100.0 * f64::from(band)).abs()).sum()
    };
    depth(other) < depth(veil)
}
