//! What the boxes of an MP4 file say of its first sound track (ISO/IEC 14496-12).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::trim::Trim;
use crate::shared_file::FileCursor;

/// Longest `moov` box that is read; an hour of music has some 1 MB, its pictures included.
const MOOV_MAX: u64 = 1 << 28;
/// Boxes before the `moov`.
const BOXES_MAX: usize = 1 << 16;

/// The first sound track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Track {
    /// Its codec, four letters.
    pub(super) codec: [u8; 4],
    /// Units a second of the next two.
    time_scale: u32,
    /// Its length in these, priming included; 0 in fragmented files, which do not say it here.
    duration: u64,
    /// Where in it playing begins.
    start: u64,
    /// Samples of priming, and samples that count, as iTunes says it.
    gapless: Option<(u64, u64)>,
}

/// Whether a file is MP4, by its first bytes.
pub(super) fn is_mp4(file: &File) -> io::Result<bool> {
    let mut head = Vec::new();
    FileCursor::new(file).take(8).read_to_end(&mut head)?;
    Ok(head.get(4..8) == Some(b"ftyp"))
}

impl Track {
    /// Reads the boxes of `file`; none if there is no sound track.
    pub(super) fn read(file: &File) -> io::Result<Option<Self>> {
        Ok(moov(file)?.and_then(|moov| Self::of_moov(&moov)))
    }

    fn of_moov(moov: &[u8]) -> Option<Self> {
        let track = boxes(moov).filter(|(name, _)| name == b"trak").find_map(|(_, track)| {
            let media = inner(track, b"mdia")?;
            (inner(media, b"hdlr")?.get(8..12)? == b"soun").then_some((track, media))
        });
        let (track, media) = track?;
        let header = inner(media, b"mdhd")?;
        let (time_scale, duration) = match header.first()? {
            1 => (u32_at(header, 20)?, u64_at(header, 24)?),
            _ => (u32_at(header, 12)?, u64::from(u32_at(header, 16)?)),
        };
        let samples = inner(inner(media, b"minf")?, b"stbl")?;
        let entry = inner(samples, b"stsd")?.get(8..)?;
        let codec = *entry.get(4..)?.first_chunk()?;
        let start = inner(track, b"edts").and_then(|edits| inner(edits, b"elst"));
        let start = start.and_then(first_edit).unwrap_or(0);
        Some(Self { codec, time_scale, duration, start, gapless: gapless(moov) })
    }

    /// What of the track counts, in samples at `sample_rate` Hz.
    pub(super) fn trim(&self, sample_rate: u32) -> Trim {
        // A doubled rate (HE-AAC) doubles the samples.
        let in_samples = |units: u64| {
            (u128::from(units) * u128::from(sample_rate) / u128::from(self.time_scale.max(1)))
                as u64
        };
        match self.gapless {
            None if self.duration == 0 => Trim { skip: in_samples(self.start), keep: u64::MAX },
            Some((skip, keep)) => Trim { skip, keep },
            None => {
                let (skip, end) = (in_samples(self.start), in_samples(self.duration));
                Trim { skip, keep: end.saturating_sub(skip) }
            }
        }
    }
}

/// Where the first edit that is not empty begins in its track.
fn first_edit(list: &[u8]) -> Option<u64> {
    let is_wide = *list.first()? == 1;
    let count = u32_at(list, 4)? as usize;
    (0..count.min(8)).find_map(|edit| {
        let time = match is_wide {
            true => u64_at(list, 8 + 20 * edit + 8)?.cast_signed(),
            false => i64::from(u32_at(list, 8 + 12 * edit + 4)?.cast_signed()),
        };
        u64::try_from(time).ok()
    })
}

/// The samples before and of the recording in the comment `iTunSMPB`: hexadecimal numbers, of which the second is the
/// priming, the third the padding, the fourth what counts.
fn gapless(moov: &[u8]) -> Option<(u64, u64)> {
    let name = b"iTunSMPB";
    let at = moov.windows(name.len()).position(|part| part == name)? + name.len();
    // A `data` box follows: size, name, type and language.
    let text = moov.get(at + 16..)?;
    let text: String = text.iter().take(64).map(|byte| char::from(*byte)).collect();
    let mut numbers = text.split_ascii_whitespace().map(|number| u64::from_str_radix(number, 16));
    let _flags = numbers.next()?.ok()?;
    let (skip, _padding, keep) =
        (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    (keep > 0).then_some((skip, keep))
}

/// Whether a track holds the titles of chapters.
pub(super) fn has_chapter_track(moov: &[u8]) -> bool {
    let tracks = boxes(moov).filter(|(name, _)| name == b"trak");
    let mut references = tracks.filter_map(|(_, track)| inner(track, b"tref"));
    references.any(|references| inner(references, b"chap").is_some())
}

/// The `moov` box of a file.
pub(super) fn moov(file: &File) -> io::Result<Option<Vec<u8>>> {
    let mut source = FileCursor::new(file);
    let end = source.seek(SeekFrom::End(0))?;
    let mut at = 0;
    for _ in 0..BOXES_MAX {
        if at + 16 > end {
            break;
        }
        source.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        source.read_exact(&mut head)?;
        let [a, b, c, d, name @ .., _, _, _, _, _, _, _, _] = head;
        let (len, body) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (end - at, 8),
            1 => (u64_at(&head, 8).unwrap_or(0), 16),
            len => (u64::from(len), 8),
        };
        if len < body || len > end - at {
            break;
        }
        if &name == b"moov" && len <= MOOV_MAX {
            source.seek(SeekFrom::Start(at + body))?;
            let mut moov = vec![0; (len - body) as usize];
            source.read_exact(&mut moov)?;
            return Ok(Some(moov));
        }
        at += len;
    }
    Ok(None)
}

/// The boxes in a box: names and bodies.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let len = u32_at(rest, 0)? as usize;
        let name = *rest.get(4..)?.first_chunk()?;
        let body = rest.get(8..len)?;
        rest = &rest[len..];
        Some((name, body))
    })
}

pub(super) fn inner<'a>(of: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(of).find(|(own, _)| own == name).map(|(_, body)| body)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
