//! Hashes of files, and of what is written to them.

use std::io::{self, Read, Seek, Write};

use blake3::{Hash, Hasher};

use super::record::Digest;
use crate::pcm::{CopyError, PcmError, PcmReader};
use crate::watch::Watch;

/// Bytes read at a time.
const PIECE: u64 = 1 << 18;

/// A writer that hashes what is written.
pub(crate) struct Hashed<W> {
    to: W,
    hasher: Hasher,
}

impl<W: Write> Hashed<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, hasher: Hasher::new() }
    }

    /// The inner writer. What is written to it directly is not hashed.
    pub(crate) fn get_mut(&mut self) -> &mut W {
        &mut self.to
    }

    /// The hash of all that was written.
    pub(crate) fn finish(self) -> Hash {
        self.hasher.finalize()
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The hash of all bytes of a file but its samples.
pub(crate) fn hash_around<R: Read + Seek>(reader: &mut PcmReader<R>) -> Result<Digest, PcmError> {
    let into_pcm = |error| match error {
        CopyError::Read(error) => error,
        CopyError::Write(error) => error.into(),
    };
    let mut around = Hashed::new(io::sink());
    reader.copy_head(&mut around).map_err(into_pcm)?;
    reader.copy_tail(&mut around).map_err(into_pcm)?;
    Ok(around.finish().into())
}

/// The hash of a file's samples as stored; `None` if the user asked to stop.
pub(crate) fn hash_audio<R: Read + Seek>(
    reader: &mut PcmReader<R>,
    watch: &Watch<'_>,
) -> Result<Option<Digest>, PcmError> {
    reader.seek(0)?;
    let mut audio = Hashed::new(io::sink());
    let mut piece = vec![0; PIECE as usize];
    let mut left = reader.info().data_len;
    while left > 0 {
        if watch.is_stopped() {
            return Ok(None);
        }
        let now = left.min(PIECE);
        let piece = &mut piece[..now as usize];
        reader.source_mut().read_exact(piece).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => PcmError::Changed,
            _ => error.into(),
        })?;
        audio.write_all(piece)?;
        (watch.progress)(now);
        left -= now;
    }
    Ok(Some(audio.finish().into()))
}
