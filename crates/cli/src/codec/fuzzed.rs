//! What fuzzing feeds with hostile files.

use std::fs::File;
use std::io::{self, Cursor};

use super::format::Format;
use super::tags::Tags;
use super::{left_out, vorbis};
use crate::paths::one_line;
use crate::pcm::{CopyError, PcmInfo, strip};

/// Reads what `file`, whose bytes are `content`, says of itself, writes it as the tags of other containers, mends the
/// bytes as if they were headers of Vorbis, and strips the file. Gives the lines for users.
///
/// # Errors
/// If a file cannot be read or written.
///
/// # Panics
/// If mended headers are not the same but for the order of pairs, or a stripped file has other samples.
#[doc(hidden)]
pub fn check_metadata(file: &File, content: &[u8]) -> io::Result<Vec<String>> {
    if let Some(mended) = vorbis::mended(content) {
        // Turned round twice, the pairs are where they were.
        assert!(vorbis::mended(&mended).as_deref() == Some(content), "it is not the same stream");
    }
    let mut lines = vec![left_out(file)?];
    for format in Format::ALL {
        let Some(tags) = Tags::read(file) else { break };
        lines.extend(tags.lost_in(format).into_iter().map(one_line));
        lines.extend(tags.stale());
        match format {
            Format::Flac => drop(tags.into_flac()),
            Format::Wav => lines.extend(tags.write(format, 1_000, &mut tempfile::tempfile()?)?),
            // An empty file is none of theirs, so nothing can be written into it.
            _ => drop(tags.write(format, 1_000, &mut tempfile::tempfile()?)),
        }
    }
    lines.extend(check_strip(content));
    Ok(lines)
}

/// Strips a file of plain samples; gives a line if that is refused.
fn check_strip(content: &[u8]) -> Option<String> {
    let info = PcmInfo::read(&mut Cursor::new(content)).ok()?;
    let mut out = Vec::new();
    match strip(&mut Cursor::new(content), &info, &mut out) {
        Ok(()) if out.is_empty() => return None,
        Ok(()) => {}
        Err(CopyError::Read(error)) => return Some(error.to_string()),
        Err(CopyError::Write(error)) => return Some(error.to_string()),
    }
    let own = match PcmInfo::read(&mut Cursor::new(&out)) {
        Ok(own) => own,
        Err(error) => unreachable!("a stripped file cannot be read: {error}"),
    };
    let shape = |info: &PcmInfo| (info.container, info.sample_rate, info.channels, info.format);
    assert_eq!(shape(&own), shape(&info));
    let samples = |bytes: &[u8], info: &PcmInfo| {
        bytes[info.data_offset as usize..][..info.data_len as usize].to_vec()
    };
    assert!(samples(&out, &own) == samples(content, &info), "a stripped file has other samples");
    None
}
