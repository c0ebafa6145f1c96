//! FLAC: frames by libFLAC, metadata byte for byte (RFC 9639).

mod encoder;
mod metadata;
mod stream;
mod write;

pub(crate) use metadata::Metadata;
pub use stream::FlacStream;
pub(crate) use write::write;
