//! The WAV container, with samples rewritten in place instead of re-encoded.
//!
//! A protected file is a byte-for-byte copy of its input in which only sample bytes of the `data`
//! chunk differ. Everything else is kept exactly, known or not: `bext`, `cue `, `smpl` loops, `LIST`,
//! `iXML`, the channel mask of `WAVE_FORMAT_EXTENSIBLE`, trailing chunks, padding. Crates that read and
//! write WAV decode the samples and write a new container around them, which loses all that; hence this
//! reader. The tests check its samples against one of those crates.
//!
//! `RIFF`, `RF64` and `BW64` files are read. What is refused is refused with a line that says what to do
//! ([`PcmError`]). In particular, a file of 0 frames is an error, not a copy: it is most likely a recording
//! that failed, and its owner wants to know.

mod error;
mod float;
mod fmt;
mod format;
mod header;
mod reader;
mod samples;

pub use error::PcmError;
pub(crate) use error::read_hint;
pub use float::{float_head, tail_start};
pub use format::{MAX_CHANNELS, SampleFormat};
pub use header::PcmInfo;
pub use reader::{CopyError, PcmReader};
pub use samples::{decode, encode_changed, encode_nearest};
