//! One open file, used by several threads.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::SystemTime;

/// A position of its own in a file that is opened once.
///
/// Threads that share a handle share its position, and opening the path again could open another file;
/// so every thread has a cursor, which states its position with every access.
#[derive(Debug)]
pub(crate) struct FileCursor<'a> {
    file: &'a File,
    at: u64,
}

impl<'a> FileCursor<'a> {
    /// A cursor at the start of `file`.
    pub(crate) fn new(file: &'a File) -> Self {
        Self { file, at: 0 }
    }
}

impl Read for FileCursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let got = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.at)?;
        #[cfg(windows)]
        let got = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.at)?;
        self.at += got as u64;
        Ok(got)
    }
}

impl Write for FileCursor<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let put = std::os::unix::fs::FileExt::write_at(self.file, bytes, self.at)?;
        #[cfg(windows)]
        let put = std::os::windows::fs::FileExt::seek_write(self.file, bytes, self.at)?;
        self.at += put as u64;
        Ok(put)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FileCursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.file.metadata()?.len(), by),
        };
        self.at = base.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Size and time of an open file: if they differ, somebody wrote to it.
#[derive(Debug, PartialEq)]
pub(crate) struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        Ok(Self { len: meta.len(), modified: meta.modified().ok() })
    }

    /// The size in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_in_one_file_do_not_move_each_other() {
        let file = tempfile::tempfile().unwrap();
        let (mut writer, mut reader) = (FileCursor::new(&file), FileCursor::new(&file));
        writer.write_all(b"0123456789").unwrap();
        let mut three = [0; 3];
        reader.read_exact(&mut three).unwrap();
        assert_eq!(&three, b"012");
        assert_eq!(reader.seek(SeekFrom::End(-3)).unwrap(), 7);
        writer.seek(SeekFrom::Start(8)).unwrap();
        writer.write_all(b"xy").unwrap();
        reader.read_exact(&mut three).unwrap();
        assert_eq!(&three, b"7xy");
        assert_eq!(reader.seek(SeekFrom::Current(-1)).unwrap(), 9);
        assert!(reader.seek(SeekFrom::Current(-10)).is_err());
    }
}
