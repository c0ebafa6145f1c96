//! Why a file is not restored.

use std::path::{Path, PathBuf};

use patchveil_veil::{Fingerprint, RecipeError};

use crate::manifest::ManifestError;
use crate::output::OutputError;
use crate::paths::shown;
use crate::wav::WavError;

/// Why a file was not restored. Each message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The file cannot be read.
    #[error("{}: {source}", shown(path))]
    Wav {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: WavError,
    },
    /// The recipe cannot be undone, or not at this sample rate.
    #[error("{}: {source}", shown(path))]
    Recipe {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: RecipeError,
    },
    /// The manifest beside it is damaged.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is no key for it.
    #[error("{}: {reason}", shown(path))]
    NoKey {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// The manifest proves that another key protected it.
    #[error(
        "{}: was protected with the key {recorded}, by the manifest beside it; name its class with \
         --key (patchveil key list shows fingerprints)",
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
        "{}: this key is not found in it, so nothing was written: it was protected with another key \
         or recipe, not at all, or changed too much since; to insist, give --preset, --offset and \
         --force",
        shown(.0)
    )]
    NotFound(PathBuf),
    /// The key may be in it, but there is no telling.
    #[error(
        "{}: {reason}, so nothing was written; give --preset or --recipe, --offset and --force if \
         you know them",
        shown(path)
    )]
    Untold {
        /// The file.
        path: PathBuf,
        /// Why detection cannot tell.
        reason: String,
    },
    /// The key is in it, but elsewhere than said.
    #[error(
        "{}: this key is found in it, but not at --offset {given}: near {found}, or whole frames of \
         {period} samples from there; leave --offset out, or insist with --force",
        shown(path)
    )]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// The offset given.
        given: i64,
        /// Where it was found, about.
        found: i64,
        /// Samples after which the veil is the same again.
        period: i64,
    },
    /// The key is in it, but the place is not certain to the sample.
    #[error(
        "{}: this key is found in it, most likely at --offset {offset}, but that is not certain to \
         the sample, so nothing was written; give more of the recording or --offset",
        shown(path)
    )]
    Uncertain {
        /// The file.
        path: PathBuf,
        /// The likeliest place.
        offset: i64,
    },
    /// The key is in it, but which recipe it is, is not certain.
    #[error(
        "{}: this key is found in it, but which of the presets was used is not certain, so nothing \
         was written; give --preset or --recipe",
        shown(.0)
    )]
    RecipeUnclear(PathBuf),
    /// The output is the original.
    #[error(
        "{}: is the original itself, which what is restored only comes near; it is not overwritten, even \
         with --force; use another name",
        shown(.0)
    )]
    Original(PathBuf),
    /// The output exists, and nothing shows that what would replace it is right.
    #[error(
        "{}: exists already, and what only --force takes to be right does not replace it; use another \
         name",
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
    /// Whether insisting helps.
    pub(super) fn is_about_evidence(&self) -> bool {
        matches!(
            self,
            Self::NotFound(_)
                | Self::Untold { .. }
                | Self::Elsewhere { .. }
                | Self::Uncertain { .. }
        )
    }

    pub(super) fn changed(path: &Path) -> Self {
        Self::Wav { path: path.to_owned(), source: WavError::Changed }
    }
}
