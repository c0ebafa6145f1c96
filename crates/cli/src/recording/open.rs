//! From a path to a file of plain samples.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::error::RecordingError;
use super::scratch::Scratch;
use super::stage::stage;
use super::target::OutputOptions;
use crate::codec::{self, Damage, FlacMetadata, Format, Kind, Plain, Tags};
use crate::manifest::{Digest, hash_around, hash_audio};
use crate::open;
use crate::paths::one_line;
use crate::pcm::{Container, CopyError, PcmError, PcmInfo, PcmReader, SampleFormat, strip};
use crate::shared_file::{FileCursor, Stamp};
use crate::watch::Watch;

/// Bytes written at a time.
const PIECE: usize = 1 << 16;

/// What the plain samples were made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// They are in the file itself.
    InPlace,
    /// They are plain in the file itself, but stored in another way.
    Converted,
    /// They were decoded to a temporary file.
    Decoded { kind: Kind, is_lossy: bool },
}

/// A recording, open.
#[derive(Debug)]
pub struct Opened {
    /// The file with the plain samples.
    plain: File,
    info: PcmInfo,
    origin: Origin,
    /// How many floats were above full scale, if floats became integers.
    above: Option<u64>,
    /// The container of plain samples that the file is, and the names of the chunks that only a copy of it keeps.
    others: Option<(Container, Vec<String>)>,
    /// The file itself, to see whether somebody wrote to it.
    real: File,
    stamp: Stamp,
}

/// Opens the recording at `path`. What has to be decoded goes to `scratch`.
///
/// # Errors
/// [`RecordingError`] if it cannot be read, or in no known format, damaged or cut off.
pub fn open(path: &Path, scratch: &Scratch, watch: &Watch<'_>) -> Result<Opened, RecordingError> {
    open_for(path, open::regular(path)?, OutputOptions::default(), scratch, watch)
}

/// A reader of the recording at `path`, at its first sample.
///
/// # Errors
/// As of [`open`].
pub(crate) fn open_reader(path: &Path) -> Result<PcmReader<File>, RecordingError> {
    let never = AtomicBool::new(false);
    let watch = Watch { stop: &never, progress: &|_| {} };
    Ok(open(path, &Scratch::SYSTEM, &watch)?.into_reader()?)
}

/// Opens the recording in a file that is open already and can be sought, as plain samples that an output of `options`
/// can be made of. What it is called may help to recognise it.
///
/// # Errors
/// As of [`open`]; [`RecordingError::NotACopy`] if the output should be a copy with other samples, which this
/// file cannot have.
pub(crate) fn open_for(
    path: &Path,
    real: File,
    options: OutputOptions,
    scratch: &Scratch,
    watch: &Watch<'_>,
) -> Result<Opened, RecordingError> {
    let stamp = Stamp::of(&real)?;
    let mut kind = Kind::of(&mut FileCursor::new(&real), path)?;
    let mut unsupported = None;
    let depth = integers_of(options.format);
    if kind == Kind::Plain {
        match PcmInfo::read(&mut FileCursor::new(&real)) {
            Ok(info) if is_usable(&info, options) => {
                let plain = real.try_clone()?;
                let origin = Origin::InPlace;
                let others = Some((info.container, info.others()));
                return Ok(Opened { plain, info, origin, above: None, others, real, stamp });
            }
            Ok(info) => {
                let others = Some((info.container, info.others()));
                let (plain, above) = match options.format {
                    None if !is_wav(info.container) => (stripped(&real, &info, scratch)?, None),
                    _ => stage(&mut Plain::new(&real, &info)?, depth, scratch, watch)?,
                };
                let info = PcmInfo::read(&mut FileCursor::new(&plain))?;
                let origin = Origin::Converted;
                return Ok(Opened { plain, info, origin, above, others, real, stamp });
            }
            Err(error @ PcmError::UnsupportedFormat { .. }) => unsupported = Some(error),
            Err(error) => return Err(error.into()),
        }
        kind = Kind::Foreign;
    }
    let decode = || {
        let mut decoder = codec::open(path, &real, kind, Damage::Refuse)?;
        let is_lossy = match kind {
            Kind::WavPack => codec::is_hybrid(&real)?,
            _ => decoder.spec().format.is_float(),
        };
        Ok((stage(decoder.as_mut(), depth, scratch, watch)?, is_lossy))
    };
    let ((plain, above), is_lossy) = match (decode(), unsupported) {
        // What the reader of plain samples says of it is clearer than what a program does.
        (Err(RecordingError::Codec(_)), Some(error)) => return Err(error.into()),
        (decoded, _) => decoded?,
    };
    let info = PcmInfo::read(&mut FileCursor::new(&plain))?;
    let origin = Origin::Decoded { kind, is_lossy };
    Ok(Opened { plain, info, origin, above, others: None, real, stamp })
}

/// Whether the output can be made of these samples where they are.
fn is_usable(info: &PcmInfo, options: OutputOptions) -> bool {
    let is_wav = is_wav(info.container);
    match options.format {
        None => !options.strip,
        Some(Format::Wav) => is_wav && !options.strip,
        Some(Format::Flac | Format::Alac) => is_wav && info.format.is_integer(),
        Some(_) => is_wav,
    }
}

fn is_wav(container: Container) -> bool {
    matches!(container, Container::Wav | Container::Rf64)
}

/// The file `real` without anything but its samples, in the same container.
fn stripped(real: &File, info: &PcmInfo, scratch: &Scratch) -> Result<File, RecordingError> {
    let file = scratch.file().map_err(RecordingError::Scratch)?;
    let mut out = BufWriter::with_capacity(PIECE, &file);
    strip(&mut FileCursor::new(real), info, &mut out).map_err(|error| match error {
        CopyError::Read(error) => RecordingError::Pcm(error),
        CopyError::Write(error) => RecordingError::Scratch(error),
    })?;
    out.flush().map_err(RecordingError::Scratch)?;
    drop(out);
    Ok(file)
}

/// What floats become in formats without them.
fn integers_of(format: Option<Format>) -> Option<SampleFormat> {
    match format {
        Some(Format::Flac | Format::Alac) => Some(SampleFormat::I24),
        _ => None,
    }
}

impl Opened {
    /// The file with the plain samples, for readers with a position of their own.
    pub(crate) fn plain(&self) -> &File {
        &self.plain
    }

    /// What that file holds.
    #[must_use]
    pub fn info(&self) -> &PcmInfo {
        &self.info
    }

    /// A new reader, at the first sample.
    ///
    /// # Errors
    /// If the file cannot be sought.
    pub(crate) fn reader(&self) -> Result<PcmReader<FileCursor<'_>>, PcmError> {
        let mut reader = PcmReader::at_start(FileCursor::new(&self.plain), self.info.clone());
        reader.seek(0)?;
        Ok(reader)
    }

    /// A reader that keeps the file open itself, at the first sample.
    ///
    /// # Errors
    /// If the file cannot be sought.
    pub fn into_reader(self) -> Result<PcmReader<File>, PcmError> {
        let mut reader = PcmReader::at_start(self.plain, self.info);
        reader.seek(0)?;
        Ok(reader)
    }

    /// The progress on the real file, which is as long as callers think, for `bytes` of plain samples.
    pub(crate) fn progress(&self, bytes: u64) -> u64 {
        if self.origin == Origin::InPlace {
            return bytes;
        }
        let share = bytes as f64 / self.info.data_len as f64;
        (share * self.stamp.len() as f64) as u64
    }

    /// Checks that the output can be of `format`, or else a copy under the name `output`.
    pub(crate) fn check_target(
        &self,
        format: Option<Format>,
        output: &Path,
    ) -> Result<(), RecordingError> {
        let is_wav = || {
            let ending = codec::ending_of(output).unwrap_or_default();
            ending.is_empty() || Format::Wav.endings().contains(&ending.as_str())
        };
        let is_same = self.others.as_ref().is_some_and(|(own, _)| *own == self.info.container);
        match format {
            None if !is_same && !is_wav() => Err(RecordingError::NotACopy),
            _ => Ok(()),
        }
    }

    /// The hash of the samples as the file itself stores them, or, of a lossy one, of all of it; `plain` is that of
    /// the plain samples.
    pub(crate) fn audio(&self, plain: Digest, watch: &Watch<'_>) -> Result<Digest, RecordingError> {
        match self.origin {
            Origin::Converted => {
                let mut reader = PcmReader::new(FileCursor::new(&self.real))?;
                let audio = hash_audio(&mut reader, &watch.without_progress())?;
                audio.ok_or(RecordingError::Stopped)
            }
            Origin::Decoded { is_lossy: true, .. } => Ok(self.around()?),
            _ => Ok(plain),
        }
    }

    /// Whether the samples depend on who decodes them.
    pub(crate) fn is_lossy(&self) -> bool {
        matches!(self.origin, Origin::Decoded { is_lossy: true, .. })
    }

    /// Whether the output can be a copy of the file with other samples.
    pub(crate) fn is_in_place(&self) -> bool {
        self.origin == Origin::InPlace
    }

    /// The hash of everything in the file but its samples; where that cannot be told apart, of all of it.
    pub(crate) fn around(&self) -> Result<Digest, PcmError> {
        if let Some(metadata) = self.flac_metadata() {
            return Ok(metadata?.hash().into());
        }
        match self.origin {
            Origin::InPlace => hash_around(&mut self.reader()?),
            Origin::Converted => hash_around(&mut PcmReader::new(FileCursor::new(&self.real))?),
            Origin::Decoded { .. } => {
                let mut hasher = blake3::Hasher::new();
                hasher.update_reader(FileCursor::new(&self.real))?;
                Ok(hasher.finalize().into())
            }
        }
    }

    /// The metadata, if the file is FLAC.
    pub(crate) fn flac_metadata(&self) -> Option<io::Result<FlacMetadata>> {
        match self.origin {
            Origin::Decoded { kind: Kind::Flac, .. } => Some(FlacMetadata::read(&self.real)),
            _ => None,
        }
    }

    /// The tags, for another container.
    pub(crate) fn tags(&self) -> Option<Tags> {
        Tags::read(&self.real)
    }

    /// One line on what of places, people and devices is in the metadata.
    pub(crate) fn left_out(&self) -> io::Result<String> {
        codec::left_out(&self.real)
    }

    /// What the user has to know of the output's `format`.
    pub(crate) fn format_notes(&self, format: Format) -> Vec<String> {
        let name = format.name();
        let lossy = match self.origin {
            Origin::Decoded { is_lossy: true, .. } if format.is_lossless() => Some(format!(
                "is in a lossy format, and was written as {name}, so that nothing is lost a second time; \
                 --format chooses another"
            )),
            Origin::Decoded { is_lossy: true, .. } => {
                Some(format!("is in a lossy format, and loses something again as {name}"))
            }
            _ => None,
        };
        let bits = self.info.format.bits();
        let rounded = self.above.filter(|above| *above > 0 || !self.is_lossy());
        let rounded = rounded.map(|above| {
            format!("its floats became {bits}-bit integers; {above} were above full scale")
        });
        lossy.into_iter().chain(rounded).collect()
    }

    /// What an output of `format` lacks of the chunks of the file and of its tags.
    pub(crate) fn not_carried_over(&self, format: Format, tags: Option<&Tags>) -> Option<String> {
        let mut lost = tags.map_or_else(Vec::new, |tags| tags.lost_in(format));
        if let Some(Ok(metadata)) = self.flac_metadata() {
            lost.splice(0..0, metadata.others());
        }
        let mut hint = "";
        if let Some((container, others)) = &self.others {
            let carried = tags.map_or(&[][..], Tags::carried);
            let others = others.iter().filter(|name| !carried.contains(&name.as_str()));
            lost.splice(0..0, others.cloned());
            if is_wav(*container) && !lost.is_empty() {
                hint = "; --format wav keeps them";
            }
        }
        let (name, all) = (format.name(), lost.join(", "));
        (!lost.is_empty()).then(|| one_line(format!("not carried over to {name}: {all}{hint}")))
    }

    /// # Errors
    /// [`PcmError::Changed`] if somebody wrote to the file since it was opened.
    pub(crate) fn check_unchanged(&self) -> Result<(), PcmError> {
        if Stamp::of(&self.real)? == self.stamp { Ok(()) } else { Err(PcmError::Changed) }
    }
}
