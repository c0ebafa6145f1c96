//! The Patchveil algorithm and nothing else: no files, no threads, no user interface.
//!
//! A [`Veil`] is a [`ClassKey`] and a [`Recipe`] made ready for one sample rate. A [`Convolver`]
//! applies it, `z = g∗x`, `y[n] = z[n] + w[n]·((h∗z)[n] − z[n])`, where g is the static EQ (without
//! one, z is x); a [`Restorer`] undoes it. Both take audio
//! as channels × samples in blocks of any size, at any position of the timeline.
//!
//! What never allocates, locks or panics, and so belongs on an audio thread:
//! [`Convolver::process`], [`Convolver::feed`], [`Convolver::set_veil`],
//! [`Convolver::take_retired`], [`Restorer::process`], [`Schedule::patches_from`] and
//! [`Cursor::next`]. Making a [`Veil`], a [`Convolver`] or a [`Restorer`] allocates.
#![deny(unsafe_code)]

mod align;
mod convolver;
mod detect;
mod fir;
mod history;
mod kernel;
mod key;
mod loudness;
mod processor;
mod recipe;
mod restore;
mod schedule;
mod spectrum;
mod static_eq;
mod tail;
mod veil;

pub use align::{Alignment, align, distance_from_grid, log_likelihood, period};
pub use convolver::Convolver;
pub use detect::{
    Coverage, Decoys, DetectError, Detector, Evidence, ExcerptMatch, Locator, Score, same_pattern,
};
pub use history::{MAGNITUDE_MAX, sanitize};
pub use kernel::Kernel;
pub use key::{ClassKey, Fingerprint, FingerprintError, KeyError};
pub use recipe::{
    AMOUNT_MAX, DEPTH_DB_MAX, Depth, FADE_US_MIN, FORMER_NAME_OF_LIGHT, Filter, KERNEL_US_MAX,
    KERNELS_MAX, Offsets, PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MAX, PERIOD_US_MIN, Placement,
    Preset, RATE_MAX, RATE_MIN, RECIPE_VERSION, Recipe, RecipeError, Spectral, TAPS_MAX, Taps,
    UnknownPreset,
};
pub use restore::Restorer;
pub use schedule::{Cursor, Patch, Schedule};
pub use veil::Veil;
