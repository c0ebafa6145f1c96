//! The arguments of `patchveil probe …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::recipe_args::RecipeArgs;

/// Decoys by default: the fewest with which the class can count as found.
const DECOYS_DEFAULT: u32 = 99;
/// Most decoys.
const DECOYS_MAX: i64 = 9_999;
/// Most clips for each key.
const CLIPS_MAX: i64 = 10_000;
/// Shortest and longest clip, in seconds.
const SECONDS: std::ops::RangeInclusive<f64> = 0.25..=60.0;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ProbeCommand {
    /// Write the clips for whoever runs the model, and the sealed list of which clip has which key
    Make(Box<MakeArgs>),
    /// Judge the answers: the rank of the class's key among the decoys, and the p-value
    Judge(JudgeArgs),
    /// Print the list of which clip has which key, for whoever shall repeat the judgement
    Open(OpenArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MakeArgs {
    /// Class whose key to use [default: the keyring's default]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// Folder to write, new or empty
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: PathBuf,
    /// Random keys to compare with; no p-value is smaller than 1 / (N + 1)
    #[arg(
        long,
        value_name = "N",
        default_value_t = DECOYS_DEFAULT,
        value_parser = clap::value_parser!(u32).range(1..=DECOYS_MAX)
    )]
    pub(super) decoys: u32,
    /// Folder of recordings that nobody marked, to cut the clips from [default: a voice made here]
    #[arg(long, value_name = "FOLDER")]
    pub(super) from: Option<PathBuf>,
    /// Clips for each key; N + 1 times as many files are written
    #[arg(
        long,
        value_name = "C",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=CLIPS_MAX)
    )]
    pub(super) clips: u32,
    /// Length of a clip in seconds
    #[arg(long, value_name = "S", default_value_t = 4.0, value_parser = seconds)]
    pub(super) seconds: f64,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct JudgeArgs {
    /// Folder of the probe
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// CSV file with a column “file”, and “label”, “label” and “score”, or the scores of each label
    #[arg(value_name = "ANSWERS")]
    pub(super) answers: PathBuf,
    /// Class that the probe was made for [default: the keyring's default]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// A disclosed list of which clip has which key, from “patchveil probe open”, instead of the key
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(super) opened: Option<PathBuf>,
    /// The label that the model should give to the class [default: for each key the one that it raises most]
    #[arg(long, value_name = "TEXT")]
    pub(super) label: Option<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OpenArgs {
    /// Folder of the probe
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// Class that the probe was made for [default: the keyring's default]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// File to write, readable only by you
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
}

impl ProbeCommand {
    /// The recipe options, of commands that have them.
    pub(in crate::cli) fn recipe_args(&self) -> Option<&RecipeArgs> {
        match self {
            Self::Make(args) => Some(&args.recipe),
            Self::Judge(_) | Self::Open(_) => None,
        }
    }
}

/// How long a clip is.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if SECONDS.contains(&seconds) => Ok(seconds),
        _ => Err(format!("not a number of seconds from {} to {}", SECONDS.start(), SECONDS.end())),
    }
}
