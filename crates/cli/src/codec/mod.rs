//! Compressed formats: recognised by content, decoded to plain samples.
//!
//! | module | concern |
//! |---|---|
//! | `kind` | what a file is, by its first bytes |
//! | `decode` | from a compressed file to blocks of plain samples |
//! | `packets` | what `symphonia` decodes |
//! | `tool` | what the external program `ffmpeg` decodes |
//! | `mp4`, `trim` | what of a track counts: encoders add samples before and after |
//! | `vorbis` | the headers of Vorbis, where symphonia does not decode it rightly |
//! | `wavpack` | whether a WavPack file is lossy |
//! | `plain` | plain samples, stored in another way |
//! | `flac` | FLAC output |
//! | `tool_out` | what `ffmpeg` encodes |
//! | `format`, `stored` | what an output is stored as |
//! | `tags`, `private` | tags from one container to another, and what they say of people |
//! | `fuzzed` | what fuzzing feeds |
//! | `error` | why that fails |

mod decode;
mod error;
mod flac;
mod format;
mod fuzzed;
mod kind;
mod mp4;
mod packets;
mod plain;
mod private;
mod stored;
mod tags;
mod tool;
mod tool_out;
mod trim;
mod vorbis;
mod wavpack;

pub(crate) use decode::{Damage, Decoder, open};
pub use error::{CodecError, EncodeError};
pub use flac::FlacStream;
pub(crate) use flac::{Metadata as FlacMetadata, write as write_flac};
pub use format::Format;
pub(crate) use format::ending_of;
pub use fuzzed::check_metadata;
pub(crate) use kind::Kind;
pub(crate) use plain::Plain;
pub(crate) use private::left_out;
pub(crate) use stored::Stored;
pub(crate) use tags::Tags;
pub(crate) use tool_out::encode as encode_by_tool;
pub(crate) use wavpack::is_hybrid;
