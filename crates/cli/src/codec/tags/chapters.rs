//! Chapters, as each container has them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use lofty::TextEncoding;
use lofty::id3::v2::{
    ChapterFrame, ChapterTableOfContentsFrame, CtocFlags, Frame, FrameId, FrameList, Id3v2Tag,
    TextInformationFrame,
};

use super::chunks::text_of;
use crate::codec::mp4::inner;

/// Most that have numbers of three digits, and most that a table of contents of ID3 lists.
pub(super) const COMMENTS_MAX: usize = 999;
pub(super) const FRAMES_MAX: usize = 255;

/// Most that are read: more than any output has, so that it names the excess.
pub(super) const CHAPTERS_MAX: usize = 1 << 12;

/// A chapter, or a marker: where it begins, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chapter {
    pub(crate) start_ms: u64,
    pub(crate) name: String,
}

/// The cue points of a WAV file with the labels of its lists, by their position in samples at `rate` Hz.
pub(super) fn of_cues(cues: &[u8], labels: &[Vec<u8>], rate: u32) -> Vec<Chapter> {
    let points = cues.get(4..).unwrap_or_default().as_chunks::<24>().0;
    let count = u32_at(cues, 0).unwrap_or(0) as usize;
    let mut names = HashMap::new();
    for list in labels {
        read_labels(list, &mut names);
    }
    let chapter = |point: &[u8; 24]| {
        let (id, sample) = (u32_at(point, 0)?, u32_at(point, 20)?);
        // Only one point has an id, so no label is copied twice.
        let name = names.remove(&id).map(text_of).unwrap_or_default();
        Some(Chapter { start_ms: in_ms(sample, rate), name })
    };
    points.iter().take(count.min(CHAPTERS_MAX)).filter_map(chapter).collect()
}

/// Adds the labels of a list, by the cue point that they are of, unless it has one.
fn read_labels<'a>(list: &'a [u8], names: &mut HashMap<u32, &'a [u8]>) -> Option<()> {
    let mut rest = list.get(4..)?;
    loop {
        let len = u32_at(rest, 4)? as usize;
        let body = rest.get(8..8 + len)?;
        if rest.starts_with(b"labl") {
            names.entry(u32_at(body, 0)?).or_insert(body.get(4..)?);
        }
        rest = rest.get(8 + len + len % 2..)?;
    }
}

/// The markers of an AIFF file.
pub(super) fn of_marks(marks: &[u8], rate: u32) -> Vec<Chapter> {
    let count = marks.first_chunk().map_or(0, |count| u16::from_be_bytes(*count));
    let mut rest = marks.get(2..).unwrap_or_default();
    let mut chapters = Vec::new();
    for _ in 0..count {
        let Some([_, _, position @ .., len]) = rest.first_chunk::<7>() else { break };
        let len = usize::from(*len);
        let Some(name) = rest.get(7..7 + len) else { break };
        let start_ms = in_ms(u32::from_be_bytes(*position), rate);
        chapters.push(Chapter { start_ms, name: text_of(name) });
        // Length and text together have an even length.
        rest = rest.get(6 + (1 + len).next_multiple_of(2)..).unwrap_or_default();
    }
    chapters
}

/// The chapters of an MP4 file in a `chpl` box: times in units of 100 ns, and names.
pub(in crate::codec) fn of_mp4(moov: &[u8]) -> Vec<Chapter> {
    let Some(list) = inner(moov, b"udta").and_then(|user| inner(user, b"chpl")) else {
        return Vec::new();
    };
    // Version 1 has four more bytes in front of the count.
    let mut rest = list.get(if list.first() == Some(&0) { 4 } else { 8 }..).unwrap_or_default();
    rest = rest.get(1..).unwrap_or_default();
    let mut chapters = Vec::new();
    while let Some([time @ .., len]) = rest.first_chunk::<9>() {
        let len = usize::from(*len);
        let Some(name) = rest.get(9..9 + len) else { break };
        let start_ms = u64::from_be_bytes(*time) / 10_000;
        chapters.push(Chapter { start_ms, name: text_of(name) });
        rest = &rest[9 + len..];
    }
    chapters
}

/// Takes the chapters (`CHAPTER001=00:00:00.000`, `CHAPTER001NAME=…`) out of comments; gives the rest too.
pub(super) fn of_comments(
    comments: Vec<(String, String)>,
) -> (Vec<Chapter>, Vec<(String, String)>) {
    let mut chapters = BTreeMap::new();
    for (name, text) in &comments {
        if let (Some((number, false)), Some(start_ms)) = (number_in(name), ms_of(text)) {
            chapters.insert(number, Chapter { start_ms, name: String::new() });
        }
    }
    let mut rest = Vec::new();
    for (name, text) in comments {
        let number = number_in(&name);
        match number.and_then(|(number, is_name)| Some((chapters.get_mut(&number)?, is_name))) {
            Some((chapter, true)) => chapter.name = text,
            Some((_, false)) => {}
            None => rest.push((name, text)),
        }
    }
    (chapters.into_values().collect(), rest)
}

/// The number of the chapter that a comment is about, and whether it is its name.
fn number_in(comment: &str) -> Option<(u32, bool)> {
    let upper = comment.to_ascii_uppercase();
    let digits = upper.strip_prefix("CHAPTER")?;
    let number = digits.strip_suffix("NAME").unwrap_or(digits);
    Some((number.parse().ok()?, number.len() < digits.len()))
}

/// A time of hours, minutes and seconds, in ms.
fn ms_of(time: &str) -> Option<u64> {
    let mut parts = time.trim().split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds: f64 = seconds.parse().ok().filter(|seconds| (0.0..60.0).contains(seconds))?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    minutes.checked_mul(60_000)?.checked_add((seconds * 1_000.0).round() as u64)
}

/// The chapters as comments.
pub(super) fn to_comments(chapters: &[Chapter]) -> Vec<(String, String)> {
    let comments = chapters.iter().take(COMMENTS_MAX).enumerate().flat_map(|(index, chapter)| {
        let (number, ms) = (index + 1, chapter.start_ms);
        let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
        let time = format!("{hours:02}:{minutes:02}:{:02}.{:03}", ms / 1_000 % 60, ms % 1_000);
        let name = (format!("CHAPTER{number:03}NAME"), chapter.name.clone());
        [(format!("CHAPTER{number:03}"), time), name]
    });
    comments.collect()
}

/// Adds the chapters of a recording of so many ms to a tag, with a table of contents (ID3v2 Chapter Frame Addendum
/// 1.0).
pub(super) fn add_to_id3(chapters: &[Chapter], end_ms: u64, tag: &mut Id3v2Tag) {
    let chapters = &chapters[..chapters.len().min(FRAMES_MAX)];
    if chapters.is_empty() {
        return;
    }
    let in_u32 = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX - 1);
    for (index, chapter) in chapters.iter().enumerate() {
        let end = chapters.get(index + 1).map_or(end_ms, |next| next.start_ms);
        let end = end.max(chapter.start_ms);
        let mut children = FrameList::new();
        let title = FrameId::Valid("TIT2".into());
        let name = chapter.name.clone();
        children.insert(Frame::Text(TextInformationFrame::new(title, TextEncoding::UTF8, name)));
        let (times, no_offsets) = (in_u32(chapter.start_ms)..in_u32(end), u32::MAX..u32::MAX);
        tag.insert(Frame::Chapter(ChapterFrame::new(id_of(index), times, no_offsets, children)));
    }
    let entries: Vec<Cow<'static, str>> = (0..chapters.len()).map(|i| id_of(i).into()).collect();
    let flags = CtocFlags { top_level: true, ordered: true };
    tag.insert(Frame::TableOfContents(ChapterTableOfContentsFrame::new(
        "toc",
        flags,
        entries,
        FrameList::new(),
    )));
}

fn id_of(index: usize) -> String {
    format!("chp{index}")
}

/// Writes the chapters of a recording of so many ms as ffmpeg reads them.
pub(in crate::codec) fn write_ffmetadata(
    chapters: &[Chapter],
    end_ms: u64,
    to: &mut impl Write,
) -> io::Result<()> {
    let mut text = ";FFMETADATA1\n".to_owned();
    for (index, Chapter { start_ms, name }) in chapters.iter().enumerate() {
        let end = chapters.get(index + 1).map_or(end_ms, |next| next.start_ms).max(*start_ms);
        text += &format!("[CHAPTER]\nTIMEBASE=1/1000\nSTART={start_ms}\nEND={end}\ntitle=");
        for letter in name.chars() {
            if matches!(letter, '=' | ';' | '#' | '\\' | '\n') {
                text.push('\\');
            }
            text.push(letter);
        }
        text.push('\n');
    }
    to.write_all(text.as_bytes())
}

fn in_ms(samples: u32, rate: u32) -> u64 {
    (u64::from(samples) * 1_000 + u64::from(rate) / 2) / u64::from(rate.max(1))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(start_ms: u64, name: &str) -> Chapter {
        Chapter { start_ms, name: name.to_owned() }
    }

    #[test]
    fn chapters_in_comments_come_back_and_other_comments_stay() {
        let chapters = [chapter(0, "One"), chapter(3_723_004, ""), chapter(36_000_000, "Ü = 3")];
        let mut comments = to_comments(&chapters);
        assert_eq!(comments[2], ("CHAPTER002".to_owned(), "01:02:03.004".to_owned()));
        let others = [("CHAPTERX", "a"), ("CHAPTER009NAME", "b"), ("chapter007", "late")];
        let others = others.map(|(name, text)| (name.to_owned(), text.to_owned()));
        comments.extend(others.clone());
        let (found, rest) = of_comments(comments);
        assert_eq!((found.as_slice(), rest.as_slice()), (&chapters[..], &others[..]));
    }

    #[test]
    fn cue_points_and_marks_cut_off_anywhere_give_what_is_whole() {
        let cue = |id: u32, sample: u32| {
            let fields = [id, 0, u32::from_le_bytes(*b"data"), 0, 0, sample];
            fields.map(u32::to_le_bytes).concat()
        };
        let cues = [&2_u32.to_le_bytes()[..], &cue(7, 8_000), &cue(9, 12_345)].concat();
        let labels =
            vec![b"adtllabl\x07\0\0\0\x09\0\0\0On\0\0labl\x08\0\0\0\x07\0\0\0Off\0".to_vec()];
        let all = of_cues(&cues, &labels, 8_000);
        assert_eq!(all, [chapter(1_000, "Off"), chapter(1_543, "On")]);
        let marks = b"\0\x02\0\x01\0\0\x1f\x40\x03Off\0\x02\0\0\x3e\x80\x02On\0";
        assert_eq!(of_marks(marks, 8_000), [chapter(1_000, "Off"), chapter(2_000, "On")]);
        for len in 0..cues.len() {
            assert!(of_cues(&cues[..len], &labels, 8_000).len() < 2);
            let cut = labels[0].get(..len).unwrap_or_default().to_vec();
            assert_eq!(of_cues(&cues, &[cut], 8_000).len(), 2);
        }
        for len in 0..marks.len() - 1 {
            assert!(of_marks(&marks[..len], 8_000).len() < 2);
        }
    }

    #[test]
    fn tens_of_thousands_of_cue_points_find_their_labels_and_are_capped() {
        let count = 60_000_u32;
        let point = |id: u32| [id, 0, 0, 0, 0, id].map(u32::to_le_bytes).concat();
        let points = (0..count).rev().flat_map(point);
        let cues: Vec<u8> = count.to_le_bytes().into_iter().chain(points).collect();
        let label = |id: u32| [&b"labl\x05\0\0\0"[..], &id.to_le_bytes(), b"x\0"].concat();
        let labels: Vec<u8> = b"adtl".iter().copied().chain((0..count).flat_map(label)).collect();
        let chapters = of_cues(&cues, &[labels], 1_000);
        assert_eq!(chapters.len(), CHAPTERS_MAX);
        assert_eq!(chapters[0], chapter(u64::from(count) - 1, "x"));
        assert!(chapters.iter().all(|chapter| chapter.name == "x"));
    }
}
