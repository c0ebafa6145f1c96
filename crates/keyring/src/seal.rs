//! Bytes locked with a passphrase, as age files.

use std::io::Write;
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use crate::error::{KeyringError, Origin};
use crate::secret::{MAX_WORK_FACTOR, Passphrase, SecretBuffer};

/// How an age file begins, whatever its version.
const BINARY_START: &[u8] = b"age-encryption.org/";
/// How one begins in its text form.
const ARMOR_START: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// Longest header of a file for a passphrase, in bytes (usually about 150).
const MAX_HEADER: usize = 1024;

/// Whether these bytes begin like an age file.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    bytes.starts_with(BINARY_START) || bytes.starts_with(ARMOR_START)
}

/// `plain` as an age file in text form, which survives mail and copy-and-paste.
pub(crate) fn seal(
    plain: &[u8],
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let failed = || KeyringError::Internal { action: "encrypt with the passphrase" };
    let recipient = passphrase.recipient();
    let encryptor =
        Encryptor::with_recipients(iter::once(&recipient as _)).map_err(|_| failed())?;
    let armor = ArmoredWriter::wrap_output(SecretBuffer::new(), Format::AsciiArmor)
        .map_err(|_| failed())?;
    let mut writer = encryptor.wrap_output(armor).map_err(|_| failed())?;
    writer.write_all(plain).map_err(|_| failed())?;
    let armor = writer.finish().map_err(|_| failed())?;
    Ok(armor.finish().map_err(|_| failed())?.into_inner())
}

/// The content of an age file, at most `most` bytes, and the passphrase that opened it. `ask` is called
/// once, and only if the file is one that a passphrase can open.
pub(crate) fn unseal(
    sealed: &[u8],
    most: usize,
    origin: &Origin,
    ask: impl FnOnce() -> Option<Passphrase>,
) -> Result<(Zeroizing<Vec<u8>>, Passphrase), KeyringError> {
    let binary = SecretBuffer::read(ArmoredReader::new(sealed.trim_ascii_start()), most)
        .map_err(|_| origin.damaged("its age text form is broken or cut short"))?
        .ok_or_else(|| origin.damaged("it is too large"))?;

    // The parser starts over at each line of the header, so a hostile header could take hours.
    let start = &binary[..binary.len().min(MAX_HEADER)];
    if !start.windows(5).any(|window| window == b"\n--- ") {
        return Err(origin.damaged("it is not an age file locked by a passphrase"));
    }
    let decryptor = Decryptor::new_buffered(&binary[..])
        .map_err(|_| origin.damaged("its age header is broken, or of a newer age"))?;
    if !decryptor.is_scrypt() {
        return Err(origin.damaged("it is an age file for a recipient, not for a passphrase"));
    }

    let passphrase = ask().ok_or_else(|| KeyringError::Locked { origin: origin.clone() })?;
    let identity = passphrase.identity();
    let reader = decryptor.decrypt(iter::once(&identity as _)).map_err(|error| match error {
        DecryptError::DecryptionFailed => KeyringError::WrongPassphrase { origin: origin.clone() },
        DecryptError::ExcessiveWork { required, .. } => KeyringError::TooCostly {
            origin: origin.clone(),
            asked: required,
            most: MAX_WORK_FACTOR,
        },
        _ => origin.damaged("its age header does not match its content"),
    })?;
    let plain = SecretBuffer::read(reader, most)
        .map_err(|_| origin.damaged("its encrypted content was changed or cut short"))?
        .ok_or_else(|| origin.damaged("it is too large"))?;
    Ok((plain, passphrase))
}
