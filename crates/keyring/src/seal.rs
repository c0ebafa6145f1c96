//! Locking bytes with a passphrase, as an age file.

use std::io::Write;
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use crate::secret::{MAX_WORK_FACTOR, SecretBuffer};
use crate::{KeyringError, Passphrase, Place};

/// How an age file begins, whatever its version.
const BINARY_START: &[u8] = b"age-encryption.org/";
/// How one begins in its text form.
const ARMOR_START: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// Bytes within which the header of a file for a passphrase ends (it has about 150).
const MAX_HEADER: usize = 1024;

/// Whether these bytes are an age file, going by how they begin.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    bytes.starts_with(BINARY_START) || bytes.starts_with(ARMOR_START)
}

/// `plain` as an age file in its text form, which survives mail and copy-and-paste.
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

/// What an age file holds, and the passphrase that opened it. `ask` is called once, and only when
/// the file is one that a passphrase can open. Reads at most `most` bytes.
pub(crate) fn unseal(
    sealed: &[u8],
    most: usize,
    place: &Place,
    ask: impl FnOnce() -> Option<Passphrase>,
) -> Result<(Zeroizing<Vec<u8>>, Passphrase), KeyringError> {
    let binary = SecretBuffer::read(ArmoredReader::new(sealed.trim_ascii_start()), most)
        .map_err(|_| place.damaged("its age text form is broken or cut short"))?
        .ok_or_else(|| place.damaged("it is too large"))?;

    // The parser starts over at each line of the header, so a hostile one could take hours.
    let start = &binary[..binary.len().min(MAX_HEADER)];
    if !start.windows(5).any(|window| window == b"\n--- ") {
        return Err(place.damaged("it is not an age file locked by a passphrase"));
    }
    let decryptor = Decryptor::new_buffered(&binary[..])
        .map_err(|_| place.damaged("its age header is broken, or of a newer age"))?;
    if !decryptor.is_scrypt() {
        return Err(place.damaged("it is an age file for a recipient, not for a passphrase"));
    }

    let passphrase = ask().ok_or_else(|| KeyringError::Locked { place: place.clone() })?;
    let identity = passphrase.identity();
    let reader = decryptor.decrypt(iter::once(&identity as _)).map_err(|error| match error {
        DecryptError::DecryptionFailed => KeyringError::WrongPassphrase { place: place.clone() },
        DecryptError::ExcessiveWork { required, .. } => {
            KeyringError::TooCostly { place: place.clone(), asked: required, most: MAX_WORK_FACTOR }
        }
        _ => place.damaged("its age header does not match its content"),
    })?;
    let plain = SecretBuffer::read(reader, most)
        .map_err(|_| place.damaged("its encrypted content was changed or cut short"))?
        .ok_or_else(|| place.damaged("it is too large"))?;
    Ok((plain, passphrase))
}
