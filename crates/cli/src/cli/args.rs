//! The arguments of every command.

use std::path::PathBuf;

use crate::detect::DECOYS_MIN;
use crate::inspect::{SECONDS_DEFAULT, SECONDS_MAX, SECONDS_MIN};
use crate::protect::{Position, Timeline};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::case::CaseCommand;
use super::job_args::{ProtectArgs, RestoreArgs};
use super::many_args::ListArgs;
use super::pipe_args::RawArgs;
use super::probe::ProbeCommand;
use super::recipe::RecipeCommandArgs;
use super::recipe_args::RecipeArgs;
use super::shell::{CompletionsArgs, ManArgs};
use super::trace::TraceArgs;

const FIRST_STEPS: &str = "\
First steps:
  patchveil demo                                             hear and see what it does
  patchveil key new \"Night Show\"                             make a key
  patchveil protect episode.wav --key \"Night Show\"           write episode.protected.wav
  patchveil detect episode.protected.wav --key \"Night Show\"  find the mark in it
  patchveil restore episode.protected.wav                    take it off again

Exit codes:
  0    done
  1    something failed; the rest was done
  2    nothing was begun: the arguments or the keyring do not allow it
  3    a key asked for was not found, or there was nothing to judge
  130  stopped by Ctrl-C";

/// Mark recordings before you publish them: with the secret key of your show, voice or artist you can find
/// the mark in a copy, and take it off again. It is meant not to be heard. A veil, if you ask for one with
/// --preset, can be heard: a model trained on the published files tends to learn it instead of the content.
#[derive(Debug, Parser)]
#[command(
    name = "patchveil",
    version,
    arg_required_else_help = true,
    after_help = FIRST_STEPS
)]
pub(super) struct Cli {
    /// Keyring file [default: $PATCHVEIL_KEYRING, else one in your data folder]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Keyring")]
    pub(super) keyring: Option<PathBuf>,
    /// File whose first line is the keyring's passphrase [default: ask]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Keyring")]
    pub(super) passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make, list, back up and lock class keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Mark recordings or folders of them (WAV, AIFF, CAF, FLAC and more), and veil them if --preset says so
    Protect(ProtectArgs),
    /// Restore the originals of protected files
    Restore(RestoreArgs),
    /// Check files against the manifest, the record of what was protected
    Verify(VerifyArgs),
    /// Find out whose mark recordings carry, in which seconds, and how certain that is
    Detect(DetectArgs),
    /// Find out whether a model was trained on your marked recordings, from what it makes
    Trace(TraceArgs),
    /// Ask a classifier whether it was trained on a class: the same clips under its key and under decoys
    #[command(subcommand)]
    Probe(ProbeCommand),
    /// Compare a recording with its protected version: figures, a picture, a page to hear both
    Inspect(InspectArgs),
    /// Keep evidence about a model in a folder, report on it, and check whether a trace is gone
    #[command(subcommand)]
    Case(CaseCommand),
    /// Print a recipe as JSON, to edit and pass to --recipe; keep it as a preset of your own
    Recipe(RecipeCommandArgs),
    /// Print completions for a shell
    ///
    /// For bash: mkdir -p ~/.local/share/bash-completion/completions, then
    /// patchveil completions bash > ~/.local/share/bash-completion/completions/patchveil
    Completions(CompletionsArgs),
    /// Write manual pages to a folder
    Man(ManArgs),
    /// Protect a short bundled recording with a throw-away key and show the result
    Demo(DemoArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a class with a new secret key
    New {
        /// Name of the class: your show, voice or artist
        name: String,
    },
    /// List the classes in the keyring
    List {
        /// Print JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Show a class, without its key
    Show {
        /// Name of the class
        name: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Rename a class
    Rename {
        /// Present name
        old: String,
        /// New name
        new: String,
    },
    /// Remove a class and its key; without a backup, what it protected can never be restored
    Remove {
        /// Name of the class
        name: String,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Choose the class to use by default
    Default {
        /// Name of the class
        #[arg(required_unless_present = "none")]
        name: Option<String>,
        /// Use no class by default
        #[arg(long, conflicts_with = "name")]
        none: bool,
    },
    /// Export a class's key, for a backup or another computer
    Export {
        /// Name of the class
        name: String,
        /// File to write, readable only by you [default: print the key]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Lock the exported file with a passphrase (it becomes an age file)
        #[arg(long, requires = "output")]
        passphrase: bool,
        /// File whose first line is that passphrase [default: ask]
        #[arg(long, value_name = "FILE", requires = "passphrase")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Export the key of a class's echo alone, to disclose where a trace is disputed
    Echo {
        /// Name of the class
        name: String,
        /// File to write, readable only by you [default: print the key]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Import an exported key
    Import {
        /// The exported file; - for standard input
        file: PathBuf,
        /// Name of the class [default: the one in the file]
        #[arg(long)]
        name: Option<String>,
        /// File whose first line is the exported file's passphrase [default: ask]
        #[arg(long, value_name = "FILE")]
        import_passphrase_file: Option<PathBuf>,
    },
    /// Set, change or remove the keyring's passphrase
    Passphrase {
        /// Remove the passphrase
        #[arg(long)]
        remove: bool,
        /// File whose first line is the new passphrase [default: ask]
        #[arg(long, value_name = "FILE", conflicts_with = "remove")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// Most decoys that can be asked for.
pub(super) const DECOYS_MAX: u32 = 1_000_000;

/// What says where on the timeline a file begins.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum TimelineArg {
    /// The file itself: its first sample is position 0, or --offset
    #[default]
    File,
    /// The TimeReference of a broadcast WAV file
    Bext,
}

impl TimelineArg {
    /// The timeline, for the position given.
    pub(super) fn chosen(self, offset: Option<Position>) -> Timeline {
        match self {
            Self::File => offset.map_or(Timeline::ZERO, Timeline::At),
            Self::Bext => Timeline::Bext,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Files, or folders to check with all their subfolders; - for standard input, by the manifest of this folder
    #[arg(required_unless_present = "files_from", value_name = "DIR|FILE")]
    pub(super) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) pipe: RawArgs,
    #[command(flatten)]
    pub(super) list: ListArgs,
    /// Class whose key to detect in the audio too; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(super) key: Vec<String>,
    /// Detect every key of the keyring in the audio too
    #[arg(long, conflicts_with = "key")]
    pub(super) all_keys: bool,
    /// Print JSON, one object a file
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DetectArgs {
    /// Recordings (WAV, AIFF, CAF, FLAC, ALAC, MP3, AAC, Ogg Vorbis; with ffmpeg also Opus, WavPack and others),
    /// or folders to search for them; - for standard input
    #[arg(required_unless_present = "files_from", value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) list: ListArgs,
    /// Class to look for; may be repeated [default: the keyring's default]
    #[arg(long = "key", value_name = "NAME", conflicts_with = "all_keys")]
    pub(super) keys: Vec<String>,
    /// Look for every class of the keyring
    #[arg(long)]
    pub(super) all_keys: bool,
    /// Random keys to rank each score among: for marks a check beside the p-value; for veils the p-value
    /// itself, which can be smaller with more of them
    #[arg(
        long,
        value_name = "N",
        default_value_t = DECOYS_MIN,
        value_parser = clap::value_parser!(u32).range(i64::from(DECOYS_MIN)..=i64::from(DECOYS_MAX))
    )]
    pub(super) decoys: u32,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    #[command(flatten)]
    pub(super) pipe: RawArgs,
    /// The original of the one input, in any format and at any rate: looks for a veil, not for the mark; a
    /// second or two of the input may then be enough
    #[arg(long, value_name = "FILE")]
    pub(super) reference: Option<PathBuf>,
    /// Picture to write (PNG): for each mark found, its score over time and the seconds that carry it; for a
    /// veil, of one input and one class, score over offset and coverage over time
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<PathBuf>,
    /// Replace an existing picture (never an input)
    #[arg(long)]
    pub(super) force: bool,
    /// Print JSON, one object for every file and class, or for a file with nothing to judge
    #[arg(long)]
    pub(super) json: bool,
}

/// Where an excerpt starts.
fn start(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=f64::MAX).contains(&seconds) => Ok(seconds),
        _ => Err("not a number of seconds, 0 or more".to_owned()),
    }
}

/// How long an excerpt is.
fn length(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (SECONDS_MIN..=SECONDS_MAX).contains(&seconds) => Ok(seconds),
        _ => Err(format!("not a number of seconds from {SECONDS_MIN} to {SECONDS_MAX}")),
    }
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The recording; - for standard input
    pub(super) before: PathBuf,
    /// Its protected version; - for standard input
    pub(super) after: PathBuf,
    #[command(flatten)]
    pub(super) pipe: RawArgs,
    /// Picture to write (PNG): spectra, spectrogram of the difference, changes over time
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<PathBuf>,
    /// Folder for a page (index.html) that plays before, after and the difference, and holds a blind
    /// ABX test. It contains the unprotected excerpt, so it is not for publication. It takes 2.7 times the
    /// excerpt's size in the recording: 15 MB for 30 s at 48 kHz, stereo, 16 bit, 23 MB for 24 bit
    #[arg(long, value_name = "DIR")]
    pub(super) html: Option<PathBuf>,
    /// Where the page's excerpt starts, in seconds [default: where the recording is loudest]
    #[arg(long, value_name = "SECONDS", requires = "html", value_parser = start)]
    pub(super) from: Option<f64>,
    /// Length of the page's excerpt in seconds, up to 600
    #[arg(long, value_name = "SECONDS", requires = "html", default_value_t = SECONDS_DEFAULT, value_parser = length)]
    pub(super) seconds: f64,
    /// Replace an existing picture or page
    #[arg(long)]
    pub(super) force: bool,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "patchveil-demo")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Replace the files of an earlier demo
    #[arg(long)]
    pub(super) force: bool,
}

impl Command {
    /// The recipe options, of commands that have them.
    pub(super) fn recipe_args(&self) -> Option<&RecipeArgs> {
        match self {
            Self::Protect(args) => Some(&args.job.recipe),
            Self::Restore(args) => Some(&args.job.recipe),
            Self::Detect(args) => Some(&args.recipe),
            Self::Case(command) => command.recipe_args(),
            Self::Trace(args) => Some(args.recipe()),
            Self::Recipe(args) => Some(&args.recipe),
            Self::Demo(args) => Some(&args.recipe),
            Self::Probe(command) => command.recipe_args(),
            Self::Key(_)
            | Self::Verify(_)
            | Self::Inspect(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}
