//! The built command, run as a user runs it, in a home of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use patchveil::pcm::PcmReader;
use patchveil_veil::ClassKey;
use serde_json::Value;
use tempfile::TempDir;

/// A user: a home with a keyring in it, and a folder to work in.
pub(crate) struct User {
    home: TempDir,
    desk: PathBuf,
}

/// The class that [`User::with_key`] has.
pub(crate) const CLASS: &str = "Night Show";
/// Its secret.
pub(crate) const KEY: [u8; 32] = *b"a secret that must never be seen";

pub(crate) fn key() -> ClassKey {
    ClassKey::from_bytes(KEY)
}

impl User {
    /// Has neither keyring nor files.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let desk = home.path().join("desk");
        fs::create_dir(&desk).unwrap();
        Self { home, desk }
    }

    /// Has the class [`CLASS`] with the key [`KEY`], as default.
    pub(crate) fn with_key() -> Self {
        let user = Self::new();
        user.add(CLASS, &key());
        user.run(&["key", "default", CLASS]).succeeds();
        user
    }

    /// Adds a class with a key that is always the same: one drawn at random would now and then be found in a
    /// recording by chance.
    pub(crate) fn add_other(&self, name: &str) {
        let mut bytes = [0x5a; 32];
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        self.add(name, &ClassKey::from_bytes(bytes));
    }

    fn add(&self, name: &str, key: &ClassKey) {
        let file = self.home.path().join("key.txt");
        fs::write(&file, key.to_text().as_bytes()).unwrap();
        self.run(&["key", "import", "../key.txt", "--name", name]).succeeds();
        fs::remove_file(file).unwrap();
    }

    /// The folder that commands run in.
    pub(crate) fn desk(&self) -> &Path {
        &self.desk
    }

    /// A path below the desk.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.desk.join(name)
    }

    pub(crate) fn keyring(&self) -> PathBuf {
        self.home.path().join("keyring")
    }

    /// Writes a file, folders included.
    pub(crate) fn put(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The samples of a mono file.
    pub(crate) fn samples(&self, name: &str) -> Vec<f32> {
        let mut planar = Vec::new();
        let mut reader = PcmReader::open(&self.path(name)).unwrap();
        reader.read_block(usize::MAX, &mut planar).unwrap();
        planar.remove(0)
    }

    /// All files below the desk, hidden ones too, sorted; without the manifests, which have tests of
    /// their own.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = walkdir::WalkDir::new(&self.desk)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| !entry.file_type().is_dir() && entry.file_name() != "patchveil.jsonl")
            .map(|entry| {
                entry.path().strip_prefix(&self.desk).unwrap().to_string_lossy().replace('\\', "/")
            })
            .collect();
        names.sort();
        names
    }

    /// The command, not yet run: without terminal, in the user's surroundings and in no others.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        self.within(Command::new(env!("CARGO_BIN_EXE_patchveil")), args)
    }

    /// Another program in the same surroundings.
    pub(crate) fn within<A: AsRef<OsStr>>(&self, mut program: Command, args: &[A]) -> Command {
        program
            .args(args)
            .current_dir(&self.desk)
            .env("HOME", self.home.path())
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .env("PATCHVEIL_KEYRING", self.keyring())
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        program
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// Runs it with these bytes as standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Ran {
        use std::io::Write;
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // It may end without wanting to know.
        let _ = child.stdin.take().unwrap().write_all(input);
        Ran::new(child.wait_with_output().unwrap())
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::new(command.output().unwrap())
    }

    /// Checks what holds for every run: no panic, text throughout, no escape sequence and no
    /// carriage return of a progress bar where nobody sits.
    pub(crate) fn new(output: Output) -> Self {
        let ran = Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        for stream in [&ran.out, &ran.err] {
            assert!(!stream.contains(['\u{1b}', '\r']), "{ran:?}");
        }
        ran
    }

    /// All was done, without a word of complaint.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self
    }

    /// Ends with this code and exactly one line on standard error, in which all of these occur.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.starts_with("patchveil: ") && self.err.ends_with('\n'), "{self:?}");
        self.says(parts)
    }

    /// All of these occur on standard error.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in {self:?}");
        }
        self
    }

    /// Standard output as JSON, an object a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A 16-bit recording: noise with more of the low frequencies, at most −18 dBFS.
pub(crate) fn recording(rate: u32, channels: u16, seconds: f64) -> Vec<u8> {
    recording_as(16, rate, channels, seconds)
}

/// The same as integers of so many bits, or as floats for `bits` 0. Made with integer arithmetic
/// only, so that it is the same everywhere.
pub(crate) fn recording_as(bits: u16, rate: u32, channels: u16, seconds: f64) -> Vec<u8> {
    let count = (seconds * f64::from(rate)) as usize * usize::from(channels);
    let mut state = 12_345_u32;
    let mut data = Vec::new();
    let mut slow = 0_i32;
    for _ in 0..count {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        slow += ((state as i32) >> 4) / 2 - slow / 8;
        let sample = slow / 2;
        match bits {
            0 => data.extend((sample as f32 / 2_147_483_648.0).to_le_bytes()),
            8 => data.push(((sample >> 24) + 128) as u8),
            _ => data.extend(&sample.to_le_bytes()[4 - usize::from(bits / 8)..]),
        }
    }
    match bits {
        0 => super::plain(3, channels, rate, 32, &data),
        _ => super::plain(1, channels, rate, bits, &data),
    }
}

/// JSON with the field names that recipes had at first.
pub(crate) fn in_first_names(json: &str) -> String {
    [
        ("static_eq", "ground"),
        ("alternating_eq", "turning"),
        ("kernel_us", "ring_us"),
        ("kernels", "curves"),
        ("period_us", "frame_us"),
    ]
    .iter()
    .fold(json.to_owned(), |json, (now, first)| {
        let (now, first) = (format!("\"{now}\""), format!("\"{first}\""));
        assert!(json.contains(&now), "{now} is not in {json}");
        json.replace(&now, &first)
    })
}

/// Says loudly that something was not tested. A missing tool is a failure where
/// `PATCHVEIL_REQUIRE_TOOLS=1` is set; a missing right never is.
pub(crate) fn skipped(what: &str, why: &str, is_tool: bool) {
    let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!(is_tool && required), "PATCHVEIL_REQUIRE_TOOLS is set, but {why}");
    eprintln!("SKIPPED: {what}: {why}");
}

/// Whether a program can be started.
pub(crate) fn is_there(program: &str) -> bool {
    let mut run = Command::new(program);
    run.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
