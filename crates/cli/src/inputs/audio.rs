//! Whether a file that is not taken for a recording by its name holds audio all the same.

use std::io::Read;
use std::path::Path;

use super::names::is_named;
use crate::open;

/// Bytes that are looked at.
const HEAD: u64 = 12;

/// Endings of recordings in formats whose content is not told by its first bytes.
const ENDINGS: [(&str, &str); 6] = [
    (".mp3", "MP3"),
    (".mp2", "MPEG audio"),
    (".aac", "AAC"),
    (".dff", "DSD"),
    (".tta", "TTA"),
    (".shn", "Shorten"),
];

/// Endings of what nobody takes for a recording, which is therefore not opened.
const OTHERS: [&str; 18] = [
    ".txt", ".md", ".json", ".jsonl", ".csv", ".tsv", ".xml", ".html", ".pdf", ".jpg", ".jpeg",
    ".png", ".gif", ".webp", ".zip", ".gz", ".py", ".sh",
];

/// What kind of audio the file at `path` holds, by its first bytes, else by its name; none for anything
/// else and for what cannot be read.
pub(super) fn kind_of(path: &Path) -> Option<&'static str> {
    if OTHERS.iter().any(|ending| is_named(path, ending)) {
        return None;
    }
    let mut head = Vec::new();
    let read = open::regular(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.ok()?;
    let by_content = kind_of_head(&head);
    by_content.or_else(|| {
        let known = ENDINGS.iter().find(|(ending, _)| is_named(path, ending));
        known.filter(|_| !head.is_empty()).map(|(_, kind)| *kind)
    })
}

fn kind_of_head(head: &[u8]) -> Option<&'static str> {
    let begin = head.get(..4)?;
    let form = head.get(8..12).unwrap_or_default();
    Some(match (begin, form) {
        (b"RIFF", b"WAVE") => "WAV",
        (b"RF64", _) => "RF64",
        (b"BW64", _) => "BW64",
        (b"riff", _) => "W64",
        (b"FORM", b"AIFF" | b"AIFC") => "AIFF",
        (b"caff", _) => "CAF",
        (b"fLaC", _) => "FLAC",
        (b"OggS", _) => "Ogg",
        (b"wvpk", _) => "WavPack",
        (b"MAC ", _) => "Monkey's Audio",
        (b".snd", _) => "AU",
        (b"DSD ", _) => "DSD",
        (b"MPCK", _) => "Musepack",
        (b"tBaK", _) => "TAK",
        (b"#!AM", _) => "AMR",
        ([0x1a, 0x45, 0xdf, 0xa3], _) => "Matroska",
        ([0x30, 0x26, 0xb2, 0x75], _) => "Windows Media",
        ([b'I', b'D', b'3', _], _) => "MP3",
        (_, b"M4A " | b"M4B ") if head.get(4..8) == Some(b"ftyp") => "AAC or ALAC",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_recognised_by_content_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            kind_of(&path)
        };
        assert_eq!(kind("a.bwf", b"RIFF\x24\0\0\0WAVEfmt "), Some("WAV"));
        assert_eq!(kind("a", b"fLaC\0\0\0\x22"), Some("FLAC"));
        assert_eq!(kind("a.bin", b"\0\0\0\x20ftypM4A \0\0"), Some("AAC or ALAC"));
        assert_eq!(kind("b", b"\x1a\x45\xdf\xa3\x01"), Some("Matroska"));
        assert_eq!(kind("a.mp3", b"\xff\xfb\x90\x64"), Some("MP3"));
        for (name, content) in [
            ("a.text", &b"Dear diary"[..]),
            ("a.TXT", b"RIFF\x24\0\0\0WAVEfmt "),
            ("a.avi", b"RIFF\x24\0\0\0AVI LIST"),
            ("a.mp4", b"\0\0\0\x20ftypisom\0\0"),
            ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
            ("empty.mp3", b""),
        ] {
            assert_eq!(kind(name, content), None, "{name}");
        }
    }
}
