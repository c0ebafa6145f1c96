//! Which clip has which key.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use blake3::Hash;
use patchveil_veil::{ClassKey, Fingerprint, Recipe};
use serde::{Deserialize, Serialize};

use super::error::ProbeError;
use super::seal::{Unopened, unseal};
use crate::manifest::Digest;
use crate::open;
use crate::paths::one_line;

/// The sealed answer key in the folder of a probe.
pub(super) const SEALED: &str = "sealed.age";
/// The commitment to it.
pub(super) const COMMITMENT: &str = "commitment.txt";
/// The format's version.
pub(super) const VERSION: u32 = 1;
/// Longest answer key in bytes: that of the largest probe has some 20 MB.
const LONGEST: u64 = 1 << 26;

/// Which clip has which key, and all that the clips were made from but the class key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerKey {
    /// The format's version.
    pub version: u32,
    /// The program and version that made it.
    pub tool: String,
    /// The class.
    pub class: String,
    /// The public name of its key.
    pub fingerprint: Fingerprint,
    /// What the recipe is called.
    pub preset: String,
    /// The recipe, the same for all keys.
    pub recipe: Recipe,
    /// 32 random bytes, 64 hexadecimal digits: all choices, and the decoys' keys, follow from them.
    pub seed: String,
    /// Decoys. Key 0 is the class's, 1 to this number are the decoys.
    pub decoys: u32,
    /// The neutral excerpts.
    pub excerpts: Vec<ExcerptEntry>,
    /// The clips, in the order of their names.
    pub clips: Vec<ClipEntry>,
}

/// Where a neutral excerpt is from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExcerptEntry {
    /// Name of the recording, without its folder; none for a voice made by the program.
    pub recording: Option<String>,
    /// Where it begins there, in seconds.
    pub start_s: f64,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Timeline position of its first sample, the same under all keys.
    pub position: i64,
}

/// One clip.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClipEntry {
    /// Its file's name.
    pub file: String,
    /// The number of its excerpt, from 0.
    pub excerpt: u32,
    /// The number of its key: 0 is the class's.
    pub key: u32,
    /// BLAKE3 of the file.
    pub blake3: Digest,
}

/// An answer key that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The answer key.
    pub answer_key: AnswerKey,
    /// The bytes that were sealed, for whoever shall repeat the judgement.
    pub plain: Vec<u8>,
    /// Their commitment, 64 hexadecimal digits.
    pub commitment: String,
}

/// The commitment to an answer key: whoever has it knows nothing of the answers, because they contain a
/// random seed, and can later tell whether it is these that are shown.
pub(super) fn commitment(plain: &[u8]) -> Hash {
    Hash::from_bytes(blake3::derive_key("patchveil v1 probe commitment", plain))
}

/// The key of decoy number `number`.
pub(super) fn decoy_key(seed: &[u8; 32], number: u32) -> ClassKey {
    let mut hasher = blake3::Hasher::new_derive_key("patchveil v1 probe decoy");
    hasher.update(seed).update(&number.to_le_bytes());
    ClassKey::from_bytes(*hasher.finalize().as_bytes())
}

impl AnswerKey {
    /// Keys: the class's and the decoys.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.decoys as usize + 1
    }

    /// Clips for each key.
    #[must_use]
    pub fn clips_per_key(&self) -> usize {
        self.excerpts.len()
    }

    /// Whether there are excerpts, and one clip for each of them under each key: else ranks would not be fair, and keys without
    /// clips could ask for more memory than there is.
    fn is_consistent(&self) -> bool {
        if self.excerpts.is_empty() {
            return false;
        }
        let expected = (self.excerpts.len() as u64).saturating_mul(u64::from(self.decoys) + 1);
        let known = |clip: &&ClipEntry| {
            (clip.excerpt as usize) < self.excerpts.len() && clip.key <= self.decoys
        };
        let known = self.clips.iter().filter(known).map(|clip| (clip.excerpt, clip.key));
        let distinct: HashSet<(u32, u32)> = known.collect();
        self.clips.len() as u64 == expected && distinct.len() == self.clips.len()
    }
}

impl Opened {
    /// Opens the answer key in the folder of a probe with the class's key.
    ///
    /// # Errors
    /// [`ProbeError`] if files are missing or were changed, or if it is another class's.
    pub fn with_key(folder: &Path, key: &ClassKey) -> Result<Self, ProbeError> {
        let expected = read_commitment(folder)?;
        let path = folder.join(SEALED);
        let sealed = read(&path)?;
        let plain =
            unseal(&sealed, &key.probe_secret(expected.as_bytes())).map_err(|unopened| {
                match unopened {
                    Unopened::WrongSecret => ProbeError::WrongKey(path.clone()),
                    Unopened::Changed(what) => {
                        damaged(&path, format!("{what}; take it from a copy"))
                    }
                }
            })?;
        Self::checked(plain, &expected, &path)
    }

    /// Reads an answer key that its owner disclosed, for the folder of a probe.
    ///
    /// # Errors
    /// [`ProbeError`] if it is not the one that was committed to.
    pub fn from_file(folder: &Path, path: &Path) -> Result<Self, ProbeError> {
        Self::checked(read(path)?, &read_commitment(folder)?, path)
    }

    fn checked(plain: Vec<u8>, expected: &Hash, path: &Path) -> Result<Self, ProbeError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let actual = commitment(&plain);
        if actual != *expected {
            let what =
                "is not the answer key that commitment.txt stands for: one of them was changed";
            return Err(damaged(path, what.to_owned()));
        }
        let newer = serde_json::from_slice(&plain).is_ok_and(|v: Version| v.version > VERSION);
        if newer {
            let what = "was made by a newer Patchveil; judge it with that one";
            return Err(damaged(path, what.to_owned()));
        }
        let answer_key: AnswerKey = serde_json::from_slice(&plain)
            .map_err(|error| damaged(path, one_line(format!("is not an answer key: {error}"))))?;
        if !answer_key.is_consistent() {
            return Err(damaged(
                path,
                "does not have one clip for each excerpt under each key".to_owned(),
            ));
        }
        Ok(Self { answer_key, plain, commitment: actual.to_string() })
    }
}

fn read_commitment(folder: &Path) -> Result<Hash, ProbeError> {
    let path = folder.join(COMMITMENT);
    let bytes = read(&path)?;
    let text = String::from_utf8_lossy(&bytes);
    let first = text.split_whitespace().next().unwrap_or_default();
    Hash::from_hex(first)
        .map_err(|_| damaged(&path, "is not a commitment, 64 hexadecimal digits".to_owned()))
}

fn read(path: &Path) -> Result<Vec<u8>, ProbeError> {
    read_up_to(path, LONGEST)?
        .ok_or_else(|| damaged(path, "is too large for a file of a probe".to_owned()))
}

/// The content of a regular file; none if it has more than `longest` bytes.
pub(super) fn read_up_to(path: &Path, longest: u64) -> Result<Option<Vec<u8>>, ProbeError> {
    let unreadable = |source| ProbeError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    open::regular(path)
        .and_then(|file| file.take(longest + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    Ok((bytes.len() as u64 <= longest).then_some(bytes))
}

fn damaged(path: &Path, what: String) -> ProbeError {
    ProbeError::Damaged { path: PathBuf::from(path), what }
}

#[cfg(test)]
mod tests {
    use patchveil_veil::Preset;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_disclosed_answer_key_is_one_line() {
        let plain = br#"{"version":1,"recipe":{"x\n\u001b[2J":1}}"#.to_vec();
        let expected = commitment(&plain);
        let error = Opened::checked(plain, &expected, Path::new("opened.json")).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("unknown field"), "{message}");
        assert!(!message.contains(char::is_control), "{message:?}");
    }

    #[test]
    fn an_answer_key_without_clips_is_refused_however_many_keys_it_claims() {
        let answer_key = AnswerKey {
            version: VERSION,
            tool: String::new(),
            class: String::new(),
            fingerprint: ClassKey::from_bytes([1; 32]).fingerprint(),
            preset: String::new(),
            recipe: Preset::Mark.recipe(),
            seed: "00".repeat(32),
            decoys: u32::MAX,
            excerpts: Vec::new(),
            clips: Vec::new(),
        };
        let plain = serde_json::to_vec(&answer_key).unwrap();
        let expected = commitment(&plain);
        let error = Opened::checked(plain, &expected, Path::new("opened.json")).unwrap_err();
        assert!(error.to_string().contains("one clip for each excerpt"), "{error}");
    }
}
