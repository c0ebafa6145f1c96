//! Files that may not be read or written.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::command::{Ran, User, skipped};

/// Sets the permissions of a file on the desk.
pub(crate) fn chmod(user: &User, name: &str, mode: u32) {
    fs::set_permissions(user.path(name), Permissions::from_mode(mode)).unwrap();
}

/// Runs the command without root's right to ignore permissions; `None` where that right cannot be given
/// up.
pub(crate) fn without_privilege(user: &User, args: &[&str]) -> Option<Ran> {
    let probe = user.desk().parent().unwrap().join("probe");
    if !probe.exists() {
        fs::write(&probe, "").unwrap();
        fs::set_permissions(&probe, Permissions::from_mode(0o000)).unwrap();
    }
    if File::open(&probe).is_err() {
        return Some(user.run(args));
    }
    let limited = |program: &str| {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", program]);
        setpriv
    };
    let works = limited("true").stderr(Stdio::null()).status().is_ok_and(|s| s.success());
    let reads = limited("cat").arg(&probe).stderr(Stdio::null()).status();
    if !works || reads.is_ok_and(|status| status.success()) {
        skipped("permissions", "this is root, and setpriv cannot change that", false);
        return None;
    }
    Some(Ran::of(&mut user.within(limited(env!("CARGO_BIN_EXE_patchveil")), args)))
}
