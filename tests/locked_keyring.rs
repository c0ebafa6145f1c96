//! A keyring with a passphrase: typed in one editor, it unlocks the keyring for every instance in the
//! process.

mod inside;

use std::time::{Duration, Instant};

use patchveil_keyring::{Keyring, Passphrase};
use patchveil_plugin::keys::{Keys, Outcome, Request};
use patchveil_plugin::{ChosenClass, Patchveil, Remote, Status};
use patchveil_tests::keys::{CLASS, fingerprint, keyring};
use zeroize::Zeroizing;

/// Waits for a status that `accepts` accepts.
fn wait_for(remote: &Remote, accepts: impl Fn(&Status) -> bool) -> Status {
    let start = Instant::now();
    loop {
        let status = remote.status();
        if accepts(&status) {
            return status;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "still {status}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_passphrase_typed_once_unlocks_the_keyring_for_all_instances() {
    let path = keyring(false);
    let passphrase = Passphrase::new("open sesame".to_owned()).unwrap().with_work_factor(2);
    Keyring::set_passphrase(path, || None, Some(&passphrase)).unwrap();
    let class = ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() };
    // An instance without a class mutes too, because the keyring may have a default class.
    let mut undecided = Patchveil::default();
    let open = undecided.remote();
    inside::activate(&mut undecided, 48_000.0);
    let said = open.status().to_string();
    assert!(said.starts_with("muted: whether there is a default class"), "{said}");
    let mut plugins = [Patchveil::default(), Patchveil::default()];
    let remotes = plugins.each_ref().map(Patchveil::remote);
    for (plugin, remote) in plugins.iter_mut().zip(&remotes) {
        remote.choose_class(class.clone());
        inside::activate(plugin, 48_000.0);
        let said = remote.status().to_string();
        assert!(said.starts_with("muted") && said.contains("is locked"), "{said}");
        assert!(said.contains("type it in Patchveil's window"), "{said}");
    }

    let mut keys = Keys::new(|| {});
    let mut ask = |request: Request| {
        keys.ask(request);
        let start = Instant::now();
        loop {
            if let Some((_, answer)) = keys.next_answer() {
                return answer;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "no answer");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let passphrase = Zeroizing::new("open sesame".to_owned());
    assert_eq!(ask(Request::Unlock { passphrase }), Ok(Outcome::Unlocked));
    for remote in &remotes {
        wait_for(remote, |status| matches!(status, Status::Protecting { .. }));
    }
    wait_for(&open, |status| *status == Status::NotProtecting);

    // Locked again, the instances keep protecting with the keys they have, and say so.
    assert_eq!(ask(Request::Lock), Ok(Outcome::Locked));
    for remote in &remotes {
        let trouble = |status: &Status| {
            matches!(status, Status::Protecting { trouble: Some(trouble), .. }
                if trouble.to_string().contains("is locked"))
        };
        wait_for(remote, trouble);
    }
    assert_eq!(open.status(), Status::NotProtecting);
    // A new instance is muted.
    let mut late = Patchveil::default();
    let remote = late.remote();
    remote.choose_class(class);
    inside::activate(&mut late, 48_000.0);
    assert!(matches!(remote.status(), Status::Muted { .. }));
}
