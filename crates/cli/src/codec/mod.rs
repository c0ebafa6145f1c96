//! Compressed formats: recognised by content, decoded to plain samples.
//!
//! | module | concern |
//! |---|---|
//! | `kind` | what a file is, by its first bytes |
//! | `decode` | from a compressed file to blocks of plain samples |
//! | `packets` | what `symphonia` decodes |
//! | `error` | why that fails |

mod decode;
mod error;
mod kind;
mod packets;

pub(crate) use decode::{Damage, Decoder, Spec, open};
pub use error::CodecError;
pub(crate) use kind::Kind;
