//! All tags of a file as one.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use lofty::config::{ParseOptions, WriteOptions};
use lofty::file::{AudioFile, TaggedFileExt};
use lofty::id3::v2::{ChapterFrame, Frame, Id3v2Tag};
use lofty::iff::wav::{RiffInfoList, WavFile};
use lofty::mp4::{AtomData, AtomIdent, Ilst};
use lofty::ogg::tag::VorbisComments;
use lofty::picture::Picture;
use lofty::probe::Probe;
use lofty::tag::items::UNKNOWN_LANGUAGE;
use lofty::tag::{ItemKey, ItemValue, SplitTag, Tag, TagExt, TagItem, TagType};

use super::chapters::{CHAPTERS_MAX, Chapter, of_comments, of_mp4};
use super::{GAPLESS, Tags};
use crate::codec::mp4::{has_chapter_track, moov};
use crate::pcm::{Chunk, Container, PcmInfo};
use crate::shared_file::FileCursor;

/// Chunks of texts, pictures and markers are no longer, all together.
const CHUNKS_MAX: u64 = 1 << 26;
/// Most texts, and most of what only one container holds, that are read.
const TEXTS_MAX: usize = 1 << 12;
/// The chunks that are read; all but the first few are tags.
const READ: [&[u8; 4]; 8] =
    [b"cue ", b"MARK", b"bext", b"iXML", b"LIST", b"id3 ", b"ID3 ", b"info"];
const TAGS: &[&[u8; 4]] = READ.split_at(4).1;

impl Tags {
    /// Reads all tags of `file`; none if it has none that are known.
    pub(crate) fn read(file: &File) -> Option<Self> {
        let mut tags = Self::new();
        match PcmInfo::read(&mut FileCursor::new(file)) {
            Ok(info) => tags.add_plain(file, &info),
            Err(_) => tags.add_tagged(file),
        }
        if let Ok(Some(moov)) = moov(file) {
            tags.add_chapters(of_mp4(&moov));
            if tags.chapters.is_empty() && has_chapter_track(&moov) {
                tags.lost.push("chapters in a track of their own".to_owned());
            }
        }
        tags.chapters.sort_by_key(|chapter| chapter.start_ms);
        tags.chapters.truncate(CHAPTERS_MAX);
        (!tags.is_empty()).then_some(tags)
    }

    /// Adds the tags of a file of plain samples, the most specific first.
    fn add_plain(&mut self, file: &File, info: &PcmInfo) {
        let chunks = self.chunks_to_read(info);
        match info.container {
            Container::Aiff => self.add_tagged(file),
            Container::Caf => {}
            Container::Wav | Container::Rf64 | Container::W64 => {
                if let Some(wav) = wav_of_tags(file, &chunks) {
                    if let Some(tag) = wav.id3v2() {
                        self.add_id3(tag.clone());
                    }
                    if let Some(list) = wav.riff_info() {
                        self.add_list(list);
                    }
                }
            }
        }
        self.add_chunks(file, &chunks, info.sample_rate);
    }

    /// The chunks that are read. Notes tags that are too long; of other chunks, those are named that were not read.
    fn chunks_to_read(&mut self, info: &PcmInfo) -> Vec<Chunk> {
        let mut left = CHUNKS_MAX;
        let mut chunks = Vec::new();
        for chunk in info.chunks.iter().filter(|chunk| READ.contains(&&chunk.id)) {
            match left.checked_sub(chunk.span.len) {
                Some(rest) => {
                    left = rest;
                    chunks.push(*chunk);
                }
                None if TAGS.contains(&&chunk.id) => {
                    self.lose(chunk.id.escape_ascii().to_string().trim());
                }
                None => {}
            }
        }
        chunks
    }

    /// Adds the tags of any other file, that of its own kind first.
    fn add_tagged(&mut self, file: &File) {
        // Properties are not used, and lofty panics on those of some damaged files.
        let options = ParseOptions::new().read_properties(false);
        let probe = Probe::new(FileCursor::new(file)).options(options);
        let tagged = probe.guess_file_type().ok().and_then(|probe| probe.read().ok());
        let Some(tagged) = tagged else { return };
        let own = tagged.primary_tag_type();
        let (first, others): (Vec<&Tag>, Vec<&Tag>) =
            tagged.tags().iter().partition(|tag| tag.tag_type() == own);
        for tag in first.into_iter().chain(others).cloned() {
            match tag.tag_type() {
                TagType::Id3v2 => self.add_id3(tag.into()),
                TagType::VorbisComments => self.add_comments(tag.into()),
                TagType::Mp4Ilst => self.add_atoms(tag.into()),
                TagType::AiffText => {
                    let texts = self.said_otherwise(&tag, |key| key.map_key(TagType::AiffText));
                    self.add_known(tag);
                    self.add_texts(texts);
                }
                _ => self.add_known(tag),
            }
        }
    }

    /// The texts of `tag` that a tag before says in another way, under the names that `name_of` gives.
    pub(super) fn said_otherwise<'a>(
        &self,
        tag: &Tag,
        name_of: impl Fn(ItemKey) -> Option<&'a str>,
    ) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for item in tag.items().take(TEXTS_MAX) {
            let (Some(name), Some(text)) = (name_of(item.key()), item.value().text()) else {
                continue;
            };
            let mut kept = self.known.get_strings(item.key()).peekable();
            // Some fields are short, and cut off what others say in full.
            if kept.peek().is_some() && !kept.any(|kept| kept.trim().starts_with(text.trim())) {
                texts.push((name.to_owned(), text.to_owned()));
            }
        }
        texts
    }

    /// Adds what has a name in most containers, unless a tag before had that name.
    pub(super) fn add_known(&mut self, tag: Tag) {
        let had: HashSet<ItemKey> = self.known.items().map(TagItem::key).collect();
        let is_new = |item: &&TagItem| {
            !had.contains(&item.key()) && !item.description().eq_ignore_ascii_case(GAPLESS)
        };
        for item in tag.items().filter(is_new) {
            if !self.has_room(self.known.item_count() as usize) {
                break;
            }
            let mut item = item.clone();
            // Some programs write zeros, which lofty does not write again.
            if !item.lang().iter().all(u8::is_ascii_alphabetic) {
                item.set_lang(UNKNOWN_LANGUAGE);
            }
            self.known.push_unchecked(item);
        }
        let hash = |picture: &Picture| blake3::hash(picture.data());
        let mut known: HashSet<blake3::Hash> = self.known.pictures().iter().map(hash).collect();
        for picture in tag.pictures() {
            if known.insert(hash(picture)) {
                self.known.push_picture(picture.clone());
            }
        }
    }

    /// Whether one more fits where there are so many; notes it if not.
    fn has_room(&mut self, len: usize) -> bool {
        if len >= TEXTS_MAX {
            self.lose(&format!("tags after the {TEXTS_MAX}th"));
        }
        len < TEXTS_MAX
    }

    /// Adds texts under names that most containers do not know, unless one of that name was there before.
    pub(super) fn add_texts(&mut self, texts: impl IntoIterator<Item = (String, String)>) {
        let had: HashSet<String> =
            self.more.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        for (name, text) in texts {
            let is_known = had.contains(&name.to_ascii_lowercase());
            if is_known || text.is_empty() || name.eq_ignore_ascii_case(GAPLESS) {
                continue;
            }
            if !self.has_room(self.more.len()) {
                break;
            }
            self.more.push((name, text));
        }
    }

    fn add_id3(&mut self, tag: Id3v2Tag) {
        let (rest, tag) = tag.split_tag();
        self.add_known(tag);
        let mut chapters = Vec::new();
        let mut texts = Vec::new();
        for frame in &*rest {
            match frame {
                Frame::Chapter(chapter) => {
                    chapters.push(chapter);
                    continue;
                }
                // It is made anew.
                Frame::TableOfContents(_) => continue,
                frame => texts.extend(texts_of(frame)),
            }
            if !self.has_room(self.frames.len()) {
                break;
            }
            let mut alone = Id3v2Tag::default();
            alone.insert(frame.clone());
            match alone.dump_to(&mut Vec::new(), WriteOptions::default()) {
                Ok(()) => self.frames.push(frame.clone()),
                Err(_) => self.lose(frame.id_str()),
            }
        }
        self.add_frames_of_chapters(chapters);
        self.add_texts(texts);
    }

    fn add_frames_of_chapters(&mut self, mut frames: Vec<&ChapterFrame<'_>>) {
        frames.sort_by_key(|chapter| chapter.times.start);
        let is_title = |frame: &Frame<'_>| frame.id_str() == "TIT2";
        if frames.iter().any(|chapter| !chapter.children.iter().all(is_title)) {
            self.lose("pictures, links and subtitles of chapters");
        }
        let is_gap =
            |pair: &[&ChapterFrame<'_>]| pair[0].times.end.abs_diff(pair[1].times.start) > 1;
        if frames.windows(2).any(is_gap) {
            self.lose("ends of chapters");
        }
        let chapter = |frame: &ChapterFrame<'_>| Chapter {
            start_ms: frame.times.start.into(),
            name: frame.title().unwrap_or_default().to_owned(),
        };
        self.add_chapters(frames.into_iter().map(chapter).collect());
    }

    fn add_comments(&mut self, comments: VorbisComments) {
        let (rest, tag) = comments.split_tag();
        self.add_known(tag);
        let texts = rest.items().map(|(name, text)| (name.to_owned(), text.to_owned()));
        let (chapters, texts) = of_comments(texts.collect());
        self.add_chapters(chapters);
        self.add_texts(texts);
    }

    fn add_atoms(&mut self, atoms: Ilst) {
        let (rest, tag) = atoms.split_tag();
        self.add_known(tag);
        let mut texts = Vec::new();
        for atom in &*rest {
            let name = match atom.ident() {
                AtomIdent::Freeform { name, .. } if name.eq_ignore_ascii_case(GAPLESS) => continue,
                AtomIdent::Freeform { name, .. } if name.is_empty() => "----".to_owned(),
                AtomIdent::Freeform { name, .. } => name.to_string(),
                AtomIdent::Fourcc(name) => name.escape_ascii().to_string(),
            };
            let before = texts.len();
            texts.extend(atom.data().filter_map(|data| match data {
                AtomData::UTF8(text) | AtomData::UTF16(text) => Some((name.clone(), text.clone())),
                _ => None,
            }));
            let is_freeform = matches!(atom.ident(), AtomIdent::Freeform { .. });
            // In MP4, a freeform text is written as one anyway.
            if (texts.len() == before || !is_freeform) && self.has_room(self.atoms.len()) {
                self.atoms.push(atom.clone());
            }
        }
        self.add_texts(texts);
    }

    fn add_list(&mut self, list: &RiffInfoList) {
        let mut tag = Tag::new(TagType::RiffInfo);
        let mut texts = Vec::new();
        for (name, text) in list {
            match ItemKey::from_key(TagType::RiffInfo, name) {
                Some(key) => {
                    tag.push_unchecked(TagItem::new(key, ItemValue::Text(text.clone())));
                }
                None => texts.push((name.clone(), text.clone())),
            }
        }
        texts.extend(self.said_otherwise(&tag, |key| key.map_key(TagType::RiffInfo)));
        self.add_known(tag);
        self.add_texts(texts);
    }
}

/// The texts of a frame, each under its own name or, without one, that of the frame.
fn texts_of(frame: &Frame<'_>) -> Vec<(String, String)> {
    let pairs: Vec<(&str, &str)> = match frame {
        Frame::UserText(frame) => vec![(&frame.description, &frame.content)],
        Frame::UserUrl(frame) => vec![(&frame.description, &frame.content)],
        Frame::KeyValue(frame) => {
            frame.key_value_pairs.iter().map(|(name, text)| (&**name, &**text)).collect()
        }
        Frame::Text(text) => vec![("", &text.value)],
        Frame::Url(url) => vec![("", url.url())],
        _ => Vec::new(),
    };
    let mut texts = Vec::new();
    for (name, all) in pairs {
        let name = if name.is_empty() { frame.id_str() } else { name };
        // Several values of a text are parted by a zero (ID3v2.4, section 4.2).
        texts.extend(all.split('\0').map(|text| (name.to_owned(), text.to_owned())));
    }
    texts
}

/// The chunks of tags of a WAV, RF64 or Wave64 file, as those of a short WAV file.
fn wav_of_tags(file: &File, chunks: &[Chunk]) -> Option<WavFile> {
    let mut body = b"WAVE".to_vec();
    for chunk in chunks {
        let id = match &chunk.id {
            b"LIST" => b"LIST",
            b"id3 " | b"ID3 " => b"id3 ",
            _ => continue,
        };
        let Some(content) = body_of(file, chunk) else { continue };
        let is_info = content.starts_with(b"INFO");
        if id == b"LIST" && !is_info {
            continue;
        }
        body.extend_from_slice(id);
        body.extend_from_slice(&(content.len() as u32).to_le_bytes());
        body.extend_from_slice(&content);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let riff = [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat();
    let options = ParseOptions::new().read_properties(false);
    WavFile::read_from(&mut Cursor::new(riff), options).ok()
}

/// The body of a chunk, which is not too long; none if it cannot be read.
pub(super) fn body_of(file: &File, chunk: &Chunk) -> Option<Vec<u8>> {
    let mut source = FileCursor::new(file);
    source.seek(SeekFrom::Start(chunk.span.body)).ok()?;
    let mut body = Vec::new();
    source.take(chunk.span.len).read_to_end(&mut body).ok()?;
    Some(body)
}
