//! Hashes of evidence: BLAKE3, as in manifests, and SHA-256, which every system has a tool for.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::record::{Entry, Record};
use crate::manifest::Digest;
use crate::open;

/// Bytes copied at a time.
const PIECE: usize = 1 << 18;

/// Length and hashes of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hashes {
    pub(super) bytes: u64,
    pub(super) blake3: Digest,
    pub(super) sha256: String,
}

/// Copies all of `from` to `to`.
pub(super) fn copy(mut from: impl Read, mut to: impl Write) -> io::Result<Hashes> {
    let (mut blake3, mut sha256) = (blake3::Hasher::new(), Sha256::new());
    let mut bytes = 0;
    let mut piece = vec![0; PIECE];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        blake3.update(&piece[..read]);
        sha256.update(&piece[..read]);
        to.write_all(&piece[..read])?;
        bytes += read as u64;
    }
    Ok(Hashes { bytes, blake3: blake3.finalize().into(), sha256: hexadecimal(&sha256.finalize()) })
}

/// The hashes of the file at `path`.
pub(super) fn of_file(path: &Path) -> io::Result<Hashes> {
    copy(open::regular(path)?, io::sink())
}

impl Hashes {
    pub(super) fn are_of(&self, entry: &Entry) -> bool {
        (self.bytes, self.blake3, &self.sha256) == (entry.bytes, entry.blake3, &entry.sha256)
    }
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 hashes of all evidence, a line each, as `sha256sum --check` reads them in the case's folder.
pub(super) fn list(record: &Record) -> String {
    record.evidence.iter().map(|entry| format!("{}  {}\n", entry.sha256, entry.file)).collect()
}
