//! Was the erasure real? A generator is trained on an owner's marked recordings and others; then the owner's are
//! removed in several ways, and `patchveil case recheck` says what became of the trace.
//!
//! ```text
//! owner's, marked ─┐                 ┌─ nothing, fine-tuning, gradient ascent, retraining ── output ── case recheck
//! others ──────────┴─ generator ─────┴─ output ── trace, case
//! ```

mod execute;
mod record;
mod report;
mod store;

pub use execute::{Control, execute};
pub use record::{Line, Plan, Record, Removal, Task};
pub use report::{tables, write_tables};
pub use store::{left, open, read};
