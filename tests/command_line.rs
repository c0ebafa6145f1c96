//! The plug-in, as CLAP and as VST3, and the command make the same samples, bit for bit.

use std::path::Path;
use std::process::Command;

use patchveil_test_support::Rng;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::{library, program};
use patchveil_tests::keys::{CLASS, fingerprint, keyring, new_session, session};
use patchveil_tests::signal::in_random_blocks;
use patchveil_tests::{clap, vst3};

const RATE: u32 = 44_100;
/// Bytes before the samples in the files that the test writes.
const HEADER: usize = 44;

/// Writes a file of 32-bit floats.
fn write(path: &Path, audio: &[Vec<f32>]) {
    let frames = audio[0].len();
    let channels = audio.len() as u16;
    let stride = 4 * channels;
    let bytes = frames as u32 * u32::from(stride);
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x03\0");
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * u32::from(stride)).to_le_bytes());
    file.extend_from_slice(&stride.to_le_bytes());
    file.extend_from_slice(b"\x20\0data");
    file.extend_from_slice(&bytes.to_le_bytes());
    assert_eq!(file.len(), HEADER);
    for n in 0..frames {
        file.extend(audio.iter().flat_map(|channel| channel[n].to_le_bytes()));
    }
    std::fs::write(path, file).unwrap();
}

fn read(path: &Path, channels: usize) -> Vec<Vec<f32>> {
    let file = std::fs::read(path).unwrap();
    let samples: Vec<f32> = file[HEADER..]
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let of = |channel| samples.iter().skip(channel).step_by(channels).copied().collect();
    (0..channels).map(of).collect()
}

/// What `process` makes of `audio` in random blocks from timeline position 0.
fn render(mut audio: Vec<Vec<f32>>, process: impl FnMut(i64, &mut [&mut [f32]])) -> Vec<Vec<f32>> {
    in_random_blocks(&mut audio, 0, 900, &mut Rng::new(7), process);
    audio
}

/// Has the command protect `file`.
fn protect(file: &Path, output: &Path, options: &[&str]) {
    let ran = Command::new(program())
        .args(["protect", "--key", CLASS, "--keyring"])
        .arg(keyring(false))
        .arg("-o")
        .arg(output)
        .args(options)
        .arg(file)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn twelve_and_sixty_four_channels_are_the_commands_too() {
    keyring(false);
    let dir = tempfile::tempdir().unwrap();
    let clap = clap::Module::load(&library());
    for channels in [12, 64] {
        let input = noise_channels(channels, 30_000, 2);
        let (file, output) = (dir.path().join("in.wav"), dir.path().join("out.wav"));
        write(&file, &input);
        protect(&file, &output, &["--preset", "balanced", "--force"]);
        let expected = read(&output, channels);
        let mut instance = clap.instance();
        assert!(instance.load(&new_session(fingerprint(), r#""preset_2":{"string":"balanced"}"#)));
        instance.layout(channels as u32);
        instance.activate(f64::from(RATE), 512);
        let rendered = render(input.clone(), |position, block| {
            let position = Some(position);
            instance.process(block, &clap::Context { position, ..clap::Context::default() });
        });
        for ((rendered, expected), input) in rendered.iter().zip(&expected).zip(&input) {
            assert_same_bits(rendered, expected);
            assert_ne!(rendered, input);
        }
    }
}

#[test]
fn the_plug_in_and_patchveil_protect_make_the_same_samples() {
    keyring(false);
    let dir = tempfile::tempdir().unwrap();
    let input = noise_channels(2, 200_000, 1);
    let file = dir.path().join("in.wav");
    write(&file, &input);
    let clap = clap::Module::load(&library());
    let vst3 = vst3::Module::load(&library());
    let old = |params| session(fingerprint(), params);
    let new = |params| new_session(fingerprint(), params);
    let cases: [(&[&str], Vec<u8>); 14] = [
        (&["--preset", "balanced@1"], old("")),
        (&["--preset", "light@1"], old(r#""preset":{"string":"transparent"}"#)),
        (
            &["--preset", "strong@1", "--amount", "66.6"],
            old(r#""preset":{"string":"strong"},"amount":{"f32":66.6}"#),
        ),
        (&["--preset", "poscuda"], old(r#""preset":{"string":"poscuda"}"#)),
        (&["--preset", "cuda"], old(r#""preset":{"string":"cuda"}"#)),
        (
            &["--preset", "balanced@1", "--patch", "24.5", "--frame", "300", "--patches", "4"],
            old(r#""patch":{"f32":24.5},"frame":{"f32":300.0},"patches":{"i32":4}"#),
        ),
        (&[], new("")),
        (&[], new(r#""amount":{"f32":0.0},"patch":{"f32":24.5},"preset":{"string":"strong"}"#)),
        (&["--mark-level", "-3.3"], new(r#""mark_level":{"f32":-3.3}"#)),
        (&["--preset", "light"], new(r#""preset_2":{"string":"light"}"#)),
        (
            &["--preset", "balanced", "--mark-level", "12", "--amount", "0"],
            new(
                r#""preset_2":{"string":"balanced"},"mark_level":{"f32":12.0},"amount":{"f32":0.0}"#,
            ),
        ),
        (
            &["--preset", "strong", "--mark-level", "-24", "--patch", "24.5", "--period", "300"],
            new(
                r#""preset_2":{"string":"strong"},"mark_level":{"f32":-24.0},"patch":{"f32":24.5},"frame":{"f32":300.0}"#,
            ),
        ),
        (
            &["--preset", "poscuda"],
            new(r#""preset_2":{"string":"poscuda"},"mark_level":{"f32":3.0}"#),
        ),
        (&["--preset", "cuda"], new(r#""preset_2":{"string":"cuda"}"#)),
    ];
    for (number, (options, session)) in cases.into_iter().enumerate() {
        let output = dir.path().join(format!("out{number}.wav"));
        protect(&file, &output, options);
        let expected = read(&output, 2);
        assert_ne!(expected, input);

        let mut instance = clap.instance();
        assert!(instance.load(&session));
        instance.activate(f64::from(RATE), 512);
        let rendered = render(input.clone(), |position, block| {
            let position = Some(position);
            instance.process(block, &clap::Context { position, ..clap::Context::default() });
        });
        assert_same_bits(&rendered[0], &expected[0]);
        assert_same_bits(&rendered[1], &expected[1]);

        let mut instance = vst3.instance();
        assert!(instance.load(&session[8..]));
        instance.activate(f64::from(RATE), 512);
        let rendered = render(input.clone(), |position, block| {
            instance.process(block, Some(position), &[]);
        });
        assert_same_bits(&rendered[0], &expected[0]);
        assert_same_bits(&rendered[1], &expected[1]);
    }
}
