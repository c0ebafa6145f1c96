//! All tags of a file as one.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, TaggedFileExt};
use lofty::id3::v2::{Frame, Id3v2Tag};
use lofty::iff::wav::{RiffInfoList, WavFile};
use lofty::mp4::{AtomData, AtomIdent, Ilst};
use lofty::ogg::tag::VorbisComments;
use lofty::probe::Probe;
use lofty::tag::{ItemKey, ItemValue, SplitTag, Tag, TagItem, TagType};

use super::chapters::{Chapter, of_comments, of_mp4};
use super::{GAPLESS, Tags};
use crate::codec::mp4::{has_chapter_track, moov};
use crate::pcm::{Chunk, Container, PcmInfo};
use crate::shared_file::FileCursor;

/// No chunk of texts and pictures is longer.
const CHUNK_MAX: u64 = 1 << 26;

impl Tags {
    /// Reads all tags of `file`; none if it has none that are known.
    pub(crate) fn read(file: &File) -> Option<Self> {
        let mut tags = Self::new();
        match PcmInfo::read(&mut FileCursor::new(file)) {
            Ok(info) => tags.add_plain(file, &info),
            Err(_) => tags.add_tagged(file),
        }
        if let Ok(Some(moov)) = moov(file) {
            tags.chapters.extend(of_mp4(&moov));
            if tags.chapters.is_empty() && has_chapter_track(&moov) {
                tags.lost.push("chapters in a track of their own".to_owned());
            }
        }
        tags.chapters.sort_by_key(|chapter| chapter.start_ms);
        (!tags.is_empty()).then_some(tags)
    }

    /// Adds the tags of a file of plain samples, the most specific first.
    fn add_plain(&mut self, file: &File, info: &PcmInfo) {
        let is_long = |chunk: &&Chunk| {
            chunk.span.len > CHUNK_MAX && matches!(&chunk.id, b"LIST" | b"id3 " | b"ID3 ")
        };
        let long = info.chunks.iter().filter(is_long);
        self.lost.extend(long.map(|chunk| chunk.id.escape_ascii().to_string()));
        match info.container {
            Container::Aiff => self.add_tagged(file),
            Container::Caf => {}
            Container::Wav | Container::Rf64 | Container::W64 => {
                if let Some(wav) = wav_of_tags(file, info) {
                    if let Some(tag) = wav.id3v2() {
                        self.add_id3(tag.clone());
                    }
                    if let Some(list) = wav.riff_info() {
                        self.add_list(list);
                    }
                }
            }
        }
        self.add_chunks(file, info);
    }

    /// Adds the tags of any other file, that of its own kind first.
    fn add_tagged(&mut self, file: &File) {
        let probe = Probe::new(FileCursor::new(file)).options(ParseOptions::new());
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
                _ => self.add_known(tag),
            }
        }
    }

    /// Adds what has a name in most containers, unless a tag before had that name.
    pub(super) fn add_known(&mut self, tag: Tag) {
        let had: Vec<ItemKey> = self.known.items().map(TagItem::key).collect();
        let is_new = |item: &&TagItem| {
            !had.contains(&item.key()) && !item.description().eq_ignore_ascii_case(GAPLESS)
        };
        for item in tag.items().filter(is_new) {
            self.known.push_unchecked(item.clone());
        }
        for picture in tag.pictures() {
            let is_known = self.known.pictures().iter().any(|own| own.data() == picture.data());
            if !is_known {
                self.known.push_picture(picture.clone());
            }
        }
    }

    /// Adds texts under names that most containers do not know, unless one of that name was there before.
    pub(super) fn add_texts(&mut self, texts: impl IntoIterator<Item = (String, String)>) {
        let had = self.more.len();
        for (name, text) in texts {
            let is_same = |(own, _): &(String, String)| own.eq_ignore_ascii_case(&name);
            let is_known = self.more[..had].iter().any(is_same);
            if !is_known && !text.is_empty() && !name.eq_ignore_ascii_case(GAPLESS) {
                self.more.push((name, text));
            }
        }
    }

    fn add_id3(&mut self, tag: Id3v2Tag) {
        let (rest, tag) = tag.split_tag();
        self.add_known(tag);
        let mut texts = Vec::new();
        for frame in &*rest {
            match frame {
                Frame::UserText(frame) => texts.push((&frame.description, &frame.content)),
                Frame::UserUrl(frame) => texts.push((&frame.description, &frame.content)),
                Frame::KeyValue(frame) => {
                    texts.extend(frame.key_value_pairs.iter().map(|(name, text)| (name, text)));
                }
                Frame::Chapter(frame) => {
                    let name = frame.title().unwrap_or_default().to_owned();
                    self.chapters.push(Chapter { start_ms: frame.times.start.into(), name });
                    continue;
                }
                // It is made anew.
                Frame::TableOfContents(_) => continue,
                _ => {}
            }
            self.frames.push(frame.clone());
        }
        let texts = texts.into_iter().map(|(name, text)| (name.to_string(), text.to_string()));
        let others = (&*rest).into_iter().filter_map(|frame| match frame {
            Frame::Text(text) => Some((text.id().as_str().to_owned(), text.value.to_string())),
            Frame::Url(url) => Some((url.id().as_str().to_owned(), url.url().to_owned())),
            _ => None,
        });
        let all: Vec<_> = texts.chain(others).collect();
        self.add_texts(all);
    }

    fn add_comments(&mut self, comments: VorbisComments) {
        let (rest, tag) = comments.split_tag();
        self.add_known(tag);
        let texts = rest.items().map(|(name, text)| (name.to_owned(), text.to_owned()));
        let (chapters, texts) = of_comments(texts.collect());
        self.chapters.extend(chapters);
        self.add_texts(texts);
    }

    fn add_atoms(&mut self, atoms: Ilst) {
        let (rest, tag) = atoms.split_tag();
        self.add_known(tag);
        let mut texts = Vec::new();
        for atom in &*rest {
            let name = match atom.ident() {
                AtomIdent::Freeform { name, .. } if name.eq_ignore_ascii_case(GAPLESS) => continue,
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
            if texts.len() == before || !is_freeform {
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
        self.add_known(tag);
        self.add_texts(texts);
    }
}

/// The chunks of tags of a WAV, RF64 or Wave64 file, as those of a short WAV file.
fn wav_of_tags(file: &File, info: &PcmInfo) -> Option<WavFile> {
    let mut body = b"WAVE".to_vec();
    for chunk in &info.chunks {
        let id = match &chunk.id {
            b"LIST" => b"LIST",
            b"id3 " | b"ID3 " => b"id3 ",
            _ => continue,
        };
        let Some(content) = body_of(file, chunk.span.body, chunk.span.len) else { continue };
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

/// The body of a chunk; none if it is too long or cannot be read.
pub(super) fn body_of(file: &File, at: u64, len: u64) -> Option<Vec<u8>> {
    if len > CHUNK_MAX {
        return None;
    }
    let mut source = FileCursor::new(file);
    source.seek(SeekFrom::Start(at)).ok()?;
    let mut body = Vec::new();
    source.take(len).read_to_end(&mut body).ok()?;
    Some(body)
}
