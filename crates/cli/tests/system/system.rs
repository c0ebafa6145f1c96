//! What the system can do to a run: missing permissions, full disks, signals, closed pipes, terminals,
//! and other programs that use the same files.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::command::{Ran, User, is_there, recording, skipped};
use crate::support::permissions::{chmod, without_privilege};
use crate::support::plain;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of samples that take hours to hear, and far longer to protect than any test waits.
const HOURS: u32 = 1 << 31;
/// Bytes of samples that take long enough to protect to do something meanwhile.
const MINUTES: u32 = 1 << 26;

/// A 16-bit stereo file of silence, which takes no space on the disk.
fn put_silence(user: &User, name: &str, data_len: u32) {
    let mut head = plain(1, 2, 48_000, 16, &[]);
    head[4..8].copy_from_slice(&(data_len + 36).to_le_bytes());
    head[40..44].copy_from_slice(&data_len.to_le_bytes());
    let file = OpenOptions::new().write(true).open(user.put(name, &head)).unwrap();
    file.set_len(u64::from(data_len) + 44).unwrap();
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        sleep(Duration::from_millis(5));
    }
}

/// Starts the command and waits until it has begun to write an output.
fn begin(user: &User, args: &[&str]) -> Child {
    let child = user.command(args).spawn().unwrap();
    wait_for("an output is begun", || user.files().iter().any(|f| f.contains(".patchveil-")));
    child
}

fn send(signal: &str, child: &Child) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[test]
fn files_without_permission_are_named_and_the_others_done() {
    let user = User::with_key();
    for name in ["show/a.wav", "show/b.wav", "show/locked/c.wav"] {
        user.put(name, recording(8_000, 1, 0.4));
    }
    chmod(&user, "show/a.wav", 0);
    chmod(&user, "show/locked", 0);
    fs::create_dir(user.path("out")).unwrap();
    let ran = without_privilege(&user, &["protect", "show", "-o", "out"]);
    chmod(&user, "show/locked", 0o755);
    let Some(ran) = ran else { return };
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = ran.says(&[
        "show/a.wav: cannot be read: Permission denied",
        "show/locked: cannot be read",
        "you need permission to read it",
        "2 failed, 1 done",
    ]);
    assert_eq!(ran.err.lines().count(), 3, "{ran:?}");
    assert!(user.path("out/b.wav").is_file());

    chmod(&user, "out", 0o555);
    without_privilege(&user, &["protect", "show/b.wav", "-o", "out/new.wav"]).unwrap().fails(
        1,
        &["out/new.wav: cannot write into its folder", "use a folder that you may write"],
    );
    without_privilege(&user, &["protect", "show/b.wav", "-o", "out/new/"])
        .unwrap()
        .fails(1, &["cannot make its folder", "use a folder that you may write to"]);
    without_privilege(&user, &["inspect", "show/b.wav", "show/b.wav", "--png", "out/x.png"])
        .unwrap()
        .fails(1, &["out/x.png: cannot write into its folder"]);
    chmod(&user, "out", 0o755);
    // The protected file and its manifest.
    assert_eq!(fs::read_dir(user.path("out")).unwrap().count(), 2);
}

#[test]
fn outputs_have_the_permissions_of_their_inputs() {
    let user = User::with_key();
    for mode in [0o600, 0o640, 0o444] {
        user.put("a.wav", recording(8_000, 1, 0.3));
        chmod(&user, "a.wav", mode);
        user.run(&["protect", "a.wav", "--force"]).succeeds();
        let got = fs::metadata(user.path("a.protected.wav")).unwrap().permissions().mode();
        assert_eq!(got & 0o7777, mode);
        fs::remove_file(user.path("a.wav")).unwrap();
    }
}

#[test]
fn a_full_disk_is_reported_and_leaves_nothing_behind() {
    let user = User::with_key();
    user.put("small.wav", recording(8_000, 1, 0.5));
    user.put("large.wav", recording(48_000, 2, 3.0));
    fs::create_dir(user.path("disk")).unwrap();
    // A file system of 128 KiB that nobody else sees and that ends with the shell.
    let script = "mount -t tmpfs -o size=128k none disk || exit 77\n\
                  \"$@\"\ncode=$?\nls -A disk\nexit $code";
    for unshare in [&["--mount"][..], &["--user", "--map-root-user", "--mount"]] {
        let mut command = Command::new("unshare");
        command.args(unshare).args(["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_patchveil")]);
        let args = ["protect", "small.wav", "large.wav", "-o", "disk", "--json"];
        let Ok(output) = user.within(command, &args).output() else { break };
        if output.status.code() == Some(77) || !output.stderr.starts_with(b"patchveil") {
            continue;
        }
        let ran = Ran::new(output);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let ran = ran.says(&["disk/large.wav: cannot write it: No space left", "free some space"]);
        assert!(ran.out.ends_with("\npatchveil.jsonl\nsmall.wav\n"), "{ran:?}");
        assert_eq!(ran.out.lines().count(), 4, "{ran:?}");
        return;
    }
    skipped("a full disk", "a small file system cannot be mounted here", false);
}

#[test]
fn a_limit_on_file_sizes_is_reported_and_leaves_nothing_behind() {
    let user = User::with_key();
    user.put("show/a-small.wav", recording(8_000, 1, 0.5));
    user.put("show/large.wav", recording(48_000, 2, 3.0));
    let limited = |command_line: &[&str]| {
        // In blocks of 512 bytes.
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -f 256; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_patchveil")]);
        Ran::of(&mut user.within(shell, command_line))
    };
    let ran = limited(&["protect", "show", "-o", "out"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    ran.says(&[
        "out/large.wav: cannot write it:",
        "limit on the size of files",
        "1 failed, 1 done",
    ]);
    assert_eq!(user.files(), ["out/a-small.wav", "show/a-small.wav", "show/large.wav"]);
    limited(&["demo", "-o", "demo"]).fails(1, &["demo/demo.wav: cannot write it:"]);
    assert_eq!(user.files().len(), 3);
}

#[test]
fn ctrl_c_and_sigterm_leave_nothing_behind() {
    let user = User::with_key();
    put_silence(&user, "hours.wav", HOURS);
    user.put("precious.wav", "precious");
    for signal in ["INT", "TERM", "HUP"] {
        for args in [
            &["protect", "hours.wav"][..],
            &["protect", "hours.wav", "-o", "precious.wav", "--force", "--json"],
        ] {
            let child = begin(&user, args);
            send(signal, &child);
            let ran = Ran::new(child.wait_with_output().unwrap());
            ran.fails(130, &["stopped; 0 of 1 files were done"]);
            assert_eq!(user.files(), ["hours.wav", "precious.wav"]);
            assert_eq!(user.read("precious.wav"), b"precious");
        }
    }
    // Comparing takes long, too.
    let child = user.command(&["inspect", "hours.wav", "hours.wav", "--png", "x.png"]).spawn();
    let child = child.unwrap();
    sleep(Duration::from_millis(700));
    send("INT", &child);
    Ran::new(child.wait_with_output().unwrap()).fails(130, &["stopped before"]);
    assert_eq!(user.files(), ["hours.wav", "precious.wav"]);
}

#[test]
fn what_was_done_before_ctrl_c_stays() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    put_silence(&user, "hours.wav", HOURS);
    let mut child = user.command(&["protect", "a.wav", "hours.wav"]);
    let child = child.env("RAYON_NUM_THREADS", "1").spawn().unwrap();
    wait_for("the first file is done and the second begun", || {
        let files = user.files();
        files.contains(&"a.protected.wav".to_owned()) && files.len() == 4
    });
    send("INT", &child);
    let ran = Ran::new(child.wait_with_output().unwrap()).fails(130, &["1 of 2 files were done"]);
    assert!(ran.out.contains("a.protected.wav"), "{ran:?}");
    assert_eq!(user.files(), ["a.protected.wav", "a.wav", "hours.wav"]);
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let user = User::with_key();
    for n in 0..4 {
        user.put(format!("show/{n}.wav"), recording(8_000, 1, 0.4));
    }
    user.put("show/bad.wav", "text");
    for args in [
        &["protect", "show", "--force"][..],
        &["protect", "show", "--force", "--json"],
        &["inspect", "show/0.wav", "show/0.wav"],
        &["key", "list"],
        &["key", "show", "nobody"],
        &["--help"],
        &["nonsense"],
    ] {
        // Both ends closed before anything is said.
        let mut child = user.command(args).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        let status = child.wait().unwrap();
        let code = status.code();
        assert!(matches!(code, Some(0..=2)), "{args:?}: {code:?}, signal {:?}", status.signal());
    }
    let veiled = user.files().into_iter().filter(|f| f.ends_with(".protected.wav")).count();
    assert_eq!(veiled, 4);
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.4));
    for (args, code) in [
        (&["protect", "a.wav", "--force"][..], 1),
        (&["protect", "a.wav", "--force", "--json"], 1),
        (&["key", "list"], 1),
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        Ran::of(user.command(args).stdout(full)).fails(code, &["standard output"]);
    }
}

#[test]
fn a_recording_that_changes_while_it_is_read_is_refused() {
    let user = User::with_key();
    for change in ["shorter", "longer", "other"] {
        put_silence(&user, "a.wav", if change == "shorter" { HOURS } else { MINUTES });
        let child = begin(&user, &["protect", "a.wav"]);
        let mut file = OpenOptions::new().write(true).open(user.path("a.wav")).unwrap();
        match change {
            "shorter" => file.set_len(1_000_000).unwrap(),
            "longer" => {
                file.seek(SeekFrom::End(0)).unwrap();
                file.write_all(b"more").unwrap();
            }
            _ => {
                file.seek(SeekFrom::Start(44)).unwrap();
                file.write_all(&[7; 44]).unwrap();
            }
        }
        Ran::new(child.wait_with_output().unwrap())
            .fails(1, &["a.wav: it changed while it was read", "try again"]);
        assert_eq!(user.files(), ["a.wav"]);
    }
}

#[test]
fn a_recording_that_is_replaced_while_it_is_read_is_protected_as_it_was() {
    let user = User::with_key();
    let original = recording(48_000, 2, 20.0);
    user.put("a.wav", &original);
    user.put("other.wav", recording(48_000, 2, 1.0));
    user.run(&["protect", "a.wav", "-o", "expected.wav"]).succeeds();
    let mut child = user.command(&["protect", "a.wav"]);
    let child = child.env("RAYON_NUM_THREADS", "1").spawn().unwrap();
    wait_for("an output is begun", || user.files().len() > 3);
    fs::rename(user.path("other.wav"), user.path("a.wav")).unwrap();
    Ran::new(child.wait_with_output().unwrap()).succeeds();
    assert!(user.read("a.protected.wav") == user.read("expected.wav"));
}

/// What a terminal shows of a run, with `talk` in the middle.
fn screen(user: &User, args: &[&str], talk: &str) -> (Option<i32>, String) {
    let script = user.desk().parent().unwrap().join("talk.exp");
    let text = format!(
        "set timeout 60\nset stty_init {{rows 40 columns 120}}\nspawn -noecho {{*}}$argv\n{talk}\n\
         expect eof\nexit [lindex [wait] 3]"
    );
    fs::write(&script, text).unwrap();
    let mut expect = Command::new("expect");
    expect.arg(script).arg(env!("CARGO_BIN_EXE_patchveil"));
    let output = user.within(expect, args).env("TERM", "xterm").output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What is left of a screen: carriage returns and the sequence that clears a line applied.
fn left(screen: &str) -> Vec<String> {
    let lines = screen.split('\n').map(|line| {
        let rest = line.rsplit("\u{1b}[2K").next().unwrap_or(line);
        rest.trim_end_matches('\r').rsplit('\r').next().unwrap_or(rest).to_owned()
    });
    lines.collect()
}

#[test]
fn a_progress_bar_is_shown_at_a_terminal_and_cleared_at_the_end() {
    if !is_there("expect") {
        return skipped("a progress bar", "there is no expect", true);
    }
    let user = User::with_key();
    put_silence(&user, "hours.wav", HOURS);
    user.put("bad.wav", "text");
    let ctrl_c = "expect \" left\" { send \"\\003\" }";
    for args in [&["protect", "bad.wav", "hours.wav"][..], &["inspect", "hours.wav", "hours.wav"]] {
        let (code, shown) = screen(&user, args, ctrl_c);
        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.contains(" %"), "{shown}");
        let left = left(&shown);
        assert!(left.iter().all(|line| !line.contains(" %")), "{left:?}\n{shown:?}");
        assert!(left.iter().any(|line| line.starts_with("patchveil: stopped")), "{left:?}");
    }
    assert_eq!(user.files(), ["bad.wav", "hours.wav"]);
}
