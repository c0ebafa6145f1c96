//! Lengths that a writer left open because it could not go back to its header: on a pipe, or as it broke off.

use std::io::{self, Read, Seek, SeekFrom};

/// What such writers leave in place of a length: ffmpeg all ones, sox `0x7fff_f000` and for AIFF `0x7f00_0000`,
/// arecord `0x8000_0000`, others the greatest signed number. Zero is judged apart.
const LEFT_OPEN: [u64; 8] = [
    0x7f00_0000,
    0x7fff_f000,
    0x7fff_ff00,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    i64::MAX as u64,
    u64::MAX,
];
/// Some add the chunks before, or take a part of a frame off.
const SLACK: u64 = 1024;
/// How far from the end of the file chunks behind the samples are looked for.
const TAIL: u64 = 4 << 20;
/// Chunks that programs put behind the samples.
const BEHIND: [&[u8; 4]; 30] = [
    b"LIST", b"bext", b"iXML", b"axml", b"chna", b"cue ", b"smpl", b"inst", b"fact", b"id3 ",
    b"ID3 ", b"PEAK", b"MD5 ", b"levl", b"_PMX", b"JUNK", b"junk", b"PAD ", b"FLLR", b"umid",
    b"plst", b"acid", b"DISP", b"cart", b"afsp", b"data", b"fmt ", b"NAME", b"ANNO", b"MARK",
];

/// Whether a length that reaches beyond the file is one that was left open, rather than one that was cut off.
pub(super) fn is_left_open(len: u64) -> bool {
    LEFT_OPEN.iter().any(|open| len.abs_diff(*open) <= SLACK)
}

/// Whether something at the end of the file looks like chunks, so that samples do not reach there. `begin` is where
/// they begin; `size` reads a chunk's size from the four bytes behind its name.
pub(super) fn has_chunks_behind(
    source: &mut (impl Read + Seek),
    begin: u64,
    file_len: u64,
    size: fn([u8; 4]) -> u32,
) -> io::Result<bool> {
    let begin = begin.max(file_len.saturating_sub(TAIL));
    source.seek(SeekFrom::Start(begin))?;
    let mut tail = vec![0; (file_len - begin) as usize];
    source.read_exact(&mut tail)?;
    // Whether chunks follow each other from here to the end, for every byte; the last pad byte is often missing. In
    // one pass from the end, so that no file makes it slow.
    let len = tail.len();
    let mut ends = vec![false; len + 2];
    ends[len..].fill(true);
    for at in (0..len.saturating_sub(7)).rev() {
        let Some([a, b, c, d, size_of @ ..]) = tail[at..].first_chunk::<8>() else { continue };
        let body = size(*size_of) as usize;
        let next = at.saturating_add(8).saturating_add(body).saturating_add(body % 2);
        let is_name = [a, b, c, d].iter().all(|b| (b' '..=b'~').contains(*b));
        ends[at] = is_name && ends.get(next) == Some(&true);
    }
    let is_behind = |id: &[u8]| BEHIND.iter().any(|known| *known == id);
    Ok(tail.windows(4).enumerate().any(|(at, id)| is_behind(id) && ends[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_ordinary_files_are_not_taken_for_open_ones() {
        for len in [1, 40, 1 << 20, 0x7e00_0000, 0x9000_0000, 0xfff0_0000, 5 << 30] {
            assert!(!is_left_open(len), "{len:#x}");
        }
        for len in [0x7fff_f024, 0x7fff_f000, 0x7fff_ffff, 0x7f00_0008, 0xffff_ffff, u64::MAX] {
            assert!(is_left_open(len), "{len:#x}");
        }
    }

    #[test]
    fn chunks_behind_the_samples_are_seen_and_samples_are_not() {
        let behind = |bytes: &[u8]| {
            let mut source = io::Cursor::new(bytes);
            has_chunks_behind(&mut source, 0, bytes.len() as u64, u32::from_le_bytes).unwrap()
        };
        assert!(behind(b"samplesLIST\x04\0\0\0abcd"));
        assert!(behind(b"samplesLIST\x03\0\0\0abcid3 \0\0\0\0"[..18].as_ref()));
        assert!(!behind(b"samples LIST of samples"));
        assert!(!behind(&[0x55; 4_000]));
        assert!(!behind(b""));
    }
}
