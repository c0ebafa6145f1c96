//! Where changed samples go: into the output itself, or through a temporary file and an encoder.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::error::RecordingError;
use super::open::Opened;
use super::scratch::Scratch;
use crate::codec::{EncodeError, FlacMetadata, Format, Tags, encode_by_tool, write_flac};
use crate::manifest::{Digest, hash_around};
use crate::output::{OutputFile, temp_next_to};
use crate::pcm::{OUT_OF_DATE, PcmInfo, PcmReader, channel_mask};
use crate::shared_file::FileCursor;
use crate::standard_io;
use crate::watch::Watch;

/// How an output is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutputOptions {
    /// The format; none for a copy of the input with other samples.
    pub format: Option<Format>,
    /// Of lossy formats, in kb/s; none for the usual quality.
    pub bitrate: Option<u32>,
    /// Whether everything but the samples is left out.
    pub strip: bool,
    /// Whether it gets the time stamps, the owner and the extended attributes of the input.
    pub preserve: bool,
}

/// A file that takes samples as a copy of [`Opened::plain`] does, to become an output.
pub(crate) struct Target {
    options: OutputOptions,
    /// The samples, if they are not in the output itself.
    temporary: Option<File>,
}

/// What is known of an output once it is complete.
pub(crate) struct Finished {
    /// Hash of its samples, where it does not follow from the samples given.
    pub(crate) audio: Option<Digest>,
    /// Hash of everything else in it, where it is not that of the copy.
    pub(crate) around: Option<Digest>,
    /// What the user has to know.
    pub(crate) notes: Vec<String>,
}

impl Target {
    /// Begins an output that `options` describe.
    ///
    /// # Errors
    /// If the temporary file cannot be made.
    pub(crate) fn begin(options: OutputOptions, scratch: &Scratch) -> Result<Self, RecordingError> {
        let is_plain = matches!(options.format, None | Some(Format::Wav));
        let temporary = match is_plain {
            true => None,
            false => Some(scratch.file().map_err(RecordingError::Scratch)?),
        };
        Ok(Self { options, temporary })
    }

    /// Whether the samples have to be encoded.
    pub(crate) fn is_encoded(&self) -> bool {
        self.temporary.is_some()
    }

    /// The file that takes the samples.
    pub(crate) fn samples<'a>(&'a self, out: &'a OutputFile) -> &'a File {
        self.temporary.as_ref().unwrap_or(out.file())
    }

    /// Completes the output of `source`, once all samples are there.
    ///
    /// # Errors
    /// [`EncodeError`] if it cannot be encoded or written, or the user asked to stop.
    pub(crate) fn finish(
        &self,
        source: &Opened,
        out: &OutputFile,
        watch: &Watch<'_>,
    ) -> Result<Finished, EncodeError> {
        let mut finished = Finished { audio: None, around: None, notes: Vec::new() };
        if self.options.strip {
            finished.notes.push(source.left_out().map_err(EncodeError::Read)?);
        }
        let Some(format) = self.options.format else { return Ok(finished) };
        finished.notes.extend(source.format_notes(format));
        // A FLAC file is given all of what another had, byte for byte; a copy has all anyway.
        let is_same = (format == Format::Flac && source.flac_metadata().is_some())
            || (format == Format::Wav && source.is_in_place());
        let tags = if self.options.strip || is_same { None } else { source.tags() };
        if !self.options.strip && !is_same {
            finished.notes.extend(source.not_carried_over(format, tags.as_ref()));
            finished.notes.extend(tags.as_ref().and_then(Tags::stale));
        }
        let end_ms = (source.info().seconds() * 1_000.0) as u64;
        let Some(plain) = &self.temporary else {
            if let Some(tags) = tags {
                let mut file = out.file().try_clone().map_err(EncodeError::Write)?;
                let note = tags.write(format, end_ms, &mut file).map_err(EncodeError::Write)?;
                finished.notes.extend(note);
            }
            return Ok(finished);
        };
        // The samples may be wider than those of the source.
        let info = PcmInfo::read(&mut FileCursor::new(plain)).map_err(read_failed)?;
        if format == Format::Flac {
            let mut metadata = match source.flac_metadata() {
                Some(metadata) if !self.options.strip => metadata.map_err(EncodeError::Read)?,
                _ => tags.map_or_else(FlacMetadata::bare, Tags::into_flac),
            };
            let other = info.channel_mask.filter(|mask| *mask != channel_mask(info.channels));
            if let Some(mask) = other.filter(|_| source.flac_metadata().is_none()) {
                // As the reference encoder names it (RFC 9639, section 8.6.2).
                metadata.add_comment(&format!("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x{mask:04X}"));
            }
            write_flac(plain, &info, &mut metadata, out.file(), watch)?;
            if metadata.has_gain() && source.flac_metadata().is_some() {
                let gain = "the gain in the tags (ReplayGain or R128)";
                finished.notes.push(format!("{OUT_OF_DATE}, and left as it was: {gain}"));
            }
            finished.around = Some(metadata.hash().into());
            return Ok(finished);
        }
        let mut encoded = named_temporary(out.target()).map_err(EncodeError::Write)?;
        let chapters = tags.as_ref().map_or(&[][..], Tags::chapters);
        encode_by_tool(plain, &info, format, self.options.bitrate, chapters, &encoded, watch)?;
        if let Some(tags) = tags {
            let note = tags.write(format, end_ms, encoded.as_file_mut());
            finished.notes.extend(note.map_err(EncodeError::Write)?);
        }
        let hash = copy(encoded.path(), out.file()).map_err(EncodeError::Write)?;
        finished.around = Some(hash);
        finished.audio = (!format.is_lossless()).then_some(hash);
        Ok(finished)
    }

    /// The hash of everything but the samples of an output that is plain and complete.
    pub(crate) fn plain_around(out: &OutputFile) -> Result<Digest, EncodeError> {
        let reader = PcmReader::new(FileCursor::new(out.file()));
        let around = reader.and_then(|mut reader| hash_around(&mut reader));
        around.map_err(read_failed)
    }
}

fn read_failed(error: impl std::error::Error + Send + Sync + 'static) -> EncodeError {
    EncodeError::Read(io::Error::other(error))
}

/// A file for a program that writes by name, in the folder of the output.
fn named_temporary(target: &Path) -> io::Result<NamedTempFile> {
    match standard_io::is_output(target) {
        true => NamedTempFile::new(),
        false => temp_next_to(target, 0o600).map_err(io::Error::other),
    }
}

/// Copies a file; gives its hash.
fn copy(from: &Path, to: &File) -> io::Result<Digest> {
    let mut from = File::open(from)?;
    let mut to = FileCursor::new(to);
    to.seek(SeekFrom::Start(0))?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; 1 << 18];
    loop {
        let got = from.read(&mut piece)?;
        if got == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(&piece[..got]);
        to.write_all(&piece[..got])?;
    }
}
