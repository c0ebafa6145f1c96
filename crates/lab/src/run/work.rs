//! One thread protects, cuts and attacks; all cores train.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Done, Figure, Line, Log, Plan, Quality, Record, RunError, RunId};
use crate::attack::{Attack, Material};
use crate::clip::Clip;
use crate::cut::Cut;
use crate::data::Dataset;
use crate::learn::{Lesson, train};
use crate::protect::{Patchveil, Veil};
use crate::quality::{measure_all, summary};

/// Clips whose quality is measured, for each veil and seed.
const COMPARED: usize = 60;

/// What goes on while work is done.
pub struct Watch<'a> {
    /// Set by whoever wants to stop: what is being trained is finished, nothing new is begun.
    pub stop: &'a AtomicBool,
    /// Set by whoever cannot wait: what is being trained is lost.
    pub abort: &'a AtomicBool,
    /// Called for each finished run.
    pub finished: &'a (dyn Fn(&Record) + Sync),
    /// Called with what is being prepared.
    pub preparing: &'a (dyn Fn(&str) + Sync),
    /// Python interpreter for PESQ.
    pub python: PathBuf,
    /// Threads that train.
    pub threads: usize,
}

/// A training run with what it needs.
struct Task {
    id: RunId,
    material: Arc<Material>,
    /// What the clips go through anew in every pass.
    drawn: Attack,
}

/// Does all runs of the plan that are not done, and returns their records and the figures of quality.
/// Each is on the disk before it is reported.
///
/// # Errors
/// [`RunError`] of the first thing that fails; what is finished stays on the disk.
pub fn work(
    plan: &Plan,
    data: &Dataset,
    patchveil: &Patchveil,
    log: Log,
    done: Done,
    watch: &Watch,
) -> Result<Vec<Line>, RunError> {
    let shared = Shared { plan, data, watch, book: Mutex::new(Book { log, lines: done.lines }) };
    let failed = Mutex::new(None);
    let (sender, receiver) = sync_channel::<Task>(1);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        for _ in 0..watch.threads.max(1) {
            scope.spawn(|| {
                while let Some(task) = next(&receiver) {
                    if let Err(error) = shared.train(task) {
                        fail(&failed, error, watch);
                    }
                }
            });
        }
        if let Err(error) = shared.prepare(patchveil, sender) {
            fail(&failed, error, watch);
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(shared.book.into_inner().unwrap_or_else(PoisonError::into_inner).lines),
    }
}

fn next(receiver: &Mutex<Receiver<Task>>) -> Option<Task> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Keeps the first error and lets everyone stop. Where everyone was stopping already it says nothing
/// new: the command that protects hears Ctrl-C, too.
fn fail(failed: &Mutex<Option<RunError>>, error: RunError, watch: &Watch) {
    if watch.stop.load(Ordering::Relaxed) && !matches!(error, RunError::Log(_)) {
        return;
    }
    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    watch.stop.store(true, Ordering::Relaxed);
}

/// The file of results and what is in it.
struct Book {
    log: Log,
    lines: Vec<Line>,
}

struct Shared<'a> {
    plan: &'a Plan,
    data: &'a Dataset,
    watch: &'a Watch<'a>,
    book: Mutex<Book>,
}

impl Shared<'_> {
    fn stopped(&self) -> bool {
        self.watch.stop.load(Ordering::Relaxed)
    }

    fn write(&self, line: Line) -> Result<(), RunError> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.log.add(&line)?;
        book.lines.push(line);
        Ok(())
    }

    /// Trains and writes down, unless everyone stops.
    fn train(&self, task: Task) -> Result<(), RunError> {
        if self.stopped() {
            return Ok(());
        }
        let Task { id, material, drawn } = task;
        let lesson = Lesson {
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
        let Some(outcome) = train(&lesson, self.watch.abort) else { return Ok(()) };
        let record = Record { id, trained_on: material.train.len(), outcome };
        self.write(Line::Run(record.clone()))?;
        (self.watch.finished)(&record);
        Ok(())
    }

    /// Hands out all runs that are not done.
    fn prepare(&self, patchveil: &Patchveil, sender: SyncSender<Task>) -> Result<(), RunError> {
        let done =
            Done { lines: self.book.lock().unwrap_or_else(PoisonError::into_inner).lines.clone() };
        let finished = done.runs();
        let left: Vec<RunId> =
            self.plan.runs().into_iter().filter(|run| !finished.contains(run)).collect();
        for seed in 0..self.plan.seeds {
            for cut in &self.plan.cuts {
                for veil in &self.plan.veils {
                    let here = |run: &&RunId| {
                        run.seed == seed && run.cut == *cut && run.veil == veil.name()
                    };
                    let runs: Vec<&RunId> = left.iter().filter(here).collect();
                    if !runs.is_empty() && !self.stopped() {
                        let group = Group { seed, cut, veil, runs };
                        self.prepare_group(patchveil, &group, &done, &sender)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn prepare_group(
        &self,
        patchveil: &Patchveil,
        group: &Group,
        done: &Done,
        sender: &SyncSender<Task>,
    ) -> Result<(), RunError> {
        let Group { seed, veil, .. } = *group;
        let Some(cut) = Cut::ALL.iter().find(|cut| cut.name() == group.cut) else { return Ok(()) };
        (self.watch.preparing)(&format!("{}, {cut}, seed {seed}", veil.name()));
        let clips = &self.data.train;
        let published = cut.publish(clips, seed);
        let veiled = patchveil.protect(&published, veil, seed)?;
        if *veil != Veil::None && *cut == Cut::Whole && !done.has_quality(veil.name(), seed) {
            self.compare(veil, seed, &published, &veiled)?;
        }
        let train = cut.cut(veiled, clips, seed);
        let clean = cut.cut(published, clips, seed);
        self.check(group, &train)?;
        for name in &self.plan.attacks {
            let Some(attack) = Attack::by_name(name) else { continue };
            let runs: Vec<&&RunId> =
                group.runs.iter().filter(|run| run.attack == attack.name()).collect();
            if runs.is_empty() || self.stopped() {
                continue;
            }
            (self.watch.preparing)(&format!("{}, {cut}, {attack}, seed {seed}", veil.name()));
            let (train, clean) = (train.clone(), clean.clone());
            let test = self.data.test.clone();
            let mut material = Material { train, test, clean, frame: veil.frame_seconds()? };
            if !attack.is_random() {
                attack.apply(&mut material, seed)?;
            }
            let material = Arc::new(material);
            for run in runs {
                let material = Arc::clone(&material);
                let task = Task { id: (*run).clone(), material, drawn: attack };
                // Refused only where nobody trains any more.
                if self.stopped() || sender.send(task).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A trainer needs clips of every class.
    fn check(&self, group: &Group, train: &[Clip]) -> Result<(), RunError> {
        for (label, class) in self.data.classes.iter().enumerate() {
            if !train.iter().any(|clip| clip.label == label) {
                return Err(RunError::Nothing {
                    veil: group.veil.name().to_owned(),
                    cut: group.cut.to_owned(),
                    left: format!("no clip of class {class:?} is left"),
                });
            }
        }
        Ok(())
    }

    /// Measures and writes down what the veil costs.
    fn compare(
        &self,
        veil: &Veil,
        seed: u64,
        before: &[Clip],
        after: &[Clip],
    ) -> Result<(), RunError> {
        let every = before.len().div_ceil(COMPARED).max(1);
        let pairs: Vec<(&Clip, &Clip)> = before.iter().zip(after).step_by(every).collect();
        let (figures, note) = measure_all(&pairs, &self.watch.python)?;
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

/// What shares a veil, its keys and a way of cutting.
struct Group<'a> {
    seed: u64,
    cut: &'a str,
    veil: &'a Veil,
    runs: Vec<&'a RunId>,
}
