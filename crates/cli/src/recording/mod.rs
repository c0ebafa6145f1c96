//! Recordings of any format, as a file of plain samples.
//!
//! Whatever stores plain samples is used as it is. Whatever is compressed, or cannot be sought, is first
//! decoded to an unnamed temporary WAV file; memory use does not grow with the length. So `protect`,
//! `restore`, `detect`, `verify` and `inspect` read one kind of file.
//!
//! | module | concern |
//! |---|---|
//! | `open` | from a path or a stream to plain samples |
//! | `stage` | decodes into the temporary file |
//! | `scratch` | temporary files without a name |
//! | `preserve` | time stamps, owner and extended attributes |
//! | `mend` | what is whole of a recording that was cut off |
//! | `target` | where changed samples go |
//! | `standard_input` | standard input, copied to a temporary file |
//! | `hash` | the hashes of a file's samples and of all else in it |

mod error;
mod hash;
mod mend;
mod open;
mod preserve;
mod scratch;
mod stage;
mod standard_input;
mod target;

pub use crate::codec::{CodecError, EncodeError, FlacStream, Format};
pub use error::RecordingError;
pub(crate) use hash::hashes;
pub use mend::{Mended, MendedCopy, mend};
pub use open::{Opened, open};
pub(crate) use open::{open_for, open_reader};
pub(crate) use preserve::preserve;
pub use scratch::Scratch;
pub use standard_input::{NotARawFormat, RawFormat, read_standard_input};
pub use target::OutputOptions;
pub(crate) use target::Target;
