//! Pieces of General MIDI: what is hard to mark (sustained notes, solo drums) and what is usual.

use super::random::Random;

/// Ticks of a quarter note, at 120 a minute.
const TICKS: f64 = 480.0;
/// Length of a piece in quarter notes: 110 s.
const LENGTH: f64 = 220.0;
/// The channel that plays drums.
const DRUMS: u8 = 9;
/// Chords in C: a bass note and the notes above it.
const CHORDS: [[u8; 5]; 6] = [
    [48, 60, 64, 67, 72],
    [45, 60, 64, 69, 72],
    [41, 60, 65, 69, 72],
    [43, 59, 62, 67, 74],
    [40, 59, 64, 67, 71],
    [38, 57, 62, 65, 69],
];
/// The notes of C major in an octave.
const SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];

/// A piece.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    Organ,
    Strings,
    Piano,
    Drums,
    Band,
}

/// Start and length in quarter notes, key, velocity.
type Note = (f64, f64, u8, u8);

/// The piece as a Standard MIDI File of format 1.
pub(super) fn file(piece: Piece) -> Vec<u8> {
    let mut random = Random::new("midi");
    let tracks = match piece {
        Piece::Organ => vec![track(0, 19, &chords(8.0, 80))],
        Piece::Strings => vec![track(0, 48, &chords(8.0, 80))],
        Piece::Piano => vec![track(0, 0, &melody(&mut random, 0.25))],
        Piece::Drums => vec![track(DRUMS, 0, &drums(&mut random))],
        Piece::Band => vec![
            track(DRUMS, 0, &drums(&mut random)),
            track(0, 25, &chords(2.0, 70)),
            track(1, 48, &chords(4.0, 55)),
            track(2, 65, &melody(&mut random, 0.5)),
        ],
    };
    let count = (tracks.len() as u16).to_be_bytes();
    let head = [&[0, 1][..], &count, &(TICKS as u16).to_be_bytes()].concat();
    let mut file = chunk(*b"MThd", &head);
    for track in tracks {
        file.extend(chunk(*b"MTrk", &track));
    }
    file
}

/// Chords that are held until the next.
fn chords(length: f64, velocity: u8) -> Vec<Note> {
    let count = (LENGTH / length) as usize;
    let notes = |n: usize| CHORDS[(n * 5 + n / 6) % 6].map(|key| (n, key));
    let chord = |(n, key)| (n as f64 * length, length, key, velocity);
    (0..count).flat_map(notes).map(chord).collect()
}

/// A walk over the scale with rests.
fn melody(random: &mut Random, step: f64) -> Vec<Note> {
    let mut place = 14_usize;
    let mut notes = Vec::new();
    for n in 0..(LENGTH / step) as usize {
        place = (place + random.below(9)).saturating_sub(4).clamp(4, 27);
        if !random.happens(0.1) {
            let key = 36 + 12 * (place / 7) as u8 + SCALE[place % 7];
            notes.push((n as f64 * step, step * 1.5, key, 65 + random.below(40) as u8));
        }
    }
    notes
}

/// Bass drum, snare, hi-hat and toms in bars of sixteenths.
fn drums(random: &mut Random) -> Vec<Note> {
    let mut notes = Vec::new();
    for n in 0..(LENGTH * 4.0) as usize {
        let mut hit = |always: bool, chance: f32, key: u8| {
            if random.happens(chance) || always {
                notes.push((n as f64 / 4.0, 0.2, key, 75 + random.below(40) as u8));
            }
        };
        hit(n.is_multiple_of(8), 0.1, 36);
        hit(n % 8 == 4, 0.06, 38);
        hit(n.is_multiple_of(2), 0.3, 42);
        hit(false, 0.04, 45);
    }
    notes
}

/// The events of one instrument.
fn track(channel: u8, program: u8, notes: &[Note]) -> Vec<u8> {
    let ticks = |quarters: f64| (quarters * TICKS) as u32;
    let mut events: Vec<(u32, [u8; 3])> = Vec::new();
    for &(start, length, key, velocity) in notes {
        events.push((ticks(start), [0x90 | channel, key, velocity]));
        events.push((ticks(start + length), [0x80 | channel, key, 0]));
    }
    // Notes end before others begin.
    events.sort_by_key(|&(at, event)| (at, event[0] & 0xf0));
    let mut track = vec![0, 0xc0 | channel, program];
    let mut now = 0;
    for (at, event) in events {
        delta(at - now, &mut track);
        track.extend(event);
        now = at;
    }
    track.extend([0, 0xff, 0x2f, 0]);
    track
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
    }
}
