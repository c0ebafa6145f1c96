//! The Patchveil algorithm and nothing else: no files, no threads, no user interface.
//!
//! A [`Veil`] is a [`ClassKey`] and a [`Recipe`] designed for one sample rate. A [`Convolver`] applies its
//! layers: the audible veil, `z = g∗x`, `y[n] = z[n] + w[n]·((h∗z)[n] − z[n])`, where g is the static EQ
//! (without one, z is x), h the kernel of the current patch and w its weight; and to y the inaudible
//! [`Mark`]. A recipe has either of them or both. A [`Restorer`] undoes them, a [`Detector`] finds the
//! audible one. All take audio as channels × samples in blocks of any size, at any timeline position.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use patchveil_veil::{ClassKey, Convolver, Detector, Preset, Restorer, Veil};
//!
//! let key: ClassKey = ClassKey::generate()?;
//! let recipe = Preset::Balanced.recipe();
//! let veil = Arc::new(Veil::new(&key, &recipe, 16_000)?);
//!
//! // Protect five seconds of noise.
//! let mut state = 1_u32;
//! let mut noise = || {
//!     state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
//!     (state >> 8) as f32 / 16_777_216.0 - 0.5
//! };
//! let original: Vec<f32> = (0..80_000).map(|_| noise()).collect();
//! let mut audio = original.clone();
//! Convolver::of(veil.clone(), 1).process(0, &mut [&mut audio]);
//!
//! // Detect: a score, ranked among those of 99 random keys.
//! let mut detector = Detector::new(16_000, 1, &recipe)?;
//! detector.feed(&[&audio]);
//! let evidence = detector.finish();
//! let score = evidence.test(&key);
//! assert_eq!(evidence.decoys(99, 1).p_value(score.value), 0.01);
//!
//! // Restore.
//! Restorer::new(veil, 1)?.process(0, &mut [&mut audio]);
//! assert!(audio.iter().zip(&original).all(|(y, x)| (y - x).abs() < 2e-6));
//! # Ok(())
//! # }
//! ```
//!
//! These never allocate, lock or panic, and so may run on an audio thread: [`sanitize`],
//! [`Convolver::process`], [`Convolver::feed`], [`Convolver::set_veil`],
//! [`Convolver::take_retired`], [`Restorer::process`], [`Marker::process`], [`Unmarker::process`],
//! [`Schedule::patches_from`] and [`Cursor::next`]. Making a [`Veil`], a [`Convolver`] or a [`Restorer`] allocates.
#![deny(unsafe_code)]

mod align;
mod convolver;
mod detect;
mod dot;
mod edge;
mod fir;
mod history;
mod in_common;
mod kernel;
mod key;
mod loudness;
mod mark;
mod partition;
mod past;
mod patch_cursor;
mod planar;
mod processor;
mod recipe;
mod restore;
mod sample_rate;
mod schedule;
mod spectrum;
mod static_eq;
mod tail;
mod veil;

pub use align::{
    Alignment, Presence, Seam, align, align_given, align_unless, distance_from_grid, find_seam,
    in_period, log_likelihood, log_likelihoods, odds_by_scatter, period, veiled_windows,
};
pub use convolver::Convolver;
pub use detect::{
    Coverage, Decoys, DetectError, Detector, Evidence, ExcerptMatch, Locator, Score, same_pattern,
};
pub use history::{MAGNITUDE_MAX, sanitize};
pub use kernel::Kernel;
pub use key::{ClassKey, EchoKey, EchoKeyError, Fingerprint, FingerprintError, KeyError};
pub use mark::{
    EchoDetector, EchoEvidence, EchoSettings, Mark, MarkDecoys, MarkDetector, MarkError,
    MarkEvidence, MarkFinding, MarkLevel, MarkSettings, MarkSpan, Marker, PatternSettings,
    TraceEvidence, TraceFinding, Unmarker,
};
pub use recipe::{
    AMOUNT_MAX, DEPTH_DB_MAX, Depth, FADE_US_MIN, FORMER_NAME_OF_LIGHT, Filter, KERNEL_US_MAX,
    KERNELS_MAX, Offsets, PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MAX, PERIOD_US_MIN, Placement,
    Preset, PresetVersion, RECIPE_VERSION, Recipe, RecipeError, Spectral, TAPS_MAX, Taps,
    UnknownPreset, VeilSettings,
};
pub use restore::Restorer;
pub use sample_rate::{RATE_MAX, RATE_MIN};
pub use schedule::{Cursor, Patch, Schedule};
pub use veil::Veil;
