//! What `restore` claims, and stems that begin later on a session's timeline.

use crate::support::command::User;
use crate::support::{chunk, fmt_body, integer_bytes, integers, riff};
use patchveil::pcm::PcmReader;
use patchveil_test_support::signal;

const RATE: u32 = 16_000;

#[test]
fn no_snr_is_claimed_unless_the_manifest_shows_that_it_is_the_protected_file() {
    let user = User::with_key();
    let voice = signal::speech(3, RATE, 12.0);
    user.put("a.wav", integers(24, RATE, &voice));
    user.run(&["protect", "a.wav", "--preset", "balanced@1"]).succeeds();
    let known = user.run(&["restore", "a.protected.wav", "--json"]).succeeds().json();
    assert_eq!(known[0]["claim"], "computed");
    assert!(known[0]["expected_snr_db"].as_f64().unwrap() > 80.0);
    // Music in the background, which no restoring takes away.
    let bed = signal::music(0, RATE, 12.0);
    let mixed = user.samples("a.protected.wav");
    let mixed: Vec<f32> = mixed.iter().zip(&bed).map(|(a, b)| a + 0.05 * b).collect();
    user.put("mix/a.wav", integers(24, RATE, &mixed));
    let restore = ["restore", "mix/a.wav", "--preset", "balanced@1", "--offset", "0"];
    let done = user.run(&[&restore[..], &["--json"]].concat()).succeeds().json();
    assert_eq!((&done[0]["claim"], &done[0]["evidence"]), (&"unknown".into(), &"detection".into()));
    assert!(done[0]["expected_snr_db"].is_null() && done[0]["snr_at_most_db"].is_null());
    let table = user.run(&[&restore[..], &["--force"]].concat()).succeeds().out;
    assert!(table.contains("unknown") && !table.contains("dB below"), "{table}");
}

#[test]
fn stems_that_begin_later_are_protected_apart_and_restored_as_one() {
    let user = User::with_key();
    let late = 12_345;
    let (first, second) = (signal::speech(3, RATE, 4.0), signal::music(1, RATE, 4.0));
    let mix = |first: &[f32], second: &[f32]| -> Vec<f32> {
        let second = |n: usize| n.checked_sub(late).and_then(|at| second.get(at)).unwrap_or(&0.0);
        first.iter().enumerate().map(|(n, x)| x + second(n)).collect()
    };
    let mut bext = vec![0; 602];
    bext[338..346].copy_from_slice(&(late as u64).to_le_bytes());
    let broadcast = riff(&[
        chunk(b"bext", &bext),
        chunk(b"fmt ", &fmt_body(1, 1, RATE, 24)),
        chunk(b"data", &integer_bytes(24, &second)),
    ]);
    user.put("1.wav", integers(24, RATE, &first));
    user.put("2.wav", broadcast);
    user.run(&["protect", "1.wav", "--preset", "balanced"]).succeeds();
    for position in [&["--offset", "12345"][..], &["--timeline", "bext"]] {
        let protect = ["protect", "2.wav", "--preset", "balanced", "--force"];
        let ran = user.run(&[&protect[..], position].concat()).succeeds();
        assert!(ran.out.contains("begins at sample 12345"), "{ran:?}");
        let mixed = mix(&user.samples("1.protected.wav"), &user.samples("2.protected.wav"));
        user.put("mix/all.wav", integers(24, RATE, &mixed));
        let restore = ["restore", "mix/all.wav", "--preset", "balanced", "--offset", "0"];
        user.run(&[&restore[..], &["--force", "-o", "mix/back.wav"]].concat());
        let (back, original) = (user.samples("mix/back.wav"), mix(&first, &second));
        let apart = back.iter().zip(&original).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "{apart}");
        std::fs::remove_file(user.path("mix/back.wav")).unwrap();
        // The record has the position.
        let back = user.run(&["restore", "2.protected.wav", "--force", "--json"]).succeeds().json();
        assert_eq!(
            (&back[0]["evidence"], &back[0]["offset"]),
            (&"manifest".into(), &12_345.into())
        );
    }
    user.run(&["protect", "1.wav", "-o", "x.wav", "--timeline", "bext"])
        .fails(1, &["1.wav: has no bext chunk", "--offset"]);
}

#[test]
fn a_whole_file_without_a_record_begins_at_0_however_often_it_repeats_itself() {
    let user = User::with_key();
    user.put("demo.wav", include_bytes!("../../../../assets/demo.wav"));
    let rate = PcmReader::open(&user.path("demo.wav")).unwrap().info().sample_rate;
    let once: Vec<f32> = user.samples("demo.wav").iter().map(|x| 0.4954 * x).collect();
    for times in [1, 3] {
        user.put("a.wav", integers(24, rate, &once.repeat(times)));
        user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest", "--force"]);
        let restore = ["restore", "a.protected.wav", "--preset", "balanced", "--force", "--json"];
        let done = user.run(&restore).succeeds().json();
        assert_eq!((&done[0]["offset"], &done[0]["evidence"]), (&0.into(), &"detection".into()));
        let (back, original) = (user.samples("a.restored.wav"), user.samples("a.wav"));
        let apart = back.iter().zip(&original).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "{times} times: {apart}");
    }
}
