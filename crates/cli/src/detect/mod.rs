//! Looks for keys in files, published ones too.
//!
//! | module | concern |
//! |---|---|
//! | `decoder` | from a file of any supported format to blocks of samples |
//! | `search` | searches one file for all keys that are asked for |
//! | `reference` | an excerpt, aligned with its original |
//! | `picture` | score over offset and coverage over time |

mod decoder;
mod error;
mod picture;
mod reference;
mod search;

pub use crate::detector::DECOYS_MIN;
pub use error::DetectFileError;
pub use picture::draw;
pub use reference::Reference;
pub use search::{Candidate, Finding, Request, SIGNIFICANT, Search, search};
