//! What chunks of plain files say beside tags.

use std::fs::File;

use lofty::tag::{ItemKey, ItemValue, Tag, TagItem, TagType};

use super::Tags;
use super::chapters::{of_cues, of_marks};
use super::read::body_of;
use crate::pcm::Chunk;

/// Fields of a `bext` chunk: where they are, how long they are, what they are called (EBU Tech 3285, section 2.3).
const DESCRIPTION: (usize, usize) = (0, 256);
const DATE: (usize, usize) = (320, 10);
const FIELDS: [(usize, usize, &str); 3] =
    [(256, 32, "originator"), (288, 32, "originator_reference"), (330, 8, "origination_time")];
const TIME_REFERENCE: usize = 338;
const UMID: (usize, usize) = (348, 64);
const CODING_HISTORY: usize = 602;

impl Tags {
    /// Adds what the chunks of a file say that are no tags; `rate` in Hz.
    pub(super) fn add_chunks(&mut self, file: &File, chunks: &[Chunk], rate: u32) {
        let body = |id: &[u8; 4]| body_of(file, chunks.iter().find(|chunk| &chunk.id == id)?);
        let mut add = |name: &'static str, has_content: bool| {
            if has_content {
                self.carried.push(name);
            }
        };
        let chapters = match (body(b"cue "), body(b"MARK")) {
            (Some(cues), _) => {
                let lists = chunks.iter().filter(|chunk| &chunk.id == b"LIST");
                let lists = lists.filter_map(|list| body_of(file, list));
                let labels: Vec<Vec<u8>> = lists.filter(|list| list.starts_with(b"adtl")).collect();
                of_cues(&cues, &labels, rate)
            }
            (None, Some(marks)) => of_marks(&marks, rate),
            (None, None) => Vec::new(),
        };
        add("cue", !chapters.is_empty());
        add("MARK", !chapters.is_empty());
        self.add_chapters(chapters);
        if let Some((tag, mut texts)) = body(b"bext").map(|bext| broadcast(&bext)) {
            if tag.item_count() > 0 || !texts.is_empty() {
                self.carried.push("bext");
            }
            texts.extend(self.said_otherwise(&tag, |key| match key {
                ItemKey::Comment => Some("description"),
                ItemKey::RecordingDate => Some("origination_date"),
                _ => None,
            }));
            self.add_known(tag);
            self.add_texts(texts);
        }
        let ixml = body(b"iXML").and_then(|ixml| String::from_utf8(ixml).ok());
        if let Some(ixml) = ixml {
            let ixml = ixml.trim_end_matches(['\0', ' ', '\n', '\r']);
            if !ixml.is_empty() {
                self.carried.push("iXML");
                self.add_texts([("iXML".to_owned(), ixml.to_owned())]);
            }
        }
        if let Some(strings) = body(b"info") {
            self.add_strings(&strings);
        }
    }

    /// Adds the names and texts of the `info` chunk of CAF (Apple, *Core Audio Format Specification*).
    fn add_strings(&mut self, body: &[u8]) {
        let mut tag = Tag::new(TagType::VorbisComments);
        let mut texts = Vec::new();
        let mut strings = body.get(4..).unwrap_or_default().split(|byte| *byte == 0);
        while let (Some(name), Some(text)) = (strings.next(), strings.next()) {
            let (name, text) = (text_of(name), text_of(text));
            let key = match name.as_str() {
                "comments" => Some(ItemKey::Comment),
                "year" => Some(ItemKey::RecordingDate),
                "track number" => Some(ItemKey::TrackNumber),
                name => ItemKey::from_key(TagType::VorbisComments, name),
            };
            match key {
                _ if text.is_empty() => {}
                None if name.is_empty() => texts.push(("info".to_owned(), text)),
                Some(key) => tag.push_unchecked(TagItem::new(key, ItemValue::Text(text))),
                None => texts.push((name, text)),
            }
        }
        self.add_known(tag);
        self.add_texts(texts);
    }
}

/// What a `bext` chunk says, under the names that ffmpeg has for it; without the loudness, which follows from the
/// samples.
fn broadcast(body: &[u8]) -> (Tag, Vec<(String, String)>) {
    let field = |(at, len): (usize, usize)| body.get(at..at + len).unwrap_or_default();
    let mut tag = Tag::new(TagType::VorbisComments);
    for (key, place) in [(ItemKey::Comment, DESCRIPTION), (ItemKey::RecordingDate, DATE)] {
        let text = text_of(field(place));
        if !text.is_empty() {
            tag.push_unchecked(TagItem::new(key, ItemValue::Text(text)));
        }
    }
    let mut texts: Vec<(String, String)> = FIELDS
        .iter()
        .map(|(at, len, name)| ((*name).to_owned(), text_of(field((*at, *len)))))
        .collect();
    let reference =
        field((TIME_REFERENCE, 8)).first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    if let Some(reference) = reference.filter(|reference| *reference > 0) {
        texts.push(("time_reference".to_owned(), reference.to_string()));
    }
    let umid = field(UMID);
    if umid.iter().any(|byte| *byte != 0) {
        let digits = umid.iter().map(|byte| format!("{byte:02X}")).collect();
        texts.push(("umid".to_owned(), digits));
    }
    let history = body.get(CODING_HISTORY..).unwrap_or_default();
    texts.push(("coding_history".to_owned(), text_of(history)));
    texts.retain(|(_, text)| !text.is_empty());
    (tag, texts)
}

/// The text up to the first byte of 0. What is no UTF-8 is taken for Latin-1.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let bytes = &bytes[..end];
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect();
    let text = std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned);
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_chunk_of_any_length_gives_what_it_has() {
        let mut bext = vec![0; CODING_HISTORY];
        bext[..5].copy_from_slice(b"Rain\0");
        bext[256..260].copy_from_slice(b"J\xf6rg");
        bext[320..330].copy_from_slice(b"2024-05-06");
        bext[338..346].copy_from_slice(&48_000_u64.to_le_bytes());
        bext.extend_from_slice(b"A=PCM\r\n\0");
        let (tag, texts) = broadcast(&bext);
        assert_eq!(tag.get_string(ItemKey::Comment), Some("Rain"));
        assert_eq!(tag.get_string(ItemKey::RecordingDate), Some("2024-05-06"));
        let named = |name: &str| texts.iter().find(|(own, _)| own == name).map(|(_, text)| text);
        assert_eq!(named("originator").unwrap(), "Jörg");
        assert_eq!(named("time_reference").unwrap(), "48000");
        assert_eq!(named("coding_history").unwrap(), "A=PCM");
        for len in 0..bext.len() {
            let _ = broadcast(&bext[..len]);
        }
        assert!(broadcast(&[0; 602]).1.is_empty());
    }
}
