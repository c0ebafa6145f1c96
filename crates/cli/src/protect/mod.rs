//! Protects files, streamed, on all cores.
//!
//! A file is cut into chunks that are independent of each other: the output at a position depends on
//! the [`Veil::context`](patchveil_veil::Veil::context) before it and on nothing else, and samples keep
//! their positions in the file. So any thread can do any chunk in any order, and the bytes are the same.

mod chunk;
mod error;
mod figures;
mod outcome;
mod run;
mod timeline;
mod veils;

pub use error::ProtectError;
pub use outcome::Outcome;
pub use run::protect;
pub use timeline::{NoPosition, Position, Timeline};
pub use veils::Veils;
