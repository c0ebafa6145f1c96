//! Files of plain samples, rewritten in place instead of re-encoded: WAV, RF64, BW64, Wave64, AIFF, AIFC and CAF.
//!
//! A protected file is a byte-for-byte copy of its input in which only sample bytes differ. Everything else is kept
//! exactly, known or not: `bext`, `cue `, `smpl` loops, `LIST`, `iXML`, `axml`, the channel mask of
//! `WAVE_FORMAT_EXTENSIBLE`, trailing chunks, padding. Crates that read and write such files decode the samples and
//! write a new container around them, which loses all that; hence this reader. The tests check its samples against
//! one of those crates and against ffmpeg.
//!
//! One file a container (`riff`, `w64`, `aiff`, `caf`) finds the samples, and all give the same [`PcmInfo`]. What is
//! refused is refused with a line that says what to do ([`PcmError`]). In particular, a file of 0 frames is an error,
//! not a copy: it is most likely a recording that failed, and its owner wants to know.

mod aiff;
mod caf;
mod derived;
mod dither;
mod error;
mod float;
mod fmt;
mod format;
mod info;
mod law;
mod reader;
mod refresh;
mod riff;
mod sample;
mod samples;
mod streamed;
mod strip;
mod w64;
mod wav_head;

pub use error::PcmError;
pub(crate) use error::read_hint;
pub use float::{float_head, tail_start};
pub use format::{MAX_CHANNELS, NoFormat, SampleFormat};
pub(crate) use info::Chunk;
pub(crate) use info::read_up_to;
pub use info::{Container, PcmInfo};
#[cfg(test)]
pub(crate) use info::{Shape, Span};
pub use reader::{CopyError, PcmReader};
pub(crate) use refresh::{OUT_OF_DATE, Refreshed, refresh};
pub use sample::changed_f64;
pub use samples::{decode, encode_changed, encode_nearest};
pub(crate) use strip::strip;
pub use wav_head::{Spec, WAV_HEAD, wav_head};
pub(crate) use wav_head::{channel_mask, spec_of_head, wav_head_of};
