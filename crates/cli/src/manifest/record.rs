//! One line of a manifest.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Component, Path};
use std::str::FromStr;

use jiff::Timestamp;
use patchveil_veil::{Fingerprint, Recipe};
use serde::{Deserialize, Serialize};

use crate::paths::one_line;
use crate::pcm::SampleFormat;

/// Version of the lines this build writes, and the newest it reads. A line of version 1 has a recipe of
/// version 1; such lines are still written for such recipes.
pub const RECORD_VERSION: u32 = 2;
/// Longest line in bytes, with its end; real ones have some 700. A bound on what is read of a file that is no manifest.
pub(super) const LONGEST_RECORD: u64 = 1 << 16;
/// Version of a line whose recipe is of version 1, as builds before read it.
const WITH_RECIPE_1: u32 = 1;

/// The record of one protected file.
///
/// It names the class by its key's fingerprint only. The class's name is private: it may be a person's,
/// `key rename` changes it, and the manifest travels with the published files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of the line's format, 1 ..= [`RECORD_VERSION`].
    pub version: u32,
    /// The protected file's name, in the folder of the manifest; with `�` for what is not UTF-8.
    pub file: String,
    /// The exact bytes of the name, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_bytes: Option<Vec<u8>>,
    /// Public name of the key.
    pub fingerprint: Fingerprint,
    /// The whole recipe, so that it does not depend on what a later release calls `balanced`.
    pub recipe: Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub offset: i64,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub channels: u16,
    /// How samples are stored.
    pub format: SampleFormat,
    /// Samples a channel.
    pub frames: u64,
    /// Hash of the original's samples.
    pub audio_before: Digest,
    /// Hash of the protected file's samples.
    pub audio_after: Digest,
    /// Hash of all other bytes: headers, markers, tags.
    pub around: Digest,
    /// The same of the original, where something in it follows from the samples, such as their MD5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around_before: Option<Digest>,
    /// When the file was protected, by this computer's clock, in UTC.
    #[serde(with = "as_text")]
    pub time: Timestamp,
    /// Name and version of the program that protected it.
    pub tool: String,
}

impl Record {
    /// The record in a line of a manifest.
    ///
    /// # Errors
    /// [`Unreadable`], which says what is wrong with it.
    pub fn parse(line: &[u8]) -> Result<Self, Unreadable> {
        /// What lines of all versions have.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let text = std::str::from_utf8(line).map_err(|_| wrong("it is not text"))?;
        let Version { version } = serde_json::from_str(text).map_err(wrong)?;
        if version > RECORD_VERSION {
            return Err(Unreadable::Newer(version));
        }
        let record: Self = serde_json::from_str(text).map_err(wrong)?;
        if record.version == 0 {
            return Err(wrong("there is no version 0"));
        }
        if !is_plain(&record.name()) {
            return Err(wrong("its file is not a plain file name"));
        }
        record.recipe.validate().map_err(wrong)?;
        Ok(record)
    }

    /// The version of a line with this recipe.
    #[must_use]
    pub fn version_for(recipe: &Recipe) -> u32 {
        if recipe.version <= 1 { WITH_RECIPE_1 } else { RECORD_VERSION }
    }

    /// Hash of all bytes of the original but its samples.
    #[must_use]
    pub fn around_original(&self) -> Digest {
        self.around_before.unwrap_or(self.around)
    }

    /// The file's name, as the system knows it.
    #[must_use]
    pub fn name(&self) -> OsString {
        let exact = self.file_bytes.as_deref().and_then(from_bytes);
        exact.unwrap_or_else(|| self.file.clone().into())
    }

    /// The line for a manifest, without its end.
    ///
    /// # Errors
    /// None for any valid record.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// Why a line is not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// A later release wrote it.
    #[error("its version {0} is newer than this Patchveil knows ({RECORD_VERSION})")]
    Newer(u32),
    /// It is malformed.
    #[error("{0}")]
    Malformed(String),
}

fn wrong(reason: impl fmt::Display) -> Unreadable {
    Unreadable::Malformed(one_line(reason))
}

/// A record must not point outside its folder, wherever its manifest comes from.
fn is_plain(name: &OsStr) -> bool {
    let mut components = Path::new(name).components();
    let first = components.next();
    matches!(first, Some(Component::Normal(only)) if only == name)
        && components.next().is_none()
        && !name.as_encoded_bytes().contains(&0)
}

#[cfg(unix)]
fn from_bytes(bytes: &[u8]) -> Option<OsString> {
    let name: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    Some(name.to_owned())
}

#[cfg(not(unix))]
fn from_bytes(_bytes: &[u8]) -> Option<OsString> {
    None
}

/// BLAKE3 hash of bytes of a file; as text, 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(blake3::Hash);

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = blake3::HexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        blake3::Hash::from_hex(text).map(Self)
    }
}

impl From<Digest> for String {
    fn from(hash: Digest) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = blake3::HexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A value as the text it is displayed as, for `#[serde(with = "as_text")]`.
pub(crate) mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = include_str!("../../tests/golden/record-v1-plain-names.jsonl");

    #[test]
    fn a_recipe_is_the_same_to_the_last_bit_once_written_and_read() {
        let mut record = Record::parse(LINE.as_bytes()).unwrap();
        for amount in [101.881_488_576_744_13, 192.951_324_462_890_62, 110.787_072_262_545_85] {
            record.recipe.veil.as_mut().unwrap().amount = amount;
            let line = record.to_line().unwrap();
            assert_eq!(Record::parse(line.as_bytes()).unwrap(), record);
        }
    }

    #[test]
    fn a_reason_is_one_line_whatever_the_record_says() {
        for (good, bad) in [("tool", r"\n"), ("offset", r"\u001b[2J"), ("spectral", "\u{7f}")] {
            let line = LINE.replace(good, bad);
            let reason = Record::parse(line.as_bytes()).unwrap_err().to_string();
            assert!(!reason.contains(char::is_control), "{reason:?}");
        }
    }
}
