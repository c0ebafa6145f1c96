//! The standalone takes its sample rate from the JACK server.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use patchveil_test_support::compare::assert_same_bits;
use patchveil_tests::build::{program, root, standalone};
use patchveil_tests::keys::{CLASS, key, keyring};
use patchveil_veil::{Convolver, Preset, Veil};

const RATE: u32 = 44_100;
const SERVER: &str = "patchveil-test";
/// Start of the comparison: after two seconds, when everything runs.
const FROM: usize = 2 * RATE as usize;
/// Longest delay through the server, in its blocks.
const BLOCKS_MAX: usize = 8;
const BLOCK: usize = 1_024;

/// A process that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(command: &mut Command) -> Running {
    let command = command.env("JACK_DEFAULT_SERVER", SERVER).env("JACK_NO_AUDIO_RESERVATION", "1");
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

fn samples(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// `sent` protected, with its first sample at `position`.
fn veiled(convolver: &mut Convolver, position: i64, sent: &[f32]) -> Vec<f32> {
    let mut out = sent.to_vec();
    convolver.reset();
    convolver.process(position, &mut [&mut out]);
    out
}

/// Delay of `received` behind `sent` in samples: whole blocks of the server.
fn lag(sent: &[f32], received: &[f32]) -> usize {
    let alike = |lag: &usize| -> f32 {
        let (sent, received) = (&sent[FROM..], &received[FROM + lag..]);
        sent.iter().zip(received).take(8_192).map(|(a, b)| a * b).sum()
    };
    let lags = (0..BLOCKS_MAX).map(|blocks| blocks * BLOCK);
    lags.max_by(|a, b| alike(a).total_cmp(&alike(b))).unwrap()
}

/// What the recipe repeats after, in samples.
fn repeat(veil: &Veil) -> i64 {
    veil.recipe().period_us() as i64 * i64::from(RATE) / 1_000_000
}

/// Timeline position of `sent`: the mark repeats after a period, which is a whole number of samples here.
fn position(convolver: &mut Convolver, sent: &[f32], received: &[f32]) -> Option<i64> {
    let repeat = repeat(convolver.veil()?);
    let context = sent.len() - received.len();
    (0..repeat).find(|at| veiled(convolver, *at, sent)[context..] == *received)
}

#[test]
fn the_standalone_follows_the_rate_of_the_jack_server() {
    let Some(python) = std::env::var_os("PATCHVEIL_PYTHON") else {
        let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some();
        assert!(!required, "PATCHVEIL_PYTHON names no interpreter; `cargo xtask test` sets it");
        eprintln!("skipped: PATCHVEIL_PYTHON names no interpreter with a JACK client");
        return;
    };
    let ring = keyring(true);
    let folder = tempfile::tempdir().unwrap();
    let (sent, received) = (folder.path().join("sent"), folder.path().join("received"));
    let rate = RATE.to_string();
    let period = BLOCK.to_string();
    let server = ["-n", SERVER, "--no-realtime", "-d", "dummy", "-r", &rate, "-p", &period];
    let _server = start(Command::new("jackd").args(server));
    std::thread::sleep(Duration::from_secs(1));
    let _standalone = start(
        Command::new(standalone())
            .args(["--backend", "jack"])
            .env("PATCHVEIL_KEYRING", ring)
            .env_remove("NICE_LOG")
            .env_remove("DISPLAY"),
    );
    let begun = Instant::now();
    let output = Command::new(python)
        .arg(root().join("tests/python/jack_client.py"))
        .arg("5")
        .args([&sent, &received])
        .env("JACK_DEFAULT_SERVER", SERVER)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "after {:?}: {errors}", begun.elapsed());
    let (sent, received) = (samples(&sent), samples(&received));

    let veil = Arc::new(Veil::new(&key(), &Preset::Mark.recipe(), RATE).unwrap());
    let (context, repeat) = (veil.context(), repeat(&veil));
    let mut convolver = Convolver::of(veil, 1);
    let lag = lag(&sent, &received);
    let probe = &sent[FROM - context..FROM + 2_000];
    let at = position(&mut convolver, probe, &received[FROM + lag..FROM + lag + 2_000]);
    let at = at.expect("the audio from the standalone is not protected");
    let expected = veiled(&mut convolver, at, &sent[FROM - context..sent.len() - lag]);
    assert_same_bits(&received[FROM + lag..], &expected[context..]);

    let wav = folder.path().join("received.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&wav, spec).unwrap();
    received.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    let found = Command::new(program())
        .args(["detect", "--key", CLASS, "--json"])
        .arg(&wav)
        .env("PATCHVEIL_KEYRING", ring)
        .output()
        .unwrap();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stdout));
    let original = folder.path().join("original.wav");
    let restored = Command::new(program())
        .args(["restore", "--key", CLASS, "--preset", "mark", "--force", "--offset"])
        .arg((at + context as i64 - FROM as i64 - lag as i64).rem_euclid(repeat).to_string())
        .arg("-o")
        .args([&original, &wav])
        .env("PATCHVEIL_KEYRING", ring)
        .output()
        .unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let mut reader = hound::WavReader::open(&original).unwrap();
    let restored: Vec<f32> = reader.samples().map(Result::unwrap).collect();
    let apart = restored[FROM + lag..].iter().zip(&sent[FROM..]).map(|(a, b)| (a - b).abs());
    let apart = apart.fold(0.0, f32::max);
    assert!(apart < 1e-6, "{apart} from what was sent");
}
