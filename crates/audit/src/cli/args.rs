//! What can be typed.

use std::path::PathBuf;

use audit::attack::Attack;
use audit::cut::Cut;
use clap::{Args, Parser, Subcommand};

/// The evidence laboratory: protects recordings with the patchveil command, trains models on them
/// and tests the models on untouched recordings.
#[derive(Debug, Parser)]
#[command(name = "audit", version, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Train the panel on protected data, test it on untouched data, write a report
    Run(RunArgs),
    /// Figures of quality for a recording before and after
    Quality(QualityArgs),
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Folder of WAV files: one folder a class, or names like 7_jackson_3.wav
    #[arg(value_name = "DATA")]
    pub(super) data: PathBuf,
    /// Which part of the file names is the class: digit (the label) or speaker
    #[arg(long, value_name = "PART", default_value = "digit")]
    pub(super) label: String,
    /// Preset of patchveil to test; may be given several times [default: all]
    #[arg(long = "preset", value_name = "PRESET")]
    pub(super) presets: Vec<String>,
    /// Recipe to test, as patchveil's JSON; may be given several times
    #[arg(long = "recipe", value_name = "FILE")]
    pub(super) recipes: Vec<PathBuf>,
    /// Treatments of the training data to try, separated by commas, or all [default: none]
    #[arg(long, value_name = "all|NAME,...")]
    pub(super) attacks: Option<String>,
    /// Ways of cutting to try, separated by commas, or all [default: whole]
    #[arg(long, value_name = "all|NAME,...")]
    pub(super) cuts: Option<String>,
    /// Models to train, separated by commas, or all [default: all]
    #[arg(long, value_name = "all|NAME,...")]
    pub(super) learners: Option<String>,
    /// Repetitions, each with its own keys and initial weights
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) seeds: u32,
    /// A first look in three minutes: few clips, few models, one seed
    #[arg(long)]
    pub(super) quick: bool,
    /// Go on where an earlier run with the same arguments stopped
    #[arg(long)]
    pub(super) resume: bool,
    /// Folder to write into
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: PathBuf,
}

impl RunArgs {
    /// The attacks to try; `none` is always among them.
    #[allow(dead_code)]
    pub(super) fn attacks(&self) -> Result<Vec<Attack>, String> {
        let mut chosen = several(self.attacks.as_deref().unwrap_or("none"), Attack::ALL)?;
        chosen.push(Attack::None);
        chosen.sort();
        chosen.dedup();
        Ok(chosen)
    }

    /// The ways of cutting to try.
    #[allow(dead_code)]
    pub(super) fn cuts(&self) -> Result<Vec<Cut>, String> {
        several(self.cuts.as_deref().unwrap_or("whole"), Cut::ALL)
    }
}

/// `all`, or names separated by commas.
fn several<T: Copy + std::str::FromStr<Err: ToString>>(
    names: &str,
    all: &[T],
) -> Result<Vec<T>, String> {
    if names == "all" {
        return Ok(all.to_vec());
    }
    names.split(',').map(|name| name.trim().parse().map_err(|e: T::Err| e.to_string())).collect()
}

#[derive(Debug, Args)]
pub(super) struct QualityArgs {
    /// The recording
    pub(super) before: PathBuf,
    /// Its treated version
    pub(super) after: PathBuf,
}
