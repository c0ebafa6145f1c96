//! Tags and pictures, from one container to another.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use lofty::config::{ParseOptions, WriteOptions};
use lofty::file::TaggedFileExt;
use lofty::ogg::tag::VorbisComments;
use lofty::picture::PictureInformation;
use lofty::probe::Probe;
use lofty::tag::{ItemValue, Tag, TagExt, TagType};

use super::flac::Metadata;
use super::format::Format;
use crate::pcm::OUT_OF_DATE;
use crate::shared_file::FileCursor;

/// What a file says of itself, whatever its container.
pub(crate) struct Tags(Tag);

impl Tags {
    /// Reads the tags of `file`; none if it has none that are known.
    pub(crate) fn read(file: &File) -> Option<Self> {
        let options = ParseOptions::new();
        let probe = Probe::new(FileCursor::new(file)).options(options);
        let tagged = probe.guess_file_type().ok()?.read().ok()?;
        let is_full = |tag: &&Tag| tag.item_count() > 0 || tag.picture_count() > 0;
        let tag =
            tagged.primary_tag().filter(is_full).or_else(|| tagged.tags().iter().find(is_full));
        tag.cloned().map(Self)
    }

    /// Names and texts of all that is text.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let text = |value: &ItemValue| match value {
            ItemValue::Text(text) | ItemValue::Locator(text) => Some(text.clone()),
            ItemValue::Binary(_) => None,
        };
        let items = self.0.items();
        items.filter_map(|item| Some((format!("{:?}", item.key()), text(item.value())?))).collect()
    }

    /// As the metadata of a FLAC file.
    pub(crate) fn into_flac(mut self) -> (Metadata, Vec<String>) {
        let notes = self.re_map(Format::Flac);
        let pictures: Vec<Vec<u8>> = self
            .0
            .pictures()
            .iter()
            .map(|picture| {
                let info = PictureInformation::from_picture(picture).unwrap_or_default();
                picture.as_flac_bytes(info, false)
            })
            .collect();
        let comments: VorbisComments = self.0.into();
        let comments: Vec<String> =
            comments.items().map(|(key, value)| format!("{key}={value}")).collect();
        (Metadata::of(&comments, pictures), notes)
    }

    /// Writes them into a complete file of `format`; gives what there is to say.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write(mut self, format: Format, file: &mut File) -> io::Result<Vec<String>> {
        let notes = self.re_map(format);
        if self.0.is_empty() {
            return Ok(notes);
        }
        if format == Format::Wav {
            append_to_wav(&self.0, file)?;
        } else {
            file.seek(SeekFrom::Start(0))?;
            self.0.save_to(file, WriteOptions::default()).map_err(io::Error::other)?;
        }
        Ok(notes)
    }

    /// Keeps what `format` can hold, and says what that is not.
    fn re_map(&mut self, format: Format) -> Vec<String> {
        let mut notes = Vec::new();
        if self.texts().iter().any(|(key, _)| key.starts_with("ReplayGain")) {
            let gain = "the gain in the tags (ReplayGain)";
            notes.push(format!("{OUT_OF_DATE}, and left as it was: {gain}"));
        }
        let before = self.0.item_count();
        let has_more = self.0.has_format_specific_items();
        self.0.re_map(match format {
            Format::Wav | Format::Mp3 => TagType::Id3v2,
            Format::Flac | Format::Opus | Format::Vorbis => TagType::VorbisComments,
            Format::Aac | Format::Alac => TagType::Mp4Ilst,
        });
        let lost = before - self.0.item_count();
        if lost > 0 || has_more {
            let name = format.name();
            notes.push(match lost {
                0 => format!("tags that only its own format knows were not carried over to {name}"),
                lost => {
                    format!("{lost} of its tags have no place in {name} and were not carried over")
                }
            });
        }
        notes
    }
}

/// Appends the tag to a WAV file as a chunk, where its sizes allow.
fn append_to_wav(tag: &Tag, file: &mut File) -> io::Result<()> {
    let mut body = Vec::new();
    tag.dump_to(&mut body, WriteOptions::default()).map_err(io::Error::other)?;
    let mut chunk = b"id3 ".to_vec();
    chunk.extend_from_slice(&(body.len() as u32).to_le_bytes());
    chunk.extend_from_slice(&body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    let end = file.seek(SeekFrom::End(0))?;
    let Ok(size) = u32::try_from(end + chunk.len() as u64 - 8) else { return Ok(()) };
    file.write_all(&chunk)?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&size.to_le_bytes())
}
