//! The arguments of `protect` and `restore`.

use std::path::PathBuf;

use crate::protect::Position;
use clap::Args;

use super::args::TimelineArg;
use super::drop_folder::WatchArgs;
use super::format_args::FormatArgs;
use super::many_args::{ListArgs, RunArgs};
use super::pipe_args::PipeArgs;
use super::recipe_args::RecipeArgs;

/// What both have: how outputs are written, with which recipe, and for many files.
#[derive(Debug, Args)]
pub(super) struct JobArgs {
    #[command(flatten)]
    pub(super) written: FormatArgs,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    #[command(flatten)]
    pub(super) list: ListArgs,
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    pub(super) pipe: PipeArgs,
    /// Print JSON, one object a file, as each is done
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ProtectArgs {
    /// Recordings, or folders to search for them; quoted patterns work too; - for standard input
    #[arg(required_unless_present_any = ["files_from", "watch"], value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    /// Class whose key to use [default: the keyring's default]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// CSV file that says which class's key to use for which recordings: a pattern and a class a line, the
    /// first that matches counts (alice/*.wav,Alice)
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(super) key_map: Option<PathBuf>,
    /// Output file or folder, or - for standard output [default: NAME.protected.wav next to each input]
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) job: JobArgs,
    /// Leave out everything but the samples: tags, pictures, markers, who recorded where with what
    #[arg(long, conflicts_with = "preserve")]
    pub(super) strip_metadata: bool,
    /// Timeline position of the first sample, in samples (48000) or with a unit (1.5s, 250ms): for stems that
    /// start later than the session [default: 0]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true, conflicts_with = "timeline")]
    pub(super) offset: Option<Position>,
    /// What says where each file begins on the timeline
    #[arg(long, value_enum, value_name = "SOURCE", default_value_t)]
    pub(super) timeline: TimelineArg,
    /// Replace existing files (never an input), and protect what is protected already
    #[arg(long)]
    pub(super) force: bool,
    /// Do not record the output in its folder's manifest, patchveil.jsonl
    #[arg(long)]
    pub(super) no_manifest: bool,
    #[command(flatten)]
    pub(super) watch: WatchArgs,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// Protected files, or folders to search for them; quoted patterns work too; - for standard input
    #[arg(required_unless_present = "files_from", value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    /// Class whose key to use [default: from the manifest, else the keyring's default]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// Output file or folder, or - for standard output [default: NAME.restored.wav next to each input]
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) job: JobArgs,
    /// Timeline position of the file's first sample, in samples (48000) or with a unit (1.5s, 250ms)
    /// [default: from the manifest, else detected]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true, conflicts_with = "timeline")]
    pub(super) offset: Option<Position>,
    /// What says where each file begins on the timeline [default: the manifest, else detected]
    #[arg(long, value_enum, value_name = "SOURCE")]
    pub(super) timeline: Option<TimelineArg>,
    /// Write 32-bit float instead of the input's bit depth
    #[arg(long)]
    pub(super) float: bool,
    /// Restore even if the key, recipe or position is uncertain; and, where it is certain, replace
    /// existing files (never an input or an original)
    #[arg(long)]
    pub(super) force: bool,
}
