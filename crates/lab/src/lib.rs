//! The evidence: how well does a model do on untouched recordings after training on protected ones,
//! what does protection cost in quality, and which attacks remove it?
//!
//! One training run:
//!
//! ```text
//! recordings ── Cut::publish ── the patchveil command ── Cut::cut ── Attack::apply ── learner ── accuracy
//!                                                                         untouched test clips ──┘
//! ```

pub mod attack;
pub mod clip;
pub mod cut;
pub mod data;
pub mod features;
pub mod generate;
pub mod instruments;
pub mod learn;
pub mod privacy;
pub mod protect;
pub mod quality;
pub mod recheck;
pub mod report;
pub mod run;
pub mod signal;
pub mod trace;
pub mod voices;
