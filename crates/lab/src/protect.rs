//! Protects recordings by running the built `patchveil` command on real files: what is measured is
//! what ships.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use patchveil_veil::{ClassKey, Preset, Recipe};
use serde::{Deserialize, Serialize};

use crate::clip::Clip;
use crate::data::{DataError, read_wav, write_wav};

/// What is done to recordings before they are published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Veil {
    /// Nothing.
    None,
    /// `patchveil protect --preset NAME`.
    Preset(String),
    /// `patchveil protect --recipe FILE`.
    Recipe {
        /// The file's name without folder and ending.
        name: String,
        /// Its content. It is kept so that a report does not depend on the file.
        json: String,
    },
}

impl Veil {
    /// Reads a recipe from a file.
    ///
    /// # Errors
    /// [`ProtectError::Recipe`] if it cannot be read or is no JSON.
    pub fn from_file(file: &Path) -> Result<Self, ProtectError> {
        let refused = |why: String| ProtectError::Recipe { file: file.to_owned(), why };
        let json = fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
        serde_json::from_str::<serde::de::IgnoredAny>(&json)
            .map_err(|error| refused(format!("is no JSON: {error}")))?;
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned());
        Ok(Self::Recipe { name: name.unwrap_or_default(), json })
    }

    /// What it is called in the report.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Preset(name) | Self::Recipe { name, .. } => name,
        }
    }

    /// How long its frame is, in seconds; of nothing, as long as that of `balanced`.
    ///
    /// # Errors
    /// [`ProtectError::Recipe`] if it is none of patchveil's.
    pub fn frame_seconds(&self) -> Result<f64, ProtectError> {
        let refused = |why: String| ProtectError::Recipe { file: self.name().into(), why };
        let recipe = match self {
            Self::None => Preset::Balanced.recipe(),
            Self::Preset(name) => {
                name.parse::<Preset>().map_err(|error| refused(error.to_string()))?.recipe()
            }
            Self::Recipe { json, .. } => serde_json::from_str::<Recipe>(json)
                .map_err(|error| refused(format!("is no recipe: {error}")))?,
        };
        Ok(f64::from(recipe.placement.period_us) * 1e-6)
    }
}

/// The `patchveil` command, found.
#[derive(Debug, Clone)]
pub struct Patchveil {
    binary: PathBuf,
}

impl Patchveil {
    /// The command beside this program. Where cargo runs this program, cargo builds it first, so
    /// that an old one is never measured by mistake.
    ///
    /// # Errors
    /// [`ProtectError::NotBuilt`] if it does not build, [`ProtectError::Missing`] if it is not there.
    pub fn find() -> Result<Self, ProtectError> {
        let here = std::env::current_exe().unwrap_or_default();
        let folder = here.parent().unwrap_or(Path::new("."));
        // Tests lie one folder deeper.
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
    /// [`ProtectError::Missing`] if it is not there.
    pub fn at(binary: &Path) -> Result<Self, ProtectError> {
        if !binary.is_file() {
            return Err(ProtectError::Missing(binary.to_owned()));
        }
        Ok(Self { binary: binary.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// What `patchveil --version` prints, and the start of the program's hash.
    ///
    /// # Errors
    /// [`ProtectError::Failed`] if it does not run.
    pub fn version(&self) -> Result<String, ProtectError> {
        let said = self.run(Command::new(&self.binary).arg("--version"), None)?;
        let program = fs::read(&self.binary).map_err(|error| self.failed(error))?;
        let hash = blake3::hash(&program).to_hex();
        Ok(format!("{} ({})", String::from_utf8_lossy(&said.stdout).trim(), &hash[..12]))
    }

    /// Protects `recordings`, each as a file of its own, with one key a label, and reads them
    /// back in the same order. The keys follow from `seed` alone and are thrown away. The files are 16 bit,
    /// as most of what is published is.
    ///
    /// # Errors
    /// [`ProtectError`] if the command or the disk refuses.
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
        for (place, recording) in recordings.iter().enumerate() {
            by_label.entry(recording.label).or_default().push(place);
        }
        let mut protected = recordings.to_vec();
        for (label, places) in by_label {
            let name = format!("class {label}");
            let (plain, veiled) = (format!("plain-{label}"), format!("veiled-{label}"));
            fs::create_dir(folder.join(&plain)).map_err(ProtectError::Folder)?;
            // Names are counted, so that they are unique and allowed everywhere.
            let file = |place: usize| format!("{place:06}.wav");
            for &place in &places {
                let to = folder.join(&plain).join(file(place));
                write_wav(&to, &recordings[place].samples, recordings[place].rate)?;
            }
            let key = key(seed, label);
            let mut import = self.command(folder);
            import.args(["key", "import", "-", "--name", &name]);
            self.run(&mut import, Some(key.to_text().as_bytes()))?;
            let mut protect = self.command(folder);
            protect.args(["protect", &plain, "--key", &name, "--output", &veiled]).args(&options);
            self.run(&mut protect, None)?;
            for &place in &places {
                let (samples, rate) = read_wav(&folder.join(&veiled).join(file(place)))?;
                if rate != recordings[place].rate
                    || samples.len() != recordings[place].samples.len()
                {
                    return Err(self.failed("the protected file has another rate or length"));
                }
                protected[place].samples = samples;
            }
        }
        Ok(protected)
    }

    /// The command with a keyring of its own in `folder`, where it also works.
    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(folder).env("PATCHVEIL_KEYRING", folder.join("keyring"));
        command
    }

    fn run(&self, command: &mut Command, input: Option<&[u8]>) -> Result<Output, ProtectError> {
        let piped = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        command.stdin(piped).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.failed(error))?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // A child that has gone says why itself.
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().map_err(|error| self.failed(error))?;
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(self.failed(said.lines().last().unwrap_or("it says nothing")))
    }

    fn failed(&self, why: impl ToString) -> ProtectError {
        ProtectError::Failed { binary: self.binary.clone(), why: why.to_string() }
    }
}

/// The throw-away key of a label.
fn key(seed: u64, label: usize) -> ClassKey {
    let mut hasher = blake3::Hasher::new_derive_key("patchveil audit: throw-away class key");
    hasher.update(&seed.to_le_bytes()).update(&(label as u64).to_le_bytes());
    ClassKey::from_bytes(*hasher.finalize().as_bytes())
}

/// `cargo build --package patchveil` in the profile in which this program was built.
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

/// Why nothing was protected.
#[derive(Debug, thiserror::Error)]
pub enum ProtectError {
    /// The command is not there.
    #[error(
        "{}: the patchveil command is not there; build it: cargo build --release --package patchveil",
        .0.display()
    )]
    Missing(PathBuf),
    /// The command does not build.
    #[error("cargo build --package patchveil: {0}")]
    NotBuilt(String),
    /// A recipe's file cannot be used.
    #[error("{}: {why}", file.display())]
    Recipe {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The temporary folder.
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
        /// The last line of what it said.
        why: String,
    },
}
