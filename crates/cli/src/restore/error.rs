//! Why a file is not restored.

use std::path::{Path, PathBuf};

use patchveil_veil::{Fingerprint, RecipeError};

use crate::manifest::ManifestError;
use crate::output::OutputError;
use crate::paths::shown;
use crate::recording::RecordingError;

/// Why a file was not restored. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The file cannot be read.
    #[error("{}: {source}", shown(path))]
    Pcm {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordingError,
    },
    /// The recipe cannot be undone, or not at this sample rate.
    #[error("{}: {source}", shown(path))]
    Recipe {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: RecipeError,
    },
    /// Its manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It should say where on the timeline it begins, and does not.
    #[error(
        "{}: has no bext chunk with a TimeReference, so where it begins is unknown; leave --timeline out, \
         or give --offset",
        shown(.0)
    )]
    NoTimeReference(PathBuf),
    /// There is no key for it.
    #[error("{}: {reason}", shown(path))]
    NoKey {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// The manifest proves that it was protected with another key.
    #[error(
        "{}: was protected with the key {recorded}, according to the manifest next to it; name its class \
         with --key (patchveil key list shows fingerprints)",
        shown(path)
    )]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// The key it was protected with.
        recorded: Fingerprint,
    },
    /// The key is not in it.
    #[error(
        "{}: this key is not found in it, so nothing was written: it was protected with another key or \
         recipe, not at all, or changed too much since; to restore it all the same, give --preset, \
         --offset and --force",
        shown(.0)
    )]
    NotFound(PathBuf),
    /// Whether the key is in it cannot be found out.
    #[error(
        "{}: {reason}, so nothing was written; give --preset or --recipe, --offset and --force if \
         you know them",
        shown(path)
    )]
    Undetectable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The key is in it, but at another position than given.
    #[error(
        "{}: this key is found in it, but not at --offset {given}: near {found}, or whole periods of \
         {period} samples away; leave --offset out, or force it with --force",
        shown(path)
    )]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// The offset given.
        given: i64,
        /// Where it was found, to about half a millisecond.
        found: i64,
        /// Period of the veil in samples.
        period: i64,
    },
    /// The key is in it, but its position is not certain to the sample.
    #[error(
        "{}: this key is found in it, most likely at --offset {offset}, but that is not certain to \
         the sample, so nothing was written; give a longer part of the recording, or --offset",
        shown(path)
    )]
    Uncertain {
        /// The file.
        path: PathBuf,
        /// The likeliest position.
        offset: i64,
    },
    /// The key is in it, but the recipe is not certain.
    #[error(
        "{}: this key is found in it, but with which preset is not certain, so nothing was written; \
         give --preset or --recipe",
        shown(.0)
    )]
    RecipeUnclear(PathBuf),
    /// The key is in it, but more is not certain, and of the receipts of renders with it none fits.
    #[error(
        "{error}; none of the {count} renders with this key in {} fits either",
        shown(receipts)
    )]
    ReceiptsUnfit {
        /// What is not certain without a receipt.
        error: Box<RestoreError>,
        /// The file of the receipts.
        receipts: PathBuf,
        /// How many renders with this key are noted.
        count: usize,
    },
    /// The key is in it, and besides a receipt something else fits.
    #[error(
        "{}: this key is found in it, but {} and {} fit about as well, so nothing was written; give --recipe and --offset of the \
         right one (receipts are in {})",
        shown(path), fit[0], fit[1], shown(receipts)
    )]
    ReceiptsAlike {
        /// The file.
        path: PathBuf,
        /// The file of the receipts.
        receipts: PathBuf,
        /// What fits: a render or a recipe, its position and its levels.
        fit: [String; 2],
    },
    /// The output is the original.
    #[error(
        "{}: is the original itself and is never overwritten, even with --force; use another name",
        shown(.0)
    )]
    Original(PathBuf),
    /// The output exists, and nothing shows that what would replace it is right.
    #[error(
        "{}: exists already and is not replaced by a result that is only forced; use another name",
        shown(.0)
    )]
    Unproven(PathBuf),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The user asked to stop.
    #[error("{}: stopped before it was done; nothing was written", shown(.0))]
    Stopped(PathBuf),
}

impl RestoreError {
    /// The file at `path` cannot be read, unless the user asked to stop.
    pub(super) fn unreadable(path: &Path, source: impl Into<RecordingError>) -> Self {
        match source.into() {
            RecordingError::Stopped => Self::Stopped(path.to_owned()),
            source => Self::Pcm { path: path.to_owned(), source },
        }
    }

    /// Whether recipe or position is not certain.
    pub(super) fn is_unclear(&self) -> bool {
        matches!(self, Self::Uncertain { .. } | Self::RecipeUnclear(_))
    }

    /// Whether forcing it helps.
    pub(super) fn is_about_evidence(&self) -> bool {
        if let Self::ReceiptsUnfit { error, .. } = self {
            return error.is_about_evidence();
        }
        matches!(
            self,
            Self::NotFound(_)
                | Self::Undetectable { .. }
                | Self::Elsewhere { .. }
                | Self::Uncertain { .. }
        )
    }
}
