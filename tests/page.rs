//! The page that `patchveil inspect --html` writes, in a real browser.

use patchveil_tests::python;

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "Chromium is installed from Debian's packages")]
fn the_page_plays_switches_without_a_gap_and_counts_an_abx_test_in_chromium() {
    python::run("page_browser.py", &[]);
}
