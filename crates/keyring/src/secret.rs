//! Passphrases, and buffers for secrets.

use std::fmt;
use std::io::{self, Read, Write};

use age::secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::KeyringError;

/// Base-2 logarithm of the scrypt cost of a locked file: 256 MiB of memory and about a second, as the
/// `age` command uses. The library's default depends on the speed of the machine, and would be too low on
/// a busy one.
const WORK_FACTOR: u8 = 18;
/// The highest cost accepted when opening: 1 GiB of memory and a few seconds.
pub(crate) const MAX_WORK_FACTOR: u8 = 20;

/// A passphrase for a keyring or an exported key. Overwritten when dropped; not shown by `Debug`.
#[derive(Clone)]
pub struct Passphrase {
    text: Zeroizing<String>,
    work_factor: u8,
}

impl Passphrase {
    /// The passphrase that a user typed, taken exactly as it is.
    ///
    /// # Errors
    /// [`KeyringError::BadPassphrase`] if it is empty or contains a line break, because it could not be
    /// typed into the `age` command.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, KeyringError> {
        let text = text.into();
        if text.is_empty() {
            return Err(KeyringError::BadPassphrase {
                reason: "it is empty; type one or more words",
            });
        }
        if text.contains(['\n', '\r']) {
            return Err(KeyringError::BadPassphrase {
                reason: "it holds a line break; use a single line",
            });
        }
        Ok(Self { text, work_factor: WORK_FACTOR })
    }

    /// The same passphrase with another scrypt cost for the files it locks from now on: 2 to the power of
    /// `log_n`, limited to 1 ..= 20. Below the default of 18, guessing gets cheaper for a thief, so lower
    /// values are for tests.
    #[must_use]
    pub fn with_work_factor(mut self, log_n: u8) -> Self {
        self.work_factor = log_n.clamp(1, MAX_WORK_FACTOR);
        self
    }

    /// For locking.
    pub(crate) fn recipient(&self) -> age::scrypt::Recipient {
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(self.text.as_str()));
        recipient.set_work_factor(self.work_factor);
        recipient
    }

    /// For unlocking; refuses files that ask for too much work.
    pub(crate) fn identity(&self) -> age::scrypt::Identity {
        let mut identity = age::scrypt::Identity::new(SecretString::from(self.text.as_str()));
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        identity
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// A growing buffer for secrets. Unlike a plain `Vec`, it overwrites its old memory when it moves to a
/// larger one.
pub(crate) struct SecretBuffer(Zeroizing<Vec<u8>>);

impl SecretBuffer {
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(4096)))
    }

    pub(crate) fn into_inner(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// Everything that `reader` has, or `None` if it is more than `most` bytes.
    pub(crate) fn read(
        mut reader: impl Read,
        most: usize,
    ) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let mut buffer = Self::new();
        loop {
            let filled = buffer.0.len();
            if filled > most {
                return Ok(None);
            }
            buffer.make_room(4096);
            let room = buffer.0.capacity();
            buffer.0.resize(room, 0);
            let outcome = reader.read(&mut buffer.0[filled..]);
            let got = outcome.as_ref().copied().unwrap_or(0);
            buffer.0.truncate(filled + got);
            match outcome {
                Ok(0) => return Ok(Some(buffer.0)),
                Ok(_) => {}
                Err(interrupted) if interrupted.kind() == io::ErrorKind::Interrupted => {}
                Err(other) => return Err(other),
            }
        }
    }

    fn make_room(&mut self, more: usize) {
        let needed = self.0.len() + more;
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.0.capacity())));
            larger.extend_from_slice(&self.0);
            // The buffer that is replaced overwrites itself here.
            self.0 = larger;
        }
    }
}

impl Write for SecretBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.make_room(bytes.len());
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_of_any_size_keeps_its_content() {
        for len in [0, 1, 4095, 4096, 4097, 100_000] {
            let data: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let mut buffer = SecretBuffer::new();
            for piece in data.chunks(777) {
                buffer.write_all(piece).unwrap();
            }
            assert_eq!(*buffer.into_inner(), data);
            assert_eq!(*SecretBuffer::read(&data[..], len).unwrap().unwrap(), data);
            if len > 0 {
                assert!(SecretBuffer::read(&data[..], len - 1).unwrap().is_none());
            }
        }
    }

    #[test]
    fn a_passphrase_is_not_shown_and_must_be_typeable() {
        let passphrase = Passphrase::new("hunter2".to_owned()).unwrap();
        assert_eq!(format!("{passphrase:?}"), "Passphrase(…)");
        for unusable in ["", "two\nlines", "two\rlines"] {
            let refused = Passphrase::new(unusable.to_owned());
            assert!(matches!(refused, Err(KeyringError::BadPassphrase { .. })));
        }
    }

    #[test]
    fn the_work_factor_is_safe_by_default_and_never_too_high_to_open() {
        let passphrase = Passphrase::new("x".to_owned()).unwrap();
        assert!(passphrase.work_factor >= 18);
        assert_eq!(passphrase.clone().with_work_factor(0).work_factor, 1);
        assert_eq!(passphrase.with_work_factor(255).work_factor, MAX_WORK_FACTOR);
    }
}
