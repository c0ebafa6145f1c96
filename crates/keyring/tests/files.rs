//! The keyring file: what is in it, who may read it, how it is replaced.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{contents, fill, key, never, place, write_private};
use patchveil_keyring::{Keyring, KeyringError};

#[test]
fn what_is_stored_is_read_back() {
    let (_dir, path) = place();
    Keyring::update(&path, never, |keyring| {
        keyring.create("quote \" backslash \\ Ночь 👩‍👩‍👧")?;
        keyring.import("Day Show", key(2))?;
        keyring.set_default(Some("Day Show"))
    })
    .unwrap();
    let first = Keyring::open(&path, never).unwrap();
    Keyring::update(&path, never, |keyring| keyring.create("third").map(|_| ())).unwrap();
    let again = Keyring::open(&path, never).unwrap();
    assert_eq!(contents(&again)[..2], contents(&first)[..]);
    for (old, new) in first.entries().iter().zip(again.entries()) {
        assert_eq!((old.key(), old.created()), (new.key(), new.created()));
    }
    assert_eq!(again.get("Day Show").unwrap().key(), &key(2));
    assert_eq!(again.default_entry().unwrap().name(), "Day Show");
}

/// Version 1 as released: whoever changes what is written has to read this, too.
#[test]
fn the_format_is_pinned() {
    let (_dir, path) = place();
    let file = format!(
        r#"{{
  "format": "patchveil-keyring",
  "version": 1,
  "default": "Night Show",
  "keys": [
    {{
      "name": "Night Show",
      "key": "{}",
      "fingerprint": "{}",
      "created": "2026-01-31T20:15:00Z"
    }}
  ]
}}
"#,
        *key(7).to_text(),
        key(7).fingerprint()
    );
    write_private(&path, file.as_bytes());
    let keyring = Keyring::open(&path, never).unwrap();
    assert_eq!(keyring.get("Night Show").unwrap().key(), &key(7));
    assert_eq!(keyring.entries()[0].created().to_string(), "2026-01-31T20:15:00Z");
    assert_eq!(keyring.default_entry().unwrap().name(), "Night Show");

    // Written anew it is the same, to the byte.
    Keyring::update(&path, never, |keyring| keyring.create("x")).unwrap();
    Keyring::update(&path, never, |keyring| keyring.remove("x")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), file);
}

#[test]
fn a_missing_file_is_an_empty_keyring_and_reading_does_not_create_it() {
    let (dir, path) = place();
    assert!(Keyring::open(&path, never).unwrap().entries().is_empty());
    assert!(!Keyring::is_locked(&path).unwrap());
    let deep = dir.path().join("not/there/keyring");
    assert!(Keyring::open(&deep, never).unwrap().entries().is_empty());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_change_that_fails_or_changes_nothing_writes_nothing() {
    let (_dir, path) = place();
    Keyring::update(&path, never, |_| Ok(())).unwrap();
    assert!(!path.exists());
    fill(&path, &[1]);
    let before = (Keyring::stamp(&path), fs::read(&path).unwrap());
    Keyring::update(&path, never, |keyring| keyring.set_default(Some("class 1"))).unwrap();
    let failed = Keyring::update(&path, never, |keyring| {
        keyring.create("half done")?;
        keyring.remove("unknown")
    });
    assert!(matches!(failed, Err(KeyringError::UnknownName { .. })));
    assert_eq!((Keyring::stamp(&path), fs::read(&path).unwrap()), before);
}

#[test]
fn a_stamp_tells_whether_the_file_changed() {
    let (_dir, path) = place();
    let missing = Keyring::stamp(&path);
    assert_eq!(missing, Keyring::stamp(&path));
    fill(&path, &[1]);
    let first = Keyring::stamp(&path);
    assert_ne!(first, missing);
    assert_eq!(first, Keyring::stamp(&path));
    fill(&path, &[2]);
    assert_ne!(first, Keyring::stamp(&path));
}

#[test]
fn an_impossible_path_is_a_clear_error() {
    let (dir, file) = place();
    fs::write(&file, "a file where a directory is needed").unwrap();
    let path = file.join("keyring");
    let refused = Keyring::update(&path, never, |keyring| keyring.create("x")).unwrap_err();
    assert!(matches!(refused, KeyringError::Io { .. }), "{refused}");
    let said = refused.to_string();
    assert!(said.contains(path.to_str().unwrap()), "{said}");
    assert_eq!(said.lines().count(), 1);

    // A directory, and nothing, where the keyring should be.
    for path in [dir.path(), Path::new(""), Path::new("/"), Path::new("..")] {
        let refused = Keyring::update(path, never, |keyring| keyring.create("x")).unwrap_err();
        assert!(matches!(refused, KeyringError::Io { .. }), "{refused}");
    }
    assert!(!Path::new(".lock").exists());
    assert!(matches!(Keyring::open(dir.path(), never), Err(KeyringError::Io { .. })));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use common::set_mode;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn everything_created_is_accessible_to_its_owner_only() {
        let (dir, _) = place();
        let path = dir.path().join("a/b/keyring");
        fill(&path, &[1]);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&dir.path().join("a/b/keyring.lock")), 0o600);
        assert_eq!(mode(&dir.path().join("a/b")), 0o700);
        assert_eq!(mode(&dir.path().join("a")), 0o700);
        fill(&path, &[2]);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(dir.path().join("a/b")).unwrap().count(), 2);
    }

    #[test]
    fn an_existing_directory_keeps_its_mode() {
        let (dir, path) = place();
        set_mode(dir.path(), 0o755);
        fill(&path, &[1]);
        assert_eq!(mode(dir.path()), 0o755);
    }

    #[test]
    fn a_keyring_others_can_read_or_write_is_refused_with_the_remedy() {
        let (_dir, path) = place();
        fill(&path, &[1]);
        for open in [0o640, 0o620, 0o604, 0o602, 0o666, 0o777] {
            set_mode(&path, open);
            for refused in common::assert_refused_and_untouched(&path) {
                assert!(matches!(refused, KeyringError::TooOpen { .. }), "{refused}");
                let remedy = format!("chmod 600 {}", path.display());
                assert!(refused.to_string().contains(&remedy), "{refused}");
            }
            assert!(matches!(Keyring::is_locked(&path), Err(KeyringError::TooOpen { .. })));
            assert_eq!(mode(&path), open);
        }
        set_mode(&path, 0o600);
        assert_eq!(Keyring::open(&path, never).unwrap().entries().len(), 1);
    }

    #[test]
    fn a_keyring_made_read_only_can_be_read_and_is_not_replaced() {
        let (_dir, path) = place();
        fill(&path, &[1]);
        set_mode(&path, 0o400);
        let before = fs::read(&path).unwrap();
        assert_eq!(Keyring::open(&path, never).unwrap().entries().len(), 1);
        let refused = Keyring::update(&path, never, |keyring| keyring.create("x")).unwrap_err();
        assert!(matches!(refused, KeyringError::ReadOnly { .. }), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(mode(&path), 0o400);
    }

    #[test]
    fn a_read_only_directory_is_a_clear_error() {
        let (dir, path) = place();
        fill(&path, &[1]);
        fs::remove_file(dir.path().join("keyring.lock")).unwrap();
        set_mode(dir.path(), 0o500);
        if fs::write(dir.path().join("probe"), "").is_ok() {
            eprintln!("SKIPPED: permission bits do not bind this user (root?)");
            return;
        }
        let before = fs::read(&path).unwrap();
        assert_eq!(Keyring::open(&path, never).unwrap().entries().len(), 1);
        let refused = Keyring::update(&path, never, |keyring| keyring.create("x")).unwrap_err();
        assert!(matches!(refused, KeyringError::ReadOnly { .. }), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), before);
        set_mode(dir.path(), 0o700);
    }

    #[test]
    fn a_linked_keyring_stays_a_link_and_its_target_is_replaced() {
        let (dir, link) = place();
        let real = dir.path().join("elsewhere/real");
        fill(&real, &[1]);
        symlink("elsewhere/real", &link).unwrap();
        fill(&link, &[2]);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(Keyring::open(&real, never).unwrap().entries().len(), 2);
        assert_eq!(Keyring::open(&link, never).unwrap().entries().len(), 2);
        // One lock for both ways to it.
        assert!(dir.path().join("elsewhere/real.lock").exists());
        assert!(!dir.path().join("keyring.lock").exists());
    }

    #[test]
    fn a_dangling_link_is_not_taken_for_an_empty_keyring() {
        let (dir, link) = place();
        symlink(dir.path().join("unmounted/keyring"), &link).unwrap();
        assert!(matches!(Keyring::open(&link, never), Err(KeyringError::Io { .. })));
        let refused = Keyring::update(&link, never, |keyring| keyring.create("x"));
        assert!(matches!(refused, Err(KeyringError::Io { .. })));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(!dir.path().join("unmounted").exists());
    }

    #[test]
    fn a_pipe_is_refused_instead_of_waited_for() {
        let (_dir, path) = place();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: no mkfifo here");
            return;
        }
        assert!(matches!(Keyring::open(&path, never), Err(KeyringError::Io { .. })));
    }

    #[test]
    fn a_keyring_changed_by_root_still_belongs_to_its_user() {
        let (_dir, path) = place();
        fill(&path, &[1]);
        if chown(&path, Some(54_321), None).is_err() {
            eprintln!("SKIPPED: only root can give files away");
            return;
        }
        fill(&path, &[2]);
        assert_eq!(fs::metadata(&path).unwrap().uid(), 54_321);
        assert_eq!(mode(&path), 0o600);
    }
}
