//! `lab privacy`

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use clap::Args;
use lab::data::{Dataset, Label};
use lab::learn::Learner;
use lab::privacy::{
    Part, PrivacyControl, PrivacyError, PrivacyLine, PrivacyPlan, PrivacyResults, TABLES, Training,
    execute, tables, write_tables,
};
use lab::protect::{Patchveil, ProtectError, Veil};
use lab::run::unique;
use patchveil_veil::{Preset, PresetVersion};

use super::args::{Several, parse, selected};
use super::failure::{DONE, Failure, STOPPED};
use super::print::{print, print_error};
use super::progress::{Progress, stop_flags};
use super::run::{BasisArgs, QUICK_CLIPS, basis, command};

#[derive(Debug, Args)]
pub(super) struct PrivacyArgs {
    /// Folder of WAV files: one folder per class, or names like 7_jackson_3.wav
    #[arg(value_name = "DATA")]
    data: PathBuf,
    /// Parts, separated by commas
    #[arg(long, value_name = "PART,...", value_delimiter = ',', default_values_t = [Part::Probe, Part::Curve, Part::Erasure], value_enum)]
    parts: Vec<Part>,
    /// Preset to test; can be repeated [default: mark, light and balanced, unless a recipe is given]
    #[arg(long = "preset", value_name = "PRESET")]
    presets: Vec<PresetVersion>,
    /// Recipe file (JSON) to test; can be repeated
    #[arg(long = "recipe", value_name = "FILE")]
    recipes: Vec<PathBuf>,
    /// Models to probe, separated by commas, or all [default: all]
    #[arg(long, value_name = "all|NAME,...", value_parser = parse::<Learner>)]
    learners: Option<Several<Learner>>,
    /// Repetitions, each with its own keys, choices and initial weights [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// First look in two minutes: part of the clips, few models, one seed
    #[arg(long)]
    quick: bool,
    /// Continue the results in the output folder
    #[arg(long)]
    resume: bool,
    /// Python interpreter with the package dp-accounting
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
    /// The patchveil command to test [default: the one in the folder of this program]
    #[arg(long, value_name = "PROGRAM")]
    patchveil: Option<PathBuf>,
    /// Output folder, for results.jsonl and tables.md
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// ε of the curve, besides none.
const EPSILONS: [f64; 3] = [8.0, 3.0, 1.0];
/// How the small classifier is trained, with differential privacy or without.
const TRAINING: Training =
    Training { steps: 300, sampling: 0.1, rate: 0.06, momentum: 0.9, privacy: None };
/// Largest norm of a clip's gradient.
const CLIP: f32 = 1.0;

impl PrivacyArgs {
    fn veils(&self) -> Result<Vec<Veil>, ProtectError> {
        let presets = match (self.presets.as_slice(), self.recipes.as_slice()) {
            ([], []) if self.quick => vec![Preset::Balanced.into()],
            ([], []) => [Preset::Mark, Preset::Light, Preset::Balanced].map(Into::into).to_vec(),
            (presets, _) => presets.to_vec(),
        };
        let presets = presets.into_iter().map(|preset| Ok(Veil::Preset(preset.to_string())));
        presets.chain(self.recipes.iter().map(|file| Veil::from_file(file))).collect()
    }

    fn learners(&self) -> Vec<Learner> {
        let default = if self.quick { &[Learner::Probe][..] } else { Learner::ALL };
        selected(self.learners.as_ref(), Learner::ALL, default)
    }
}

/// Does the tasks that the arguments describe and writes the tables.
pub(super) fn run(args: &PrivacyArgs) -> Result<u8, Failure> {
    let data = Dataset::read(&args.data, Label::Digit)?;
    let data = if args.quick { data.thinned(QUICK_CLIPS.0, QUICK_CLIPS.1) } else { data };
    let veils = unique(args.veils()?)?;
    let patchveil = Patchveil::at_or_find(args.patchveil.as_deref())?;
    let common = BasisArgs { label: Label::Digit, quick: args.quick, epochs: None };
    let plan = PrivacyPlan {
        basis: basis(common, &data, &patchveil)?,
        command: command(),
        parts: args.parts.clone(),
        veils,
        learners: args.learners(),
        seeds: args.seeds.unwrap_or(if args.quick { 1 } else { 3 }),
        epsilons: if args.quick { vec![3.0] } else { EPSILONS.to_vec() },
        models: if args.quick { 4 } else { 17 },
        decoys: if args.quick { 19 } else { 99 },
        training: TRAINING,
        clip: CLIP,
    };
    run_plan(args, &plan, &data, &patchveil)
}

fn run_plan(
    args: &PrivacyArgs,
    plan: &PrivacyPlan,
    data: &Dataset,
    patchveil: &Patchveil,
) -> Result<u8, Failure> {
    let results = PrivacyResults::open(&args.output, plan, args.resume)?;
    let (all, left) = (plan.tasks().len(), results.left(plan).len());
    if left < all {
        print_error(&format!("{} of {all} tasks are already done", all - left));
    }
    let (stop, abort) = stop_flags();
    let progress = Progress::new(left);
    let control = PrivacyControl {
        stop: &stop,
        abort: &abort,
        finished: &|record| {
            progress.finished_task(&format!("{} ({:.0} s)", record.task, record.cpu_seconds));
        },
        preparing: &|what| progress.preparing(what),
        python: args.python.clone(),
    };
    let lines = execute(plan, data, patchveil, results, &control)?;
    drop(progress);
    if lines.iter().any(|line| matches!(line, PrivacyLine::Done(_))) {
        show(&args.output, &lines)?;
    }
    if stop.load(Ordering::Relaxed) {
        print_error("stopped; continue with the same command and --resume");
        return Ok(STOPPED);
    }
    Ok(DONE)
}

/// Rewrites the tables of an earlier run; none if the folder holds other results.
pub(super) fn report(folder: &Path) -> Result<Option<u8>, Failure> {
    let Some(lines) = PrivacyResults::read(folder).map_err(Failure::usage)? else {
        return Ok(None);
    };
    show(folder, &lines)?;
    Ok(Some(DONE))
}

fn show(folder: &Path, lines: &[PrivacyLine]) -> Result<(), Failure> {
    write_tables(folder, lines).map_err(Failure::failed)?;
    print(&tables(lines))?;
    print(&format!("tables: {}", folder.join(TABLES).display()))
}

impl From<PrivacyError> for Failure {
    fn from(error: PrivacyError) -> Self {
        match error {
            PrivacyError::Results(error) => error.into(),
            PrivacyError::Log(_) | PrivacyError::Accounting(_) => Self::usage(error),
            _ => Self::failed(error),
        }
    }
}
