//! Little pieces of music of ten seconds each.

use crate::synth::midi::{self, Note, Part};

/// Quarter notes a minute, and of a bar: a bar takes 2.5 s.
const TEMPO: u32 = 96;
const BAR: f64 = 4.0;

/// Programs of General MIDI, from 0.
const PIANO: u8 = 0;
const CHURCH_ORGAN: u8 = 19;
const FINGERED_BASS: u8 = 33;
const STRINGS: u8 = 48;
const FLUTE: u8 = 73;
/// Drums of General MIDI.
const BASS_DRUM: u8 = 36;
const SNARE: u8 = 38;
const CLOSED_HIHAT: u8 = 42;
const OPEN_HIHAT: u8 = 46;
const CRASH: u8 = 49;

/// Am, F, E and Am, a bar each: a triad around middle C, and its root.
const CHORDS: [([u8; 3], u8); 4] =
    [([57, 60, 64], 45), ([57, 60, 65], 41), ([56, 59, 64], 40), ([57, 60, 64], 45)];
/// A tune over them, in half notes.
const TUNE: [u8; 8] = [76, 72, 77, 74, 71, 68, 69, 69];

pub(super) fn piano() -> Vec<u8> {
    midi::file(TEMPO, &[Part::new(0, PIANO, [arpeggios(), tune()].concat())])
}

pub(super) fn organ() -> Vec<u8> {
    midi::file(TEMPO, &[Part::new(0, CHURCH_ORGAN, held(85))])
}

pub(super) fn strings() -> Vec<u8> {
    midi::file(TEMPO, &[Part::new(0, STRINGS, [held(75), tune()].concat())])
}

pub(super) fn drums() -> Vec<u8> {
    midi::file(TEMPO, &[Part::drums(beat())])
}

pub(super) fn full_mix() -> Vec<u8> {
    let parts = [
        Part::new(0, PIANO, arpeggios()),
        Part::new(1, STRINGS, held(55)),
        Part::new(2, FLUTE, tune()),
        Part::new(3, FINGERED_BASS, bass()),
        Part::drums(beat()),
    ];
    midi::file(TEMPO, &parts)
}

/// Where each bar starts, its triad and its root.
fn bars() -> impl Iterator<Item = (f64, [u8; 3], u8)> {
    CHORDS.iter().enumerate().map(|(bar, &(triad, root))| (bar as f64 * BAR, triad, root))
}

/// Eighth notes up and down each chord, over its root.
fn arpeggios() -> Vec<Note> {
    let mut notes = Vec::new();
    for (bar, [low, middle, high], root) in bars() {
        notes.push(Note { start: bar, length: BAR, key: root, velocity: 70 });
        let up_and_down = [low, middle, high, low + 12, high, middle, high, middle];
        for (key, n) in up_and_down.into_iter().zip(0_u8..) {
            let start = bar + f64::from(n) / 2.0;
            notes.push(Note { start, length: 0.6, key, velocity: 60 + 8 * (n % 4) });
        }
    }
    notes
}

/// Each chord held for its bar, over its root.
fn held(velocity: u8) -> Vec<Note> {
    let chord = |(start, triad, root): (f64, [u8; 3], u8)| {
        let keys = triad.into_iter().chain([root]);
        keys.map(move |key| Note { start, length: BAR, key, velocity })
    };
    bars().flat_map(chord).collect()
}

fn tune() -> Vec<Note> {
    let note = |(n, &key): (usize, &u8)| {
        let start = n as f64 * BAR / 2.0;
        Note { start, length: 1.9, key, velocity: 88 }
    };
    TUNE.iter().enumerate().map(note).collect()
}

/// Roots in eighth notes, an octave lower.
fn bass() -> Vec<Note> {
    let bar = |(bar, _, root): (f64, [u8; 3], u8)| {
        (0_u8..8).map(move |n| {
            let start = bar + f64::from(n) / 2.0;
            Note { start, length: 0.45, key: root - 12, velocity: 85 }
        })
    };
    bars().flat_map(bar).collect()
}

fn beat() -> Vec<Note> {
    let mut notes = Vec::new();
    let mut hit = |start: f64, key, velocity| {
        notes.push(Note { start, length: 0.2, key, velocity });
    };
    hit(0.0, CRASH, 100);
    for (bar, ..) in bars() {
        for beat in [0.0, 1.5, 2.0] {
            hit(bar + beat, BASS_DRUM, 110);
        }
        for beat in [1.0, 3.0] {
            hit(bar + beat, SNARE, 100);
        }
        for eighth in 0_u8..7 {
            hit(bar + f64::from(eighth) / 2.0, CLOSED_HIHAT, 60 + 20 * (eighth % 2));
        }
        hit(bar + 3.5, OPEN_HIHAT, 75);
    }
    notes
}
