//! The standalone follows the JACK server: its sample rate, its end and its return.
#![cfg(target_os = "linux")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use patchveil_test_support::compare::assert_same_bits;
use patchveil_tests::build::{program, root, standalone};
use patchveil_tests::jack::{Running, microphone, server, with_server};
use patchveil_tests::keys::{CLASS, CONFIG, key, keyring};
use patchveil_veil::{Convolver, Preset, Veil};

const RATE: u32 = 44_100;
/// Start of the comparison: after two seconds, when everything runs.
const FROM: usize = 2 * RATE as usize;
/// Longest delay through the server, in its blocks.
const BLOCKS_MAX: usize = 8;
const BLOCK: usize = 1_024;

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

/// Runs a client of the server that sends noise for so many seconds: what was sent, and what came back. Again
/// where the server was late, because then it leaves blocks out itself.
fn run_client(
    python: &OsStr,
    script: &str,
    seconds: &str,
    server: &str,
    folder: &Path,
) -> (Vec<f32>, Vec<f32>) {
    let (sent, received) = (folder.join("sent"), folder.join("received"));
    let begun = Instant::now();
    for _ in 0..5 {
        let mut command = Command::new(python);
        let script = root().join("tests/python").join(script);
        command.arg(script).arg(seconds).args([&sent, &received]);
        let output = with_server(&mut command, server).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "after {:?}: {errors}", begun.elapsed());
        if String::from_utf8_lossy(&output.stdout).trim() == "0" {
            return (samples(&sent), samples(&received));
        }
    }
    panic!("the machine is too slow for this test: five times blocks came late");
}

/// What noise becomes between input and output of the standalone: sent, and received.
fn exchange(python: &OsStr, server: &str, seconds: &str, folder: &Path) -> (Vec<f32>, Vec<f32>) {
    run_client(python, "jack_client.py", seconds, server, folder)
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

/// Plays noise and records everything from before the standalone is there: sent, and received.
fn record_all(python: &OsStr, server: &str, folder: &Path) -> (Vec<f32>, Vec<f32>) {
    run_client(python, "jack_all.py", "6", server, folder)
}

/// What the standalone sends at `rate` Hz if it hears `sent` from block `from` on, where `received` came
/// back; from the first sample that is not zero on. `None` if no place on the timeline explains it.
fn explained(sent: &[f32], received: &[f32], rate: u32, block: usize) -> Option<Vec<f32>> {
    let veil = Arc::new(Veil::new(&key(), &Preset::Mark.recipe(), rate).unwrap());
    let (context, repeat) = (veil.context(), veil.recipe().period_us() as i64 * i64::from(rate));
    let (repeat, mut convolver) = (repeat / 1_000_000, Convolver::of(veil, 1));
    let first = received.iter().position(|sample| *sample != 0.0)?;
    let late = first + context + BLOCKS_MAX * block + rate as usize / 2;
    let alike = |lag: &usize| -> f32 {
        let pairs = sent[late - lag..].iter().zip(&received[late..]).take(8_192);
        pairs.map(|(a, b)| a * b).sum()
    };
    let lags = (0..BLOCKS_MAX).map(|blocks| blocks * block);
    let lag = lags.max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    let probe = &sent[late - lag - context..late - lag + 2_000];
    let at = (0..repeat)
        .find(|at| veiled(&mut convolver, *at, probe)[context..] == received[late..late + 2_000])?;
    // The position of the sample that came back first; what it heard began with a block before that.
    let begin = (first - lag).saturating_sub(context + 64 * block) / block * block;
    let position = at + (begin as i64) - (late - lag - context) as i64;
    let blocks = (first - lag - begin) / block;
    (0..=blocks).rev().map(|number| begin + number * block).find_map(|heard| {
        let mut input = sent[begin..received.len() - lag].to_vec();
        input[..heard - begin].fill(0.0);
        let out = veiled(&mut convolver, position.rem_euclid(repeat), &input);
        let out = out[first - lag - begin..].to_vec();
        (out[..context.min(out.len())] == received[first..][..context.min(out.len())])
            .then_some(out)
    })
}

#[test]
fn no_sample_ever_leaves_unmarked_whatever_becomes_of_the_server() {
    let Some(python) = python() else { return };
    let name = "patchveil-test-rates";
    let folder = tempfile::tempdir().unwrap();
    let (_standalone, said) = standalone_on(name, &["--connect-jack-inputs", "feeder:out"]);
    wait_for(&said, "No JACK server runs");
    for (rate, block) in [(48_000, 1_024), (RATE, BLOCK), (96_000, 2_048)] {
        let server = server(name, rate, block);
        let (sent, received) = record_all(&python, name, folder.path());
        drop(server);
        let first = received.iter().position(|sample| *sample != 0.0).expect("nothing came back");
        let expected = explained(&sent, &received, rate, block)
            .unwrap_or_else(|| panic!("at {rate} Hz it is not what protection makes of it"));
        // The standalone looks for the server once a second, and on a busy machine takes as long again.
        assert!(received.len() - first > 2 * rate as usize, "at {rate} Hz");
        assert_same_bits(&received[first..], &expected);
        wait_for(&said, "The audio device is lost.");
    }
}

/// Does something by a patch bay.
fn patch(python: &OsStr, server: &str, what: &str) {
    let script = format!("import jack; jack.Client('bay', no_start_server=True).{what}");
    let mut command = Command::new(python);
    let done = with_server(command.args(["-c", &script]), server).output().unwrap();
    assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn what_a_patch_bay_connects_comes_back_with_the_server_and_what_it_cuts_stays_cut() {
    let Some(python) = python() else { return };
    let name = "patchveil-test-patch";
    let folder = tempfile::tempdir().unwrap();
    let first = server(name, 48_000, 512);
    let mic = microphone(&python, name, folder.path(), &[0.03; 48_000]);
    let (_standalone, said) = standalone_on(name, &[]);
    wait_for(&said, "from: nothing – to: system");
    patch(&python, name, "connect('microphone:out', 'patchveil:input_2')");
    wait_for(&said, "from: microphone – to: system");
    for number in [1, 2] {
        let ports = format!("'patchveil:output_{number}', 'system:playback_{number}'");
        patch(&python, name, &format!("disconnect({ports})"));
    }
    wait_for(&said, "No output is connected.");
    // What is missing for a second has been cut, and not ended with its client.
    std::thread::sleep(Duration::from_millis(2_500));
    drop((mic, first));
    wait_for(&said, "The audio device is lost.");
    let _second = server(name, 48_000, 512);
    let _mic = microphone(&python, name, folder.path(), &[0.03; 48_000]);
    wait_for(&said, "from: microphone – to: nothing");
    // It looks once a second.
    std::thread::sleep(Duration::from_millis(2_500));
    let later: Vec<String> = said.try_iter().collect();
    assert!(later.iter().all(|line| !line.contains("to: system")), "{later:#?}");
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
    assert!(begun.elapsed() < Duration::from_secs(15), "it took {:?} to end", begun.elapsed());
    // What was recorded before the server's end is a file, and what came after it another.
    for (file, rate) in [(recorded, 48_000), (folder.path().join("show 2.wav"), RATE)] {
        let recorded = hound::WavReader::open(file).unwrap();
        assert_eq!(recorded.spec().sample_rate, rate);
        assert!(recorded.duration() > rate / 2);
    }
}
