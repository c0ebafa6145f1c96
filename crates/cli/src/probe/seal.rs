//! The answer key of a probe, encrypted.
//!
//! It is an age file for one X25519 recipient, whose secret follows from the class key and the probe's
//! commitment. So the `age` command can open it for whoever is given that secret, and nobody but the owner
//! of the class key could have made it: the recipient is never written down.

use std::io::{self, Read, Write};

use age::x25519::Identity;
use age::{DecryptError, Decryptor, Encryptor};
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

/// What precedes the secret in age's text form.
const IDENTITY_PREFIX: Hrp = Hrp::parse_unchecked("age-secret-key-");
/// Longest header of a file for one recipient, in bytes (usually about 200).
const HEADER_MAX: usize = 1_024;

/// Why something sealed does not open.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unopened {
    /// Another secret is needed, or its header was changed.
    WrongSecret,
    /// It was changed or cut short.
    Changed(&'static str),
}

/// The secret in the form that the `age` command takes with `-i`.
pub(super) fn identity_text(secret: &[u8; 32]) -> Zeroizing<String> {
    // The length of 32 bytes is within bech32's limit, so encoding cannot fail.
    Zeroizing::new(bech32::encode_upper::<Bech32>(IDENTITY_PREFIX, secret).unwrap_or_default())
}

fn identity(secret: &[u8; 32]) -> io::Result<Identity> {
    identity_text(secret).parse().map_err(io::Error::other)
}

/// `plain` as a binary age file.
pub(super) fn seal(plain: &[u8], secret: &[u8; 32]) -> io::Result<Vec<u8>> {
    let recipient = identity(secret)?.to_public();
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _));
    let mut writer = encryptor.map_err(io::Error::other)?.wrap_output(Vec::new())?;
    writer.write_all(plain)?;
    writer.finish()
}

/// What [`seal`] was given.
pub(super) fn unseal(sealed: &[u8], secret: &[u8; 32]) -> Result<Vec<u8>, Unopened> {
    // The parser starts over at each line of the header, so a hostile header could take hours.
    let start = &sealed[..sealed.len().min(HEADER_MAX)];
    if !start.windows(5).any(|window| window == b"\n--- ") {
        return Err(Unopened::Changed("it is not a sealed answer key, or was cut short"));
    }
    let broken = Unopened::Changed("its header was changed");
    let Ok(decryptor) = Decryptor::new_buffered(sealed) else { return Err(broken) };
    let identity = identity(secret).map_err(|_| Unopened::WrongSecret)?;
    let reader =
        decryptor.decrypt(std::iter::once(&identity as _)).map_err(|error| match error {
            DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed => Unopened::WrongSecret,
            _ => broken,
        })?;
    let mut plain = Vec::new();
    match { reader }.read_to_end(&mut plain) {
        Ok(_) => Ok(plain),
        Err(_) => Err(Unopened::Changed("its content was changed or cut short")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_opens_and_any_changed_byte_is_noticed() {
        let sealed = seal(b"which clip has which key", &[7; 32]).unwrap();
        assert_eq!(unseal(&sealed, &[7; 32]).unwrap(), b"which clip has which key");
        assert_eq!(unseal(&sealed, &[8; 32]), Err(Unopened::WrongSecret));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(unseal(&changed, &[7; 32]).is_err(), "byte {at}");
        }
        for len in 0..sealed.len() {
            assert!(unseal(&sealed[..len], &[7; 32]).is_err(), "cut to {len} bytes");
        }
    }

    #[test]
    fn the_secret_is_in_ages_own_form() {
        assert!(identity_text(&[7; 32]).starts_with("AGE-SECRET-KEY-1"));
        assert!(identity(&[7; 32]).is_ok());
    }
}
