//! Does a generator give away what it was trained on?
//!
//! One run:
//!
//! ```text
//! recordings ── part of them marked by the patchveil command ── what happens before training ── generator
//!                    other recordings, unmarked ── the generator's output ── patchveil trace ── σ and p
//! ```
//!
//! The key is drawn for the run and traced afterwards; keys that had nothing to do with the run are
//! traced as well.

mod before;
mod case;
mod condition;
mod corpus;
mod counter;
mod dereverb;
mod error;
mod execute;
mod material;
mod owner;
mod pitch_shift;
mod record;
pub mod report;
mod store;

pub use case::{Case, Compared, Rechecked};
pub use condition::{Before, Condition, Counter, Way};
pub use corpus::{Corpus, CorpusError};
pub use error::TraceError;
pub use execute::{Control, execute};
pub(crate) use execute::{originals, outputs};
pub(crate) use material::seconds;
pub use owner::{AudioFiles, DECOYS, Found, Owner};
pub use record::{Basis, FORMAT, Line, Plan, Record, RunId, Trace};
pub(crate) use store::difference;
pub use store::{finished, open, read};
