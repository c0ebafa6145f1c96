//! Hashing on the way to a file.

use std::io::{self, Write};

use blake3::{Hash, Hasher};

/// A writer that hashes what is written, in the order it is written.
pub(crate) struct Hashed<W> {
    to: W,
    hasher: Hasher,
}

impl<W: Write> Hashed<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, hasher: Hasher::new() }
    }

    /// The writer itself. What is written to it directly is not hashed.
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
