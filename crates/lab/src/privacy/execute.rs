//! Does the tasks of a plan one after the other, on the calling thread.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::curve::CurveData;
use super::erasure::erase;
use super::error::PrivacyError;
use super::neutral::{DEPTHS, Neutral, chosen};
use super::probe::{Counted, ask, probe};
use super::record::{PrivacyLine, PrivacyOutcome, PrivacyPlan, PrivacyRecord, Task, What};
use crate::attack::{Attack, Material};
use crate::data::Dataset;
use crate::learn::{Learner, TrainingJob, cpu_seconds, fit};
use crate::protect::{Patchveil, Veil};
use crate::run::{Log, LogError, difference, open_folder, read_folder};

/// How a plan is run, reported and stopped.
pub struct PrivacyControl<'a> {
    /// Set to stop after the task in work.
    pub stop: &'a AtomicBool,
    /// Set to stop at once.
    pub abort: &'a AtomicBool,
    /// Called with each finished task.
    pub finished: &'a dyn Fn(&PrivacyRecord),
    /// Called with a description of what is being prepared.
    pub preparing: &'a dyn Fn(&str),
    /// Python interpreter for privacy accounting.
    pub python: PathBuf,
}

/// The results of a folder, open for more.
#[derive(Debug)]
pub struct PrivacyResults {
    log: Log,
    /// All lines.
    pub lines: Vec<PrivacyLine>,
}

impl PrivacyResults {
    /// Opens the output folder for a plan. With `resume` it continues the results there; without, there
    /// must be none.
    ///
    /// # Errors
    /// [`PrivacyError`] if the folder cannot be used or holds results that cannot be continued.
    pub fn open(folder: &Path, plan: &PrivacyPlan, resume: bool) -> Result<Self, PrivacyError> {
        let differs = |line: &PrivacyLine| match line {
            PrivacyLine::Plan(old) => differs(old, plan).map(str::to_owned),
            _ => None,
        };
        let line = PrivacyLine::Plan(Box::new(plan.clone()));
        let (log, lines) = open_folder(folder, line, resume, differs)?;
        Ok(Self { log, lines })
    }

    /// The lines of the results in `folder`; none if it holds results of another kind.
    ///
    /// # Errors
    /// [`LogError`] if the file cannot be used.
    pub fn read(folder: &Path) -> Result<Option<Vec<PrivacyLine>>, LogError> {
        read_folder(folder, |line| matches!(line, PrivacyLine::Plan(_)))
    }

    /// The finished tasks.
    pub fn finished(&self) -> impl Iterator<Item = &PrivacyRecord> {
        records(&self.lines)
    }

    /// The tasks of `plan` that are not finished.
    #[must_use]
    pub fn left(&self, plan: &PrivacyPlan) -> Vec<Task> {
        let is_finished = |task: &Task| self.finished().any(|record| record.task == *task);
        plan.tasks().into_iter().filter(|task| !is_finished(task)).collect()
    }

    fn write(&mut self, line: PrivacyLine) -> Result<(), PrivacyError> {
        self.log.add(&line)?;
        self.lines.push(line);
        Ok(())
    }
}

/// The finished tasks among `lines`.
pub(super) fn records(lines: &[PrivacyLine]) -> impl Iterator<Item = &PrivacyRecord> {
    lines.iter().filter_map(|line| match line {
        PrivacyLine::Done(record) => Some(record),
        _ => None,
    })
}

/// What makes results of two plans incomparable, for the user.
fn differs(old: &PrivacyPlan, new: &PrivacyPlan) -> Option<&'static str> {
    if old.basis != new.basis {
        return Some(difference(&old.basis, &new.basis));
    }
    let renamed =
        |veil: &Veil| old.veils.iter().any(|old| old.name() == veil.name() && old != veil);
    if new.veils.iter().any(renamed) {
        return Some("a recipe");
    }
    let same = (old.models, old.decoys, old.training, old.clip)
        == (new.models, new.decoys, new.training, new.clip);
    (!same).then_some("the training or the number of models or decoys")
}

/// Does all tasks of the plan that are not finished and returns all lines. Each result is on the
/// disk before it is reported.
///
/// # Errors
/// [`PrivacyError`] of the first failure; finished tasks stay on the disk.
pub fn execute(
    plan: &PrivacyPlan,
    data: &Dataset,
    patchveil: &Patchveil,
    mut results: PrivacyResults,
    control: &PrivacyControl,
) -> Result<Vec<PrivacyLine>, PrivacyError> {
    account(plan, &mut results, control)?;
    for seed in 0..plan.seeds {
        for veil in &plan.veils {
            let mut left = results.left(plan);
            left.retain(|task| task.seed == seed && task.veil == veil.name());
            let execution = Execution { plan, data, patchveil, control, veil, seed };
            execution.run(&left, &mut results)?;
        }
    }
    Ok(results.lines)
}

/// Finds the noise for each ε that has none.
fn account(
    plan: &PrivacyPlan,
    results: &mut PrivacyResults,
    control: &PrivacyControl,
) -> Result<(), PrivacyError> {
    let wanted = results.left(plan).into_iter().filter_map(|task| match task.what {
        What::Curve { epsilon } => epsilon,
        _ => None,
    });
    let mut missing: Vec<f64> = Vec::new();
    for epsilon in wanted {
        if multiplier(&results.lines, epsilon).is_none() && !missing.contains(&epsilon) {
            missing.push(epsilon);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    (control.preparing)("accounting");
    let steps = plan.steps();
    let noise = steps.noise_for(&missing, &control.python).map_err(PrivacyError::Accounting)?;
    results.write(PrivacyLine::Accounting { steps, noise })
}

/// The noise multiplier that was found for this ε.
fn multiplier(lines: &[PrivacyLine], epsilon: f64) -> Option<f64> {
    lines.iter().find_map(|line| match line {
        PrivacyLine::Accounting { noise, .. } => {
            noise.iter().find(|one| one.asked == epsilon).map(|one| one.multiplier)
        }
        _ => None,
    })
}

/// The tasks of one veil and seed.
struct Execution<'a> {
    plan: &'a PrivacyPlan,
    data: &'a Dataset,
    patchveil: &'a Patchveil,
    control: &'a PrivacyControl<'a>,
    veil: &'a Veil,
    seed: u64,
}

/// What the tasks of [`What::Probe`] and [`What::Curve`] share, made when it is needed.
#[derive(Default)]
struct Shared {
    probe: Option<ProbeData>,
    curve: Option<(CurveData, Neutral)>,
}

/// What the tasks of [`What::Probe`] share.
struct ProbeData {
    all: Material,
    half_clean: Material,
    neutral: Neutral,
}

impl Execution<'_> {
    fn run(&self, tasks: &[Task], results: &mut PrivacyResults) -> Result<(), PrivacyError> {
        let mut shared = Shared::default();
        for task in tasks {
            if self.control.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            (self.control.preparing)(&task.to_string());
            let started = cpu_seconds();
            let Some(outcome) = self.outcome(task, &mut shared, &results.lines)? else {
                return Ok(());
            };
            let cpu_seconds = cpu_seconds() - started;
            let record = PrivacyRecord { task: task.clone(), outcome, cpu_seconds };
            results.write(PrivacyLine::Done(record.clone()))?;
            (self.control.finished)(&record);
        }
        Ok(())
    }

    /// The result of a task; `None` if stopped.
    fn outcome(
        &self,
        task: &Task,
        shared: &mut Shared,
        lines: &[PrivacyLine],
    ) -> Result<Option<PrivacyOutcome>, PrivacyError> {
        match task.what {
            What::Probe { learner, half_clean } => {
                let data = match &mut shared.probe {
                    Some(data) => data,
                    none => none.insert(self.probe_data()?),
                };
                Ok(self.probe(data, learner, half_clean))
            }
            What::Curve { epsilon } => {
                let (data, neutral) = match &mut shared.curve {
                    Some(data) => data,
                    none => none.insert(self.curve_data()?),
                };
                let noise = epsilon.and_then(|epsilon| multiplier(lines, epsilon));
                let curve = data.measure(self.plan, neutral, noise, self.seed);
                Ok(Some(PrivacyOutcome::Curve(curve)))
            }
            What::Erasure => {
                erase(self.plan, self.data, self.patchveil, self.veil, self.seed).map(Some)
            }
        }
    }

    /// Trains and probes a model of the panel; `None` if stopped.
    fn probe(
        &self,
        data: &ProbeData,
        learner: Learner,
        half_clean: bool,
    ) -> Option<PrivacyOutcome> {
        let material = if half_clean { &data.half_clean } else { &data.all };
        let job = TrainingJob {
            learner,
            settings: self.plan.basis.settings_of(learner),
            classes: self.data.classes.len(),
            rate: self.data.rate,
            seconds: self.plan.basis.seconds,
            train: &material.train,
            test: &material.test,
            drawn: Attack::None,
            seed: self.seed,
        };
        let (outcome, mut model) = fit(&job, self.control.abort)?;
        let answers = ask(&mut model, &data.neutral);
        let classes = probe(&data.neutral, &answers, Counted::OfKey);
        Some(PrivacyOutcome::Probe { accuracy: outcome.accuracy, classes })
    }

    fn probe_data(&self) -> Result<ProbeData, PrivacyError> {
        let Dataset { train: clean, test, .. } = self.data;
        let train = self.patchveil.protect(clean, self.veil, self.seed)?;
        let period = self.veil.period_seconds()?;
        let all = Material { train, test: test.clone(), clean: clean.clone(), period };
        let mut half_clean = all.clone();
        Attack::Clean50.apply(&mut half_clean, self.seed)?;
        Ok(ProbeData { all, half_clean, neutral: self.neutral(&DEPTHS)? })
    }

    fn curve_data(&self) -> Result<(CurveData, Neutral), PrivacyError> {
        let published = self.patchveil.protect(&self.data.train, self.veil, self.seed)?;
        let neutral = self.neutral(&[100.0])?;
        Ok((CurveData::new(&published, &self.data.test, &neutral), neutral))
    }

    /// Neutral clips under the keys of all classes and under decoys.
    fn neutral(&self, depths: &[f64]) -> Result<Neutral, PrivacyError> {
        let keys = (self.data.classes.len(), self.plan.decoys);
        let clips = chosen(self.data);
        Ok(Neutral::new(&clips, keys, self.patchveil, (self.veil, depths), self.seed)?)
    }
}
