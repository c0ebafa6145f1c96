//! Owners: they mark with the patchveil command, and later trace with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use patchveil_veil::ClassKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::data::{read_wav, write_wav};
use crate::generate::{Audio, RATE};
use crate::protect::{Patchveil, ProtectError};

/// Decoys that a score is ranked among.
pub const DECOYS: u32 = 999;
/// Exit code of `patchveil trace` that found nothing, and of `case recheck` if the trace is not gone.
const NOTHING_FOUND: i32 = 3;
/// The name of the only key in an owner's keyring.
pub(super) const NAME: &str = "owner";

/// A class key in a keyring of its own, for one run.
pub struct Owner<'a> {
    patchveil: &'a Patchveil,
    folder: TempDir,
}

/// What `patchveil trace` found, as it reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Seconds of audio.
    pub seconds: f64,
    /// Seconds of them that are not silence.
    #[serde(default)]
    pub active_s: f64,
    /// Standard deviations above what a key that had nothing to do with it gives.
    pub sigmas: f64,
    /// The chance that such a key gives as much.
    pub p_value: f64,
    /// Rank of the key among decoys, as a share of them.
    pub decoy_p_value: f64,
    /// Wall-clock time of the command in seconds.
    #[serde(default)]
    pub took_s: f64,
}

impl<'a> Owner<'a> {
    /// Owner number `number` of the run with this seed and purpose.
    ///
    /// # Errors
    /// [`ProtectError`] if the keyring cannot be written.
    pub fn new(
        patchveil: &'a Patchveil,
        seed: u64,
        purpose: &str,
        number: u64,
    ) -> Result<Self, ProtectError> {
        let folder = tempfile::tempdir().map_err(ProtectError::Folder)?;
        let mut hasher =
            blake3::Hasher::new_derive_key("patchveil lab trace: throw-away class key");
        hasher.update(&seed.to_le_bytes()).update(&number.to_le_bytes());
        hasher.update(purpose.as_bytes());
        let key: ClassKey = ClassKey::from_bytes(*hasher.finalize().as_bytes());
        let mut import = patchveil.command(folder.path());
        import.args(["key", "import", "-", "--name", NAME]);
        patchveil.run(&mut import, Some(key.to_text().as_bytes()))?;
        Ok(Self { patchveil, folder })
    }

    /// The recordings with the owner's mark, asked to be `level_db` louder than that of the preset: no more acts than the key allows.
    ///
    /// # Errors
    /// [`ProtectError`] if the command fails or files cannot be written or read.
    pub fn mark(&self, recordings: &[Audio], level_db: i8) -> Result<Vec<Audio>, ProtectError> {
        let folder = tempfile::tempdir_in(self.folder.path()).map_err(ProtectError::Folder)?;
        let (plain, marked) = (folder.path().join("plain"), folder.path().join("marked"));
        fs::create_dir(&plain).map_err(ProtectError::Folder)?;
        let file = |folder: &Path, n: usize| folder.join(format!("{n:06}.wav"));
        for (n, audio) in recordings.iter().enumerate() {
            write_wav(&file(&plain, n), audio, RATE)?;
        }
        let mut protect = self.patchveil.command(self.folder.path());
        protect.args(["protect", "--preset", "mark", "--mark-level", &level_db.to_string()]);
        protect.args(["--key", NAME, "--output"]).arg(&marked).arg(&plain);
        self.patchveil.run(&mut protect, None)?;
        let mut outputs = Vec::with_capacity(recordings.len());
        for (n, before) in recordings.iter().enumerate() {
            let (samples, _) = read_wav(&file(&marked, n))?;
            if samples.len() != before.len() {
                return Err(self.patchveil.failed("a marked file has a different length"));
            }
            outputs.push(samples);
        }
        Ok(outputs)
    }

    /// Traces the key in the first `seconds` of the suspects' files. What they have in common with
    /// `originals`, unmarked recordings of the same voices, is taken off first.
    ///
    /// # Errors
    /// [`ProtectError`] if the command fails or prints what cannot be read.
    pub fn trace(
        &self,
        suspects: &AudioFiles,
        seconds: f64,
        originals: Option<&AudioFiles>,
    ) -> Result<Found, ProtectError> {
        let started = Instant::now();
        let found: Found = self.parsed(&self.traced(suspects, seconds, originals)?)?;
        Ok(Found { took_s: started.elapsed().as_secs_f64(), ..found })
    }

    /// [`trace`](Self::trace), as the command prints it.
    pub(super) fn traced(
        &self,
        suspects: &AudioFiles,
        seconds: f64,
        originals: Option<&AudioFiles>,
    ) -> Result<Vec<u8>, ProtectError> {
        let mut trace = self.command("trace");
        trace.args(suspects.first(seconds));
        if let Some(originals) = originals {
            trace.arg("--unmarked").arg(originals.folder());
        }
        trace.args(["--key", NAME, "--json", "--decoys", &DECOYS.to_string()]);
        self.judged(&mut trace)
    }

    /// A command of the owner.
    pub(super) fn command(&self, name: &str) -> Command {
        let mut command = self.patchveil.command(self.folder.path());
        command.arg(name);
        command
    }

    /// What a command prints that finds something, or nothing.
    pub(super) fn judged(&self, command: &mut Command) -> Result<Vec<u8>, ProtectError> {
        let output = self.patchveil.output(command, None)?;
        if !output.status.success() && output.status.code() != Some(NOTHING_FOUND) {
            let messages = String::from_utf8_lossy(&output.stderr);
            let last = messages.lines().last().unwrap_or("no reason given");
            return Err(self.patchveil.failed(last));
        }
        Ok(output.stdout)
    }

    /// JSON that a command printed.
    pub(super) fn parsed<T: DeserializeOwned>(&self, json: &[u8]) -> Result<T, ProtectError> {
        serde_json::from_slice(json).map_err(|error| {
            self.patchveil.failed(format!("--json printed something else: {error}"))
        })
    }

    /// The folder in which the owner's commands run.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Recordings as files: a generator's output, or originals.
pub struct AudioFiles {
    folder: TempDir,
    /// The length of each file in seconds.
    seconds: Vec<f64>,
}

impl AudioFiles {
    /// Writes each output as a 16-bit file. All of them are scaled by one factor if one would clip.
    ///
    /// # Errors
    /// [`ProtectError`] if a file cannot be written.
    pub fn write(outputs: &[Audio]) -> Result<Self, ProtectError> {
        let folder = tempfile::tempdir().map_err(ProtectError::Folder)?;
        let loudest = outputs.iter().flatten().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = if loudest > 0.99 { 0.99 / loudest } else { 1.0 };
        for (n, audio) in outputs.iter().enumerate() {
            let scaled: Audio = audio.iter().map(|x| x * scale).collect();
            write_wav(&folder.path().join(format!("{n:06}.wav")), &scaled, RATE)?;
        }
        let seconds = outputs.iter().map(|audio| audio.len() as f64 / f64::from(RATE)).collect();
        Ok(Self { folder, seconds })
    }

    /// The folder of all files.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The first files, `seconds` long together, or all of them.
    pub(super) fn first(&self, seconds: f64) -> Vec<PathBuf> {
        let mut sum = 0.0;
        let mut count = 0;
        while count < self.seconds.len() && (sum + 1e-9 < seconds || count == 0) {
            sum += self.seconds[count];
            count += 1;
        }
        (0..count).map(|n| self.folder.path().join(format!("{n:06}.wav"))).collect()
    }
}
