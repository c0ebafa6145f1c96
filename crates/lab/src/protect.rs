//! Protects recordings by running the `patchveil` command on files, so that results are those of
//! the product.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use patchveil_veil::{ClassKey, Preset, PresetVersion, Recipe};
use serde::{Deserialize, Serialize};

use crate::clip::Clip;
use crate::data::{DataError, read_wav, write_wav};

/// How recordings are protected before they are published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Veil {
    /// Not at all.
    None,
    /// `patchveil protect --preset NAME`.
    Preset(String),
    /// `patchveil protect --recipe FILE`.
    Recipe {
        /// The file name without folder and extension.
        name: String,
        /// Its content, so that a report does not depend on the file.
        json: String,
    },
}

impl Veil {
    /// Reads a recipe from a file.
    ///
    /// # Errors
    /// [`ProtectError::Recipe`] if it cannot be read or is not JSON.
    pub fn from_file(file: &Path) -> Result<Self, ProtectError> {
        let refused = |why: String| ProtectError::Recipe { file: file.to_owned(), why };
        let json = fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
        serde_json::from_str::<serde::de::IgnoredAny>(&json)
            .map_err(|error| refused(format!("not valid JSON: {error}")))?;
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned());
        Ok(Self::Recipe { name: name.unwrap_or_default(), json })
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Preset(name) | Self::Recipe { name, .. } => name,
        }
    }

    /// Its period in seconds; for [`Veil::None`] that of `balanced`.
    ///
    /// # Errors
    /// [`ProtectError::Recipe`] if the preset does not exist or the recipe is invalid.
    pub fn period_seconds(&self) -> Result<f64, ProtectError> {
        let recipe = self.recipe()?.unwrap_or_else(|| {
            Preset::Balanced.recipe_of_version(1).unwrap_or_else(|| Preset::Balanced.recipe())
        });
        Ok(recipe.period_us() as f64 * 1e-6)
    }

    /// The same with `percent` of the audible veil's depth; the mark stays.
    ///
    /// # Errors
    /// [`ProtectError::Recipe`] if the preset does not exist or the recipe is invalid.
    pub fn weakened(&self, percent: f64) -> Result<Self, ProtectError> {
        let Some(mut recipe) = self.recipe()? else { return Ok(Self::None) };
        let Some(veil) = &mut recipe.veil else { return Ok(self.clone()) };
        veil.amount *= percent / 100.0;
        let json = serde_json::to_string(&recipe).map_err(|error| self.refused(&error))?;
        Ok(Self::Recipe { name: format!("{} at {percent} %", self.name()), json })
    }

    /// Its recipe; `None` for [`Veil::None`].
    fn recipe(&self) -> Result<Option<Recipe>, ProtectError> {
        match self {
            Self::None => Ok(None),
            Self::Preset(name) => {
                let preset = name.parse::<PresetVersion>().map_err(|error| self.refused(&error))?;
                Ok(Some(preset.recipe().clone()))
            }
            Self::Recipe { json, .. } => serde_json::from_str(json)
                .map(Some)
                .map_err(|error| self.refused(&format!("not a recipe: {error}"))),
        }
    }

    fn refused(&self, why: &dyn std::fmt::Display) -> ProtectError {
        ProtectError::Recipe { file: self.name().into(), why: why.to_string() }
    }
}

/// The `patchveil` command.
#[derive(Debug, Clone)]
pub struct Patchveil {
    binary: PathBuf,
}

impl Patchveil {
    /// The command at `binary`, or that in the folder of this program.
    ///
    /// # Errors
    /// As of [`at`](Self::at) or [`find`](Self::find).
    pub fn at_or_find(binary: Option<&Path>) -> Result<Self, ProtectError> {
        binary.map_or_else(Self::find, Self::at)
    }

    /// The command in the folder of this program. If cargo runs this program, cargo builds the
    /// command first, so that an outdated one is never measured.
    ///
    /// # Errors
    /// [`ProtectError::NotBuilt`] if it does not build, [`ProtectError::Missing`] if it does not
    /// exist.
    pub fn find() -> Result<Self, ProtectError> {
        let here = std::env::current_exe().unwrap_or_default();
        let folder = here.parent().unwrap_or(Path::new("."));
        // Tests run one folder deeper.
        let folder =
            if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
        if let Some(cargo) = std::env::var_os("CARGO") {
            build(Path::new(&cargo), folder)?;
        }
        Self::at(&folder.join(format!("patchveil{}", std::env::consts::EXE_SUFFIX)))
    }

    /// The command at `binary`.
    ///
    /// # Errors
    /// [`ProtectError::Missing`] if it does not exist.
    pub fn at(binary: &Path) -> Result<Self, ProtectError> {
        if !binary.is_file() {
            return Err(ProtectError::Missing(binary.to_owned()));
        }
        // It runs in other folders.
        let binary = std::path::absolute(binary).unwrap_or_else(|_| binary.to_owned());
        Ok(Self { binary })
    }

    /// Its path.
    #[must_use]
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// What `patchveil --version` prints, and the start of the hash of the program.
    ///
    /// # Errors
    /// [`ProtectError::Failed`] if it does not run.
    pub fn version(&self) -> Result<String, ProtectError> {
        let output = self.run(Command::new(&self.binary).arg("--version"), None)?;
        let program = fs::read(&self.binary).map_err(|error| self.failed(error))?;
        let hash = blake3::hash(&program).to_hex();
        Ok(format!("{} ({})", String::from_utf8_lossy(&output.stdout).trim(), &hash[..12]))
    }

    /// Protects `recordings`, each as its own 16-bit file, with one key per label, and returns them
    /// in the same order. The keys depend on `seed` only and are discarded.
    ///
    /// # Errors
    /// [`ProtectError`] if the command fails or files cannot be written or read.
    pub fn protect(
        &self,
        recordings: &[Clip],
        veil: &Veil,
        seed: u64,
    ) -> Result<Vec<Clip>, ProtectError> {
        let options: Vec<String> = match veil {
            Veil::None => return Ok(recordings.to_vec()),
            Veil::Preset(name) => vec!["--preset".into(), name.clone()],
            Veil::Recipe { .. } => vec!["--recipe".into(), "recipe.json".into()],
        };
        let folder = tempfile::tempdir().map_err(ProtectError::Folder)?;
        let folder = folder.path();
        if let Veil::Recipe { json, .. } = veil {
            fs::write(folder.join("recipe.json"), json).map_err(ProtectError::Folder)?;
        }
        let mut by_label: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, recording) in recordings.iter().enumerate() {
            by_label.entry(recording.label).or_default().push(index);
        }
        let mut protected = recordings.to_vec();
        for (label, indices) in by_label {
            let (plain, veiled) = (format!("plain-{label}"), format!("veiled-{label}"));
            fs::create_dir(folder.join(&plain)).map_err(ProtectError::Folder)?;
            // Numbers are unique, and valid file names everywhere.
            let file = |index: usize| format!("{index:06}.wav");
            for &index in &indices {
                let to = folder.join(&plain).join(file(index));
                write_wav(&to, &recordings[index].samples, recordings[index].rate)?;
            }
            self.protect_folder(folder, &plain, &veiled, &key(seed, label), &options)?;
            for &index in &indices {
                let (samples, rate) = read_wav(&folder.join(&veiled).join(file(index)))?;
                let original = &recordings[index];
                if rate != original.rate || samples.len() != original.samples.len() {
                    return Err(self.failed("the protected file has a different rate or length"));
                }
                protected[index].samples = samples;
            }
        }
        Ok(protected)
    }

    /// Protects all files of `plain` with `key` into `veiled`; both are names of folders in
    /// `folder`.
    fn protect_folder(
        &self,
        folder: &Path,
        plain: &str,
        veiled: &str,
        key: &ClassKey,
        options: &[String],
    ) -> Result<(), ProtectError> {
        let mut import = self.command(folder);
        import.args(["key", "import", "-", "--name", plain]);
        self.run(&mut import, Some(key.to_text().as_bytes()))?;
        let mut protect = self.command(folder);
        protect.args(["protect", plain, "--key", plain, "--output", veiled]).args(options);
        self.run(&mut protect, None).map(drop)
    }

    /// The command in `folder`, with a keyring of its own there.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(folder).env("PATCHVEIL_KEYRING", folder.join("keyring"));
        command
    }

    pub(crate) fn run(
        &self,
        command: &mut Command,
        input: Option<&[u8]>,
    ) -> Result<Output, ProtectError> {
        let output = self.output(command, input)?;
        if output.status.success() {
            return Ok(output);
        }
        let messages = String::from_utf8_lossy(&output.stderr);
        Err(self.failed(messages.lines().last().unwrap_or("no reason given")))
    }

    /// Runs a command of this program to its end, with any exit code.
    pub(crate) fn output(
        &self,
        command: &mut Command,
        input: Option<&[u8]>,
    ) -> Result<Output, ProtectError> {
        let piped = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        command.stdin(piped).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.failed(error))?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // A child that has exited reports why itself.
            let _ = stdin.write_all(input);
        }
        child.wait_with_output().map_err(|error| self.failed(error))
    }

    pub(crate) fn failed(&self, why: impl ToString) -> ProtectError {
        ProtectError::Failed { binary: self.binary.clone(), why: why.to_string() }
    }
}

/// The key of a label, used for one run only.
fn key(seed: u64, label: usize) -> ClassKey {
    // Published figures depend on this context: it never changes.
    let mut hasher = blake3::Hasher::new_derive_key("patchveil audit: throw-away class key");
    hasher.update(&seed.to_le_bytes()).update(&(label as u64).to_le_bytes());
    ClassKey::from_bytes(*hasher.finalize().as_bytes())
}

/// `cargo build --package patchveil` in the profile of this program.
fn build(cargo: &Path, folder: &Path) -> Result<(), ProtectError> {
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "patchveil", "--bin", "patchveil"]);
    // The command belongs to the workspace above.
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(ProtectError::NotBuilt(status.to_string())),
        Err(error) => Err(ProtectError::NotBuilt(error.to_string())),
    }
}

/// Why recordings cannot be protected.
#[derive(Debug, thiserror::Error)]
pub enum ProtectError {
    /// The command does not exist.
    #[error(
        "{}: no patchveil command; build it with: cargo build --release --package patchveil",
        .0.display()
    )]
    Missing(PathBuf),
    /// The command does not build.
    #[error("cargo build --package patchveil: {0}")]
    NotBuilt(String),
    /// A recipe cannot be used.
    #[error("{}: {why}", file.display())]
    Recipe {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The temporary folder cannot be used.
    #[error("the temporary folder cannot be used: {0}")]
    Folder(std::io::Error),
    /// A recording cannot be written or read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The command failed.
    #[error("{}: {why}", binary.display())]
    Failed {
        /// The command.
        binary: PathBuf,
        /// The last line of its error output.
        why: String,
    },
}
