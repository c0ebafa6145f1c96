//! Receipts: what the plug-in rendered in a host.
//!
//! The plug-in does not know the file that a host writes, nor its hash. So a receipt is no record of a
//! file: it says which stretch of a project's timeline was rendered with which key and recipe, and whoever
//! reads it measures a file before saying anything of it. Never the key itself, and never the class's name,
//! which may be a person's.
//!
//! A folder that the user names has one file of them, [`NAME`], to which lines are only ever added.

mod settings;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use patchveil_veil::{Fingerprint, Recipe};
use serde::{Deserialize, Serialize};

pub use settings::{SETTINGS_VARIABLE, Settings};

/// File name of the receipts in their folder.
pub const NAME: &str = "patchveil.receipts.jsonl";
/// Version of the lines that this build writes, and the newest it reads.
pub const RECEIPT_VERSION: u32 = 1;
/// How much of a file is read at most, in bytes: the newest lines.
pub const READ_MAX: u64 = 8 << 20;
/// How long the name of a tool may be, in bytes.
const TOOL_MAX: usize = 100;
/// How often a file that somebody else has locked is tried, and how long after each time.
const LOCK_TRIES: (usize, Duration) = (5, Duration::from_millis(4));

/// One stretch of a project's timeline that was rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Version of the line's format.
    pub version: u32,
    /// Public name of the key.
    pub fingerprint: Fingerprint,
    /// The whole recipe.
    pub recipe: Recipe,
    /// Where the stretch begins in the project, in samples.
    pub position: i64,
    /// The same in seconds.
    pub position_s: f64,
    /// Samples of the stretch, a channel.
    pub frames: u64,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub channels: u16,
    /// Linear gain behind mark and veil; left out where it is 1, and null where it varies.
    #[serde(default = "unity", skip_serializing_if = "is_unity")]
    pub gain: Option<f32>,
    /// When the render ended, by this computer's clock, in UTC.
    pub time: String,
    /// Name and version of what rendered it.
    pub tool: String,
}

fn unity() -> Option<f32> {
    Some(1.0)
}

fn is_unity(gain: &Option<f32>) -> bool {
    *gain == unity()
}

/// The present time in UTC, as receipts state it.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// A time in UTC as [`now`] gives it, to the second, for people.
#[must_use]
pub fn to_the_second(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// Whether a text with `c` may read as something that it is not: control characters, and those that break lines or
/// change the direction of writing.
#[must_use]
pub fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The receipts of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipts {
    /// Oldest first.
    pub receipts: Vec<Receipt>,
    /// Lines that are no receipt, or one of a newer version.
    pub unreadable: usize,
}

impl Receipts {
    /// Reads the receipts in `file`, of a long one the newest [`READ_MAX`] bytes. Whoever opens it sees to it
    /// that it is a regular file: it may have come with a download.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(mut file: impl io::Read + io::Seek) -> io::Result<Self> {
        let start = file.seek(SeekFrom::End(0))?.saturating_sub(READ_MAX);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(READ_MAX).read_to_end(&mut bytes)?;
        let mut read = Self::default();
        // What begins within the file may begin within a line.
        let lines = bytes.split(|byte| *byte == b'\n').skip(usize::from(start > 0));
        for line in lines.filter(|line| !line.is_empty()) {
            match Receipt::of_line(line) {
                Some(receipt) => read.receipts.push(receipt),
                None => read.unreadable += 1,
            }
        }
        Ok(read)
    }
}

impl Receipt {
    /// The receipt of a line that anybody may have written: its texts are safe to print.
    fn of_line(line: &[u8]) -> Option<Self> {
        let receipt: Self = serde_json::from_slice(line).ok()?;
        let time: jiff::Timestamp = receipt.time.parse().ok()?;
        let tool = &receipt.tool;
        let valid = receipt.version == RECEIPT_VERSION
            && receipt.recipe.validate().is_ok()
            && tool.len() <= TOOL_MAX
            && !tool.chars().any(misleads);
        valid.then(|| Self { time: time.to_string(), ..receipt })
    }

    /// When the render ended, to the second, in UTC.
    #[must_use]
    pub fn ended(&self) -> String {
        to_the_second(&self.time)
    }

    /// Adds a line to the receipts in `folder`, which must exist. It is not waited for until it is on the disk,
    /// and not long for others that have the file locked.
    ///
    /// # Errors
    /// Those of the file system; [`io::ErrorKind::WouldBlock`] if the file stays locked, and may be tried again.
    pub fn append(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(NAME);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        // Several instances may end a render at the same moment.
        lock(&file)?;
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        if !ends_with_a_line(&mut file)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)
    }
}

/// Locks the file, if nobody else keeps it locked.
fn lock(file: &File) -> io::Result<()> {
    let (tries, pause) = LOCK_TRIES;
    for _ in 0..tries {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => sleep(pause),
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) => return Ok(()),
        }
    }
    Err(io::Error::new(io::ErrorKind::WouldBlock, "another program has the receipts locked"))
}

/// Whether the last line is whole; it is not where the power failed while it was written.
fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use patchveil_veil::Preset;

    use super::*;

    fn receipt(position: i64) -> Receipt {
        Receipt {
            version: RECEIPT_VERSION,
            fingerprint: "mfrg-gzdf-mztw-q2lk".parse().unwrap(),
            recipe: Preset::Balanced.recipe(),
            position,
            position_s: position as f64 / 48_000.0,
            frames: 480_000,
            sample_rate_hz: 48_000,
            channels: 12,
            gain: Some(1.0),
            time: now(),
            tool: "Patchveil test".to_owned(),
        }
    }

    fn read(folder: &Path) -> Receipts {
        Receipts::read(File::open(folder.join(NAME)).unwrap()).unwrap()
    }

    #[test]
    fn what_is_added_is_read_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Receipts::read(io::Cursor::new(b"")).unwrap(), Receipts::default());
        let gains = [Some(0.5), None];
        let [quieter, varying] = gains.map(|gain| Receipt { gain, ..receipt(960_000) });
        let all = [receipt(-480), quieter, varying];
        for receipt in &all {
            receipt.append(folder.path()).unwrap();
        }
        let read = read(folder.path());
        assert_eq!(read, Receipts { receipts: all.to_vec(), unreadable: 0 });
    }

    #[test]
    fn a_torn_or_newer_line_harms_no_other() {
        let folder = tempfile::tempdir().unwrap();
        receipt(1).append(folder.path()).unwrap();
        let path = folder.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], br#"{"version":7}"#, b"\n", &whole[..90]].concat())
            .unwrap();
        receipt(2).append(folder.path()).unwrap();
        let read = read(folder.path());
        let positions: Vec<i64> = read.receipts.iter().map(|receipt| receipt.position).collect();
        assert_eq!((positions, read.unreadable), (vec![1, 2], 2));
    }

    #[test]
    fn a_line_with_texts_that_are_not_safe_to_print_is_no_receipt() {
        let line = |receipt: Receipt| serde_json::to_vec(&receipt).unwrap();
        assert_eq!(Receipt::of_line(&line(receipt(7))).unwrap().position, 7);
        for time in ["", "yesterday", "2026-01-01\u{1b}[2J", "2026-13-01T00:00:00Z"] {
            assert_eq!(Receipt::of_line(&line(Receipt { time: time.into(), ..receipt(7) })), None);
        }
        for tool in ["a\nb".to_owned(), "\u{1b}[2J".to_owned(), "x".repeat(101)] {
            assert_eq!(Receipt::of_line(&line(Receipt { tool, ..receipt(7) })), None);
        }
        for turns in ['\u{200E}', '\u{200F}', '\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}'] {
            let tool = format!("Patchveil {turns}plug-in");
            assert_eq!(Receipt::of_line(&line(Receipt { tool, ..receipt(7) })), None, "{turns:?}");
        }
        let tool = "Patchveil «é» 音".to_owned();
        assert!(Receipt::of_line(&line(Receipt { tool, ..receipt(7) })).is_some());
    }

    #[test]
    fn of_a_long_file_only_the_newest_lines_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join(NAME)).unwrap();
        file.set_len(READ_MAX).unwrap();
        receipt(9).append(folder.path()).unwrap();
        let read = read(folder.path());
        assert_eq!((read.receipts.len(), read.receipts[0].position), (1, 9));
    }

    #[test]
    fn a_file_that_somebody_keeps_locked_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        receipt(1).append(folder.path()).unwrap();
        let other = File::open(folder.path().join(NAME)).unwrap();
        other.lock().unwrap();
        let error = receipt(2).append(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        other.unlock().unwrap();
        receipt(3).append(folder.path()).unwrap();
        let positions = read(folder.path()).receipts.into_iter().map(|r| r.position);
        assert_eq!(positions.collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error_and_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        assert!(receipt(1).append(&gone).is_err());
        assert!(!gone.exists());
    }
}
