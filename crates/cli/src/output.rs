//! Files that appear whole or not at all.
//!
//! An output is written under a temporary name in its folder, synced and renamed, and the folder is
//! synced. Nobody ever sees half of it under its own name, and a run that is stopped or finds the disk
//! full leaves nothing behind.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use patchveil_keyring::sync_directory;
use tempfile::{Builder, NamedTempFile};

use crate::leftovers::{RANDOM_LETTERS, own_prefix};
use crate::paths::{folder_of, shown};
use crate::pcm::PcmInfo;
use crate::standard_io;

/// Why an output was not written. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// A file of that name exists.
    #[error(
        "{}: exists already and is not overwritten; use --force or another name", shown(.0)
    )]
    Exists(PathBuf),
    /// A file of that name exists, and cannot be replaced by force.
    #[error("{}: exists already and is never overwritten; use another name", shown(.0))]
    Taken(PathBuf),
    /// The output would replace what it is made from.
    #[error(
        "{}: is an input itself and is never overwritten, even with --force; use another name",
        shown(.0)
    )]
    IsInput(PathBuf),
    /// The output exists and is a folder, a device, a pipe.
    #[error("{}: is a folder or a device, not a file that can be replaced; use another name", shown(.0))]
    NotAFile(PathBuf),
    /// The system refused.
    #[error("{}: cannot {doing}: {source}{}", shown(path), hint(source))]
    Io {
        /// The output (not its temporary name).
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

/// What to do about common errors.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space or use another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; use a folder that you may write to"
        }
        io::ErrorKind::FileTooLarge => {
            "; there is a limit on the size of files here, use another disk or raise it"
        }
        _ => "",
    }
}

/// A file being written. Dropped before [`commit`](Self::commit) it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    temp: Temp,
    target: PathBuf,
    /// The permissions it gets in the end; none to keep those it is made with.
    permissions: Option<fs::Permissions>,
    force: bool,
}

/// What is written to before the output is whole.
#[derive(Debug)]
enum Temp {
    /// A file in the folder of the output.
    Named(NamedTempFile),
    /// A file without a name, to be copied to standard output.
    Unnamed(File),
}

/// Whether `target` may be written, as far as shows before anything is written. The arguments are those
/// of [`OutputFile::create`], but with several inputs.
///
/// # Errors
/// Any [`OutputError`] but [`OutputError::Io`].
pub fn check(target: &Path, inputs: &[&Path], force: bool) -> Result<(), OutputError> {
    if standard_io::is_output(target) {
        return Ok(());
    }
    if target.file_name().is_none() {
        return Err(OutputError::NotAFile(target.to_owned()));
    }
    // A dangling link exists too.
    if fs::symlink_metadata(target).is_err() {
        return Ok(());
    }
    // Renaming over a device or a pipe would remove it.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|meta| meta.is_file());
    if fs::metadata(target).is_ok() && !is_file(target) {
        return Err(OutputError::NotAFile(target.to_owned()));
    }
    // To compare files they are opened, and opening a pipe would wait for somebody at its other end.
    let is_target =
        |input: &&&Path| is_file(input) && same_file::is_same_file(input, target).unwrap_or(false);
    if inputs.iter().any(|input| is_target(&input)) {
        return Err(OutputError::IsInput(target.to_owned()));
    }
    if force { Ok(()) } else { Err(OutputError::Exists(target.to_owned())) }
}

impl OutputFile {
    /// Begins to write `target`; an existing file is replaced only if `force`. Missing folders are made.
    ///
    /// `input` is the file it is made from, if any: the output gets its permissions and must not be the
    /// same file, whatever its name (hard and symbolic links included).
    ///
    /// # Errors
    /// Any [`OutputError`].
    pub fn create(target: &Path, input: Option<&Path>, force: bool) -> Result<Self, OutputError> {
        let permissions = match input.filter(|input| !standard_io::is_input(input)) {
            None => None,
            Some(input) => {
                let input = fs::metadata(input).map_err(|source| OutputError::Io {
                    path: target.to_owned(),
                    doing: "read the permissions for it",
                    source,
                })?;
                Some(permission_bits(&input))
            }
        };
        check(target, input.as_slice(), force)?;
        // Audio stays private until it gets its input's permissions; a picture has no input and follows
        // the umask.
        let mode = if permissions.is_some() { 0o600 } else { 0o666 };
        let temp = if standard_io::is_output(target) {
            Temp::Unnamed(tempfile::tempfile().map_err(|source| OutputError::Io {
                path: target.to_owned(),
                doing: "make a temporary file for it",
                source,
            })?)
        } else {
            Temp::Named(temp_next_to(target, mode)?)
        };
        Ok(Self { temp, target: target.to_owned(), permissions, force })
    }

    /// Begins to write a file that must not exist yet and that only its owner can read, from the start.
    ///
    /// # Errors
    /// Any [`OutputError`].
    pub fn private(target: &Path) -> Result<Self, OutputError> {
        check(target, &[], false).map_err(taken)?;
        let temp = Temp::Named(temp_next_to(target, 0o600)?);
        Ok(Self { temp, target: target.to_owned(), permissions: None, force: false })
    }

    /// Where the file will be.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The open temporary file.
    #[must_use]
    pub fn file(&self) -> &File {
        match &self.temp {
            Temp::Named(temp) => temp.as_file(),
            Temp::Unnamed(file) => file,
        }
    }

    /// The error for a failed write, naming the output.
    #[must_use]
    pub fn write_failed(&self, source: io::Error) -> OutputError {
        self.failed("write it", source)
    }

    /// Writes all of `content` and gives the file its name.
    ///
    /// # Errors
    /// As of [`commit`](Self::commit).
    pub fn finish_with(mut self, content: &[u8]) -> Result<(), OutputError> {
        self.write_all(content).map_err(|error| self.write_failed(error))?;
        self.commit()
    }

    /// Syncs the file, gives it its name, syncs the folder.
    ///
    /// # Errors
    /// [`OutputError::Exists`] if the name was taken meanwhile and `force` was not given, else
    /// [`OutputError::Io`]. Nothing is left behind then, and an old file of that name is still
    /// there.
    pub fn commit(self) -> Result<(), OutputError> {
        if let Temp::Unnamed(file) = &self.temp {
            return send(file).map_err(|error| self.write_failed(error));
        }
        if let Some(permissions) = self.permissions.clone() {
            self.file()
                .set_permissions(permissions)
                .map_err(|e| self.failed("set its permissions", e))?;
        }
        self.file().sync_all().map_err(|e| self.failed("write it to the disk", e))?;
        let Self { temp: Temp::Named(temp), target, force, .. } = self else { return Ok(()) };
        let renamed = if force { temp.persist(&target) } else { temp.persist_noclobber(&target) };
        let failed = |doing, source| OutputError::Io { path: target.clone(), doing, source };
        if let Err(e) = renamed {
            return Err(match e.error.kind() {
                io::ErrorKind::AlreadyExists => OutputError::Exists(target),
                _ => failed("give it its name", e.error),
            });
        }
        sync_directory(folder_of(&target)).map_err(|e| failed("sync its folder", e))
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> OutputError {
        OutputError::Io { path: self.target.clone(), doing, source }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

/// Copies a whole output to standard output.
fn send(mut file: &File) -> io::Result<()> {
    let (start, len) = match standard_io::is_output_raw() {
        false => (0, file.metadata()?.len()),
        true => {
            file.seek(SeekFrom::Start(0))?;
            let info = PcmInfo::read(&mut file).map_err(io::Error::other)?;
            (info.data_offset, info.data_len)
        }
    };
    standard_io::send(file, start, len)
}

/// An empty file of a temporary name in the folder of `target`, which is made if it is missing.
pub(crate) fn temp_next_to(target: &Path, mode: u32) -> Result<NamedTempFile, OutputError> {
    let failed = |doing| move |source| OutputError::Io { path: target.to_owned(), doing, source };
    let folder = folder_of(target);
    fs::create_dir_all(folder).map_err(failed("make its folder"))?;
    let mut builder = Builder::new();
    let prefix = own_prefix();
    builder.prefix(&prefix).rand_bytes(RANDOM_LETTERS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    loop {
        let temp = builder.tempfile_in(folder).map_err(failed("write into its folder"))?;
        // The lock says that this run is alive. Whoever clears up may have had the file for a moment.
        match temp.as_file().try_lock() {
            Err(TryLockError::WouldBlock) => {}
            // Where there are no locks, nobody clears up.
            Err(TryLockError::Error(_)) => return Ok(temp),
            Ok(()) if temp.path().exists() => return Ok(temp),
            Ok(()) => {}
        }
    }
}

/// A name of an unfinished output in the folder of `target`, which no file has.
///
/// # Errors
/// As of [`OutputFile::create`].
pub(crate) fn free_name_next_to(target: &Path) -> Result<PathBuf, OutputError> {
    // The file is removed when it is dropped.
    temp_next_to(target, 0o600).map(|temp| temp.path().to_owned())
}

/// The error for outputs that cannot be forced.
fn taken(error: OutputError) -> OutputError {
    match error {
        OutputError::Exists(path) => OutputError::Taken(path),
        other => other,
    }
}

/// Read, write and execute bits, without set-user-ID and the like.
#[cfg(unix)]
fn permission_bits(of: &Metadata) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(of.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn permission_bits(of: &Metadata) -> fs::Permissions {
    of.permissions()
}
