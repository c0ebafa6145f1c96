//! Pieces for General MIDI: what is hard to mark (sustained notes, solo drums) and what is usual.

use patchveil_test_support::Rng;

use crate::synth::midi::{self, Note, Part};

/// Quarter notes a minute.
const TEMPO: u32 = 120;
/// Length of a piece in quarter notes: 110 s.
const LENGTH: f64 = 220.0;
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

/// The piece as a Standard MIDI File.
pub(super) fn file(piece: Piece) -> Vec<u8> {
    let mut rng = Rng::from_text("midi");
    let parts = match piece {
        Piece::Organ => vec![Part::new(0, 19, chords(8.0, 80))],
        Piece::Strings => vec![Part::new(0, 48, chords(8.0, 80))],
        Piece::Piano => vec![Part::new(0, 0, melody(&mut rng, 0.25))],
        Piece::Drums => vec![Part::drums(drums(&mut rng))],
        Piece::Band => vec![
            Part::drums(drums(&mut rng)),
            Part::new(0, 25, chords(2.0, 70)),
            Part::new(1, 48, chords(4.0, 55)),
            Part::new(2, 65, melody(&mut rng, 0.5)),
        ],
    };
    midi::file(TEMPO, &parts)
}

/// Chords that are held until the next.
fn chords(length: f64, velocity: u8) -> Vec<Note> {
    let count = (LENGTH / length) as usize;
    let notes = |n: usize| CHORDS[(n * 5 + n / 6) % 6].map(|key| (n, key));
    let chord = |(n, key)| Note { start: n as f64 * length, length, key, velocity };
    (0..count).flat_map(notes).map(chord).collect()
}

/// A walk over the scale with rests.
fn melody(rng: &mut Rng, step: f64) -> Vec<Note> {
    let mut place = 14_usize;
    let mut notes = Vec::new();
    for n in 0..(LENGTH / step) as usize {
        place = (place + rng.below(9)).saturating_sub(4).clamp(4, 27);
        if !rng.happens(0.1) {
            let key = 36 + 12 * (place / 7) as u8 + SCALE[place % 7];
            let velocity = 65 + rng.below(40) as u8;
            notes.push(Note { start: n as f64 * step, length: step * 1.5, key, velocity });
        }
    }
    notes
}

/// Bass drum, snare, hi-hat and toms in bars of sixteenths.
fn drums(rng: &mut Rng) -> Vec<Note> {
    let mut notes = Vec::new();
    for n in 0..(LENGTH * 4.0) as usize {
        let mut hit = |always: bool, chance: f64, key: u8| {
            if rng.happens(chance) || always {
                let velocity = 75 + rng.below(40) as u8;
                notes.push(Note { start: n as f64 / 4.0, length: 0.2, key, velocity });
            }
        };
        hit(n.is_multiple_of(8), 0.1, 36);
        hit(n % 8 == 4, 0.06, 38);
        hit(n.is_multiple_of(2), 0.3, 42);
        hit(false, 0.04, 45);
    }
    notes
}
