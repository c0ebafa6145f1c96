//! What a classifier gives away of its training data, and what differential privacy and removal of
//! clips change about that.
//!
//! ```text
//! clips ── protect ──┬─ panel ───────────────────────────────┐
//!                    └─ small classifier, with or without DP ─┼─ probe: rank of the own key
//!                                          │                  └─ membership inference, audit
//!                                          └─ removal of one speaker ── both again
//! ```

mod accountant;
mod audit;
mod curve;
mod erasure;
mod error;
mod execute;
mod membership;
mod mlp;
mod neutral;
mod probe;
mod rank;
mod record;
mod report;
mod sgd;

pub use accountant::{Accounted, Steps};
pub use audit::{Audit, CONFIDENCE, lower_bound};
pub use error::PrivacyError;
pub use execute::{PrivacyControl, PrivacyResults, execute};
pub use membership::{Observed, Separation, confidences, likelihood_ratios};
pub use mlp::{Examples, Mlp};
pub use probe::Probed;
pub use rank::Rank;
pub use record::{
    Curve, DELTA, Erased, Method, Part, PrivacyLine, PrivacyOutcome, PrivacyPlan, PrivacyRecord,
    Task, What,
};
pub(crate) use report::table;
pub use report::{TABLES, tables, write_tables};
pub use sgd::{Noise, Training, ascend, descend};
