//! From the chunks of a WAV file to the tags of another container.

use std::fs::File;
use std::io::Write;

use lofty::config::WriteOptions;
use lofty::id3::v2::Id3v2Tag;
use lofty::tag::TagExt;

use super::Tags;
use crate::codec::Format;

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let pad = &[0][..body.len() % 2];
    [&id[..], &(body.len() as u32).to_le_bytes(), body, pad].concat()
}

/// A WAV file of one sample at 1 kHz with these chunks.
fn wav(chunks: &[Vec<u8>]) -> File {
    let fmt = chunk(b"fmt ", b"\x01\0\x01\0\xe8\x03\0\0\xd0\x07\0\0\x02\0\x10\0");
    let body = [&b"WAVE"[..], &fmt, &chunk(b"data", &[1, 0]), &chunks.concat()].concat();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&chunk(b"RIFF", &body)).unwrap();
    file
}

fn frame(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&id[..], &[0, 0, (body.len() >> 7) as u8, body.len() as u8 & 0x7f, 0, 0], body].concat()
}

fn id3(frames: &[Vec<u8>]) -> Vec<u8> {
    let body = frames.concat();
    let len =
        [0, (body.len() >> 14) as u8, (body.len() >> 7) as u8 & 0x7f, body.len() as u8 & 0x7f];
    chunk(b"id3 ", &[&b"ID3\x04\0\0"[..], &len, &body].concat())
}

/// A frame of a chapter from `start` to `end`, in ms.
fn chap(id: &[u8], start: u32, end: u32, children: &[Vec<u8>]) -> Vec<u8> {
    let times = [start, end, u32::MAX, u32::MAX].map(u32::to_be_bytes).concat();
    frame(b"CHAP", &[id, b"\0", &times, &children.concat()].concat())
}

fn cue(samples: &[u32]) -> Vec<u8> {
    let points = (1_u32..).zip(samples).flat_map(|(id, sample)| {
        [id, 0, u32::from_le_bytes(*b"data"), 0, 0, *sample].map(u32::to_le_bytes).concat()
    });
    let count = samples.len() as u32;
    chunk(b"cue ", &count.to_le_bytes().into_iter().chain(points).collect::<Vec<u8>>())
}

fn labels(texts: &[&[u8]]) -> Vec<u8> {
    let all = (1_u32..)
        .zip(texts)
        .flat_map(|(id, text)| chunk(b"labl", &[&id.to_le_bytes(), *text, b"\0"].concat()));
    chunk(b"LIST", &b"adtl".iter().copied().chain(all).collect::<Vec<u8>>())
}

fn bext(description: &[u8], date: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 602];
    body[..description.len()].copy_from_slice(description);
    body[320..320 + date.len()].copy_from_slice(date);
    chunk(b"bext", &body)
}

/// The comments of a FLAC file that they become, sorted.
fn comments(file: &File) -> Vec<String> {
    let tags = Tags::read(file).unwrap();
    let comments = tags.into_comments();
    let mut all: Vec<String> =
        comments.items().map(|(name, text)| format!("{name}={text}")).collect();
    all.sort();
    all
}

#[test]
fn texts_without_a_name_and_with_several_values_become_comments() {
    let frames = [
        frame(b"WXXX", b"\x03\0https://example.org"),
        frame(b"TXXX", b"\x03\0nameless"),
        frame(b"TXXX", b"\x03mood\0calm\0late"),
    ];
    let file = wav(&[id3(&frames)]);
    let wanted = ["TXXX=nameless", "WXXX=https://example.org", "mood=calm", "mood=late"];
    assert_eq!(comments(&file), wanted);
    let tags = Tags::read(&file).unwrap();
    assert!(tags.lost_in(Format::Flac).is_empty());
    // As ID3 again, each of them is there once.
    let mut again = Vec::new();
    let tag: Id3v2Tag = tags.into_id3(1);
    assert_eq!(tag.len(), 3);
    tag.dump_to(&mut again, WriteOptions::default()).unwrap();
    assert_eq!(comments(&wav(&[chunk(b"id3 ", &again)])), wanted);
}

#[test]
fn what_a_second_chunk_says_otherwise_is_kept_under_its_own_name() {
    let comment = frame(b"COMM", b"\x03eng\0A comment");
    let title = frame(b"TIT2", b"\x03A long title");
    let date = frame(b"TDRC", b"\x032024");
    let info = [&b"INFO"[..], &chunk(b"INAM", b"Another\0")].concat();
    let file =
        wav(&[id3(&[comment, title, date]), chunk(b"LIST", &info), bext(b"Take 3", b"2023-01-02")]);
    let wanted = [
        "COMMENT=A comment",
        "DATE=2024",
        "INAM=Another",
        "TITLE=A long title",
        "description=Take 3",
        "origination_date=2023-01-02",
    ];
    assert_eq!(comments(&file), wanted);
    // What is only cut off is no other text.
    let comment = frame(b"COMM", b"\x03eng\0Take 3, in the rain");
    let file = wav(&[id3(&[comment]), bext(b"Take 3", b"")]);
    assert_eq!(comments(&file), ["COMMENT=Take 3, in the rain"]);
}

#[test]
fn a_chapter_that_two_chunks_have_is_there_once() {
    let title = |text: &[u8]| frame(b"TIT2", &[b"\x03", text].concat());
    let frames = [chap(b"a", 0, 501, &[title(b"One")]), chap(b"b", 501, 900, &[title(b"Two")])];
    let file = wav(&[id3(&frames), cue(&[0, 500, 700]), labels(&[b"One", b"Two", b"Three"])]);
    let tags = Tags::read(&file).unwrap();
    let found: Vec<(u64, &str)> =
        tags.chapters.iter().map(|chapter| (chapter.start_ms, chapter.name.as_str())).collect();
    assert_eq!(found, [(0, "One"), (501, "Two"), (700, "Three")]);
    assert!(tags.lost_in(Format::Mp3).is_empty());
}

#[test]
fn pictures_and_ends_of_chapters_that_get_lost_are_named() {
    let title = frame(b"TIT2", b"\x03One");
    let link = frame(b"WXXX", b"\x03\0https://example.org");
    let file =
        wav(&[id3(&[chap(b"a", 0, 400, &[title.clone(), link]), chap(b"b", 500, 900, &[title])])]);
    let lost = Tags::read(&file).unwrap().lost_in(Format::Mp3);
    assert_eq!(lost, ["ends of chapters", "pictures, links and subtitles of chapters"]);
}

#[test]
fn more_texts_and_markers_than_a_recording_has_are_named_as_left_out() {
    let text = |n: u32| chunk(b"IXYZ", format!("{n}\0").as_bytes());
    let info: Vec<u8> = b"INFO".iter().copied().chain((0..5_000).flat_map(text)).collect();
    let samples: Vec<u32> = (0..5_000).collect();
    let file = wav(&[chunk(b"LIST", &info), cue(&samples)]);
    let lost = Tags::read(&file).unwrap().lost_in(Format::Flac);
    assert_eq!(lost, ["chapters after the 999th", "tags after the 4096th"]);
}

#[test]
fn tags_that_no_longer_fit_into_a_wav_file_are_named_as_left_out() {
    let tags = || Tags::read(&wav(&[id3(&[frame(b"TIT2", b"\x03Long")])])).unwrap();
    let mut file = wav(&[]);
    let len = file.metadata().unwrap().len();
    assert_eq!(tags().write(Format::Wav, 1, &mut file).unwrap(), None);
    assert!(file.metadata().unwrap().len() > len);
    // Nothing but its length takes up room.
    file.set_len(u64::from(u32::MAX)).unwrap();
    let note = tags().write(Format::Wav, 1, &mut file).unwrap().unwrap();
    assert!(note.contains("tags") && note.contains("4 GB"), "{note}");
    assert_eq!(file.metadata().unwrap().len(), u64::from(u32::MAX));
}

#[test]
fn comments_in_no_language_are_carried_over() {
    let file = wav(&[id3(&[frame(b"COMM", b"\x03\0\0\0\0Hello"), frame(b"TIT2", b"\x03T")])]);
    let mut out = wav(&[]);
    let tags = Tags::read(&file).unwrap();
    assert_eq!(tags.write(Format::Wav, 1, &mut out).unwrap(), None);
    assert_eq!(comments(&out), ["COMMENT=Hello", "TITLE=T"]);
}
