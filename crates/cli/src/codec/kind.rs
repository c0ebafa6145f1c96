//! What a file is, by its first bytes.

use std::ffi::OsStr;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::pcm::read_up_to;

/// Tags in front of the audio that are skipped; real files have one.
const MAX_TAGS: usize = 8;
/// Endings of compressed files, also of such as only ffmpeg decodes.
const NAMES: [&str; 24] = [
    "mp3", "mp2", "aac", "m4a", "m4b", "mp4", "flac", "ogg", "oga", "opus", "wv", "ape", "tta",
    "tak", "dsf", "dff", "wma", "ac3", "eac3", "dts", "amr", "mka", "webm", "mpc",
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A container of plain samples, or nothing that is known: [`pcm`](crate::pcm) reads it or says what
    /// is wrong with it.
    Plain,
    /// FLAC, not in Ogg.
    Flac,
    /// MP3, or another MPEG audio layer.
    Mp3,
    /// AAC without a container.
    Adts,
    /// Ogg: Vorbis, Opus, FLAC.
    Ogg,
    /// MP4, M4A: AAC, ALAC.
    Mp4,
    /// WavPack.
    WavPack,
    /// Matroska, WebM.
    Matroska,
    /// Nothing known by its first bytes, but named like a compressed file.
    Named,
    /// A container of plain samples around compressed ones.
    Foreign,
}

impl Kind {
    /// Recognises `source`, from its start. Of what no first bytes show, the name in `path` decides.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn of(source: &mut (impl Read + Seek), path: &Path) -> io::Result<Self> {
        let mut at = 0;
        for _ in 0..MAX_TAGS {
            source.seek(SeekFrom::Start(at))?;
            let mut head = [0; 16];
            let got = read_up_to(source, &mut head)?;
            match id3_len(&head) {
                Some(len) => at += len,
                None => {
                    let known = Self::of_head(&head[..got]);
                    return Ok(known.unwrap_or_else(|| Self::of_name(path)));
                }
            }
        }
        Ok(Self::Plain)
    }

    fn of_head(head: &[u8]) -> Option<Self> {
        Some(match head {
            // An empty file too: the reader of plain samples has the best message for it.
            [] => Self::Plain,
            [b'R', b'I', b'F', b'F' | b'X', ..] | [b'R', b'F', b'6', b'4', ..] => Self::Plain,
            [b'B', b'W', b'6', b'4', ..] | [b'r', b'i', b'f', b'f', ..] => Self::Plain,
            [b'F', b'O', b'R', b'M', ..] | [b'c', b'a', b'f', b'f', ..] => Self::Plain,
            [b'f', b'L', b'a', b'C', ..] => Self::Flac,
            [b'O', b'g', b'g', b'S', ..] => Self::Ogg,
            [b'w', b'v', b'p', b'k', ..] => Self::WavPack,
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Self::Matroska,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Self::Mp4,
            // Twelve sync bits, then version and layer: layer 0 is AAC, a bit rate of 15 or a sample
            // rate of 3 is nothing.
            [0xff, 0xf0 | 0xf1 | 0xf8 | 0xf9, ..] => Self::Adts,
            [0xff, b, c, ..] if b & 0xe0 == 0xe0 && b & 6 != 0 && c >> 4 != 15 && c & 12 != 12 => {
                Self::Mp3
            }
            _ => return None,
        })
    }

    fn of_name(path: &Path) -> Self {
        let ending = path.extension().map(OsStr::to_ascii_lowercase);
        let ending = ending.as_deref().and_then(OsStr::to_str);
        match ending {
            Some(name) if NAMES.contains(&name) => Self::Named,
            _ => Self::Plain,
        }
    }
}

/// Length of the ID3v2 tag that begins here, header and footer included (ID3v2.4, section 3.1).
fn id3_len(head: &[u8; 16]) -> Option<u64> {
    let [b'I', b'D', b'3', major, _, flags, size @ .., _, _, _, _, _, _] = *head else {
        return None;
    };
    let is_valid = major < 0xff && size.iter().all(|&b| b < 0x80);
    let size = size.iter().fold(0, |size, &b| size << 7 | u64::from(b));
    let footer = if flags & 0x10 != 0 { 10 } else { 0 };
    is_valid.then_some(10 + size + footer)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_file_is_recognised_by_its_content_whatever_its_name() {
        let of = |bytes: &[u8]| Kind::of(&mut Cursor::new(bytes), Path::new("x.wav")).unwrap();
        assert_eq!(of(b""), Kind::Plain);
        assert_eq!(of(b"RIFF\0\0\0\0WAVE"), Kind::Plain);
        assert_eq!(of(b"fLaC\0\0\0\x22"), Kind::Flac);
        assert_eq!(of(b"ID3\x04\0\0\0\0\0\x02..fLaC\0\0\0\x22"), Kind::Flac);
        assert_eq!(of(b"ID3\x04\0\0\0\0\0\x02..\xff\xfb\x90\x64"), Kind::Mp3);
        assert_eq!(of(b"\xff\xf1\x50\x80"), Kind::Adts);
        assert_eq!(of(b"OggS\0\x02"), Kind::Ogg);
        assert_eq!(of(b"\0\0\0\x20ftypM4A "), Kind::Mp4);
        assert_eq!(of(b"some text"), Kind::Plain);
    }

    #[test]
    fn what_no_first_bytes_show_is_judged_by_its_name() {
        let of = |name: &str| Kind::of(&mut Cursor::new(b"\0\0\0\0"), Path::new(name)).unwrap();
        assert_eq!(of("a.MP3"), Kind::Named);
        assert_eq!(of("a.txt"), Kind::Plain);
    }
}
