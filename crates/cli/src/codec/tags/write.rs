//! Tags as those of another container.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use lofty::config::WriteOptions;
use lofty::id3::v2::Id3v2Tag;
use lofty::mp4::{Atom, AtomData, AtomIdent, Ilst};
use lofty::ogg::tag::VorbisComments;
use lofty::picture::PictureInformation;
use lofty::tag::{ItemValue, TagExt, TagType};

use super::Tags;
use super::chapters::{COMMENTS_MAX, FRAMES_MAX, add_to_id3, to_comments};
use crate::codec::flac::Metadata;
use crate::codec::format::Format;
use crate::paths::one_line;
use crate::pcm::OUT_OF_DATE;

impl Tags {
    /// Names of what `format` cannot hold.
    pub(crate) fn lost_in(&self, format: Format) -> Vec<String> {
        let kind = kind_of(format);
        let mut lost = self.lost.clone();
        let has_place = |item: &&lofty::tag::TagItem| item.key().map_key(kind).is_some();
        let binary = self.known.items().filter(|item| matches!(item.value(), ItemValue::Binary(_)));
        lost.extend(binary.filter(|i| !has_place(i)).map(|item| format!("{:?}", item.key())));
        let texts: HashSet<&str> = self.more.iter().map(|(name, _)| name.as_str()).collect();
        if kind != TagType::Id3v2 {
            let names = self.frames.iter().filter(|frame| !is_text(frame));
            lost.extend(names.map(|frame| frame.id_str().to_owned()));
        }
        if kind != TagType::Mp4Ilst {
            let names = self.atoms.iter().map(|atom| match atom.ident() {
                AtomIdent::Freeform { name, .. } => name.to_string(),
                AtomIdent::Fourcc(name) => name.escape_ascii().to_string(),
            });
            lost.extend(names.filter(|name| !texts.contains(name.as_str())));
        }
        let most = if kind == TagType::VorbisComments { COMMENTS_MAX } else { FRAMES_MAX };
        if self.chapters.len() > most {
            lost.push(format!("chapters after the {most}th"));
        }
        lost.sort();
        lost.dedup();
        lost
    }

    /// One line on what in them goes stale when the samples change.
    pub(crate) fn stale(&self) -> Option<String> {
        let has_gain = self.texts().iter().any(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.starts_with("replaygain") || name.starts_with("r128_")
        });
        has_gain.then(|| {
            format!("{OUT_OF_DATE}, and left as it was: the gain in the tags (ReplayGain)")
        })
    }

    /// As the metadata of a FLAC file.
    pub(crate) fn into_flac(self) -> Metadata {
        let pictures = self.known.pictures().iter();
        let pictures = pictures.map(|picture| {
            let info = PictureInformation::from_picture(picture).unwrap_or_default();
            picture.as_flac_bytes(info, false)
        });
        let pictures = pictures.collect();
        let comments = self.into_comments();
        let comments: Vec<String> =
            comments.items().map(|(name, text)| format!("{name}={text}")).collect();
        Metadata::of(&comments, pictures)
    }

    /// Writes them into a complete file of `format`, a recording of so many ms; gives a line if they do not fit in.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write(
        self,
        format: Format,
        end_ms: u64,
        file: &mut File,
    ) -> io::Result<Option<String>> {
        file.seek(SeekFrom::Start(0))?;
        match format {
            Format::Wav => append_to_wav(&self.into_id3(end_ms), file),
            Format::Mp3 => save(&self.into_id3(end_ms), file),
            Format::Aac | Format::Alac => save(&self.into_atoms(), file),
            Format::Flac | Format::Opus | Format::Vorbis => save(&self.into_comments(), file),
        }
    }

    pub(super) fn into_comments(mut self) -> VorbisComments {
        let texts = self.re_map(TagType::VorbisComments);
        let mut comments = VorbisComments::from(self.known);
        for (name, text) in texts.into_iter().chain(to_comments(&self.chapters)) {
            comments.push(comment_name(&name), text);
        }
        comments
    }

    pub(super) fn into_id3(mut self, end_ms: u64) -> Id3v2Tag {
        let texts = self.re_map(TagType::Id3v2);
        let mut tag = Id3v2Tag::from(self.known);
        let frames: HashSet<&str> = self.frames.iter().map(|frame| frame.id_str()).collect();
        let mut joined: Vec<(String, String)> = Vec::new();
        let mut places = HashMap::new();
        for (name, text) in texts.into_iter().filter(|(name, _)| !frames.contains(name.as_str())) {
            match places.get(&name) {
                // Several values of a text are parted by a zero (ID3v2.4, section 4.2).
                Some(&place) => {
                    let (_, own): &mut (String, String) = &mut joined[place];
                    *own += &format!("\0{text}");
                }
                None => {
                    places.insert(name.clone(), joined.len());
                    joined.push((name, text));
                }
            }
        }
        for (name, text) in joined {
            tag.insert_user_text(name, text);
        }
        for frame in self.frames {
            tag.insert(frame);
        }
        add_to_id3(&self.chapters, end_ms, &mut tag);
        tag
    }

    fn into_atoms(mut self) -> Ilst {
        let texts = self.re_map(TagType::Mp4Ilst);
        let mut atoms = Ilst::from(self.known);
        let own = self.atoms.iter().filter_map(|atom| match atom.ident() {
            AtomIdent::Fourcc(name) => Some(name.escape_ascii().to_string()),
            AtomIdent::Freeform { .. } => None,
        });
        let own: HashSet<String> = own.collect();
        for (name, text) in texts.into_iter().filter(|(name, _)| !own.contains(name)) {
            let ident = AtomIdent::Freeform { mean: "com.apple.iTunes".into(), name: name.into() };
            atoms.insert(Atom::new(ident, AtomData::UTF8(text)));
        }
        for atom in self.atoms {
            atoms.insert(atom);
        }
        atoms
    }

    /// Leaves only what has a name in tags of this kind; gives all other texts under names of their own.
    fn re_map(&mut self, kind: TagType) -> Vec<(String, String)> {
        let mut texts = std::mem::take(&mut self.more);
        for item in self.known.items().filter(|item| item.key().map_key(kind).is_none()) {
            if let ItemValue::Text(text) | ItemValue::Locator(text) = item.value() {
                let name = item.key().map_key(TagType::VorbisComments);
                let name = name.map_or_else(|| format!("{:?}", item.key()), str::to_owned);
                texts.push((name, text.clone()));
            }
        }
        self.known.re_map(kind);
        texts
    }
}

/// The tags that files of a format have.
fn kind_of(format: Format) -> TagType {
    match format {
        Format::Wav | Format::Mp3 => TagType::Id3v2,
        Format::Flac | Format::Opus | Format::Vorbis => TagType::VorbisComments,
        Format::Aac | Format::Alac => TagType::Mp4Ilst,
    }
}

/// Whether all of a frame is among the texts.
fn is_text(frame: &lofty::id3::v2::Frame<'_>) -> bool {
    use lofty::id3::v2::Frame;
    matches!(
        frame,
        Frame::Text(_)
            | Frame::UserText(_)
            | Frame::Url(_)
            | Frame::UserUrl(_)
            | Frame::KeyValue(_)
    )
}

/// A name that a comment may have: visible ASCII without the equals sign (RFC 9639, section 8.6).
fn comment_name(name: &str) -> String {
    let letter = |c| if matches!(c, ' '..='<' | '>'..='}') { c } else { '_' };
    name.chars().map(letter).collect()
}

/// Writes a tag into a file; gives a line where it cannot be encoded.
fn save(tag: &impl TagExt, file: &mut File) -> io::Result<Option<String>> {
    if tag.is_empty() {
        return Ok(None);
    }
    if let Err(error) = tag.dump_to(&mut Vec::new(), WriteOptions::default()) {
        return Ok(Some(left_out(error)));
    }
    tag.save_to(file, WriteOptions::default()).map_err(io::Error::other)?;
    Ok(None)
}

fn left_out(why: impl Display) -> String {
    one_line(format!("its tags were left out: {why}"))
}

/// Appends the tag to a WAV file as a chunk; gives a line where its sizes do not allow that.
fn append_to_wav(tag: &Id3v2Tag, file: &mut File) -> io::Result<Option<String>> {
    if tag.is_empty() {
        return Ok(None);
    }
    let mut body = Vec::new();
    if let Err(error) = tag.dump_to(&mut body, WriteOptions::default()) {
        return Ok(Some(left_out(error)));
    }
    let mut chunk = b"id3 ".to_vec();
    chunk.extend_from_slice(&(body.len() as u32).to_le_bytes());
    chunk.extend_from_slice(&body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    let end = file.seek(SeekFrom::End(0))?;
    let Ok(size) = u32::try_from(end + chunk.len() as u64 - 8) else {
        return Ok(Some(left_out("with them, the file is above 4 GB")));
    };
    file.write_all(&chunk)?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&size.to_le_bytes())?;
    Ok(None)
}
