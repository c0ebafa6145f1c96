//! Why a pattern cannot be searched for.

use crate::recipe::RecipeError;

/// Why a pattern cannot be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// The recipe or the sample rate is out of range.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The recipe's filter is the papers' random taps.
    #[error(
        "this recipe is a published baseline whose filter has no pattern over time, so there is nothing to detect"
    )]
    NoPattern,
    /// The recipe has no veil.
    #[error("this recipe has no veil, and only veils can be searched for")]
    NoVeil,
    /// The recipe scatters its patches.
    #[error(
        "this recipe scatters its patches anew in every period, so they cannot be found without the original timeline"
    )]
    Scattered,
    /// The period is too long.
    #[error("this recipe's period is longer than 10 s, too long to search")]
    LongPeriod,
}
