//! How soon the right key is named in recordings, and whether any is where there is none: for
//! `cargo xtask bench listen`, which makes the recordings.

use std::fs;
use std::path::{Path, PathBuf};

use nice_plug_egui::RepaintNotifier;
use patchveil_keyring::Keyring;
use patchveil_test_support::Rng;
use patchveil_veil::{ClassKey, Convolver, Preset, Veil};

use super::*;

/// Folder with recordings, mono at [`RATE`]: those of speech in `speech`, those of music in `music`.
const FOLDER: &str = "PATCHVEIL_LISTEN_RECORDINGS";
const RATE: u32 = 48_000;
const KEYS: usize = 10;
/// Excerpts of either kind that carry a mark, and all that carry none.
const MARKED: usize = 20;
const UNMARKED: usize = 100;
/// Length of an excerpt in seconds.
const SECONDS: usize = 30;
/// How much sound an editor passes on at a time, in samples.
const CHUNK: usize = RATE as usize / 30;
/// What is marked before an excerpt, so that the mark's echoes are whole from its first sample on.
const LEAD: usize = RATE as usize / 10;

struct Recording {
    name: String,
    samples: Vec<f32>,
}

/// The samples of a WAV file as the bench writes it: a header of 44 bytes, then 16 bits each.
fn recording(path: &Path) -> Recording {
    let bytes = fs::read(path).unwrap();
    let (header, data) = bytes.split_at(44);
    assert_eq!((&header[..4], &header[36..40]), (&b"RIFF"[..], &b"data"[..]), "{path:?}");
    assert_eq!(header[22..28], [1, 0, 0x80, 0xbb, 0, 0], "mono at 48 kHz: {path:?}");
    let sample = |pair: &[u8; 2]| f32::from(i16::from_le_bytes(*pair)) / 32_768.0;
    Recording {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        samples: data.as_chunks::<2>().0.iter().map(sample).collect(),
    }
}

fn recordings(folder: &Path) -> Vec<Recording> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| recording(path)).collect()
}

/// Excerpt number `n` of these recordings, with what comes before it, and where that begins.
fn excerpt<'a>(
    recordings: &'a [Recording],
    n: usize,
    rng: &mut Rng,
) -> (&'a Recording, usize, Vec<f32>) {
    let recording = &recordings[n % recordings.len()];
    let length = LEAD + SECONDS * RATE as usize;
    let start = rng.below(recording.samples.len() - length);
    (recording, start, recording.samples[start..start + length].to_vec())
}

/// As a bounce of 16 bits.
fn bounced(samples: &[f32]) -> Vec<f32> {
    samples.iter().map(|x| (x * 32_768.0).round().clamp(-32_768.0, 32_767.0) / 32_768.0).collect()
}

/// The keys that a thread which listens names in these samples, and after how many seconds it did so first.
fn named(keyring: &Path, samples: &[f32]) -> Vec<(Fingerprint, f64)> {
    // It takes one message at a time, so that it is known after how much sound a key is named.
    let (sender, messages) = sync_channel(0);
    let results = Arc::new(Mutex::new(Results::default()));
    let path = Some(keyring.to_owned());
    let worker = Worker::new(path, results.clone(), RepaintNotifier::new(), Arc::default());
    let thread = std::thread::spawn(move || worker.run(&messages));
    sender.send(Message::Listen(true)).unwrap();
    let mut named: Vec<(Fingerprint, f64)> = Vec::new();
    let mut seconds = 0.0;
    for chunk in samples.chunks(CHUNK) {
        let audio = |before| Message::Audio { before, after: Vec::new(), rate: RATE };
        sender.send(audio(chunk.to_vec())).unwrap();
        // Taken when the one before is done with.
        sender.send(audio(Vec::new())).unwrap();
        seconds += chunk.len() as f64 / f64::from(RATE);
        let heard = results.lock().heard.clone().unwrap_or_default();
        assert!(!heard.unreadable);
        for key in heard.keys {
            if named.iter().all(|(known, _)| *known != key.fingerprint) {
                named.push((key.fingerprint, seconds));
            }
        }
    }
    drop(sender);
    thread.join().unwrap();
    named
}

/// Seconds of processor time that this program has taken.
fn processor_s() -> f64 {
    // Linux counts in hundredths, and the program's name may have spaces.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The value below which this share of `sorted` lies; keys that were not named count as infinite.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1]
}

#[test]
#[ignore = "needs recordings: cargo xtask bench listen"]
fn the_right_key_is_named_in_recordings_and_none_where_there_is_none() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("run by cargo xtask bench listen"));
    let kinds = ["speech", "music"].map(|kind| (kind, recordings(&folder.join(kind))));
    let keys: Vec<ClassKey> = (0..KEYS as u8).map(|n| ClassKey::from_bytes([n + 1; 32])).collect();
    let home = tempfile::tempdir().unwrap();
    let keyring = home.path().join("keyring");
    let import = |keyring: &mut Keyring| {
        keys.iter()
            .enumerate()
            .try_for_each(|(n, key)| keyring.import(&format!("Show {n}"), key.clone()).map(drop))
    };
    Keyring::update(&keyring, || None, import).unwrap();
    let mut rng = Rng::from_text("listen");

    for (kind, recordings) in &kinds {
        let mut times = Vec::new();
        for n in 0..MARKED {
            let (recording, start, mut samples) = excerpt(recordings, n, &mut rng);
            let key = &keys[n % KEYS];
            let veil = Veil::new(key, &Preset::Mark.recipe(), RATE).unwrap();
            Convolver::of(veil.into(), 1).process(start as i64, &mut [&mut samples]);
            let named = named(&keyring, &bounced(&samples[LEAD..]));
            let wrong = named.iter().any(|(named, _)| *named != key.fingerprint());
            assert!(!wrong, "{} from {start}: a wrong key in {named:?}", recording.name);
            let after = named.first().map_or(f64::INFINITY, |(_, seconds)| *seconds);
            println!("{kind}\t{}\t{start}\t{after:.1}", recording.name);
            times.push(after);
        }
        times.sort_by(f64::total_cmp);
        let [half, most, all] = [0.5, 0.9, 1.0].map(|share| quantile(&times, share));
        let within = times.iter().filter(|seconds| **seconds <= 10.1).count();
        println!(
            "{kind}, {MARKED} marked excerpts: named after {half:.1} s (median), {most:.1} s (90 %), {all:.1} s \
             (worst); {within} within 10 s"
        );
    }

    let before = processor_s();
    for n in 0..UNMARKED {
        let (_, recordings) = &kinds[n % 2];
        let (recording, start, samples) = excerpt(recordings, n / 2, &mut rng);
        let named = named(&keyring, &bounced(&samples[LEAD..]));
        assert!(named.is_empty(), "{} from {start}: {named:?}", recording.name);
    }
    let share = 100.0 * (processor_s() - before) / (UNMARKED * SECONDS) as f64;
    println!(
        "{UNMARKED} unmarked excerpts, {KEYS} keys each: none named, at {share:.2} % of a core"
    );
}
