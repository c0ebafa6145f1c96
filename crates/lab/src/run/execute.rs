//! One thread protects, cuts and attacks; all cores train.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::RunError;
use super::log::Log;
use super::record::{Figure, Line, Plan, Quality, Record, RunId};
use super::store::StoredResults;
use super::threads::work_off;
use crate::attack::{Attack, Material};
use crate::clip::Clip;
use crate::cut::Cut;
use crate::data::Dataset;
use crate::learn::{TrainingJob, train};
use crate::protect::{Patchveil, Veil};
use crate::quality::{measure_all, summary};

/// Clips whose quality is measured, for each veil and seed.
const COMPARED: usize = 60;

/// How a plan is run, reported and stopped.
pub struct RunControl<'a> {
    /// Set to stop: models in training are finished, no others are started.
    pub stop: &'a AtomicBool,
    /// Set to stop at once: models in training are lost.
    pub abort: &'a AtomicBool,
    /// Called with each finished run.
    pub finished: &'a (dyn Fn(&Record) + Sync),
    /// Called with a description of what is being prepared.
    pub preparing: &'a (dyn Fn(&str) + Sync),
    /// Python interpreter for PESQ.
    pub python: PathBuf,
    /// Threads that train.
    pub threads: usize,
}

/// A training run and its data.
struct Task {
    id: RunId,
    material: Arc<Material>,
    /// Random treatment of the clips in every epoch.
    drawn: Attack,
}

/// Does all runs of the plan that are not finished, and returns all results. Each result is on the
/// disk before it is reported.
///
/// # Errors
/// [`RunError`] of the first failure; finished runs stay on the disk.
pub fn execute(
    plan: &Plan,
    data: &Dataset,
    patchveil: &Patchveil,
    log: Log,
    stored: StoredResults,
    control: &RunControl,
) -> Result<Vec<Line>, RunError> {
    let results = Mutex::new(Results { log, stored });
    let execution = Execution { plan, data, control, results };
    let (sender, receiver) = sync_channel::<Task>(1);
    let receiver = Mutex::new(receiver);
    work_off(
        control.threads,
        control.stop,
        || next(&receiver),
        |task| execution.train(task),
        || execution.prepare(patchveil, sender),
    )?;
    let results = execution.results.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(results.stored.lines)
}

fn next(receiver: &Mutex<Receiver<Task>>) -> Option<Task> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// The results file and its content.
struct Results {
    log: Log,
    stored: StoredResults,
}

/// The runs that share a veil, its keys and a cut.
struct RunGroup<'a> {
    seed: u64,
    cut: Cut,
    veil: &'a Veil,
    runs: Vec<&'a RunId>,
}

/// The state that all threads share.
struct Execution<'a> {
    plan: &'a Plan,
    data: &'a Dataset,
    control: &'a RunControl<'a>,
    results: Mutex<Results>,
}

impl Execution<'_> {
    fn stopped(&self) -> bool {
        self.control.stop.load(Ordering::Relaxed)
    }

    fn write(&self, line: Line) -> Result<(), RunError> {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.log.add(&line)?;
        results.stored.lines.push(line);
        Ok(())
    }

    /// Trains a model and records the result, unless stopped.
    fn train(&self, task: Task) -> Result<(), RunError> {
        if self.stopped() {
            return Ok(());
        }
        let Task { id, material, drawn } = task;
        let job = TrainingJob {
            learner: id.learner,
            settings: self.plan.basis.settings_of(id.learner),
            classes: self.data.classes.len(),
            rate: self.data.rate,
            seconds: self.plan.basis.seconds,
            train: &material.train,
            test: &material.test,
            drawn,
            seed: id.seed,
        };
        let Some(outcome) = train(&job, self.control.abort) else { return Ok(()) };
        let record = Record { id, trained_on: material.train.len(), outcome };
        self.write(Line::Run(record.clone()))?;
        (self.control.finished)(&record);
        Ok(())
    }

    /// Prepares the data of all runs that are not finished and sends them to the training threads.
    fn prepare(&self, patchveil: &Patchveil, sender: SyncSender<Task>) -> Result<(), RunError> {
        let finished =
            self.results.lock().unwrap_or_else(PoisonError::into_inner).stored.finished();
        let left: Vec<RunId> =
            self.plan.runs().into_iter().filter(|run| !finished.contains(run)).collect();
        let cuts = self.plan.cuts.iter().filter_map(|name| Cut::by_name(name));
        let cuts: Vec<Cut> = cuts.collect();
        for seed in 0..self.plan.seeds {
            for &cut in &cuts {
                for veil in &self.plan.veils {
                    let in_group = |run: &&RunId| {
                        run.seed == seed && run.cut == cut.name() && run.veil == veil.name()
                    };
                    let runs: Vec<&RunId> = left.iter().filter(in_group).collect();
                    if !runs.is_empty() && !self.stopped() {
                        let group = RunGroup { seed, cut, veil, runs };
                        self.prepare_group(patchveil, &group, &sender)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Protects and cuts the clips of a group, then prepares each of its attacks.
    fn prepare_group(
        &self,
        patchveil: &Patchveil,
        group: &RunGroup,
        sender: &SyncSender<Task>,
    ) -> Result<(), RunError> {
        let &RunGroup { seed, cut, veil, .. } = group;
        (self.control.preparing)(&format!("{}, {cut}, seed {seed}", veil.name()));
        let clips = &self.data.train;
        let published = cut.publish(clips, seed);
        let veiled = patchveil.protect(&published, veil, seed)?;
        if *veil != Veil::None && cut == Cut::Whole && !self.has_quality(veil, seed) {
            self.compare(veil, seed, &published, &veiled)?;
        }
        let train = cut.cut(veiled, clips, seed);
        let clean = cut.cut(published, clips, seed);
        self.check_classes(group, &train)?;
        for attack in self.plan.attacks.iter().filter_map(|name| Attack::by_name(name)) {
            let of_attack = |run: &&&RunId| run.attack == attack.name();
            let runs: Vec<&RunId> = group.runs.iter().filter(of_attack).copied().collect();
            if runs.is_empty() || self.stopped() {
                continue;
            }
            (self.control.preparing)(&format!("{}, {cut}, {attack}, seed {seed}", veil.name()));
            let (train, clean, test) = (train.clone(), clean.clone(), self.data.test.clone());
            let mut material = Material { train, test, clean, period: veil.period_seconds()? };
            if !attack.is_random() {
                attack.apply(&mut material, seed)?;
            }
            if !self.send(attack, material, &runs, sender) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sends the runs of an attack to the training threads; false if they are stopped.
    fn send(
        &self,
        attack: Attack,
        material: Material,
        runs: &[&RunId],
        sender: &SyncSender<Task>,
    ) -> bool {
        let material = Arc::new(material);
        runs.iter().all(|&run| {
            let task = Task { id: run.clone(), material: Arc::clone(&material), drawn: attack };
            !self.stopped() && sender.send(task).is_ok()
        })
    }

    fn has_quality(&self, veil: &Veil, seed: u64) -> bool {
        let results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.stored.has_quality(veil.name(), seed)
    }

    /// Training needs clips of every class.
    fn check_classes(&self, group: &RunGroup, train: &[Clip]) -> Result<(), RunError> {
        for (label, class) in self.data.classes.iter().enumerate() {
            if !train.iter().any(|clip| clip.label == label) {
                return Err(RunError::NoClips {
                    veil: group.veil.name().to_owned(),
                    cut: group.cut.name().to_owned(),
                    class: class.clone(),
                });
            }
        }
        Ok(())
    }

    /// Measures and records the quality under a veil.
    fn compare(
        &self,
        veil: &Veil,
        seed: u64,
        before: &[Clip],
        after: &[Clip],
    ) -> Result<(), RunError> {
        let every = before.len().div_ceil(COMPARED).max(1);
        let pairs: Vec<(&Clip, &Clip)> = before.iter().zip(after).step_by(every).collect();
        let (figures, note) = measure_all(&pairs, &self.control.python)?;
        let figures = summary(&figures).into_iter().filter_map(|row| {
            let spread = row.spread?;
            Some(Figure {
                name: row.name.to_owned(),
                about: row.about.to_owned(),
                mean: spread.mean,
                worst: spread.worst,
            })
        });
        self.write(Line::Quality(Quality {
            veil: veil.name().to_owned(),
            seed,
            clips: pairs.len(),
            figures: figures.collect(),
            note,
        }))
    }
}
