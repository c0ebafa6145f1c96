//! What metadata says of places, people and devices, for those who publish without a name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::tags::Tags;
use crate::paths::one_line;
use crate::shared_file::FileCursor;

/// Of a file, so much from its start and from its end is searched for texts that no tag reader knows.
const SEARCHED: u64 = 1 << 20;
/// Longest text that is shown.
const SHOWN: usize = 60;

/// Parts of names, in small letters, of what says where, who and with what.
const PLACES: [&str; 5] = ["gps", "location", "geo", "xyz", "latitude"];
const PEOPLE: [&str; 16] = [
    "artist",
    "performer",
    "composer",
    "engineer",
    "author",
    "writer",
    "producer",
    "conductor",
    "lyricist",
    "arranger",
    "owner",
    "encodedby",
    "originator",
    "copyright",
    "publisher",
    "remixer",
];
const DEVICES: [&str; 8] = [
    "encodersoftware",
    "encodersettings",
    "encoder",
    "model",
    "device",
    "serial",
    "microphone",
    "recorder",
];

/// One line on what of places, people and devices is in the metadata of `file`.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn left_out(file: &File) -> io::Result<String> {
    let mut texts = Tags::read(file).map_or_else(Vec::new, |tags| tags.texts());
    let end = FileCursor::new(file).seek(SeekFrom::End(0))?;
    texts.extend(untagged(&part(file, 0)?));
    if end > SEARCHED {
        texts.extend(untagged(&part(file, end - SEARCHED.min(end - SEARCHED))?));
    }
    let of = |names: &[&str]| {
        let mut found: Vec<String> = texts
            .iter()
            .filter(|(key, text)| {
                let key = key.to_lowercase();
                !text.trim().is_empty() && names.iter().any(|name| key.contains(name))
            })
            .map(|(_, text)| text.trim().chars().take(SHOWN).collect())
            .collect();
        found.sort();
        found.dedup();
        found
    };
    let kinds = [("positions", of(&PLACES)), ("people", of(&PEOPLE)), ("devices", of(&DEVICES))];
    let named = kinds.iter().filter(|(_, texts)| !texts.is_empty());
    let named: Vec<String> =
        named.map(|(kind, texts)| format!("{kind}: {}", texts.join(", "))).collect();
    Ok(one_line(match named.is_empty() {
        true => {
            "left out everything but the samples; no position, person or device was found in it"
                .to_owned()
        }
        false => format!("left out everything but the samples; it named {}", named.join("; ")),
    }))
}

fn part(file: &File, start: u64) -> io::Result<Vec<u8>> {
    let mut source = FileCursor::new(file);
    source.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    source.take(SEARCHED).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Names and texts of what is not in tags: `bext`, `iXML`, and the comments that cameras and phones write.
fn untagged(bytes: &[u8]) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let find = |name: &[u8]| bytes.windows(name.len()).position(|part| part == name);
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    };
    // Originator and its reference, 32 bytes each, follow the description (EBU Tech 3285, section 2.3).
    if let Some(fields) = find(b"bext").and_then(|at| bytes.get(at + 8 + 256..at + 8 + 320)) {
        texts.push(("originator".to_owned(), text(&fields[..32])));
        texts.push(("device".to_owned(), text(&fields[32..])));
    }
    if let Some(ixml) = find(b"<BWFXML").map(|at| String::from_utf8_lossy(&bytes[at..])) {
        for element in ixml.split('<').skip(1) {
            if let Some((name, text)) = element.split_once('>') {
                texts.push((name.to_owned(), text.to_owned()));
            }
        }
    }
    // Length and language, then a position as in ISO 6709.
    if let Some(rest) = find(b"\xa9xyz").and_then(|at| bytes.get(at + 8..at + 40)) {
        texts.push(("xyz".to_owned(), position(rest)));
    }
    for name in ["LOCATION=", "GPS=", "GEO_LOCATION=", "location="] {
        if let Some(rest) = find(name.as_bytes()).and_then(|at| bytes.get(at + name.len()..)) {
            texts.push(("location".to_owned(), position(rest)));
        }
    }
    texts
}

/// The text up to the first byte that is none.
fn position(bytes: &[u8]) -> String {
    let text = bytes.iter().take(SHOWN).take_while(|byte| matches!(byte, b' '..=b'~'));
    text.map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_people_and_devices_are_named_in_one_line() {
        let mut file = tempfile::tempfile().unwrap();
        let bext = [
            &b"bext\x5a\x02\0\0"[..],
            &[0; 256],
            b"Jane Doe",
            &[0; 24],
            b"ZOOM F6 12345",
            &[0; 300],
        ];
        io::Write::write_all(&mut file, &bext.concat()).unwrap();
        let xml = b"<BWFXML><LOCATION_GPS>52.5, 13.4\n</LOCATION_GPS></BWFXML>";
        io::Write::write_all(&mut file, xml).unwrap();
        let line = left_out(&file).unwrap();
        assert!(
            line.contains("positions: 52.5, 13.4") && line.contains("people: Jane Doe"),
            "{line}"
        );
        assert!(line.contains("devices: ZOOM F6 12345") && !line.contains('\n'), "{line}");
        let nothing = left_out(&tempfile::tempfile().unwrap()).unwrap();
        assert!(nothing.contains("no position, person or device"), "{nothing}");
    }
}
