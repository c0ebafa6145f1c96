//! What the first block of a WavPack file says (WavPack 5, *File Format*).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::shared_file::FileCursor;

/// Where in a block its flags are, and the flag of the hybrid mode.
const FLAGS_AT: usize = 24;
const HYBRID: u32 = 1 << 3;

/// Whether a file is hybrid: lossy unless there is a file of corrections too.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn is_hybrid(file: &File) -> io::Result<bool> {
    let mut head = Vec::new();
    FileCursor::new(file).take(32).read_to_end(&mut head)?;
    let flags = head.get(FLAGS_AT..).and_then(<[u8]>::first_chunk);
    Ok(flags.is_some_and(|flags| u32::from_le_bytes(*flags) & HYBRID != 0))
}

/// Whether there is a file of corrections beside the one at `path`.
pub(super) fn has_corrections(path: &Path) -> bool {
    path.with_extension("wvc").is_file() || path.with_extension("WVC").is_file()
}
