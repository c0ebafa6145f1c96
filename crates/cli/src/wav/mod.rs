//! The WAV container, rewritten in place of being re-encoded.
//!
//! A protected file is a byte-for-byte copy of its input in which only sample bytes of the `data`
//! chunk differ. Everything else survives exactly, known or not: `bext`, `cue `, `smpl` loops,
//! `LIST`, `iXML`, the channel mask of `WAVE_FORMAT_EXTENSIBLE`, trailing chunks, padding. The
//! crates that read and write WAV decode to samples and write a new container around them, which
//! loses those; that is why this reader is our own. The tests use one of them as an independent
//! oracle for the samples.
//!
//! `RIFF`, `RF64` and `BW64` files are read. What is refused is refused with a line that says what
//! to do ([`WavError`]). In particular a file of 0 frames is an error, not a copy: whoever asks to
//! protect it most likely has a recording that failed and wants to know.

mod error;
mod float;
mod fmt;
mod header;
mod reader;
mod samples;

pub use error::WavError;
pub(crate) use error::read_hint;
pub use float::{float_head, tail_start};
pub use fmt::{MAX_CHANNELS, SampleFormat};
pub use header::WavInfo;
pub use reader::{CopyError, WavReader};
pub use samples::{decode, encode_changed, encode_nearest};
