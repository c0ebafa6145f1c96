//! Writes Standard MIDI Files (MIDI 1.0, RP-001) with one instrument.

/// Ticks in a quarter note. At the default tempo that is half a second, so a tick is 1 ms.
const DIVISION: u16 = 500;

/// An event on channel 1.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    /// Selects a program, 0 to 127.
    Program(u8),
    /// Pitch bend in semitones, −2 to 2.
    Bend(f64),
    /// A note (60 is middle C) starts with this velocity, 1 to 127.
    On(u8, u8),
    /// A note ends.
    Off(u8),
    /// All sound stops at once.
    AllSoundOff,
}

impl Event {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Program(program) => vec![0xC0, program & 0x7F],
            Self::Bend(semitones) => {
                let value = (8_192.0 * (1.0 + semitones / 2.0)).round().clamp(0.0, 16_383.0) as u16;
                vec![0xE0, (value & 0x7F) as u8, (value >> 7) as u8]
            }
            Self::On(note, velocity) => vec![0x90, note & 0x7F, velocity & 0x7F],
            Self::Off(note) => vec![0x80, note & 0x7F, 0],
            // Controller 120.
            Self::AllSoundOff => vec![0xB0, 120, 0],
        }
    }
}

/// A sequence of events.
pub(super) struct Track(Vec<(u32, Event)>);

impl Track {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an event at a time in ms.
    pub(super) fn add(&mut self, ms: u32, event: Event) {
        self.0.push((ms, event));
    }

    /// The file (format 0, one track). Events at the same time keep their order.
    pub(super) fn file(mut self) -> Vec<u8> {
        self.0.sort_by_key(|(ms, _)| *ms);
        let mut body = Vec::new();
        let mut now = 0;
        for (ms, event) in self.0 {
            body.extend(variable(ms - now));
            body.extend(event.bytes());
            now = ms;
        }
        // End of track.
        body.extend([0, 0xFF, 0x2F, 0]);
        let mut file = b"MThd\0\0\0\x06\0\0\0\x01".to_vec();
        file.extend(DIVISION.to_be_bytes());
        file.extend(b"MTrk");
        file.extend((body.len() as u32).to_be_bytes());
        file.extend(body);
        file
    }
}

/// A variable-length number: groups of seven bits, most significant first, all but the last marked.
fn variable(mut number: u32) -> Vec<u8> {
    let mut bytes = vec![(number & 0x7F) as u8];
    while number > 0x7F {
        number >>= 7;
        bytes.insert(0, (number & 0x7F) as u8 | 0x80);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_length_numbers_match_the_examples_of_the_standard() {
        assert_eq!(variable(0x00), [0x00]);
        assert_eq!(variable(0x7F), [0x7F]);
        assert_eq!(variable(0x80), [0x81, 0x00]);
        assert_eq!(variable(0x2000), [0xC0, 0x00]);
        assert_eq!(variable(0x1F_FFFF), [0xFF, 0xFF, 0x7F]);
        assert_eq!(variable(0x0FFF_FFFF), [0xFF, 0xFF, 0xFF, 0x7F]);
    }

    #[test]
    fn events_are_written_in_order_of_time() {
        let mut track = Track::new();
        track.add(300, Event::Off(60));
        track.add(0, Event::Program(6));
        track.add(100, Event::On(60, 90));
        track.add(0, Event::Bend(0.0));
        let expected: &[u8] = &[
            b'M', b'T', b'h', b'd', 0, 0, 0, 6, 0, 0, 0, 1, 0x01,
            0xF4, // one track, 500 ticks
            b'M', b'T', b'r', b'k', 0, 0, 0, 20, // its length
            0, 0xC0, 6, // program
            0, 0xE0, 0, 64, // in tune
            100, 0x90, 60, 90, // on
            0x81, 0x48, 0x80, 60, 0, // off 200 ms later
            0, 0xFF, 0x2F, 0, // end
        ];
        assert_eq!(track.file(), expected);
    }
}
