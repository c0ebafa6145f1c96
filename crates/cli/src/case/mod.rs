//! A case: a folder with what was published when and what was found, and a report of it for people who decide.
//!
//! `case.json` lists the evidence in `evidence/` with its hashes; it and the report hold public values of the
//! class only. Its echo key is committed to from the start and disclosed only when asked for.
//!
//! | part | concern |
//! |---|---|
//! | `record`, `folder` | `case.json`, and the folder that it describes |
//! | `add`, `recognise`, `receipts`, `hashing`, `stamp`, `check` | evidence: taking it in, telling what it is, receipts of renders, hashes, time stamps, whether it changed |
//! | `findings`, `compare`, `recheck` | what results say, and whether a trace is gone |
//! | `report`, `document`, `letters` | the report and its two forms; letters to fill in |

mod add;
mod check;
mod compare;
mod document;
mod error;
mod findings;
mod folder;
mod hashing;
mod letters;
mod receipts;
mod recheck;
mod recognise;
mod record;
mod report;
mod stamp;
mod stamped;
mod wording;

pub use add::{Added, Opening, default_folder, open};
pub use compare::{Comparison, Measured, Outcome, compare};
pub use error::CaseError;
pub use folder::Case;
pub use recheck::{Baseline, Recheck};
pub use record::{CASE_VERSION, Entry, Kind, Record};
pub use report::{Forms, Written, write_report};
pub use wording::quoted;
