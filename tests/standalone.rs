//! The standalone: starts, processes, stops.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use patchveil_tests::build::standalone;
use patchveil_tests::keys::{CLASS, keyring};

#[test]
fn it_protects_with_the_default_class_until_it_is_told_to_stop() {
    let mut child = Command::new(standalone())
        .args(["--backend", "dummy", "--sample-rate", "44100", "--period-size", "64"])
        .env("PATCHVEIL_KEYRING", keyring(true))
        .env_remove("NICE_LOG")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines.find(|line| line.as_ref().unwrap().contains("protecting")).unwrap().unwrap();
    assert!(said.contains(CLASS), "{said}");
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it stopped by itself");
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(5), "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
}
