//! Looking for keys in files, published ones too.
//!
//! | module | concern |
//! |---|---|
//! | `files` | from the arguments of a command to files |
//! | `listen` | from a file of any format that is read to blocks of samples |
//! | `search` | one file, all keys that are asked for |
//! | `reference` | an excerpt, and its original beside it |
//! | `picture` | the score over offset and the coverage over time |

mod error;
mod files;
mod listen;
mod picture;
mod reference;
mod search;

pub use error::DetectFileError;
pub use files::{Files, expand};
pub use picture::draw;
pub use reference::Reference;
pub use search::{Candidate, Finding, LEAST_DECOYS, Request, SIGNIFICANT, Search, search};
