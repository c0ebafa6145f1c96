//! Standard input, copied to a temporary file so that it can be read like any other.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::str::FromStr;

use super::scratch::Scratch;
use crate::pcm::{MAX_CHANNELS, SampleFormat, Spec, WAV_HEAD, wav_head};
use crate::standard_io;

/// How samples without a header are stored: `48000:2:s16le`.
#[derive(Debug, Clone, Copy)]
pub struct RawFormat(Spec);

/// A text is not a raw format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not RATE:CHANNELS:FORMAT such as 48000:2:s16le; the formats are u8, s16le, s24le, s32le, f32le and f64le"
)]
pub struct NotARawFormat;

impl FromStr for RawFormat {
    type Err = NotARawFormat;

    fn from_str(text: &str) -> Result<Self, NotARawFormat> {
        let parts: Vec<&str> = text.split(':').collect();
        let [rate, channels, format] = parts[..] else { return Err(NotARawFormat) };
        let sample_rate = rate.parse().ok().filter(|rate| *rate > 0).ok_or(NotARawFormat)?;
        let channels = channels.parse().map_err(|_| NotARawFormat)?;
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(NotARawFormat);
        }
        let format = match format {
            "u8" => SampleFormat::U8,
            "s16le" => SampleFormat::I16,
            "s24le" => SampleFormat::I24,
            "s32le" => SampleFormat::I32,
            "f32le" => SampleFormat::F32,
            "f64le" => SampleFormat::F64,
            _ => return Err(NotARawFormat),
        };
        Ok(Self(Spec { sample_rate, channels, format }))
    }
}

/// Reads all of standard input; from then on `-` is opened like a file with that content. With `raw`, it is
/// samples without a header.
///
/// # Errors
/// What the system says, and for raw samples that are not whole frames.
pub fn read_standard_input(scratch: &Scratch, raw: Option<RawFormat>) -> io::Result<()> {
    let mut file = scratch.file()?;
    let mut input = io::stdin().lock();
    match raw {
        None => {
            io::copy(&mut input, &mut file)?;
        }
        Some(RawFormat(spec)) => {
            file.write_all(&[0; WAV_HEAD])?;
            let len = io::copy(&mut input.by_ref(), &mut file)?;
            let frame = u64::from(spec.channels) * spec.format.bytes() as u64;
            if len % frame != 0 {
                return Err(io::Error::other(format!(
                    "its {len} bytes are not a whole number of frames of {frame} bytes; check --raw"
                )));
            }
            file.write_all(&[0][..(len % 2) as usize])?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&wav_head(spec, len))?;
        }
    }
    standard_io::set_input(file);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_raw_formats_that_a_wav_file_can_hold_are_taken() {
        for text in ["48000:2:s16le", "8000:1:u8", "192000:64:f64le"] {
            assert!(text.parse::<RawFormat>().is_ok(), "{text}");
        }
        for text in [
            "",
            "48000",
            "48000:2",
            "0:1:u8",
            "8000:0:u8",
            "8000:65:u8",
            "8000:1:s16be",
            "8000:1:u8:",
        ] {
            assert_eq!(text.parse::<RawFormat>().err(), Some(NotARawFormat), "{text}");
        }
    }
}
