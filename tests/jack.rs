//! The standalone follows the JACK server: its sample rate, its end and its return.
#![cfg(target_os = "linux")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use patchveil_test_support::compare::assert_same_bits;
use patchveil_tests::build::{program, root, standalone};
use patchveil_tests::keys::{CLASS, CONFIG, key, keyring};
use patchveil_veil::{Convolver, Preset, Veil};

const RATE: u32 = 44_100;
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

/// A command that finds the server of this name.
fn with_server<'a>(command: &'a mut Command, server: &str) -> &'a mut Command {
    command.env("JACK_DEFAULT_SERVER", server).env("JACK_NO_AUDIO_RESERVATION", "1")
}

/// A server of this name, without a sound card.
fn server(name: &str, rate: u32, block: usize) -> Running {
    let (rate, block) = (rate.to_string(), block.to_string());
    let args = ["-n", name, "--no-realtime", "-d", "dummy", "-r", &rate, "-p", &block];
    let mut command = Command::new("jackd");
    let command = with_server(command.args(args), name);
    let server = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    std::thread::sleep(Duration::from_secs(1));
    server
}

/// The standalone on the server of this name, without a window, and what it says.
fn standalone_on(server: &str, args: &[&str]) -> (Running, Receiver<String>) {
    let mut command = Command::new(standalone());
    let mut child = with_server(command.args(["--backend", "jack"]).args(args), server)
        .env("PATCHVEIL_KEYRING", keyring(true))
        .env(CONFIG, keyring(true).with_file_name("standalone.json"))
        .env_remove("NICE_LOG")
        .env_remove("DISPLAY")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, said) = mpsc::channel();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
    (Running(child), said)
}

/// Waits for a line that contains `what`.
fn wait_for(said: &Receiver<String>, what: &str) {
    let begun = Instant::now();
    let mut all = Vec::new();
    while let Some(left) = Duration::from_secs(20).checked_sub(begun.elapsed()) {
        match said.recv_timeout(left) {
            Ok(line) if line.contains(what) => return,
            Ok(line) => all.push(line),
            Err(_) => break,
        }
    }
    panic!("it does not say “{what}”, but {all:#?}");
}

/// What noise becomes between input and output of the standalone: sent, and received.
fn exchange(python: &OsStr, server: &str, seconds: &str, folder: &Path) -> (Vec<f32>, Vec<f32>) {
    let (sent, received) = (folder.join("sent"), folder.join("received"));
    let begun = Instant::now();
    let mut command = Command::new(python);
    command.arg(root().join("tests/python/jack_client.py")).arg(seconds).args([&sent, &received]);
    let output = with_server(&mut command, server).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "after {:?}: {errors}", begun.elapsed());
    (samples(&sent), samples(&received))
}

/// The interpreter with a JACK client.
fn python() -> Option<OsString> {
    let python = std::env::var_os("PATCHVEIL_PYTHON");
    if python.is_none() {
        let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some();
        assert!(!required, "PATCHVEIL_PYTHON names no interpreter; `cargo xtask test` sets it");
        eprintln!("skipped: PATCHVEIL_PYTHON names no interpreter with a JACK client");
    }
    python
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
    let Some(python) = python() else { return };
    let name = "patchveil-test";
    let ring = keyring(true);
    let folder = tempfile::tempdir().unwrap();
    let _server = server(name, RATE, BLOCK);
    let _standalone = standalone_on(name, &[]);
    let (sent, received) = exchange(&python, name, "5", folder.path());

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

#[test]
fn a_server_that_is_killed_and_started_again_is_picked_up_protected_and_at_its_new_rate() {
    let Some(python) = python() else { return };
    let name = "patchveil-test-again";
    let folder = tempfile::tempdir().unwrap();
    let recorded = folder.path().join("show.wav");
    let first = server(name, 48_000, 256);
    let ports = ["--connect-jack-inputs", "system:capture_1", "--record"];
    let (standalone, said) =
        standalone_on(name, &[&ports[..], &[recorded.to_str().unwrap()]].concat());
    wait_for(&said, "from: system – to: system JACK / PipeWire, 48 kHz");
    std::thread::sleep(Duration::from_secs(1));
    drop(first);
    wait_for(&said, "The audio device is lost. The sound server has stopped.");
    let _second = server(name, RATE, BLOCK);
    wait_for(&said, "44.1 kHz");
    let (sent, received) = exchange(&python, name, "4", folder.path());
    let veil = Arc::new(Veil::new(&key(), &Preset::Mark.recipe(), RATE).unwrap());
    let context = veil.context();
    let mut convolver = Convolver::of(veil, 1);
    let lag = lag(&sent, &received);
    let probe = &sent[FROM - context..FROM + 2_000];
    let at = position(&mut convolver, probe, &received[FROM + lag..FROM + lag + 2_000]);
    assert!(at.is_some(), "the audio is not protected");
    let begun = Instant::now();
    let interrupted = Command::new("kill").args(["-INT", &standalone.0.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    let mut standalone = standalone;
    assert!(standalone.0.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(3), "it took {:?} to end", begun.elapsed());
    // What was recorded before the server's end is a file, and what came after it another.
    for (file, rate) in [(recorded, 48_000), (folder.path().join("show 2.wav"), RATE)] {
        let recorded = hound::WavReader::open(file).unwrap();
        assert_eq!(recorded.spec().sample_rate, rate);
        assert!(recorded.duration() > rate / 2);
    }
}
