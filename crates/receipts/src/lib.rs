//! Receipts: what the plug-in rendered in a host.
//!
//! The plug-in does not know the file that a host writes, nor its hash. So a receipt is no record of a
//! file: it says which stretch of a project's timeline was rendered with which key and recipe, and whoever
//! reads it measures a file before saying anything of it. Never the key itself, and never the class's name,
//! which may be a person's.
//!
//! A folder that the user names has one file of them, [`NAME`], to which lines are only ever added.

mod settings;

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use patchveil_veil::{Fingerprint, Recipe};
use serde::{Deserialize, Serialize};

pub use settings::{SETTINGS_VARIABLE, Settings};

/// File name of the receipts in their folder.
pub const NAME: &str = "patchveil.receipts.jsonl";
/// Version of the lines that this build writes, and the newest it reads.
pub const RECEIPT_VERSION: u32 = 1;

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

/// The receipts of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipts {
    /// Oldest first.
    pub receipts: Vec<Receipt>,
    /// Lines that are no receipt, or one of a newer version.
    pub unreadable: usize,
}

impl Receipts {
    /// Reads the receipts in `folder`; none where there is no such file.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let bytes = match std::fs::read(folder.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            bytes => bytes?,
        };
        let mut read = Self::default();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice::<Receipt>(line) {
                Ok(receipt)
                    if receipt.version == RECEIPT_VERSION && receipt.recipe.validate().is_ok() =>
                {
                    read.receipts.push(receipt);
                }
                _ => read.unreadable += 1,
            }
        }
        Ok(read)
    }
}

impl Receipt {
    /// Adds a line to the receipts in `folder`, which must exist.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn append(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(NAME);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        // Several instances may end a render at the same moment.
        file.lock()?;
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        if !ends_with_a_line(&mut file)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        file.sync_data()
    }
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

    #[test]
    fn what_is_added_is_read_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Receipts::read(folder.path()).unwrap(), Receipts::default());
        let gains = [Some(0.5), None];
        let [quieter, varying] = gains.map(|gain| Receipt { gain, ..receipt(960_000) });
        let all = [receipt(-480), quieter, varying];
        for receipt in &all {
            receipt.append(folder.path()).unwrap();
        }
        let read = Receipts::read(folder.path()).unwrap();
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
        let read = Receipts::read(folder.path()).unwrap();
        let positions: Vec<i64> = read.receipts.iter().map(|receipt| receipt.position).collect();
        assert_eq!((positions, read.unreadable), (vec![1, 2], 2));
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error_and_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        assert!(receipt(1).append(&gone).is_err());
        assert!(!gone.exists());
    }
}
