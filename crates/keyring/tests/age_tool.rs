//! The `age` command opens what this crate locks, and the other way round.
//!
//! `age` takes passphrases from a terminal only, so `expect` types them. Without these tools the
//! tests say so and pass, unless `PATCHVEIL_REQUIRE_TOOLS=1` is set.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[expect(dead_code, reason = "this file does not need every helper")]
mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{fill, key, never, passphrase, place, set_mode};
use patchveil_keyring::Keyring;

const TYPED: &str = "correct horse";

fn tools_missing() -> bool {
    let missing: Vec<&str> = [("age", "--version"), ("expect", "-v")]
        .into_iter()
        .filter(|(tool, flag)| {
            let run = Command::new(tool).arg(flag).stdout(Stdio::null()).status();
            !run.is_ok_and(|status| status.success())
        })
        .map(|(tool, _)| tool)
        .collect();
    if missing.is_empty() {
        return false;
    }
    let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "PATCHVEIL_REQUIRE_TOOLS is set, but there is no {}", missing.join(", no "));
    eprintln!(
        "SKIPPED: not checked against the age command, there is no {}",
        missing.join(", no ")
    );
    true
}

/// Runs `age` with these arguments at a terminal where `typed` answers every question.
fn age(args: &[&str], typed: &str) -> bool {
    let script = tempfile::NamedTempFile::new().unwrap();
    let lines = "set timeout 60
        spawn -noecho age {*}[lrange $argv 1 end]
        expect {
            -nocase passphrase { send -- \"[lindex $argv 0]\\r\"; exp_continue }
            timeout { exit 99 }
            eof
        }
        exit [lindex [wait] 3]";
    fs::write(script.path(), lines).unwrap();
    Command::new("expect")
        .arg(script.path())
        .arg(typed)
        .args(args)
        .stdout(Stdio::null())
        .status()
        .unwrap()
        .success()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn age_opens_a_locked_keyring_and_a_locked_export() {
    if tools_missing() {
        return;
    }
    let (dir, path) = place();
    fill(&path, &[1]);
    let plain = fs::read(&path).unwrap();
    let export = Keyring::open(&path, never).unwrap().export_file("class 1", None).unwrap();
    let secret = passphrase(TYPED);
    Keyring::set_passphrase(&path, never, Some(&secret)).unwrap();
    let sealed = Keyring::open(&path, || Some(secret.clone()))
        .unwrap()
        .export_file("class 1", Some(&secret))
        .unwrap();
    let sealed_path = dir.path().join("export.age");
    fs::write(&sealed_path, &sealed).unwrap();

    let out = dir.path().join("out");
    assert!(age(&["-d", "-o", text(&out), text(&path)], TYPED));
    assert_eq!(fs::read(&out).unwrap(), plain);
    fs::remove_file(&out).unwrap();
    assert!(age(&["-d", "-o", text(&out), text(&sealed_path)], TYPED));
    assert_eq!(fs::read(&out).unwrap(), *export);
    fs::remove_file(&out).unwrap();
    assert!(!age(&["-d", "-o", text(&out), text(&path)], "wrong"));
}

/// At the cost that `age` chooses, which is that of this crate in use; without optimisation it takes
/// half a minute, so there is only one of these.
#[test]
fn what_age_locks_is_opened() {
    if tools_missing() {
        return;
    }
    let (dir, path) = place();
    fill(&path, &[1]);
    let locked = dir.path().join("locked");
    assert!(age(&["-p", "-a", "-o", text(&locked), text(&path)], TYPED));
    set_mode(&locked, 0o600);
    let keyring = Keyring::open(&locked, || Some(passphrase(TYPED))).unwrap();
    assert_eq!(keyring.get("class 1").unwrap().key(), &key(1));
}
