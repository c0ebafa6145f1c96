//! The arguments of `patchveil case`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::DECOYS_MAX;
use crate::cli::recipe_args::RecipeArgs;

/// What to do with a case.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CaseCommand {
    /// Make a folder for a case about one class; it commits to the class's echo key
    Open(Box<OpenArgs>),
    /// Copy evidence into a case: manifests, receipts, results (--json), pictures, time stamps, anything else
    Add(AddArgs),
    /// Write the report (HTML and PDF) and letters to fill in
    Report(ReportArgs),
    /// Trace the class in new output, and say whether the trace is gone, weaker or still there
    Recheck(RecheckArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OpenArgs {
    /// What to call the case
    pub(super) name: String,
    /// Class that it is about [default: the keyring's default]
    #[arg(long, value_name = "CLASS")]
    pub(super) key: Option<String>,
    /// Folder to make [default: NAME.case]
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArgs {
    /// Folder of the case
    pub(super) case: PathBuf,
    /// Files to copy into it; of a folder, the plug-in's receipts
    #[arg(required_unless_present = "stamp_request", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// What the files are and how they were obtained
    #[arg(long, value_name = "TEXT", requires = "files")]
    pub(super) note: Option<String>,
    /// Also write the hashes of all evidence, and a request for a time stamp of them (RFC 3161) for you to send
    #[arg(long)]
    pub(super) stamp_request: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// Folder of the case
    pub(super) case: PathBuf,
    /// Write report.html [default: both]
    #[arg(long)]
    pub(super) html: bool,
    /// Write report.pdf [default: both]
    #[arg(long)]
    pub(super) pdf: bool,
    /// Also write the class's echo key, with which others can check the trace, and take off the echo: see docs/case.md
    #[arg(long)]
    pub(super) disclose: bool,
    /// Replace an earlier report (never letters)
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RecheckArgs {
    /// Folder of the case
    pub(super) case: PathBuf,
    /// What the new model made: recordings, or folders of them; all are one body of evidence
    #[arg(required = true, value_name = "AUDIO")]
    pub(super) inputs: Vec<PathBuf>,
    /// The unmarked recordings that the trace in the case was compared with, if it was; may be repeated
    #[arg(long, value_name = "AUDIO")]
    pub(super) unmarked: Vec<PathBuf>,
    /// Random keys to rank the score among [default: as many as the trace in the case]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(DECOYS_MAX)))]
    pub(super) decoys: Option<u32>,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl CaseCommand {
    /// The recipe options, where there are any.
    pub(in crate::cli) fn recipe_args(&self) -> Option<&RecipeArgs> {
        match self {
            Self::Open(args) => Some(&args.recipe),
            Self::Add(_) | Self::Report(_) | Self::Recheck(_) => None,
        }
    }
}
