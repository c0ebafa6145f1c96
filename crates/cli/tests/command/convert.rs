//! What becomes of samples where an output is stored in another way than its input.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use crate::support::command::User;
use crate::support::{chunk, extensible_body, riff};
use patchveil::pcm::{PcmReader, SampleFormat};

/// How the samples of a file are stored, and their bytes.
fn stored(user: &User, name: &str) -> (SampleFormat, Vec<u8>) {
    let mut reader = PcmReader::open(&user.path(name)).unwrap();
    reader.read_block(usize::MAX, &mut Vec::new()).unwrap();
    (reader.info().format, reader.block_bytes().to_vec())
}

/// A mono WAV file at 8 kHz.
fn wav(tag: u16, bits: u16, used: u16, data: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", &extensible_body(tag, 1, 8_000, bits, used)), chunk(b"data", data)])
}

#[test]
fn bits_beyond_those_that_the_header_states_are_kept_in_flac() {
    let user = User::with_key();
    let data: Vec<u8> = (0..3_000_u32).flat_map(|n| [n as u8, (n >> 3) as u8, 0x11]).collect();
    user.put("a.wav", wav(1, 24, 20, &data));
    for (from, to) in [("a.wav", "a.flac"), ("a.flac", "b.wav")] {
        let ran = user.run(&[
            "protect",
            from,
            "--preset",
            "balanced@1",
            "--amount",
            "0",
            "--force",
            "-o",
            to,
        ]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert!(stored(&user, "b.wav") == (SampleFormat::I24, data));
}

#[test]
fn floats_of_64_bits_stay_as_they_are_and_become_integers_with_a_note() {
    let user = User::with_key();
    let floats = (0..3_000).map(|n| (f64::from(n) * 0.1).sin() / 3.0);
    let loud = floats.enumerate().map(|(n, x)| if n % 1_000 == 0 { 1.5 } else { x });
    let data: Vec<u8> = loud.flat_map(f64::to_le_bytes).collect();
    user.put("a.wav", wav(3, 64, 64, &data));
    let amount = ["protect", "a.wav", "--preset", "balanced@1", "--amount", "0", "--force"];
    let ran = user.run(&[&amount[..], &["--strip-metadata", "-o", "bare.wav"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(stored(&user, "bare.wav") == (SampleFormat::F64, data));
    let ran = user.run(&[&amount[..], &["-o", "a.flac"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.says(&["a.wav: its floats became 24-bit integers; 3 were above full scale"]);
}

#[test]
fn chunks_that_have_no_place_in_another_container_are_named() {
    let user = User::with_key();
    let plain = wav(1, 16, 16, &[1; 6_000]);
    let more = [chunk(b"bext", &[0; 602]), chunk(b"cue ", &[0; 4]), chunk(b"JUNK", &[0; 4])];
    user.put("a.wav", riff(&[&more[..], &[plain[12..].to_vec()]].concat()));
    let ran = user.run(&["protect", "a.wav", "-o", "a.flac"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.says(&["a.wav: not carried over to FLAC: bext, cue; --format wav keeps them"]);
    user.run(&["protect", "a.wav", "-o", "b.wav"]).succeeds();
}

#[test]
fn which_loudspeakers_the_channels_are_for_is_kept() {
    let user = User::with_key();
    let mut fmt = extensible_body(1, 2, 8_000, 16, 16);
    fmt[20..24].copy_from_slice(&0x30_u32.to_le_bytes());
    user.put("a.wav", riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &[1; 6_000])]));
    user.run(&["protect", "a.wav", "-o", "a.flac"]).succeeds();
    let name = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0030";
    assert!(user.read("a.flac").windows(name.len()).any(|part| part == name));
    let ran = user.run(&["protect", "a.wav", "--strip-metadata", "-o", "b.wav"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(user.read("b.wav")[76..80], 0x30_u32.to_le_bytes());
}
