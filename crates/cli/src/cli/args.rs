//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use patchveil::detect::LEAST_DECOYS;
use patchveil::{recipe_file, shown};
use patchveil_veil::{Preset, Recipe};

use super::Failure;

/// Protect recordings before publishing them: they are convolved with secret filters that belong to
/// your show, voice or artist, so that a model trained on the published files tends to learn the
/// filters instead of the content.
#[derive(Debug, Parser)]
#[command(name = "patchveil", version, arg_required_else_help = true)]
pub(super) struct Cli {
    /// Keyring file to use instead of your own [default: $PATCHVEIL_KEYRING, else the system's
    /// place for your data]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) keyring: Option<PathBuf>,
    /// File whose first line is the keyring's passphrase; without it you are asked
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make, list and move class keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Protect recordings (WAV, or folders of them)
    Protect(ProtectArgs),
    /// Take the veil off protected files again
    Restore(RestoreArgs),
    /// Check files against the record of what was protected
    Verify(VerifyArgs),
    /// Tell whether files carry a class's key, and where
    Detect(DetectArgs),
    /// Compare a recording with its protected version, in figures and as a picture
    Inspect(InspectArgs),
    /// Print a recipe as JSON, to be changed and given to --recipe
    Recipe(RecipeArgs),
    /// Protect a short bundled recording with a throw-away key and show what happens
    Demo(DemoArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a new class with a new secret key
    New {
        /// Name of the class, for example of the show
        name: String,
    },
    /// List the classes of the keyring
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show a class (not its key)
    Show {
        /// Name of the class
        name: String,
        /// As a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Give a class another name
    Rename {
        /// Its present name
        old: String,
        /// Its new name
        new: String,
    },
    /// Remove a class and its key; without a copy, what it protected can never be restored
    Remove {
        /// Name of the class
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Choose the class to use where none is named
    Default {
        /// Name of the class
        #[arg(required_unless_present = "none")]
        name: Option<String>,
        /// Have no default
        #[arg(long, conflicts_with = "name")]
        none: bool,
    },
    /// Write a class's key out, for a backup or another computer
    Export {
        /// Name of the class
        name: String,
        /// File to write, readable by you alone [default: print the key]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Lock the file with a passphrase (an age file)
        #[arg(long, requires = "output")]
        passphrase: bool,
        /// File whose first line is that passphrase; without it you are asked
        #[arg(long, value_name = "FILE", requires = "passphrase")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Take in a key that was exported; `-` reads standard input
    Import {
        /// The exported file
        file: PathBuf,
        /// Name for the class [default: the one in the file]
        #[arg(long)]
        name: Option<String>,
        /// File whose first line is the exported file's passphrase; without it you are asked
        #[arg(long, value_name = "FILE")]
        import_passphrase_file: Option<PathBuf>,
    },
    /// Lock the keyring with a passphrase, or change or remove it
    Passphrase {
        /// Leave the keyring without a passphrase
        #[arg(long)]
        remove: bool,
        /// File whose first line is the new passphrase; without it you are asked
        #[arg(long, value_name = "FILE", conflicts_with = "remove")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// Most decoys that can be asked for.
pub(super) const MOST_DECOYS: u32 = 1_000_000;

#[derive(Debug, Args)]
pub(super) struct ProtectArgs {
    /// Recordings, or folders to search for *.wav and *.wave
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    /// Class whose key to use [default: the keyring's default class]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// Output file, or folder to write below [default: NAME.veiled.wav beside each input]
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Replace files that exist (never an input), and veil what is veiled already
    #[arg(long)]
    pub(super) force: bool,
    /// Write no record into the folder's patchveil.jsonl
    #[arg(long)]
    pub(super) no_manifest: bool,
    /// One JSON object a file, as each is done; a path that is no UTF-8 also as `input_bytes` or
    /// `output_bytes`, exactly
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// Protected files, or folders to search for them
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    /// Class whose key to use [default: the one the manifest beside the file names, else the
    /// keyring's default class]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// Output file, or folder to write below [default: NAME.restored.wav beside each input]
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Timeline position of the file's first sample, in samples [default: from the manifest, else
    /// found out]
    #[arg(long, value_name = "SAMPLES", allow_negative_numbers = true)]
    pub(super) offset: Option<i64>,
    /// Write 32-bit float instead of the input's bit depth
    #[arg(long)]
    pub(super) float: bool,
    /// Restore even if nothing shows that the file carries this key, or take the likeliest place;
    /// and replace files that exist (never an input or an original, and not by what is not shown to
    /// be right)
    #[arg(long)]
    pub(super) force: bool,
    /// One JSON object a file, as each is done
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Files, or folders to check with everything below them
    #[arg(required = true, value_name = "DIR|FILE")]
    pub(super) inputs: Vec<PathBuf>,
    /// Class whose key to listen for in the audio, too; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) key: Vec<String>,
    /// Listen for every key of the keyring
    #[arg(long, conflicts_with = "key")]
    pub(super) all_keys: bool,
    /// One JSON object a file
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DetectArgs {
    /// Recordings (WAV, FLAC, MP3, AAC, Ogg Vorbis), or folders to search for them
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    /// Class to look for; may be given several times [default: the keyring's default class]
    #[arg(long = "key", value_name = "NAME", conflicts_with = "all_keys")]
    pub(super) keys: Vec<String>,
    /// Look for all classes of the keyring
    #[arg(long)]
    pub(super) all_keys: bool,
    /// Random keys to hold each score against; more of them tell smaller p-values
    #[arg(
        long,
        value_name = "N",
        default_value_t = LEAST_DECOYS,
        value_parser = clap::value_parser!(u32).range(i64::from(LEAST_DECOYS)..=i64::from(MOST_DECOYS))
    )]
    pub(super) decoys: u32,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// The original of the one input, of any format and rate: a second or two of a protected recording
    /// may then be enough
    #[arg(long, value_name = "FILE")]
    pub(super) reference: Option<PathBuf>,
    /// Picture to write, of one file and one class: score over offset, coverage over time
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<PathBuf>,
    /// Replace the picture if it exists (never an input)
    #[arg(long)]
    pub(super) force: bool,
    /// One JSON object for every file and class
    #[arg(long)]
    pub(super) json: bool,
}

/// Options that shape the veil.
#[derive(Debug, Args)]
pub(super) struct RecipeArgs {
    /// transparent, balanced or strong; poscuda and cuda are the papers' recipes, for comparison
    /// [default: balanced]
    #[arg(long, value_name = "PRESET")]
    pub(super) preset: Option<Preset>,
    /// File with a recipe, as “patchveil recipe” prints it, in place of a preset
    #[arg(
        long = "recipe",
        value_name = "FILE",
        conflicts_with_all = ["preset", "patch", "frame", "patches"]
    )]
    pub(super) file: Option<PathBuf>,
    /// Depth of the filter in percent of what preset or recipe lay down at 100 (0 to 200)
    #[arg(long, value_name = "PCT", allow_negative_numbers = true)]
    pub(super) amount: Option<f64>,
    /// Length of a patch in ms
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    pub(super) patch: Option<f64>,
    /// Length of a frame in ms
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    pub(super) frame: Option<f64>,
    /// Patches in a frame
    #[arg(long, value_name = "N")]
    pub(super) patches: Option<u32>,
}

impl RecipeArgs {
    /// The preset, or the recipe in the file, with what was changed of it.
    ///
    /// # Errors
    /// What is wrong with the file, and what [`Recipe::validate`] finds.
    pub(super) fn recipe(&self) -> Result<Recipe, Failure> {
        let mut recipe = match &self.file {
            Some(file) => recipe_file::read(file).map_err(Failure::usage)?,
            None => self.preset().recipe(),
        };
        recipe.amount = self.amount.unwrap_or(recipe.amount);
        if let Some(patch) = self.patch {
            recipe.placement = recipe.placement.with_patch(microseconds(patch));
        }
        recipe.placement.period_us = self.frame.map_or(recipe.placement.period_us, microseconds);
        recipe.placement.patches = self.patches.unwrap_or(recipe.placement.patches);
        recipe.validate().map_err(Failure::usage)?;
        Ok(recipe)
    }

    /// The recipe if any of the options was given.
    ///
    /// # Errors
    /// As for [`recipe`](Self::recipe).
    pub(super) fn chosen(&self) -> Result<Option<Recipe>, Failure> {
        let times = self.patch.is_some() || self.frame.is_some() || self.patches.is_some();
        let given = self.preset.is_some() || self.file.is_some() || self.amount.is_some() || times;
        given.then(|| self.recipe()).transpose()
    }

    fn preset(&self) -> Preset {
        self.preset.unwrap_or(Preset::Balanced)
    }

    /// What to call the recipe: the preset's name, or the file's.
    pub(super) fn name(&self) -> String {
        match &self.file {
            Some(file) => shown(file).to_string(),
            None => self.preset().to_string(),
        }
    }
}

/// ms → µs. What is negative or no number becomes 0, what is too long the longest: both are out of
/// every range and are refused with it.
fn microseconds(ms: f64) -> u32 {
    (ms * 1_000.0).round() as u32
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The recording
    pub(super) before: PathBuf,
    /// Its protected version
    pub(super) after: PathBuf,
    /// Picture to write: spectra, spectrogram of the difference, patches over time
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<PathBuf>,
    /// Replace the picture if it exists
    #[arg(long)]
    pub(super) force: bool,
    /// As a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Folder to write into
    #[arg(short, long, value_name = "DIR", default_value = "patchveil-demo")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Replace files of an earlier demo
    #[arg(long)]
    pub(super) force: bool,
}
