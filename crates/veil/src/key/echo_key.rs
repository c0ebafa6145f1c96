//! The secret of a class's echo alone, which can be disclosed without the class key.

use std::fmt;
use std::str::FromStr;

use bech32::Hrp;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Seed, text};

/// Human-readable prefix of an echo key's text form.
const PREFIX: Hrp = Hrp::parse_unchecked("pvecho");

/// The seed that the signs of a class's echo are drawn from: enough to find the echo, and nothing else of
/// the class. [`ClassKey::echo_key`](crate::ClassKey::echo_key) derives it, one way.
///
/// Whoever has it can find the echo in a recording and take it off; the class key, the pattern, the veil and
/// other classes stay secret. [`commitment`](Self::commitment) fixes it before it is disclosed.
///
/// Like a class key it is overwritten when dropped, compared in constant time, and has no `Display` or
/// revealing `Debug`: the only way to text is [`to_text`](Self::to_text).
#[derive(Clone)]
pub struct EchoKey(Seed);

/// The text is not `pvecho1…` with a valid checksum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an echo key: it must begin with pvecho1 and its checksum must match; check for mistyped or missing letters"
)]
pub struct EchoKeyError;

impl EchoKey {
    pub(super) fn new(seed: Seed) -> Self {
        Self(seed)
    }

    /// The secret as text, bech32m with prefix `pvecho`. The text is overwritten when dropped.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        text::write(PREFIX, &self.0.0)
    }

    /// What can be published, or time-stamped, before the echo key is disclosed: it fixes the key and does
    /// not lead back to it. BLAKE3 in key-derivation mode, 64 hexadecimal letters.
    #[must_use]
    pub fn commitment(&self) -> String {
        blake3::Hash::from(blake3::derive_key("patchveil v1 echo commitment", &self.0.0))
            .to_hex()
            .to_string()
    }

    pub(crate) fn seed(&self) -> &Seed {
        &self.0
    }
}

impl PartialEq for EchoKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.0.ct_eq(&other.0.0).into()
    }
}

impl Eq for EchoKey {}

impl fmt::Debug for EchoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EchoKey({})", self.commitment())
    }
}

impl FromStr for EchoKey {
    type Err = EchoKeyError;

    /// Reads the text form; spaces and line ends around it are ignored.
    fn from_str(text: &str) -> Result<Self, EchoKeyError> {
        text::read(PREFIX, text).map(|bytes| Self(Seed(*bytes))).ok_or(EchoKeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClassKey;

    fn echo_key(byte: u8) -> EchoKey {
        ClassKey::from_bytes([byte; 32]).echo_key()
    }

    #[test]
    fn text_form_round_trips() {
        let text = echo_key(7).to_text();
        assert!(text.starts_with("pvecho1"));
        assert_eq!(text.parse::<EchoKey>().unwrap(), echo_key(7));
        assert_eq!(format!("\t{}\r\n", *text).parse::<EchoKey>().unwrap(), echo_key(7));
        assert_ne!(echo_key(7), echo_key(8));
    }

    /// Whoever has time-stamped a commitment must find it again in every later version.
    #[test]
    fn text_and_commitment_are_pinned() {
        assert_eq!(
            *echo_key(42).to_text(),
            "pvecho12gks2jr728gzxsg4q4xdxm470z7h3kqgt9rk0362qwc49yarj4yswj6ufd"
        );
        assert_eq!(
            echo_key(42).commitment(),
            "e5cabf887b23cba775d36045924747548ed57cff03f69605246a16b96126c66c"
        );
    }

    #[test]
    fn a_class_key_is_not_taken_for_an_echo_key_nor_the_other_way_round() {
        let class = ClassKey::from_bytes([7; 32]);
        assert_eq!(class.to_text().parse::<EchoKey>(), Err(EchoKeyError));
        assert!(echo_key(7).to_text().parse::<ClassKey>().is_err());
        let text = echo_key(7).to_text();
        for wrong in ["", "pvecho1", &text[..text.len() - 1], &text.replace("pvecho", "pvechq")] {
            assert_eq!(wrong.parse::<EchoKey>(), Err(EchoKeyError));
        }
    }

    #[test]
    fn debug_shows_the_commitment_only() {
        let shown = format!("{:?}", echo_key(7));
        assert_eq!(shown, format!("EchoKey({})", echo_key(7).commitment()));
        assert!(!shown.contains(&echo_key(7).to_text()[7..20]));
    }
}
