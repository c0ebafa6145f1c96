//! From a compressed file to blocks of plain samples.

use std::fs::File;
use std::path::Path;

use super::error::CodecError;
use super::kind::Kind;
use super::mp4::Track;
use super::packets::Packets;
use super::tool::Tool;
use super::trim::Trimmed;
use super::{vorbis, wavpack};
use crate::pcm::Spec;

/// What to do where a file is damaged or cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It is refused: what is published should be whole.
    Refuse,
    /// It becomes silence as long as what was lost, so that what follows keeps its position; what was cut
    /// off is missing.
    Silence,
}

/// A compressed file, decoded from its start.
pub(crate) trait Decoder {
    /// What it decodes to; all blocks are the same.
    fn spec(&self) -> Spec;
    /// Which loudspeakers the channels are for, as WAV has it; none for the default.
    fn channel_mask(&self) -> Option<u32> {
        None
    }
    /// Replaces `bytes` by the next block: whole frames, interleaved, little-endian, as
    /// [`spec`](Self::spec) says. Gives the bytes of the file that were read for it; none at the end.
    fn next_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError>;
}

/// Opens the compressed file at `path`, opened as `file`, for decoding.
///
/// # Errors
/// [`CodecError`] if it is in no known format or nothing in it can be decoded.
pub(crate) fn open(
    path: &Path,
    file: &File,
    kind: Kind,
    damage: Damage,
) -> Result<Box<dyn Decoder>, CodecError> {
    // Detecting does with the lossy half.
    let is_half = kind == Kind::WavPack && damage == Damage::Refuse && wavpack::is_hybrid(file)?;
    if is_half && wavpack::has_corrections(path) {
        return Err(CodecError::Corrections);
    }
    let track = if kind == Kind::Mp4 { Track::read(file)? } else { None };
    let is_aac = track.as_ref().is_some_and(|track| &track.codec == b"mp4a");
    // Of HE-AAC, symphonia decodes the lower half of the spectrum without a word. That is enough to detect.
    let is_exact = damage == Damage::Silence || !(is_aac || kind == Kind::Adts);
    let is_known = !matches!(kind, Kind::WavPack | Kind::Matroska | Kind::Foreign) && is_exact;
    let decoder: Box<dyn Decoder> = match is_known.then(|| Packets::open(path, file, damage)) {
        Some(Err(CodecError::OddVorbis)) => {
            let tool = Tool::open(path, file, damage).map_err(|error| match error {
                CodecError::NoTool if damage == Damage::Refuse => CodecError::OddVorbis,
                error => error,
            });
            // ffmpeg ends some of them too early, and others too late.
            match vorbis::length(file)? {
                _ if damage == Damage::Silence => Box::new(tool?),
                Some(len) => Box::new(Trimmed::exact(Box::new(tool?), len)),
                None => return Err(CodecError::OddVorbis),
            }
        }
        Some(Ok(packets)) => Box::new(packets),
        None => Box::new(Tool::open(path, file, damage)?),
        Some(Err(error)) if error.is_about_format() => match Tool::open(path, file, damage) {
            Ok(tool) => Box::new(tool),
            // That it is missing matters where it could help.
            Err(CodecError::NoTool) if kind != Kind::Named => return Err(CodecError::NoTool),
            Err(_) => return Err(error),
        },
        Some(Err(error)) => return Err(error),
    };
    match track.filter(|_| is_aac) {
        Some(track) => {
            let part = track.trim(decoder.spec().sample_rate);
            Ok(Box::new(Trimmed::new(decoder, part, damage)))
        }
        None => Ok(decoder),
    }
}
