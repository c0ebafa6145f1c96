//! What an input is stored as, to choose what its output is stored as.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::format::Format;
use super::kind::Kind;
use super::mp4::Track;
use crate::open;
use crate::shared_file::FileCursor;

/// What a recording is stored as, as far as its first bytes show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// WAV, RF64 or BW64.
    Wav,
    /// Another container of plain samples, whose files have these endings. It can be copied, and not made anew.
    OtherPlain(&'static [&'static str]),
    /// FLAC.
    Flac,
    /// ALAC in MP4.
    Alac,
    /// Something else that is decoded.
    Compressed,
    /// It cannot be read, or is nothing known; that is reported where it is worked on.
    Unknown,
}

impl Stored {
    /// What the file at `path` is, which is called so.
    pub(crate) fn of(path: &Path) -> Self {
        let Ok(file) = open::regular(path) else { return Self::Unknown };
        match Kind::of(&mut FileCursor::new(&file), path) {
            Ok(Kind::Plain) => Self::plain(&file),
            Ok(Kind::Flac) => Self::Flac,
            Ok(Kind::Mp4) => match Track::read(&file) {
                Ok(Some(track)) if &track.codec == b"alac" => Self::Alac,
                _ => Self::Compressed,
            },
            Ok(_) => Self::Compressed,
            Err(_) => Self::Unknown,
        }
    }

    fn plain(file: &File) -> Self {
        let mut head = Vec::new();
        if FileCursor::new(file).take(4).read_to_end(&mut head).is_err() {
            return Self::Unknown;
        }
        match head.as_slice() {
            b"RIFF" | b"RF64" | b"BW64" => Self::Wav,
            b"riff" => Self::OtherPlain(&["w64"]),
            b"FORM" => Self::OtherPlain(&["aiff", "aif", "aifc"]),
            b"caff" => Self::OtherPlain(&["caf"]),
            _ => Self::Unknown,
        }
    }

    /// The endings of such files; none where it is not written.
    pub(crate) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Wav | Self::Unknown => Format::Wav.endings(),
            Self::OtherPlain(endings) => endings,
            Self::Flac => Format::Flac.endings(),
            Self::Alac => Format::Alac.endings(),
            Self::Compressed => &[],
        }
    }

    /// What the output is stored as if nobody asks for anything: the same where that is lossless, else FLAC. None for
    /// a copy of the file with other samples.
    pub(crate) fn default_output(self) -> Option<Format> {
        match self {
            Self::Wav | Self::OtherPlain(_) | Self::Unknown => None,
            Self::Flac | Self::Compressed => Some(Format::Flac),
            Self::Alac => Some(Format::Alac),
        }
    }
}
