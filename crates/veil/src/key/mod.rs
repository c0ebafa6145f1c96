//! Class keys: 32 secret bytes, their text form, and the seeds derived from them.

mod echo_key;
mod text;

pub use echo_key::{EchoKey, EchoKeyError};

use std::fmt;
use std::str::FromStr;

use bech32::Hrp;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Human-readable prefix of a key's text form.
const KEY_PREFIX: Hrp = Hrp::parse_unchecked("pvkey");
/// Bytes of a class key.
const KEY_BYTES: usize = 32;
/// Bytes of a fingerprint: 80 bits, so that chance collisions stay out of reach for any keyring.
const FINGERPRINT_BYTES: usize = 10;
/// RFC 4648 base 32 in lower case; 10 bytes are exactly 16 letters.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The secret of one class. Schedule and kernels derive from it.
///
/// The bytes are overwritten when the value is dropped, are compared in constant time, and have
/// no `Display` or revealing `Debug`: the only way to text is [`ClassKey::to_text`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ClassKey([u8; KEY_BYTES]);

/// Why there is no class key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not `pvkey1…` with a valid checksum.
    #[error(
        "not a Patchveil key: it must begin with pvkey1 and its checksum must match; check for mistyped or missing letters"
    )]
    Malformed,
    /// The operating system gave no random bytes.
    #[error(
        "the operating system gives no random bytes, so no key can be made; restart the machine"
    )]
    NoEntropy,
}

impl ClassKey {
    /// A new key from the operating system's random source.
    ///
    /// # Errors
    /// [`KeyError::NoEntropy`] when the system has no random bytes to give.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(|_| KeyError::NoEntropy)?;
        Ok(Self(*bytes))
    }

    /// The key with these 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The secret as text, bech32m with prefix `pvkey` (BIP 350): up to four mistyped letters are
    /// always noticed. The text is overwritten when dropped.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        text::write(KEY_PREFIX, &self.0)
    }

    /// The key's short public name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let hash = Zeroizing::new(blake3::derive_key("patchveil v1 fingerprint", &self.0));
        let mut short = [0; FINGERPRINT_BYTES];
        short.copy_from_slice(&hash[..FINGERPRINT_BYTES]);
        Fingerprint(short)
    }

    /// The secret of the class's echo alone, to disclose where a trace is disputed. It does not lead back
    /// to the class key.
    #[must_use]
    pub fn echo_key(&self) -> EchoKey {
        EchoKey::new(self.derive(Purpose::Echo))
    }

    /// The 32 secret bytes that seal the answer key of the probe with this commitment. Disclosing them
    /// opens that probe and no other.
    #[must_use]
    pub fn probe_secret(&self, commitment: &[u8; 32]) -> Zeroizing<[u8; 32]> {
        let seed = self.derive(Purpose::Probe);
        Zeroizing::new(*blake3::keyed_hash(&seed.0, commitment).as_bytes())
    }

    /// What decoys are drawn from where a search for this key has to find the same each time. Others cannot know these decoys.
    #[must_use]
    pub fn decoy_seed(&self) -> u64 {
        let seed = self.derive(Purpose::Decoys);
        seed.0.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The seed of one purpose, by BLAKE3 in key-derivation mode: what leaks of one reveals nothing of
    /// another, nor of the key.
    pub(crate) fn derive(&self, purpose: Purpose) -> Seed {
        Seed(blake3::derive_key(purpose.context(), &self.0))
    }
}

impl PartialEq for ClassKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for ClassKey {}

impl fmt::Debug for ClassKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClassKey({})", self.fingerprint())
    }
}

impl FromStr for ClassKey {
    type Err = KeyError;

    /// Reads the text form; spaces and line ends around it are ignored.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        text::read(KEY_PREFIX, text).map(|bytes| Self(*bytes)).ok_or(KeyError::Malformed)
    }
}

/// Short public name of a key, such as `mfrg-gzdf-mztw-q2lk`. It does not lead back to the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; FINGERPRINT_BYTES]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bits: u32 = 0;
        let mut held = 0;
        let mut letters = 0;
        for &byte in &self.0 {
            bits = (bits << 8) | u32::from(byte);
            held += 8;
            while held >= 5 {
                held -= 5;
                if letters > 0 && letters % 4 == 0 {
                    f.write_str("-")?;
                }
                let letter = BASE32[(bits >> held) as usize & 31];
                write!(f, "{}", char::from(letter))?;
                letters += 1;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a fingerprint: sixteen letters in four groups, `a`–`z` and `2`–`7`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a fingerprint: expected sixteen letters such as mfrg-gzdf-mztw-q2lk")]
pub struct FingerprintError;

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let mut bytes = [0; FINGERPRINT_BYTES];
        let mut bits: u32 = 0;
        let mut held = 0;
        let mut filled = 0;
        for letter in text.trim().bytes().filter(|&b| b != b'-') {
            let value = BASE32
                .iter()
                .position(|&known| known == letter.to_ascii_lowercase())
                .ok_or(FingerprintError)?;
            bits = (bits << 5) | u32::try_from(value).map_err(|_| FingerprintError)?;
            held += 5;
            if held >= 8 {
                held -= 8;
                *bytes.get_mut(filled).ok_or(FingerprintError)? = (bits >> held) as u8;
                filled += 1;
            }
        }
        if filled == FINGERPRINT_BYTES && held == 0 {
            Ok(Self(bytes))
        } else {
            Err(FingerprintError)
        }
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        text.parse()
    }
}

/// What a seed is for. The text is part of the released format: changing one changes all audio.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The class's kernels.
    Kernel,
    /// The class's static EQ.
    StaticEq,
    /// Where the patches of each period are, and which kernel each uses.
    Schedule,
    /// The kernels of a mark's pattern.
    Pattern,
    /// The order of a mark's patches.
    PatternOrder,
    /// A mark's echo.
    Echo,
    /// What seals the answer keys of probes.
    Probe,
    /// Decoys that are the same each time.
    Decoys,
}

impl Purpose {
    fn context(self) -> &'static str {
        match self {
            Self::Kernel => "patchveil v1 kernel",
            Self::StaticEq => "patchveil v1 ground",
            Self::Schedule => "patchveil v1 schedule",
            Self::Pattern => "patchveil v2 pattern",
            Self::PatternOrder => "patchveil v2 pattern order",
            Self::Echo => "patchveil v2 echo",
            Self::Probe => "patchveil v1 probe",
            Self::Decoys => "patchveil v1 own decoys",
        }
    }
}

/// A derived secret that seeds ChaCha20 streams.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    /// A seed that is no secret, for decoys.
    pub(crate) fn of_decoys(number: u64) -> Self {
        Self(blake3::derive_key("patchveil v1 decoys", &number.to_le_bytes()))
    }

    /// Stream number `stream` from its beginning. Streams are independent, and reaching one costs
    /// the same whatever its number. Never allocates.
    pub(crate) fn stream(&self, stream: u64) -> KeyStream {
        let mut rng = ChaCha20Rng::from_seed(self.0);
        rng.set_stream(stream);
        KeyStream(rng)
    }
}

/// Keyed random numbers. The mapping to ranges is our own and frozen, because the audio depends on
/// it: a library that improved its sampling would change every protected file.
pub(crate) struct KeyStream(ChaCha20Rng);

impl KeyStream {
    /// 32 keyed bits.
    pub(crate) fn bits(&mut self) -> u32 {
        use chacha20::rand_core::Rng;
        self.0.next_u32()
    }

    /// A whole number in `0..bound` (0 for a bound of 0), by multiply and shift (Lemire 2019,
    /// without its rejection step: the bias is below `bound`/2³²).
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.bits()) * u64::from(bound)) >> 32) as u32
    }

    /// A number in `0.0..1.0`, a multiple of 2⁻³².
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.bits()) / 4_294_967_296.0
    }

    /// Puts `items` in keyed order (Fisher–Yates from the end).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use bech32::Bech32m;

    use super::*;

    fn key(byte: u8) -> ClassKey {
        ClassKey::from_bytes([byte; 32])
    }

    #[test]
    fn text_form_round_trips_and_is_pinned() {
        let text = key(7).to_text();
        assert!(text.starts_with("pvkey1"));
        assert_eq!(text.parse::<ClassKey>().unwrap(), key(7));
        assert_eq!(format!(" {}\n", *text).parse::<ClassKey>().unwrap(), key(7));
    }

    #[test]
    fn every_single_mistyped_letter_is_noticed() {
        let text = key(9).to_text();
        for at in 0..text.len() {
            for wrong in "qpzry9x8gf2tvdw0s3jn54khce6mua7l1b".chars() {
                let mut letters: Vec<char> = text.chars().collect();
                if letters[at] == wrong {
                    continue;
                }
                letters[at] = wrong;
                let typed: String = letters.into_iter().collect();
                assert!(typed.parse::<ClassKey>().is_err(), "{typed} was taken for a key");
            }
        }
    }

    #[test]
    fn other_lengths_and_prefixes_are_refused() {
        let short = bech32::encode::<Bech32m>(KEY_PREFIX, &[1; 31]).unwrap();
        let long = bech32::encode::<Bech32m>(KEY_PREFIX, &[1; 33]).unwrap();
        let other = bech32::encode::<Bech32m>(Hrp::parse_unchecked("bc"), &[1; 32]).unwrap();
        for text in [short.as_str(), &long, &other, "", "pvkey1"] {
            assert_eq!(text.parse::<ClassKey>(), Err(KeyError::Malformed));
        }
    }

    #[test]
    fn debug_shows_the_fingerprint_only() {
        let shown = format!("{:?}", key(7));
        assert_eq!(shown, format!("ClassKey({})", key(7).fingerprint()));
        assert!(!key(7).to_text().contains(&shown));
    }

    #[test]
    fn fingerprints_round_trip_and_differ() {
        let print = key(1).fingerprint();
        assert_eq!(print.to_string().parse::<Fingerprint>().unwrap(), print);
        assert_eq!(print.to_string().to_uppercase().parse::<Fingerprint>().unwrap(), print);
        assert_eq!(print.to_string().len(), 19);
        assert_ne!(print, key(2).fingerprint());
        for wrong in
            ["", "abcd", "mfrg-gzdf-mztw-q2l", "mfrg-gzdf-mztw-q2lkk", "1frg-gzdf-mztw-q2lk"]
        {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn purposes_and_streams_are_independent() {
        let words = |purpose, stream| {
            let mut s = key(3).derive(purpose).stream(stream);
            [s.bits(), s.bits(), s.bits()]
        };
        assert_eq!(words(Purpose::Kernel, 5), words(Purpose::Kernel, 5));
        assert_ne!(words(Purpose::Kernel, 5), words(Purpose::Schedule, 5));
        assert_ne!(words(Purpose::Kernel, 5), words(Purpose::Kernel, 6));
        assert_ne!(words(Purpose::Kernel, 0), words(Purpose::Kernel, u64::MAX));
    }
}
