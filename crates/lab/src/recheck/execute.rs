//! Does the tasks of a plan one after the other, on the calling thread.

use std::sync::atomic::{AtomicBool, Ordering};

use rand::seq::SliceRandom;

use super::record::{Line, Plan, Record, Removal, Task};
use super::store::left;
use crate::generate::{Audio, Direction, Generator, Job, RATE, Source, Training, train};
use crate::privacy::Method;
use crate::protect::{Patchveil, ProtectError};
use crate::quality::lsd;
use crate::run::Log;
use crate::signal::rng::rng;
use crate::trace::{AudioFiles, Case, Corpus, Owner, TraceError, originals, outputs, seconds};

/// Length of fine-tuning and of gradient ascent as a share of the training.
const FINE_TUNING: f64 = 0.25;
const ASCENT: f64 = 0.05;

/// Where outputs are compared with inputs.
const BAND_HZ: (f64, f64) = (0.0, 0.5 * RATE as f64);

/// How a plan is run, reported and stopped.
pub struct Control<'a> {
    /// Set to stop after the task in work.
    pub stop: &'a AtomicBool,
    /// Set to stop at once.
    pub abort: &'a AtomicBool,
    /// Called with each finished task.
    pub finished: &'a dyn Fn(&Record),
    /// Called with a description of what is being done.
    pub doing: &'a dyn Fn(&str),
}

/// Does all tasks of the plan that are not finished and returns all lines. Each result is on the
/// disk before it is reported.
///
/// # Errors
/// [`TraceError`] of the first failure; finished tasks stay on the disk.
pub fn execute(
    plan: &Plan,
    corpora: &[Corpus],
    patchveil: &Patchveil,
    mut log: Log,
    mut lines: Vec<Line>,
    control: &Control,
) -> Result<Vec<Line>, TraceError> {
    for task in left(&lines, plan) {
        if control.stop.load(Ordering::Relaxed) {
            break;
        }
        let Some(corpus) = corpora.iter().find(|corpus| corpus.name == task.corpus) else {
            continue;
        };
        let execution = Execution::new(plan, &task, corpus, patchveil, control)?;
        let Some(record) = execution.record()? else { break };
        let line = Line::Recheck(Box::new(record.clone()));
        log.add(&line)?;
        lines.push(line);
        (control.finished)(&record);
    }
    Ok(lines)
}

/// Whether a model speaks before the removal or after it.
#[derive(Debug, Clone, Copy)]
enum When {
    Before,
    After,
}

/// A task that is being done.
struct Execution<'a> {
    plan: &'a Plan,
    task: &'a Task,
    corpus: &'a Corpus,
    control: &'a Control<'a>,
    owner: Owner<'a>,
    /// The owner's recordings, marked.
    marked: Vec<Audio>,
    others: Vec<Audio>,
    /// What the model speaks before the removal, and what after it: different recordings, or the same audio
    /// would be measured twice.
    inputs: [Vec<Audio>; 2],
}

impl<'a> Execution<'a> {
    /// Divides the recordings between the owner and others.
    fn new(
        plan: &'a Plan,
        task: &'a Task,
        corpus: &'a Corpus,
        patchveil: &'a Patchveil,
        control: &'a Control<'a>,
    ) -> Result<Self, ProtectError> {
        (control.doing)(&format!("{task}: marking"));
        let mut recordings = corpus.train.clone();
        recordings.shuffle(&mut rng(task.seed, "owner of recordings", &corpus.name));
        let share = recordings.len() as f64 * f64::from(plan.share) / 100.0;
        // Retraining needs others.
        let count = (share.round() as usize).clamp(1, recordings.len() - 1);
        let others = recordings.split_off(count);
        let purpose =
            format!("recheck: {}, {}, {}", task.generator, plan.basis.effort, corpus.name);
        let owner = Owner::new(patchveil, task.seed, &purpose, 0)?;
        let marked = owner.mark(&recordings, plan.level_db)?;
        // Every other one, so that both have the same voices.
        let inputs = [0, 1].map(|first| {
            corpus.held_out.iter().skip(first).step_by(2).cloned().collect::<Vec<Audio>>()
        });
        Ok(Self { plan, task, corpus, control, owner, marked, others, inputs })
    }

    /// The result; `None` if stopped.
    fn record(&self) -> Result<Option<Record>, TraceError> {
        self.doing("training");
        let Some(model) = self.train(&[&self.marked[..], &self.others].concat()) else {
            return Ok(None);
        };
        let model = model.generator;
        let before = self.outputs(model.as_ref(), self.plan.before_s, When::Before);
        let originals = self.plan.basis.originals.then(|| originals(self.corpus)).transpose()?;
        let originals = originals.as_ref();
        let seconds = (seconds(&self.marked), seconds(&self.others));
        let files = AudioFiles::write(&before)?;
        let (found, case) =
            Case::open(&self.owner, &files, f64::from(self.plan.before_s), originals)?;
        let mut removals = Vec::new();
        for method in [Method::Nothing, Method::FineTuning, Method::Ascent, Method::Retraining] {
            let Some(case) = &case else { break };
            self.doing(&method.to_string());
            let Some((after, cpu_seconds)) = self.without_owner(method, model.as_ref()) else {
                return Ok(None);
            };
            let longest = self.plan.after_s.last().copied().unwrap_or(self.plan.before_s);
            let outputs = self.outputs(after.as_ref(), longest, When::After);
            let files = AudioFiles::write(&outputs)?;
            let recheck = |&after_s: &u32| {
                Ok((after_s, case.recheck(&files, f64::from(after_s), originals)?))
            };
            let rechecks: Result<_, ProtectError> = self.plan.after_s.iter().map(recheck).collect();
            removals.push(Removal {
                method,
                cpu_seconds,
                lsd_db: self.lsd(&outputs, When::After),
                rechecks: rechecks?,
            });
        }
        let (task, lsd_db) = (self.task.clone(), self.lsd(&before, When::Before));
        Ok(Some(Record { task, seconds, before: found, lsd_db, removals }))
    }

    fn doing(&self, what: &str) {
        (self.control.doing)(&format!("{}: {what}", self.task));
    }

    fn job<'b>(&self, recordings: &'b [Audio], share: f64, direction: Direction) -> Job<'b> {
        let effort = self.plan.basis.effort * share;
        Job { recordings, effort, seed: self.task.seed, direction }
    }

    fn train(&self, recordings: &[Audio]) -> Option<Training> {
        let job = self.job(recordings, 1.0, Direction::Descent);
        train(self.task.generator, &job, self.control.abort)
    }

    /// The model after the owner's recordings were removed from it, and the CPU seconds that took; `None` if stopped.
    fn without_owner(
        &self,
        method: Method,
        model: &dyn Generator,
    ) -> Option<(Box<dyn Generator>, f64)> {
        let continued = |recordings, share, direction| {
            let job = self.job(recordings, share, direction);
            model.copy().continue_on(&job, self.control.abort)
        };
        let after = match method {
            Method::Nothing => return Some((model.copy(), 0.0)),
            Method::FineTuning => continued(&self.others, FINE_TUNING, Direction::Descent)?,
            Method::Ascent => continued(&self.marked, ASCENT, Direction::Ascent)?,
            Method::Retraining => self.train(&self.others)?,
        };
        Some((after.generator, after.cpu_seconds))
    }

    /// So many seconds of output, or what half of the recordings that nobody trains on give.
    fn outputs(&self, model: &dyn Generator, wanted_s: u32, when: When) -> Vec<Audio> {
        // Other random numbers as well.
        let seed = self.task.seed * 1_000 + 500 * when as u64;
        let inputs = &self.inputs[when as usize];
        outputs(inputs, model, Source::Input, f64::from(wanted_s), seed)
    }

    /// The mean log-spectral distance of outputs from the recordings that they were made from.
    fn lsd(&self, outputs: &[Audio], when: When) -> Option<f64> {
        let pairs = self.inputs[when as usize].iter().zip(outputs);
        let distances: Vec<f64> =
            pairs.filter_map(|(input, made)| lsd(input, made, RATE, BAND_HZ)).collect();
        let sum: f64 = distances.iter().sum();
        (!distances.is_empty()).then(|| sum / distances.len() as f64)
    }
}
