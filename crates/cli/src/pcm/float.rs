//! The same container around 32-bit floats.

use super::error::PcmError;
use super::info::{Container, PcmInfo};

const TAG_FLOAT: u16 = 3;
const TAG_EXTENSIBLE: u16 = 0xfffe;
/// Largest RIFF size, less a margin for what readers add to it.
const RIFF_MAX: u64 = u32::MAX as u64 - 16;

/// The bytes before the samples, for the same samples as 32-bit floats; where they are floats already, the same.
///
/// `head` is what precedes the samples in the file of `info`. All chunks are kept; the format, and the
/// sizes that depend on it, change. After the samples, the file's own bytes follow from [`tail_start`] on.
///
/// # Errors
/// [`PcmError::NoFloat`] if the file would be longer than RIFF allows, [`PcmError::NoFloatContainer`] if it is
/// not RIFF, [`PcmError::NoFloatOrder`] if the format follows the samples.
pub fn float_head(head: &[u8], info: &PcmInfo) -> Result<Vec<u8>, PcmError> {
    if info.format.is_float() {
        return Ok(head.to_vec());
    }
    let riff_len = match head.first_chunk::<8>() {
        Some([b'R', b'I', b'F', b'F', riff_len @ ..]) if info.container == Container::Wav => {
            u64::from(u32::from_le_bytes(*riff_len))
        }
        _ => return Err(PcmError::NoFloatContainer(info.container)),
    };
    let data_end = info.data_offset + info.data_len;
    // A length that was left open becomes the right one.
    let mended = info.lengths.iter().find(|length| length.at == 4);
    let mended = mended.and_then(|length| length.bytes.first_chunk());
    let riff_len = mended.map_or(riff_len, |length| u64::from(u32::from_le_bytes(*length)));
    let data_len = info.frames() * u64::from(info.channels) * 4;
    // What follows the RIFF chunk, such as a tag, stays after it. A size that leaves the padding out
    // cannot lose it.
    let before = (riff_len + 8).clamp(data_end, tail_start(info)) - info.data_offset;
    let riff_len = (riff_len + data_len).saturating_sub(before);
    if riff_len > RIFF_MAX {
        return Err(PcmError::NoFloat);
    }
    let mut head = head.to_vec();
    let fmt = find_fmt(&head).ok_or(PcmError::NoFloatOrder)?;
    let frame_bytes = u32::from(info.channels) * 4;
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = head.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(4, &(riff_len as u32).to_le_bytes());
    put(fmt.body + 8, &(info.sample_rate.saturating_mul(frame_bytes)).to_le_bytes());
    put(fmt.body + 12, &(frame_bytes as u16).to_le_bytes());
    put(fmt.body + 14, &32_u16.to_le_bytes());
    if fmt.tag == TAG_EXTENSIBLE {
        put(fmt.body + 18, &32_u16.to_le_bytes());
        put(fmt.body + 24, &TAG_FLOAT.to_le_bytes());
    } else {
        put(fmt.body, &TAG_FLOAT.to_le_bytes());
    }
    let size_at = info.data_offset as usize - 4;
    put(size_at, &(data_len as u32).to_le_bytes());
    Ok(head)
}

/// Where in the file of `info` the bytes after the samples and their padding start.
#[must_use]
pub fn tail_start(info: &PcmInfo) -> u64 {
    let end = info.data_offset + info.data_len;
    (end + info.data_len % 2).min(info.file_len)
}

struct FmtPlace {
    body: usize,
    tag: u16,
}

fn find_fmt(head: &[u8]) -> Option<FmtPlace> {
    let mut at = 12;
    loop {
        let [a, b, c, d, size @ ..] = *head.get(at..at + 8)?.first_chunk::<8>()?;
        let body = at + 8;
        if &[a, b, c, d] == b"fmt " {
            let tag = u16::from_le_bytes(*head.get(body..)?.first_chunk()?);
            return Some(FmtPlace { body, tag });
        }
        let size = u32::from_le_bytes(size) as usize;
        at = body.checked_add(size)?.checked_add(size % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::pcm::SampleFormat;

    /// A file of five 8-bit samples and their padding, whose RIFF size is `missing` bytes too small.
    fn odd_file(missing: u32) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend_from_slice(
            b"\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x05\0\0\0\x80\x70\x90\x80\x80\0",
        );
        let riff_len = file.len() as u32 - 8 - missing;
        file[4..8].copy_from_slice(&riff_len.to_le_bytes());
        file
    }

    #[test]
    fn a_file_that_can_be_read_can_be_read_as_floats_whatever_its_riff_size_leaves_out() {
        for missing in 0..=10 {
            let file = odd_file(missing);
            let info = PcmInfo::read(&mut Cursor::new(&file)).unwrap();
            let mut wide = float_head(&file[..info.data_offset as usize], &info).unwrap();
            wide.resize(wide.len() + 5 * 4, 0);
            wide.extend_from_slice(&file[tail_start(&info) as usize..]);
            let floats = PcmInfo::read(&mut Cursor::new(&wide)).unwrap();
            assert_eq!((floats.format, floats.frames()), (SampleFormat::F32, 5));
        }
    }
}
