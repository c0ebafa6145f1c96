//! The connection from an editor to its instance.

mod inside;

use std::time::{Duration, Instant};

use inside::activate;
use patchveil_plugin::{ChosenClass, Patchveil, Status};
use patchveil_tests::keys::{CLASS, fingerprint, keyring, missing_fingerprint};

fn wait_until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(5), "timed out");
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
