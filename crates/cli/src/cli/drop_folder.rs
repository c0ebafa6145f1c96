//! `protect --watch`: a folder whose recordings are protected as they appear.
//!
//! The folder is looked at again and again, because that works on every file system, network shares
//! included.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use crate::inputs::{InputError, Job, Note, Plan, PlanError, Selection, Task};
use crate::protect::Outcome;
use crate::shown;
use clap::Args;

use super::batch::Batch;
use super::exit::{DONE, FAILED, Failure};
use super::job_args::ProtectArgs;
use super::protect::{Keys, work};
use super::resume;
use super::terminal::{complain, say};

/// How often to see whether the user asked to stop.
const TICK: Duration = Duration::from_millis(50);

/// The drop folder.
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// Drop folder: protect what is in it and what appears in it later, until Ctrl-C
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["inputs", "files_from", "dry_run", "raw"],
        help_heading = "Many files"
    )]
    pub(super) watch: Option<PathBuf>,
    /// How long a file in the drop folder has to stay as it is before it counts as complete, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 2.0,
        requires = "watch",
        value_parser = seconds,
        help_heading = "Many files"
    )]
    settle: f64,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=3_600.0).contains(&seconds) => Ok(seconds),
        _ => Err("not a number of seconds from 0.1 to 3600".to_owned()),
    }
}

/// A file as it was last seen.
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    since: Instant,
    /// Whether it was protected as it is, or tried.
    tried: bool,
}

/// What happens in one drop folder.
struct DropFolder<'a> {
    folder: &'a Path,
    args: &'a ProtectArgs,
    settle: Duration,
    seen: HashMap<PathBuf, Seen>,
    told: HashSet<String>,
}

/// Protects what appears in `folder`.
pub(super) fn run(folder: &Path, keys: &Keys, args: &ProtectArgs) -> Result<u8, Failure> {
    if !folder.is_dir() {
        return Err(Failure::usage(format!("{}: is not a folder to watch", shown(folder))));
    }
    let batch = Batch::begin(args.job.json, std::iter::empty());
    let settle = Duration::from_secs_f64(args.watch.settle);
    let (seen, told) = (HashMap::new(), HashSet::new());
    let mut drop_folder = DropFolder { folder, args, settle, seen, told };
    let (mut done, mut failed, mut is_first) = (0, 0, true);
    while !batch.is_stopped() {
        let plan = drop_folder.plan();
        if std::mem::take(&mut is_first) {
            // Of the options themselves, and no file will change that.
            if let Err(error) = &plan
                && !matches!(error, PlanError::SameOutput { .. })
            {
                return Err(Failure::usage(error));
            }
            complain(&format!("watching {}; Ctrl-C ends it", shown(folder)));
            if let Ok(plan) = &plan
                && args.job.run.resume
            {
                resume::clear_up(&plan.jobs, &batch);
            }
        }
        let jobs = match plan {
            Ok(plan) => drop_folder.complete(&plan, &batch),
            Err(error) => {
                drop_folder.tell(std::iter::once(error.to_string()), &batch);
                Vec::new()
            }
        };
        if !jobs.is_empty() {
            let (totals, unrecorded) = work(&jobs, keys, args, &batch)?;
            done += totals.done.len();
            failed += totals.failed() + unrecorded;
            if !args.job.json {
                totals.done.iter().try_for_each(say_done)?;
            }
            batch.report_failures();
        }
        let begun = Instant::now();
        while begun.elapsed() < settle / 2 && !batch.is_stopped() {
            sleep(TICK.min(settle / 2));
        }
    }
    complain(&format!("no longer watching {}: {done} done, {failed} failed", shown(folder)));
    batch.check_output()?;
    Ok(if failed == 0 { DONE } else { FAILED })
}

fn say_done(outcome: &Outcome) -> Result<(), Failure> {
    say(&format!("{} → {}", shown(&outcome.input), shown(&outcome.output)))
}

impl DropFolder<'_> {
    fn plan(&self) -> Result<Plan, PlanError> {
        let named = vec![self.folder.to_owned()];
        let shard = self.args.job.list.shard();
        let selection = Selection { named, shard, ..Selection::default() };
        let (output, written) = (self.args.output.as_deref(), &self.args.job.written);
        let mut plan = Plan::in_format(&selection, output, written.format, Task::Protect)?;
        written.complete(&mut plan.jobs, self.args.strip_metadata);
        Ok(plan)
    }

    /// The files that have not been tried and have rested for long enough; each is then tried.
    fn complete(&mut self, plan: &Plan, batch: &Batch) -> Vec<Job> {
        self.tell(news(plan), batch);
        let here: HashSet<&Path> = plan.jobs.iter().map(|job| job.input.as_path()).collect();
        self.seen.retain(|path, _| here.contains(path.as_path()));
        let mut complete = Vec::new();
        for job in &plan.jobs {
            let Ok(meta) = fs::metadata(&job.input) else { continue };
            let (size, modified) = (meta.len(), meta.modified().ok());
            let new = || Seen { size, modified, since: Instant::now(), tried: false };
            let seen = self.seen.entry(job.input.clone()).or_insert_with(new);
            if (seen.size, seen.modified) != (size, modified) {
                *seen = new();
            } else if !seen.tried && seen.since.elapsed() >= self.settle {
                seen.tried = true;
                complete.push(job.clone());
            }
        }
        complete
    }

    /// Says each line once.
    fn tell(&mut self, lines: impl Iterator<Item = String>, batch: &Batch) {
        for line in lines {
            if !self.told.contains(&line) {
                batch.complain(&line);
                self.told.insert(line);
            }
        }
    }
}

/// What is left out and what cannot be read.
fn news(plan: &Plan) -> impl Iterator<Item = String> {
    let is_news = |note: &&Note| !matches!(note, Note::AlreadyProtected(_) | Note::OutputFolder(_));
    let notes = plan.notes.iter().filter(is_news).map(ToString::to_string);
    let is_failure = |failure: &&InputError| !matches!(failure, InputError::NoRecording { .. });
    notes.chain(plan.failures.iter().filter(is_failure).map(ToString::to_string))
}
