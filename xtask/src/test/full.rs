//! Everything that has to hold.

use super::beside::Beside;
use super::{Builds, Steps};
use crate::packages::install_packages;
use crate::run::run;
use crate::workspaces::{PRODUCT, metadata};
use crate::{deny, docs, fuzz, python};

pub(super) const CLIPPY: [&str; 4] = ["clippy", "--workspace", "--all-targets", "--"];
pub(super) const DENY: [&str; 2] = ["--deny", "warnings"];

/// Not those in hosts, which are run as released; and the benches have none.
pub(super) const TESTS: [&str; 6] =
    ["test", "--workspace", "--exclude", "patchveil-tests", "--exclude", "patchveil-benches"];

/// What is tested as it is released: the plug-in in hosts, and from these packages the tests below.
const RELEASED: [&str; 10] = [
    "--package",
    "patchveil-plugin",
    "--package",
    "patchveil-standalone",
    "--package",
    "patchveil",
    "--package",
    "patchveil-tests",
    "--package",
    "patchveil-veil",
];
/// Measurements and a walk through the window, which are run by hand: all that is in them is ignored.
const BY_HAND: [&str; 3] = ["instances_cost", "newcomer", "window_cost"];
/// Counting allocators and bits: both prove nothing about a build that nobody ships.
const RELEASED_TESTS: [&str; 3] = ["golden", "promises", "realtime"];

/// Runs everything that has to hold.
pub(crate) fn full() -> Result<(), String> {
    install_packages()?;
    let mut steps = Steps::new();
    // Fetched while the lints compile; only tests need it.
    let python = std::thread::spawn(python::python);
    let mut builds = Builds { python: None };
    steps.step("format", || {
        run(&mut builds.product(&["fmt", "--all", "--check"]))?;
        run(&mut builds.lab(&["fmt", "--check"]))?;
        run(&mut builds.python_package(&["fmt", "--check"]))?;
        fuzz::format()
    })?;
    steps.step("licences", || deny::deny(false))?;
    steps.step("texts", docs::texts)?;
    steps.step("lints", || {
        run(builds.product(&CLIPPY).args(DENY))?;
        run(builds.lab(&["clippy", "--all-targets", "--"]).args(DENY))?;
        run(builds.python_package(&["clippy", "--all-targets", "--"]).args(DENY))?;
        // Else nobody would see that a target does not compile any more.
        run(builds.fuzz(&["clippy", "--all-targets", "--"]).args(DENY))
    })?;
    steps.step("hosts in Python", || {
        let made =
            python.join().map_err(|_| "making the Python environment panicked".to_owned())?;
        builds.python = Some(made?);
        Ok(())
    })?;
    // Beside the tests, which left a fifth of two processors idle. All at once: cargo would build most of it again for every
    // other choice of packages.
    let tests = released_tests()?;
    let mut build = builds.product(&["build", "--release", "--lib", "--bins"]);
    let mut build = Beside::start("building-as-released", build.args(RELEASED).args(&tests))?;
    steps.step("tests", || run(&mut builds.product(&TESTS)))?;
    build.check()?;
    steps.step("tests of the laboratory", || run(&mut builds.lab(&["test"])))?;
    build.check()?;
    steps.step("documentation", || {
        run(&mut builds.product(&["doc", "--workspace", "--no-deps"]))?;
        run(&mut builds.lab(&["doc", "--no-deps"]))
    })?;
    steps.step("the rest of building as released", || build.finish())?;
    // Alone: some of them play in real time.
    steps.step("tests as released, and of the plug-in in hosts", || {
        let mut command = builds.product(&["test", "--release"]);
        run(command.args(RELEASED).args(&tests).env("PATCHVEIL_BUILT", "1"))
    })?;
    steps.finish();
    Ok(())
}

/// Runs what needs neither Debian's packages nor Linux hosts. Tests of tools that are missing pass.
pub(crate) fn portable() -> Result<(), String> {
    let builds = Builds { python: None };
    let mut steps = Steps::new();
    steps.step("format", || run(&mut builds.product(&["fmt", "--all", "--check"])))?;
    steps.step("lints", || run(builds.product(&CLIPPY).args(DENY)))?;
    steps.step("tests", || run(&mut builds.product(&TESTS)))?;
    steps.finish();
    Ok(())
}

/// Cargo's arguments for the tests that are run as released.
fn released_tests() -> Result<Vec<String>, String> {
    let metadata = metadata(PRODUCT)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let hosts = packages.filter(|package| package["name"] == "patchveil-tests");
    let targets = hosts.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests = targets.filter(|target| target["kind"][0] == "test");
    let names = tests.filter_map(|target| target["name"].as_str());
    let names = names.filter(|name| !BY_HAND.contains(name)).chain(RELEASED_TESTS);
    Ok(names.flat_map(|name| ["--test".to_owned(), name.to_owned()]).collect())
}
