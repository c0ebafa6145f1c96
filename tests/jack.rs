//! The standalone on a JACK server whose rate it was not told: the server's rate counts.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use patchveil_tests::build::{program, root, standalone};
use patchveil_tests::keys::{CLASS, key, keyring};
use patchveil_tests::signal::same;
use patchveil_veil::{Convolver, Preset, Veil};

const RATE: u32 = 44_100;
const SERVER: &str = "patchveil-test";
/// Where the comparison starts: two seconds in, when everything runs.
const FROM: usize = 2 * RATE as usize;
/// Most blocks of the server that the way through it takes.
const BLOCKS_MAX: usize = 8;
const BLOCK: usize = 1_024;

/// A process that ends with the test.
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

/// What the veil makes of `sent` if its first sample lies at `position`.
fn veiled(veil: &Arc<Veil>, position: i64, sent: &[f32]) -> Vec<f32> {
    let mut out = sent.to_vec();
    Convolver::of(veil.clone(), 1).process(position, &mut [&mut out]);
    out
}

/// By how many samples `received` lags, and where on the period of the patches `sent` lies.
fn place(veil: &Arc<Veil>, sent: &[f32], received: &[f32]) -> Option<(usize, i64)> {
    let context = veil.context();
    let period = i64::from(veil.recipe().placement.period_us) * i64::from(RATE) / 1_000_000;
    let sent = &sent[FROM - context..FROM + 200];
    (0..BLOCKS_MAX).map(|blocks| blocks * BLOCK).find_map(|lag| {
        let wanted = &received[FROM + lag..FROM + lag + 200];
        let at = (0..period).find(|at| veiled(veil, *at, sent)[context..] == *wanted)?;
        Some((lag, at))
    })
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
            .env("PATCHVEIL_KEYRING", &ring)
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

    let veil = Arc::new(Veil::new(&key(), &Preset::Balanced.recipe(), RATE).unwrap());
    let (lag, at) = place(&veil, &sent, &received).expect("what came back is not the veil's");
    let context = veil.context();
    let expected = veiled(&veil, at, &sent[FROM - context..sent.len() - lag]);
    same(&received[FROM + lag..], &expected[context..]);

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
        .env("PATCHVEIL_KEYRING", &ring)
        .output()
        .unwrap();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stdout));
}
