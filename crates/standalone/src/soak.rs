//! An hour of sound through processor and recorder, as fast as the machine can.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hasher;
use patchveil::pcm::WAV_HEAD;
use patchveil::recording::{Scratch, open};
use patchveil_keyring::{Keyring, PATH_VARIABLE};
use patchveil_plugin::{ChosenClass, Patchveil};
use patchveil_veil::ClassKey;

use crate::audio::Format;
use crate::processor::{Processor, Switches};
use crate::recorder::{Plan, Recorder, Recording, Samples};

const FORMAT: Format = Format { channels: 2, sample_rate: 48_000 };
const CLASS: &str = "Night Show";
const SECONDS: usize = 3_600;
const SPLIT_MINUTES: u32 = 15;
/// Frames in a block.
const BLOCK: usize = 480;
/// Half a step of 24 bits.
const HALF_STEP: f32 = 1.0 / 16_777_216.0;

/// Noise with the loudness of syllables.
struct Speaker(u32, usize);

impl Speaker {
    fn block(&mut self) -> Vec<f32> {
        let mut next = || {
            self.1 += 1;
            let level = (self.1 as f32 / 12_000.0).sin().abs() * 0.2;
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            level * self.0.cast_signed() as f32 / 2_147_483_648.0
        };
        (0..BLOCK).map(|_| next()).collect()
    }
}

/// Memory of this process in MiB.
fn memory() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    resident.unwrap_or(0) * 4_096 / (1 << 20)
}

/// The files of a recording, in order.
fn files(recorder: &Recorder, first: &Path) -> Vec<PathBuf> {
    let Recording::Done(progress) = recorder.state() else { panic!("{:?}", recorder.state()) };
    assert_eq!((progress.lost, &progress.unrecorded), (0.0, &None));
    assert!((progress.seconds - SECONDS as f64).abs() < 1e-6, "{}", progress.seconds);
    let stem = first.file_stem().unwrap().to_str().unwrap();
    let ending = first.extension().unwrap().to_str().unwrap();
    let further =
        (2..=progress.files).map(|n| first.with_file_name(format!("{stem} {n}.{ending}")));
    std::iter::once(first.to_owned()).chain(further).collect()
}

fn run(args: &[&str], files: &[PathBuf]) -> u8 {
    let args = std::iter::once("patchveil").chain(args.iter().copied()).map(OsString::from);
    patchveil::cli::run(args.chain(files.iter().map(|file| file.clone().into_os_string())))
}

/// Compares FLAC with the WAV of the same time, at most half a step of 24 bits apart.
fn compare(wav: &Path, flac: &Path) {
    let watch = patchveil::Watch { stop: &false.into(), progress: &|_| {} };
    let reader = |path| open(path, &Scratch::SYSTEM, &watch).unwrap().into_reader().unwrap();
    let (mut wav, mut flac) = (reader(wav), reader(flac));
    let (mut sent, mut kept) = (Vec::new(), Vec::new());
    loop {
        let frames = wav.read_block(1 << 16, &mut sent).unwrap();
        assert_eq!(flac.read_block(1 << 16, &mut kept).unwrap(), frames);
        if frames == 0 {
            return;
        }
        for (sent, kept) in sent.iter().flatten().zip(kept.iter().flatten()) {
            assert!((sent - kept).abs() <= HALF_STEP, "{sent} became {kept}");
        }
    }
}

/// `cargo test --release -p patchveil-standalone --lib soak -- --ignored --nocapture`
#[test]
#[ignore = "an hour of sound, and three GB on the disk for temporary files"]
fn an_hour_is_recorded_bit_for_bit_in_flat_memory_and_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("keyring");
    let key = ClassKey::from_bytes([7; 32]);
    let fingerprint = key.fingerprint();
    Keyring::update(&ring, || None, |keyring| keyring.import(CLASS, key)).unwrap();
    #[expect(unsafe_code, reason = "this test runs alone")]
    // SAFETY: no other thread runs yet.
    unsafe {
        std::env::set_var(PATH_VARIABLE, &ring);
    }
    let plugin = Patchveil::default();
    let remote = plugin.remote();
    remote.choose_class(ChosenClass { fingerprint, name: CLASS.to_owned() });
    let mut processor = Processor::new(Box::new(plugin), Arc::new(Switches::new(true)));
    let mut reader = processor.start(FORMAT);
    let paths = ["show.wav", "show.flac"].map(|name| folder.path().join(name));
    let mut recorders = [Samples::Float32, Samples::Flac].map(|samples| {
        let mut recorder = Recorder::new(Some(remote.clone()));
        recorder.begin_stream(FORMAT);
        let path = folder.path().join(format!("show.{}", samples.ending()));
        recorder.start(Plan { path, samples, pre_roll: true, split_minutes: SPLIT_MINUTES });
        recorder
    });
    let begun = std::time::Instant::now();
    let (mut speaker, mut sent, mut used) = (Speaker(1, 0), Hasher::new(), Vec::new());
    for number in 0..SECONDS * FORMAT.sample_rate as usize / BLOCK {
        let (mut left, mut right) = (speaker.block(), speaker.block());
        processor.process(FORMAT.sample_rate, None, &mut [&mut left, &mut right]);
        let frames = left.iter().zip(&right).flat_map(|(left, right)| [left, right]);
        sent.update(&frames.flat_map(|sample| sample.to_le_bytes()).collect::<Vec<_>>());
        while let Some(record) = reader.read() {
            recorders.iter_mut().for_each(|recorder| recorder.push(record));
        }
        if number % 30_000 == 29_999 {
            used.push(memory());
        }
    }
    recorders.iter_mut().for_each(Recorder::stop);
    println!("an hour in {:.0} s; MiB after each 5 min: {used:?}", begun.elapsed().as_secs_f64());
    assert!(used[11] <= used[0] + 8, "{used:?}");
    let [wavs, flacs] = [0, 1].map(|n| files(&recorders[n], &paths[n]));
    assert_eq!((wavs.len(), flacs.len()), (4, 4));
    let mut written = Hasher::new();
    for wav in &wavs {
        let mut file = File::open(wav).unwrap();
        file.read_exact(&mut [0; WAV_HEAD]).unwrap();
        written.update_reader(file).unwrap();
    }
    assert_eq!(written.finalize(), sent.finalize(), "the files are not what went out");
    wavs.iter().zip(&flacs).for_each(|(wav, flac)| compare(wav, flac));
    for files in [&wavs, &flacs] {
        assert_eq!(run(&["detect", "--key", CLASS], files), 0);
    }
    assert_eq!(run(&["verify"], &[folder.path().to_owned()]), 0);
}
