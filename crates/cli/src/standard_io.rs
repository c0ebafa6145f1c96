//! Standard input and output in place of files, under the name `-`.
//!
//! What comes through a pipe cannot be sought, and recordings are read in pieces by several threads. So
//! standard input is copied to an unnamed temporary file once, and is from then on opened like any other;
//! outputs are made in one and copied to standard output when they are whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The name of both.
pub(crate) const NAME: &str = "-";

/// All that came through standard input.
static INPUT: OnceLock<File> = OnceLock::new();
/// Whether standard output is for audio.
static OUTPUT_IS_AUDIO: AtomicBool = AtomicBool::new(false);
/// Whether that is samples without a header.
static OUTPUT_IS_RAW: AtomicBool = AtomicBool::new(false);

/// Whether `path` stands for standard input, and that has been read.
pub(crate) fn is_input(path: &Path) -> bool {
    path == Path::new(NAME) && INPUT.get().is_some()
}

/// From now on, `-` is what `file` holds.
pub(crate) fn set_input(file: File) {
    let _ = INPUT.set(file);
}

/// What came through standard input, at its start.
pub(crate) fn open_input() -> io::Result<File> {
    let file = INPUT.get().ok_or(io::ErrorKind::NotFound)?;
    let mut file = independent(file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// The same file with a position of its own, where the system can do that.
fn independent(file: &File) -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        if let Ok(file) = File::open(format!("/proc/self/fd/{}", file.as_raw_fd())) {
            return Ok(file);
        }
    }
    file.try_clone()
}

/// From now on, standard output is for audio, and everything else goes to standard error.
/// With `raw`, that is samples without a header.
pub(crate) fn claim_output(raw: bool) {
    OUTPUT_IS_AUDIO.store(true, Ordering::Relaxed);
    OUTPUT_IS_RAW.store(raw, Ordering::Relaxed);
}

/// Whether standard output is for samples without a header.
pub(crate) fn is_output_raw() -> bool {
    OUTPUT_IS_RAW.load(Ordering::Relaxed)
}

/// Whether standard output is for audio.
pub(crate) fn is_output_claimed() -> bool {
    OUTPUT_IS_AUDIO.load(Ordering::Relaxed)
}

/// Whether `path` stands for standard output.
pub(crate) fn is_output(path: &Path) -> bool {
    path == Path::new(NAME) && is_output_claimed()
}

/// Copies `len` bytes of `file` from byte `start` on to standard output.
pub(crate) fn send(mut file: &File, start: u64, len: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(start))?;
    let mut out = io::stdout().lock();
    io::copy(&mut file.take(len), &mut out)?;
    out.flush()
}
