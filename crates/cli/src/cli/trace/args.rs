//! The arguments of `patchveil trace`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::DECOYS_MAX;
use crate::cli::pipe_args::RawArgs;
use crate::cli::recipe_args::RecipeArgs;

/// Decoys unless asked otherwise.
pub(in crate::cli) const DECOYS: u32 = 9_999;

#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArgs {
    /// What the suspect model made (WAV, AIFF, CAF, FLAC, ALAC, MP3, AAC, Ogg Vorbis; with ffmpeg also Opus, WavPack
    /// and others), or folders to search for it; - for standard input; all files count together
    #[arg(required = true, value_name = "AUDIO")]
    pub(super) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) pipe: RawArgs,
    /// Class to look for [default: the keyring's default]
    #[arg(long, value_name = "NAME")]
    pub(super) key: Option<String>,
    /// File whose first line is an echo key (pvecho1…), as “patchveil key echo” writes it, instead of a class
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(super) echo_key: Option<PathBuf>,
    /// Recordings without a mark of the same voices or instruments, such as your originals, or a folder of
    /// them; may be repeated. What they have in common with the suspect's is taken off, so that far fewer
    /// seconds are enough
    #[arg(long, value_name = "AUDIO")]
    pub(super) unmarked: Vec<PathBuf>,
    /// Random keys to rank the score among, as a check beside the p-value
    #[arg(long, value_name = "N", default_value_t = DECOYS, value_parser = clap::value_parser!(u32).range(0..=i64::from(DECOYS_MAX)))]
    pub(super) decoys: u32,
    /// What the random keys are drawn from, to repeat a run [default: random]
    #[arg(long, value_name = "SEED", hide_short_help = true)]
    pub(super) decoy_seed: Option<u64>,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Picture to write (PNG): the score against the seconds of audio
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<PathBuf>,
    /// Replace an existing picture (never an input)
    #[arg(long)]
    pub(super) force: bool,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl TraceArgs {
    /// The recipe options.
    pub(in crate::cli) fn recipe(&self) -> &RecipeArgs {
        &self.recipe
    }
}
