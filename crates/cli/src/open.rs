//! Opening what the user names, without ever waiting for somebody at the other end of a pipe.
//!
//! Opening a named pipe waits until somebody writes to it, and after a handler for Ctrl-C is installed
//! nothing interrupts that. So nothing in this crate opens a path for reading but these two functions.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use crate::standard_io;

/// How long a named pipe may be without anybody who writes to it.
#[cfg(unix)]
const WRITER_TIMEOUT: Duration = Duration::from_secs(2);
/// How often to look.
#[cfg(unix)]
const POLL: Duration = Duration::from_millis(20);

/// Opens a regular file for reading.
///
/// # Errors
/// What the system says; for a folder, a pipe or a device, that it is one and what to do.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    if standard_io::is_input(path) {
        return standard_io::open_input();
    }
    let file = without_waiting(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    Err(if kind.is_dir() {
        io::Error::new(io::ErrorKind::IsADirectory, "it is not a regular file but a folder")
    } else {
        io::Error::other("it is not a regular file but a pipe or a device")
    })
}

/// Opens a short file, which may also come through a pipe, as from `<(command)`. The caller limits how much
/// of it is read.
///
/// # Errors
/// What the system says, and if nobody writes to a pipe.
pub(crate) fn short(path: &Path) -> io::Result<impl Read + use<>> {
    let file = without_waiting(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    #[cfg(unix)]
    let first = match std::os::unix::fs::FileTypeExt::is_fifo(&kind) {
        true => wait_for_writer(&file)?,
        false => Vec::new(),
    };
    #[cfg(not(unix))]
    let first = Vec::new();
    #[cfg(unix)]
    wait_when_empty(&file)?;
    Ok(io::Cursor::new(first).chain(file))
}

#[cfg(unix)]
fn without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Without effect on regular files.
    File::options().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Waits a little until somebody has the other end of a pipe, or has left something in it; the first byte of
/// that, if there is one.
#[cfg(unix)]
fn wait_for_writer(mut pipe: &File) -> io::Result<Vec<u8>> {
    let begun = std::time::Instant::now();
    let mut first = [0];
    loop {
        match pipe.read(&mut first) {
            // The end: nobody has opened it for writing, or not yet.
            Ok(0) if begun.elapsed() < WRITER_TIMEOUT => std::thread::sleep(POLL),
            Ok(0) => {
                return Err(io::Error::other("it is a pipe that nobody writes to; give a file"));
            }
            Ok(_) => return Ok(first.to_vec()),
            // Somebody has, and has yet to write.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
    }
}

/// From here on, reading waits for what is written.
#[cfg(unix)]
fn wait_when_empty(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: both calls only read and set flags of a descriptor that is open.
    let set = unsafe {
        let flags = libc::fcntl(file.as_raw_fd(), libc::F_GETFL);
        if flags < 0 {
            return Err(io::Error::last_os_error());
        }
        libc::fcntl(file.as_raw_fd(), libc::F_SETFL, flags & !libc::O_NONBLOCK)
    };
    if set < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
