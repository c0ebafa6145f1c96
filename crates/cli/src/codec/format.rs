//! The formats that recordings are written in.

use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;

/// A format that recordings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Format {
    /// Plain samples; RF64 above 4 GB
    Wav,
    /// Lossless, half the size
    Flac,
    /// Lossy, by ffmpeg
    Mp3,
    /// Lossy, by ffmpeg; always at 48 kHz
    Opus,
    /// Lossy, in Ogg, by ffmpeg
    Vorbis,
    /// Lossy, in M4A, by ffmpeg
    Aac,
    /// Lossless, in M4A, by ffmpeg
    Alac,
}

impl Format {
    /// All of them; of those with an ending in common, the first is meant by it.
    pub const ALL: [Self; 7] =
        [Self::Wav, Self::Flac, Self::Mp3, Self::Vorbis, Self::Opus, Self::Aac, Self::Alac];

    /// How names of such files end, in small letters; the first is the usual one.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Wav => &["wav", "wave", "bwf", "rf64", "bw64"],
            Self::Flac => &["flac"],
            Self::Mp3 => &["mp3"],
            Self::Opus => &["opus", "ogg", "oga"],
            Self::Vorbis => &["ogg", "oga"],
            Self::Aac | Self::Alac => &["m4a", "m4b", "mp4"],
        }
    }

    /// The usual ending.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self.endings() {
            [first, ..] => first,
            [] => "",
        }
    }

    /// The format that an ending means.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.endings().contains(&ending))
    }

    /// Whether every sample comes back as it was.
    #[must_use]
    pub const fn is_lossless(self) -> bool {
        matches!(self, Self::Wav | Self::Flac | Self::Alac)
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::Opus => "Opus",
            Self::Vorbis => "Vorbis",
            Self::Aac => "AAC",
            Self::Alac => "ALAC",
        }
    }
}

/// The ending of a file's name, in small letters.
pub(crate) fn ending_of(path: &Path) -> Option<String> {
    Some(path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase())
}
