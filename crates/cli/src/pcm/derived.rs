//! Chunks whose content follows from the samples, and goes stale when they change.

use std::io::{Read, Seek, SeekFrom};

use super::error::PcmError;
use super::info::{Span, bytes_at};

/// Of a chunk of tags, so much is searched.
const SEARCHED: u64 = 1 << 20;
/// Where in a `bext` chunk the version is, and the five figures of loudness (EBU Tech 3285, version 2).
const BEXT_VERSION_AT: u64 = 346;
const BEXT_LOUDNESS_AT: u64 = 412;
/// Those figures where they are not given.
const NOT_GIVEN: [i16; 2] = [0, 0x7fff];

/// A chunk that follows from the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Derived {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// MD5 of the samples as stored.
    Md5,
    /// Highest samples of the channels, as in WAV and, big-endian, in AIFF.
    Peak {
        /// The byte order.
        is_big_endian: bool,
    },
    /// The same as in CAF.
    CafPeak,
    /// What is not computed here, by its name.
    Other(&'static str),
}

/// What a chunk of a WAV or Wave64 file says of the samples.
pub(super) fn in_riff(
    source: &mut (impl Read + Seek),
    id: &[u8; 4],
    span: Span,
) -> Result<Option<Derived>, PcmError> {
    let kind = match id {
        b"MD5 " if span.len == 16 => Kind::Md5,
        b"PEAK" => Kind::Peak { is_big_endian: false },
        b"levl" => Kind::Other("the peak envelope (levl)"),
        b"bext" if has_loudness(source, span)? => Kind::Other("the loudness (bext)"),
        b"axml" if mentions(source, span, &["loudnessmetadata"])? => {
            Kind::Other("the loudness (axml)")
        }
        _ => return in_tags(source, id, span),
    };
    Ok(Some(Derived { kind, span }))
}

/// The same in AIFF.
pub(super) fn in_aiff(
    source: &mut (impl Read + Seek),
    id: &[u8; 4],
    span: Span,
) -> Result<Option<Derived>, PcmError> {
    match id {
        b"PEAK" => Ok(Some(Derived { kind: Kind::Peak { is_big_endian: true }, span })),
        _ => in_tags(source, id, span),
    }
}

/// The same in CAF.
pub(super) fn in_caf(
    source: &mut (impl Read + Seek),
    id: &[u8; 4],
    span: Span,
) -> Result<Option<Derived>, PcmError> {
    match id {
        b"peak" => Ok(Some(Derived { kind: Kind::CafPeak, span })),
        b"ovvw" => Ok(Some(Derived { kind: Kind::Other("the overview (ovvw)"), span })),
        b"info" => in_tags(source, id, span),
        _ => Ok(None),
    }
}

fn in_tags(
    source: &mut (impl Read + Seek),
    id: &[u8; 4],
    span: Span,
) -> Result<Option<Derived>, PcmError> {
    let is_tags = matches!(id, b"id3 " | b"ID3 " | b"LIST" | b"info");
    if is_tags && mentions(source, span, &["replaygain_", "r128_"])? {
        let kind = Kind::Other("the gain in the tags (ReplayGain or R128)");
        return Ok(Some(Derived { kind, span }));
    }
    Ok(None)
}

/// Whether the chunk has one of the words, in letters of any size and of one or two bytes.
fn mentions(source: &mut (impl Read + Seek), span: Span, words: &[&str]) -> Result<bool, PcmError> {
    source.seek(SeekFrom::Start(span.body))?;
    let mut text = Vec::new();
    source.take(span.len.min(SEARCHED)).read_to_end(&mut text)?;
    text.retain(|byte| *byte != 0);
    text.make_ascii_lowercase();
    Ok(words.iter().any(|word| text.windows(word.len()).any(|part| part == word.as_bytes())))
}

fn has_loudness(source: &mut (impl Read + Seek), bext: Span) -> Result<bool, PcmError> {
    if bext.len < BEXT_LOUDNESS_AT + 10 {
        return Ok(false);
    }
    let version = u16::from_le_bytes(bytes_at(source, bext.body + BEXT_VERSION_AT)?);
    let figures: [u8; 10] = bytes_at(source, bext.body + BEXT_LOUDNESS_AT)?;
    let is_given = |&figure: &[u8; 2]| !NOT_GIVEN.contains(&i16::from_le_bytes(figure));
    // The only version yet that has them.
    Ok(version == 2 && figures.as_chunks::<2>().0.iter().any(is_given))
}
