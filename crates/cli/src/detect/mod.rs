//! Looks for keys in files, published ones too.
//!
//! | module | concern |
//! |---|---|
//! | `decoder` | from a file of any supported format to blocks of samples |
//! | `marks` | searches one file for the marks of all keys that are asked for |
//! | `search` | searches one file for the veils of all keys that are asked for |
//! | `reference` | an excerpt, aligned with its original |
//! | `mark_picture` | the marks that were found, over time |
//! | `picture` | a veil: score over offset and coverage over time |

mod decoder;
mod error;
mod mark_picture;
mod marks;
mod picture;
mod reference;
mod search;

pub use crate::detector::DECOYS_MIN;
pub(crate) use decoder::{SampleSink, decode};
pub use error::DetectFileError;
pub use mark_picture::draw_marks;
pub use marks::{FOUND_P, MarkMatch, MarkRequest, MarkSearch, search_marks};
pub use picture::draw;
pub use reference::Reference;
pub use search::{Candidate, Finding, Request, SIGNIFICANT, Search, search};
