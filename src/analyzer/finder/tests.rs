//! Marks that are there are found, and no others.

use std::path::Path;
use std::time::{Duration, Instant};

use nice_plug_egui::RepaintNotifier;
use patchveil_keyring::Keyring;
use patchveil_test_support::Rng;
use patchveil_veil::{ClassKey, Convolver, Preset, Veil};

use super::*;

const RATE: u32 = 16_000;

fn key(n: u8) -> ClassKey {
    ClassKey::from_bytes([n; 32])
}

fn keyring(path: &Path) {
    Keyring::update(
        path,
        || None,
        |keyring| {
            keyring.import("Night Show", key(1))?;
            keyring.import("Late Show", key(2))
        },
    )
    .unwrap();
}

/// Noise, and the same marked with this key.
fn marked(seconds: usize, key: &ClassKey) -> (Vec<f32>, Vec<f32>) {
    let mut rng = Rng::new(3);
    let plain: Vec<f32> = (0..seconds * RATE as usize).map(|_| 0.2 * rng.sample()).collect();
    let mut marked = plain.clone();
    let veil = Veil::new(key, &Preset::Mark.recipe(), RATE).unwrap();
    Convolver::of(veil.into(), 1).process(0, &mut [&mut marked]);
    (plain, marked)
}

/// Sends both streams and waits until `done`.
fn run(
    finder: &mut MarkFinder,
    before: &[f32],
    after: &[f32],
    done: impl Fn(&Results) -> bool,
) -> Results {
    for (before, after) in before.chunks(RATE as usize).zip(after.chunks(RATE as usize)) {
        finder.push(before, after);
        finder.flush(RATE);
    }
    let start = Instant::now();
    while !done(&finder.results()) && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    finder.results()
}

fn wanted() -> Option<Wanted> {
    Some(Wanted { key: key(1).fingerprint(), settings: MarkSettings::default() })
}

#[test]
fn a_mark_is_found_where_it_is_and_named_while_the_user_listens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring");
    keyring(&path);
    let mut finder = MarkFinder::start(Some(path), RepaintNotifier::new());
    finder.restart(wanted());
    let (_, other) = marked(4, &key(2));
    let (_, own) = marked(4, &key(1));
    let results =
        run(&mut finder, &other, &own, |results| matches!(results.found, Found::Yes { .. }));
    let Found::Yes { seconds, p } = results.found else { panic!("{results:?}") };
    assert!((3.0..=4.0).contains(&seconds) && p <= 1e-6);
    // Nobody listened.
    assert_eq!(results.heard, None);

    finder.listen(true);
    finder.restart(wanted());
    let heard = |results: &Results| results.heard.as_ref().is_some_and(|heard| heard.seconds > 0.0);
    let results = run(&mut finder, &other, &own, heard);
    let heard = results.heard.unwrap();
    let names: Vec<&str> = heard.keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["Late Show"]);
    finder.listen(false);
    let results = run(&mut finder, &[], &[], |results| results.heard.is_none());
    assert_eq!(results.heard, None);
}

#[test]
fn what_carries_no_mark_is_not_green() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring");
    keyring(&path);
    let mut finder = MarkFinder::start(Some(path), RepaintNotifier::new());
    finder.listen(true);
    finder.restart(wanted());
    let (plain, _) = marked(4, &key(1));
    let tried = |results: &Results| results.heard.as_ref().is_some_and(|heard| heard.seconds > 0.0);
    let results = run(&mut finder, &plain, &plain, tried);
    assert!(matches!(results.found, Found::Searching { .. }), "{results:?}");
    assert!(results.heard.unwrap().keys.is_empty());
    // A pure tone has nothing to carry a mark in.
    let step = std::f32::consts::TAU * 440.0 / RATE as f32;
    let tone: Vec<f32> = (0..21 * RATE).map(|n| 0.2 * (n as f32 * step).sin()).collect();
    finder.restart(wanted());
    let gave_up = |results: &Results| matches!(results.found, Found::No { .. });
    let results = run(&mut finder, &tone, &tone, gave_up);
    assert!(gave_up(&results), "{results:?}");
}

#[test]
fn what_was_dropped_is_said_again_before_more_is_sent() {
    let (sender, messages) = sync_channel(3);
    let mut finder = MarkFinder {
        sender: Some(sender),
        closing: Arc::default(),
        results: Arc::default(),
        thread: None,
        before: Vec::new(),
        after: Vec::new(),
        wanted: None,
        listening: false,
        lost: false,
    };
    finder.listen(true);
    finder.restart(None);
    finder.restart(None);
    finder.restart(wanted());
    assert_eq!(messages.try_iter().count(), 3, "the last one found no room");
    // Also without a sample to send.
    finder.flush(RATE);
    assert!(matches!(messages.try_recv(), Ok(Message::Listen(true))));
    assert!(matches!(messages.try_recv(), Ok(Message::Restart(sent)) if sent == wanted()));
    finder.push(&[0.0], &[0.0]);
    finder.flush(RATE);
    assert!(matches!(messages.try_recv(), Ok(Message::Audio { .. })));
}
