//! The connection from an editor to its instance.

mod inside;
mod inside_player;

use std::time::{Duration, Instant};

use inside::activate;
use inside_player::Player;
use patchveil_plugin::{ChosenClass, Patchveil, Status};
use patchveil_tests::keys::{CLASS, fingerprint, keyring, missing_fingerprint};

fn wait_until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "timed out");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_status_says_what_the_plug_in_does_and_why() {
    keyring(false);
    let mut plugin = Patchveil::default();
    let remote = plugin.remote();
    assert_eq!(remote.status(), Status::Idle);
    activate(&mut plugin, 48_000.0);
    assert_eq!(remote.status().to_string(), "not protecting: no class was chosen");

    remote.choose_class(ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() });
    wait_until(|| matches!(remote.status(), Status::Protecting { .. }));
    let text = remote.status().to_string();
    assert_eq!(text, format!("protecting “{CLASS}” ({})", fingerprint()));

    let missing = missing_fingerprint();
    remote.choose_class(ChosenClass { fingerprint: missing, name: "Gone".to_owned() });
    wait_until(|| matches!(remote.status(), Status::Muted { .. }));
    let text = remote.status().to_string();
    assert!(text.contains("“Gone”") && text.contains(&missing.to_string()), "{text}");
    assert!(text.contains("import it, or choose another class"), "{text}");

    // Settings without a valid design mute too, and the status says why.
    remote.choose_class(ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() });
    activate(&mut plugin, 1_000.0);
    assert!(remote.status().to_string().contains("sample rate"), "{}", remote.status());
    activate(&mut plugin, 48_000.0);
    assert!(matches!(remote.status(), Status::Protecting { .. }));

    // The remote outlives the instance.
    drop(plugin);
    remote.choose_class(ChosenClass { fingerprint: missing, name: "Gone".to_owned() });
}

#[test]
fn silence_is_neither_sound_nor_counted_as_protected() {
    keyring(false);
    let mut plugin = Patchveil::default();
    let remote = plugin.remote();
    remote.choose_class(ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() });
    activate(&mut plugin, 48_000.0);
    assert!(matches!(remote.status(), Status::Protecting { .. }));
    let mut analyzer = remote.analyzer();
    analyzer.poll(Instant::now());
    let view = analyzer.view();
    assert!(!view.started && !view.running && !view.sound);
    let (mut left, mut right) = ([0.0_f32; 480], [0.0_f32; 480]);
    let mut player = Player::new(&mut left, &mut right, 48_000.0);
    for block in 0..300 {
        player.block(&mut plugin, Some(480 * block));
    }
    analyzer.poll(Instant::now());
    let view = analyzer.view();
    assert!(view.started && view.running && !view.sound, "{view:?}");
    assert_eq!(view.protected_seconds, 0.0);
    for block in 300..400 {
        for (at, channel) in player.samples().iter_mut().enumerate() {
            channel
                .iter_mut()
                .enumerate()
                .for_each(|(n, x)| *x = 0.1 * ((n * (7 + at)) as f32).sin());
        }
        player.block(&mut plugin, Some(480 * block));
    }
    analyzer.poll(Instant::now());
    let view = analyzer.view();
    assert!(view.sound, "{view:?}");
    assert!((view.protected_seconds - 1.0).abs() < 0.1, "{view:?}");
    let effect = view.effect.expect("a second of sound was measured");
    assert!(effect.most_db < 3.0, "{effect:?}");
    // What stops is no longer running, though the last block had sound.
    analyzer.poll(Instant::now() + Duration::from_secs(1));
    assert!(!analyzer.view().running && !analyzer.view().sound);
}
