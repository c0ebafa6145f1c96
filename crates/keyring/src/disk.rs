//! The file on disk: permissions, replacement, locking.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tempfile::{NamedTempFile, TempPath};
use zeroize::Zeroizing;

use crate::error::{KeyringError, Origin};
use crate::secret::SecretBuffer;

/// Largest keyring file in bytes, some ten thousand keys: limits what a hostile file can cost.
pub(crate) const MAX_FILE: usize = 4 * 1024 * 1024;
/// How long to wait for other writers. With a passphrase, one takes about two seconds.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// How often to try the lock.
const POLL: Duration = Duration::from_millis(5);

/// The file that `path` names. Links are followed, so that a linked keyring is replaced where it is, the
/// link stays a link, and all links to it share one lock.
pub(crate) fn target(path: &Path) -> Result<PathBuf, KeyringError> {
    if path.file_name().is_none() {
        let cause = io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
        return Err(KeyringError::reading(path, "use it", cause));
    }
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    if !is_link {
        return Ok(path.to_path_buf());
    }
    // Treating a dangling link as an empty keyring would hide an unmounted disk, and start a second
    // keyring.
    fs::canonicalize(path).map_err(|cause| KeyringError::reading(path, "follow the link", cause))
}

/// All bytes of the file, or `None` if it does not exist.
pub(crate) fn read(target: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringError> {
    let failed = |cause| KeyringError::reading(target, "read it", cause);
    // Checked before it is opened: opening a pipe would wait for somebody to write to it.
    match fs::metadata(target) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(failed(io::Error::other("it is not a regular file"))),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(failed(cause)),
    }
    let file = File::open(target).map_err(failed)?;
    refuse_if_too_open(target, &file.metadata().map_err(failed)?)?;
    SecretBuffer::read(file, MAX_FILE).map_err(failed)?.map(Some).ok_or_else(|| {
        Origin::Keyring(target.to_path_buf())
            .damaged(format!("it is larger than a keyring can be ({MAX_FILE} bytes)"))
    })
}

#[cfg(unix)]
fn refuse_if_too_open(target: &Path, meta: &Metadata) -> Result<(), KeyringError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = meta.permissions().mode() & 0o7777;
    if mode & 0o066 == 0 {
        return Ok(());
    }
    Err(KeyringError::TooOpen { path: target.to_path_buf(), mode })
}

#[cfg(not(unix))]
fn refuse_if_too_open(_: &Path, _: &Metadata) -> Result<(), KeyringError> {
    Ok(())
}

/// The lock on the keyring, held until dropped; the system releases it when the process ends.
pub(crate) struct LockGuard {
    _lock: File,
}

/// Waits up to `timeout` for the lock on the keyring.
pub(crate) fn lock(target: &Path, timeout: Duration) -> Result<LockGuard, KeyringError> {
    let failed = |cause| KeyringError::writing(target, "lock it", cause);
    make_directory(directory(target))
        .map_err(|cause| KeyringError::writing(target, "make its directory", cause))?;
    // Never truncated, written to or removed: it only exists to be locked. Removing it would let another
    // process lock a new file while one waits for the old.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(sibling(target, "", ".lock"))
        .map_err(|cause| KeyringError::writing(target, "open its lock file", cause))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(LockGuard { _lock: file }),
            Err(TryLockError::WouldBlock) if start.elapsed() < timeout => thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => {
                let path = target.to_path_buf();
                return Err(KeyringError::Busy { path, seconds: timeout.as_secs() });
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
    }
}

/// Replaces the file by one that contains `bytes`, all or nothing. The lock must be held.
pub(crate) fn replace(target: &Path, bytes: &[u8]) -> Result<(), KeyringError> {
    let new = write_new(target, bytes)?;
    put_in_place(new, target)
}

/// Writes and syncs a new file next to the target. It is removed when dropped.
fn write_new(target: &Path, bytes: &[u8]) -> Result<TempPath, KeyringError> {
    let failed = |cause| KeyringError::writing(target, "write a new file next to it", cause);
    if bytes.len() > MAX_FILE {
        return Err(KeyringError::TooLarge { path: target.to_path_buf(), most: MAX_FILE });
    }
    let old = match fs::metadata(target) {
        Ok(meta) => Some(meta),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(cause) => return Err(failed(cause)),
    };
    // A rename needs only a writable directory, but a read-only keyring is meant to stay as it is.
    if old.as_ref().is_some_and(|meta| meta.permissions().readonly()) {
        return Err(failed(io::ErrorKind::PermissionDenied.into()));
    }

    // One fixed name, so that the next write removes what an interrupted one left behind, keys included.
    // The lock makes it ours.
    let path = sibling(target, ".", ".patchveil-new");
    match fs::remove_file(&path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(failed(cause)),
        _ => {}
    }
    let mut file: NamedTempFile = tempfile::Builder::new()
        .prefix(path.file_name().unwrap_or_default())
        .rand_bytes(0)
        .tempfile_in(directory(target))
        .map_err(failed)?;
    if let Some(old) = &old {
        keep_owner(file.as_file(), old).map_err(failed)?;
    }
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    Ok(file.into_temp_path())
}

fn put_in_place(new: TempPath, target: &Path) -> Result<(), KeyringError> {
    new.persist(target)
        .map_err(|failure| KeyringError::writing(target, "replace it", failure.error))?;
    sync_directory(directory(target))
        .map_err(|cause| KeyringError::writing(target, "sync its directory", cause))
}

/// A command run with `sudo` must not leave the user with a keyring that only root can read.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    if file.metadata()?.uid() == old.uid() {
        return Ok(());
    }
    fchown(file, Some(old.uid()), None)
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Waits until the names in a directory have reached the disk, so that a rename survives a power failure. Does
/// nothing where the system cannot do that.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    let directory = match File::open(directory) {
        // A drop folder: it can be written to but not opened.
        Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => return Ok(()),
        opened => opened?,
    };
    match directory.sync_all() {
        // Some network file systems cannot sync a directory.
        Err(cause)
            if matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

/// Does nothing: this system cannot.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the directory and its parents, accessible by the owner only. Existing ones stay as they are.
fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn directory(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A file in the same directory, with a prefix and a suffix around the name.
fn sibling(target: &Path, before: &str, after: &str) -> PathBuf {
    let mut name = OsString::from(before);
    name.push(target.file_name().unwrap_or_default());
    name.push(after);
    directory(target).join(name)
}

/// The state of a keyring file, without its content. If two are equal, the file was almost certainly not
/// replaced in between. A file that does not exist, or cannot be accessed, has a stamp too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<(Option<SystemTime>, u64, Node)>);

impl Stamp {
    pub(crate) fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|meta| (meta.modified().ok(), meta.len(), node(&meta))))
    }
}

/// Inode, and time of the last change in s and ns: a keyring that was too open becomes readable by a
/// `chmod`, which does not change its content.
type Node = (u64, i64, i64);

#[cfg(unix)]
fn node(meta: &Metadata) -> Node {
    use std::os::unix::fs::MetadataExt;
    (meta.ino(), meta.ctime(), meta.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> Node {
    (0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_write_that_fails_before_the_rename_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("keyring");
        replace(&target, b"old").unwrap();
        let new = write_new(&target, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        drop(new);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(names_in(dir.path()), ["keyring"]);
    }

    #[test]
    fn the_next_write_removes_what_a_killed_writer_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("keyring");
        replace(&target, b"old").unwrap();
        write_new(&target, b"half").unwrap().keep().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(names_in(dir.path()), [".keyring.patchveil-new", "keyring"]);
        replace(&target, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(names_in(dir.path()), ["keyring"]);
    }

    #[test]
    fn a_rename_that_fails_leaves_the_old_state_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("keyring");
        let new = write_new(&target, b"new").unwrap();
        // A directory that appears in the target's place cannot be replaced by a file.
        fs::create_dir(&target).unwrap();
        assert!(put_in_place(new, &target).is_err());
        assert_eq!(names_in(dir.path()), ["keyring"]);
        assert!(target.is_dir());
    }

    #[test]
    fn a_lock_that_is_not_released_is_reported_after_the_timeout() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("keyring");
        let held = lock(&target, Duration::ZERO).unwrap();
        let refused = lock(&target, Duration::from_millis(20));
        assert!(matches!(refused, Err(KeyringError::Busy { .. })));
        drop(held);
        assert!(lock(&target, Duration::ZERO).is_ok());
    }

    #[test]
    fn a_file_too_large_to_be_read_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("keyring");
        replace(&target, b"old").unwrap();
        let refused = replace(&target, &vec![b' '; MAX_FILE + 1]);
        assert!(matches!(refused, Err(KeyringError::TooLarge { .. })));
        assert_eq!(fs::read(&target).unwrap(), b"old");
        replace(&target, &vec![b' '; MAX_FILE]).unwrap();
        assert_eq!(read(&target).unwrap().unwrap().len(), MAX_FILE);
    }
}
