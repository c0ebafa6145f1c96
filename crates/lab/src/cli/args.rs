//! The arguments.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use lab::attack::Attack;
use lab::cut::Cut;
use lab::data::Label;
use lab::learn::Learner;
use lab::protect::{ProtectError, Veil};
use patchveil_veil::{Preset, PresetVersion};

use super::privacy::PrivacyArgs;
use super::recheck::RecheckArgs;
use super::trace::TraceArgs;
use super::voices::VoicesArgs;

/// Protects recordings with the patchveil command, trains models on them and tests the models on
/// untouched recordings.
#[derive(Debug, Parser)]
#[command(name = "lab", version, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Train models on protected data, test them on untouched data and write a report
    Run(RunArgs),
    /// Train generators on marked recordings and trace the mark in what they make
    Trace(TraceArgs),
    /// Remove an owner's marked recordings from generators, and recheck the trace
    Recheck(RecheckArgs),
    /// Rewrite the report of finished runs
    Report {
        /// Folder of an earlier run
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Measure the quality of recordings before and after a treatment
    Quality(QualityArgs),
    /// Ask classifiers trained on protected data what they give away, with differential privacy and
    /// after removal of clips
    Privacy(PrivacyArgs),
    /// Make a wide-band task: ten instruments at 48 kHz, played by fluidsynth
    MakeInstruments(InstrumentsArgs),
    /// Make a synthetic speech corpus: six voices of espeak-ng
    MakeVoices(VoicesArgs),
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Folder of WAV files: one folder per class, or names like 7_jackson_3.wav
    #[arg(value_name = "DATA")]
    pub(super) data: PathBuf,
    /// Which part of the file names is the class: digit (the word, or the folder) or speaker
    #[arg(long, value_name = "PART", default_value_t = Label::Digit)]
    pub(super) label: Label,
    /// Preset to test, as it is or as in an earlier recipe version (balanced@1); can be repeated [default: all,
    /// unless a recipe is given]
    #[arg(long = "preset", value_name = "PRESET")]
    presets: Vec<PresetVersion>,
    /// Recipe file (JSON) to test; can be repeated
    #[arg(long = "recipe", value_name = "FILE")]
    recipes: Vec<PathBuf>,
    /// Attacks to test besides none, separated by commas, or all
    #[arg(long, value_name = "all|NAME,...", value_parser = parse::<Attack>)]
    attacks: Option<Several<Attack>>,
    /// Cuts to test besides whole, separated by commas, or all
    #[arg(long, value_name = "all|NAME,...", value_parser = parse::<Cut>)]
    cuts: Option<Several<Cut>>,
    /// Models to train, separated by commas, or all [default: all]
    #[arg(long, value_name = "all|NAME,...", value_parser = parse::<Learner>)]
    learners: Option<Several<Learner>>,
    /// Repetitions, each with its own keys and initial weights [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// Epochs of training, for all models [default: what each model needs on digits]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(super) epochs: Option<u16>,
    /// First look in three minutes: part of the clips, few models, one seed
    #[arg(long)]
    pub(super) quick: bool,
    /// Continue the results in the output folder
    #[arg(long)]
    pub(super) resume: bool,
    /// Models to train in parallel [default: one per core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// Python interpreter with the package pesq, to measure PESQ
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub(super) python: PathBuf,
    /// The patchveil command to test [default: the one in the folder of this program]
    #[arg(long, value_name = "PROGRAM")]
    pub(super) patchveil: Option<PathBuf>,
    /// Output folder, for results.jsonl, report.html and table.csv
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: PathBuf,
}

/// `all`, or a list of names.
#[derive(Debug, Clone)]
pub(super) struct Several<T>(Option<Vec<T>>);

pub(super) fn parse<T: FromStr<Err: ToString>>(names: &str) -> Result<Several<T>, String> {
    if names == "all" {
        return Ok(Several(None));
    }
    let names = names.split(',').map(|name| name.trim().parse().map_err(|e: T::Err| e.to_string()));
    Ok(Several(Some(names.collect::<Result<_, _>>()?)))
}

/// The selected ones of `all`, in the order of `all`.
pub(super) fn selected<T: Copy + PartialEq>(
    several: Option<&Several<T>>,
    all: &[T],
    default: &[T],
) -> Vec<T> {
    let wanted = match several {
        Some(Several(Some(names))) => names,
        Some(Several(None)) => all,
        None => default,
    };
    all.iter().copied().filter(|one| wanted.contains(one)).collect()
}

impl RunArgs {
    /// The attacks to test, `none` first.
    pub(super) fn attacks(&self) -> Vec<Attack> {
        let mut attacks = selected(self.attacks.as_ref(), Attack::ALL, &[]);
        attacks.retain(|&attack| attack != Attack::None);
        attacks.insert(0, Attack::None);
        attacks
    }

    /// The cuts to test, `whole` first.
    pub(super) fn cuts(&self) -> Vec<Cut> {
        let mut cuts = selected(self.cuts.as_ref(), Cut::ALL, &[]);
        cuts.retain(|&cut| cut != Cut::Whole);
        cuts.insert(0, Cut::Whole);
        cuts
    }

    /// The models to train.
    pub(super) fn learners(&self) -> Vec<Learner> {
        let default = if self.quick { QUICK_LEARNERS } else { Learner::ALL };
        selected(self.learners.as_ref(), Learner::ALL, default)
    }

    /// The veils to test, `none` first.
    ///
    /// # Errors
    /// [`ProtectError::Recipe`] if a recipe cannot be used.
    pub(super) fn veils(&self) -> Result<Vec<Veil>, ProtectError> {
        let all = |presets: &[Preset]| presets.iter().map(ToString::to_string).collect();
        let presets: Vec<String> = match (self.presets.as_slice(), self.recipes.as_slice()) {
            ([], []) if self.quick => all(QUICK_PRESETS),
            ([], []) => all(&Preset::ALL),
            (presets, _) => presets.iter().map(ToString::to_string).collect(),
        };
        let presets = presets.into_iter().map(|preset| Ok(Veil::Preset(preset)));
        let recipes = self.recipes.iter().map(|file| Veil::from_file(file));
        [Ok(Veil::None)].into_iter().chain(presets).chain(recipes).collect()
    }

    /// Number of seeds.
    pub(super) fn seeds(&self) -> u64 {
        self.seeds.unwrap_or(if self.quick { 1 } else { 3 })
    }
}

/// Models of a quick run.
const QUICK_LEARNERS: &[Learner] = &[Learner::Cnn, Learner::CnnNormalised, Learner::Probe];
/// Presets of a quick run.
const QUICK_PRESETS: &[Preset] = &[Preset::Balanced, Preset::Strong];

#[derive(Debug, Args)]
pub(super) struct QualityArgs {
    /// The recording, or a folder of recordings
    pub(super) before: PathBuf,
    /// Its treated version, or a folder with the same file names
    pub(super) after: PathBuf,
    /// Python interpreter with the package pesq, to measure PESQ
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub(super) python: PathBuf,
    /// Print all figures of all files as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct InstrumentsArgs {
    /// Output folder; must be new or empty
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: PathBuf,
    /// Clips per instrument and register; the first five are for testing
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(6..=999))]
    pub(super) clips: u32,
    /// General MIDI sound font (SF2 or SF3) [default: the first of Debian's that is installed]
    #[arg(long, value_name = "FILE")]
    pub(super) soundfont: Option<PathBuf>,
    /// Seed of the phrases
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
}
