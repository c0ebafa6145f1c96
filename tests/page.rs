//! The page that `patchveil inspect --html` writes, in a real browser.

use std::process::Command;

use patchveil_tests::build::{program, root};

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "Chromium is installed from Debian's packages")]
fn the_page_plays_switches_without_a_gap_and_counts_an_abx_test_in_chromium() {
    let Some(python) = std::env::var_os("PATCHVEIL_PYTHON") else {
        let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some();
        assert!(!required, "PATCHVEIL_PYTHON names no interpreter; `cargo xtask test` sets it");
        eprintln!("skipped: PATCHVEIL_PYTHON names no interpreter with selenium");
        return;
    };
    let output = Command::new(python)
        .arg(root().join("tests/python/page_browser.py"))
        .env("PATCHVEIL_COMMAND", program())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
}
