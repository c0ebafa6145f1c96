//! Receipts: what a host rendered offline is noted where the user wants it, and found by the command.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use patchveil_receipts::{NAME, Receipts, SETTINGS_VARIABLE, Settings};
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::{library, program};
use patchveil_tests::clap::{Context, Module};
use patchveil_tests::keys::{CLASS, fingerprint, key, keyring, new_session};
use patchveil_veil::Preset;

const RATE: u32 = 48_000;
const SECONDS: usize = 10;
/// Where the render lies in the project.
const FROM: i64 = 123_456;
/// Between the presets: nobody finds this recipe who was not told.
const PARAMS: &str = r#""preset_2":{"string":"strong"},"amount":{"f32":66.6}"#;

/// What a host renders of `input`, and whether it says that it renders.
fn render(module: &Module, mut input: Vec<Vec<f32>>, offline: bool) -> Vec<Vec<f32>> {
    let mut instance = module.instance_with(&new_session(fingerprint(), PARAMS));
    instance.layout(1);
    instance.offline(offline);
    instance.activate(f64::from(RATE), 512);
    instance.run(FROM, &mut input, 512, 1);
    instance.deactivate();
    input
}

/// Plays three seconds of `input` live, in blocks of 2,048 samples that automation cuts at 2,000, in the first
/// second with another amount each; returns how long most of these took at most.
fn play(module: &Module, input: &[f32]) -> Duration {
    const BLOCK: usize = 2_048;
    let mut instance = module.instance_with(&new_session(fingerprint(), PARAMS));
    instance.layout(1);
    let amount = instance.param("Amount").id;
    instance.activate(f64::from(RATE), BLOCK as u32);
    let begun = Instant::now();
    let mut memory = [0.0; BLOCK];
    let mut taken = Vec::new();
    for (n, samples) in input.chunks_exact(BLOCK).take(3 * RATE as usize / BLOCK).enumerate() {
        let due = begun + Duration::from_secs_f64((n * BLOCK) as f64 / f64::from(RATE));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        memory.copy_from_slice(samples);
        let moves = n < RATE as usize / BLOCK;
        let events = [(2_000, amount, if moves { 0.2 + 0.02 * n as f64 } else { 0.5 })];
        let position = Some(FROM + (n * BLOCK) as i64);
        let context = Context { position, events: &events, ..Context::default() };
        let called = Instant::now();
        instance.process(&mut [&mut memory], &context);
        if moves {
            taken.push(called.elapsed());
        }
    }
    instance.deactivate();
    taken.sort();
    taken[taken.len() / 2]
}

fn write(path: &Path, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

fn read(path: &Path) -> Vec<f32> {
    hound::WavReader::open(path).unwrap().samples().map(Result::unwrap).collect()
}

fn command(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program());
    command.current_dir(folder).arg("--keyring").arg(keyring(false)).args(arguments);
    command.output().unwrap()
}

/// The receipts in `folder`, once there are so many.
fn receipts(folder: &Path, count: usize) -> Receipts {
    let start = Instant::now();
    loop {
        let file = std::fs::File::open(folder.join(NAME));
        let read = file.map(|file| Receipts::read(file).unwrap()).unwrap_or_default();
        if read.receipts.len() >= count {
            return read;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "no receipt was written");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_render_is_noted_and_the_command_finds_what_it_was_made_with() {
    keyring(false);
    let home = tempfile::tempdir().unwrap();
    let (folder, bounced) = (home.path().join("receipts"), home.path().join("bounced"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::create_dir_all(&bounced).unwrap();
    let path = home.path().join("plugin.json");
    // SAFETY: no plug-in is loaded yet, and there is one test in this process.
    unsafe { std::env::set_var(SETTINGS_VARIABLE, &path) };
    let module = Module::load(&library());
    let input = noise_channels(1, SECONDS * RATE as usize, 5);

    // Off, until a folder is named.
    render(&module, input.clone(), true);
    Settings::at(&path).set_receipts_folder(Some(&folder)).unwrap();
    let output = render(&module, input.clone(), true);
    let read_back = receipts(&folder, 1);
    let mut recipe = Preset::Strong.recipe();
    recipe.veil.as_mut().unwrap().amount = 66.6;
    let receipt = &read_back.receipts[0];
    assert_eq!((read_back.receipts.len(), read_back.unreadable), (1, 0));
    assert_eq!((receipt.fingerprint, &receipt.recipe), (fingerprint(), &recipe));
    assert_eq!((receipt.position, receipt.frames), (FROM, (SECONDS * RATE as usize) as u64));
    assert_eq!((receipt.sample_rate_hz, receipt.channels, receipt.gain), (RATE, 1, Some(1.0)));
    assert!((receipt.position_s - 2.572).abs() < 1e-9);
    // Neither the key nor the class's name.
    let text = std::fs::read_to_string(folder.join(NAME)).unwrap();
    assert!(!text.contains("pvkey") && !text.contains(CLASS));
    assert!(!text.contains(key().to_text().as_str()));

    write(&bounced.join("bounce.wav"), &output[0]);
    let verified = command(&["verify", "bounce.wav", "--key", CLASS, "--json"], &bounced);
    let line = String::from_utf8(verified.stdout).unwrap();
    assert!(
        line.contains(r#""status":"not_recorded""#) && line.contains(r#""receipt":{"#),
        "{line}"
    );

    // Recipe and place as noted take off what was rendered.
    std::fs::write(bounced.join("noted.json"), serde_json::to_string(&receipt.recipe).unwrap())
        .unwrap();
    let offset = receipt.position.to_string();
    let arguments = ["restore", "bounce.wav", "--key", CLASS, "--recipe", "noted.json"];
    let arguments = [&arguments[..], &["--offset", &offset, "-o", "back.wav"]].concat();
    let restored = command(&arguments, &bounced);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let back = read(&bounced.join("back.wav"));
    let apart = back[RATE as usize..].iter().zip(&input[0][RATE as usize..]);
    let apart = apart.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-5, "{apart}");

    // What is played is not noted, however the host's blocks are cut, and waits for no design.
    let taken = play(&module, &input[0]);
    assert!(taken < Duration::from_millis(5), "{taken:?}");
    std::thread::sleep(Duration::from_millis(500));
    let noted = std::fs::File::open(folder.join(patchveil_receipts::NAME)).unwrap();
    assert_eq!(Receipts::read(noted).unwrap().receipts.len(), 1);

    // What does not carry the key has no receipt, whatever its length.
    write(&bounced.join("other.wav"), &input[0]);
    let verified = command(&["verify", "other.wav", "--key", CLASS, "--json"], &bounced);
    assert!(!String::from_utf8(verified.stdout).unwrap().contains("receipt"));
}
