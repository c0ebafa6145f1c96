//! Runs a plan: protects, cuts, attacks, trains, and records each run as it ends.

mod error;
mod execute;
mod log;
mod record;
mod store;
mod threads;

pub use error::RunError;
pub use execute::{RunControl, execute};
pub use log::{Log, LogError};
pub use record::{Basis, FORMAT, Figure, Line, Plan, Quality, Record, RunId};
pub use store::{RESULTS, StoredResults, fingerprint, open, unique};
pub(crate) use store::{difference, open_folder, read_folder};
pub(crate) use threads::{Failure, work_off};
