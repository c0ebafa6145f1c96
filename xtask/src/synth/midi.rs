//! Standard MIDI Files (format 1, a track for each instrument), as much of them as pieces need.

/// Ticks of a quarter note.
const TICKS: u16 = 480;
/// The channel on which General MIDI has its drums.
const DRUMS: u8 = 9;
/// The event that ends a track.
const END: [u8; 4] = [0, 0xff, 0x2f, 0];

/// What one instrument plays.
pub(crate) struct Part {
    channel: u8,
    /// Of General MIDI, from 0.
    program: u8,
    notes: Vec<Note>,
}

/// Times are in quarter notes.
#[derive(Clone, Copy)]
pub(crate) struct Note {
    pub(crate) start: f64,
    pub(crate) length: f64,
    pub(crate) key: u8,
    pub(crate) velocity: u8,
}

impl Part {
    /// A part on one of the channels 0 to 8.
    pub(crate) fn new(channel: u8, program: u8, notes: Vec<Note>) -> Self {
        Self { channel, program, notes }
    }

    /// The part of the drums; each key is a drum.
    pub(crate) fn drums(notes: Vec<Note>) -> Self {
        Self::new(DRUMS, 0, notes)
    }

    fn track(&self) -> Vec<u8> {
        let ticks = |quarters: f64| (quarters * f64::from(TICKS)).round() as u32;
        let mut events: Vec<(u32, [u8; 3])> = Vec::new();
        for &Note { start, length, key, velocity } in &self.notes {
            events.push((ticks(start), [0x90 | self.channel, key, velocity]));
            events.push((ticks(start + length), [0x80 | self.channel, key, 0]));
        }
        // Notes end before others begin.
        events.sort_by_key(|&(at, [status, ..])| (at, status));
        let mut track = vec![0, 0xc0 | self.channel, self.program];
        let mut now = 0;
        for (at, event) in events {
            delta(at - now, &mut track);
            track.extend(event);
            now = at;
        }
        track.extend(END);
        track
    }
}

/// A file of parts that play together, at so many quarter notes a minute (at least 4).
pub(crate) fn file(tempo: u32, parts: &[Part]) -> Vec<u8> {
    let quarter_us = (60_000_000 / tempo).to_be_bytes();
    let tempo = [&[0, 0xff, 0x51, 3], &quarter_us[1..], &END].concat();
    let tracks = std::iter::once(tempo).chain(parts.iter().map(Part::track));
    let count = (parts.len() as u16 + 1).to_be_bytes();
    let mut file = chunk(*b"MThd", &[&[0, 1][..], &count, &TICKS.to_be_bytes()].concat());
    tracks.for_each(|track| file.extend(chunk(*b"MTrk", &track)));
    file
}

/// A variable-length quantity: seven bits a byte, the highest bit set in all but the last.
fn delta(ticks: u32, track: &mut Vec<u8>) {
    let groups = (1..4).rev().filter(|group| ticks >> (7 * group) > 0);
    track.extend(groups.map(|group| (ticks >> (7 * group)) as u8 | 0x80));
    track.push((ticks & 0x7f) as u8);
}

fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&name[..], &(data.len() as u32).to_be_bytes(), data].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_seven_bits_a_byte() {
        let shown = |ticks| {
            let mut track = Vec::new();
            delta(ticks, &mut track);
            track
        };
        // The examples of the specification of Standard MIDI Files.
        assert_eq!(shown(0), [0]);
        assert_eq!(shown(0x7f), [0x7f]);
        assert_eq!(shown(0x80), [0x81, 0]);
        assert_eq!(shown(0x3fff), [0xff, 0x7f]);
        assert_eq!(shown(0x20_0000), [0x81, 0x80, 0x80, 0]);
        assert_eq!(shown(0x0fff_ffff), [0xff, 0xff, 0xff, 0x7f]);
    }

    #[test]
    fn a_file_has_its_tempo_and_its_notes_in_order() {
        let note = |start| Note { start, length: 1.0, key: 60, velocity: 90 };
        let midi = file(120, &[Part::new(2, 19, vec![note(1.0), note(0.0)])]);
        assert_eq!(&midi[..14], b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0");
        // Half a second for a quarter note.
        assert_eq!(&midi[14..33], b"MTrk\0\0\0\x0b\0\xff\x51\x03\x07\xa1\x20\0\xff\x2f\0");
        assert_eq!(&midi[33..48], b"MTrk\0\0\0\x19\0\xc2\x13\0\x92\x3c\x5a");
        // After 480 ticks the first note ends, and the second begins.
        assert_eq!(&midi[48..57], &[0x83, 0x60, 0x82, 60, 0, 0, 0x92, 60, 90]);
        assert!(midi.ends_with(&END));
    }
}
