//! One run after the other: mark, train, generate, trace.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::corpus::Corpus;
use super::error::TraceError;
use super::material::{Material, seconds};
use super::owner::{AudioFiles, Found, Owner};
use super::record::{Line, Plan, Record, RunId, Trace};
use super::store::finished;
use crate::generate::{Audio, Direction, Generator, Job, Source, Training, train};
use crate::protect::{Patchveil, ProtectError};
use crate::run::{Log, work_off};

/// How a plan is run, reported and stopped.
pub struct Control<'a> {
    /// Set to stop: generators in training are finished, no others are started.
    pub stop: &'a AtomicBool,
    /// Set to stop at once: generators in training are lost.
    pub abort: &'a AtomicBool,
    /// Called with each finished run.
    pub finished: &'a (dyn Fn(&Record) + Sync),
    /// Called with a description of what is being done.
    pub doing: &'a (dyn Fn(&str) + Sync),
    /// Called with the outputs of each run and what they were made from.
    pub made: &'a (dyn Fn(&RunId, Source, &[Audio]) + Sync),
    /// Generators that are trained in parallel.
    pub threads: usize,
}

/// Does all runs of the plan that are not finished, and returns all lines. Each result is on the disk
/// before it is reported.
///
/// # Errors
/// [`TraceError`] of the first failure; finished runs stay on the disk.
pub fn execute(
    plan: &Plan,
    corpora: &[Corpus],
    patchveil: &Patchveil,
    log: Log,
    lines: Vec<Line>,
    control: &Control,
) -> Result<Vec<Line>, TraceError> {
    let done = finished(&lines);
    let left: Vec<RunId> = plan.runs().into_iter().filter(|run| !done.contains(run)).collect();
    let results = Mutex::new((log, lines));
    let count = AtomicUsize::new(0);
    let next = || {
        let run = left.get(count.fetch_add(1, Ordering::Relaxed))?;
        (!control.stop.load(Ordering::Relaxed)).then_some(run)
    };
    let work = |run: &RunId| {
        let Some(corpus) = corpora.iter().find(|corpus| corpus.name == run.corpus) else {
            return Ok(());
        };
        let record = Run { plan, run, corpus, patchveil, control }.record()?;
        record_one(&results, record, control)
    };
    work_off(control.threads, control.stop, next, work, || Ok(()))?;
    Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner).1)
}

/// Writes a finished run to the disk, then reports it.
fn record_one(
    results: &Mutex<(Log, Vec<Line>)>,
    record: Option<Record>,
    control: &Control,
) -> Result<(), TraceError> {
    let Some(record) = record else { return Ok(()) };
    let line = Line::Trace(Box::new(record.clone()));
    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
    results.0.add(&line)?;
    results.1.push(line);
    drop(results);
    (control.finished)(&record);
    Ok(())
}

/// A run that is being done.
struct Run<'a> {
    plan: &'a Plan,
    run: &'a RunId,
    corpus: &'a Corpus,
    patchveil: &'a Patchveil,
    control: &'a Control<'a>,
}

impl Run<'_> {
    fn doing(&self, what: &str) {
        let RunId { generator, corpus, condition, seed } = self.run;
        (self.control.doing)(&format!("{generator}, {corpus}, {condition}, seed {seed}: {what}"));
    }

    /// The result, or none if stopped.
    fn record(&self) -> Result<Option<Record>, TraceError> {
        self.doing("marking");
        let effort = self.plan.basis.effort;
        let material = Material::prepare(self.corpus, self.run, effort, self.patchveil)?;
        self.doing("training");
        let Some((training, cpu_seconds)) = self.train(&material) else { return Ok(None) };
        let generator = training.generator.as_ref();
        let originals = self.plan.basis.originals.then(|| originals(self.corpus)).transpose()?;
        let originals = originals.as_ref();
        let (mut traces, mut null) = (Vec::new(), Vec::new());
        for &source in generator.sources() {
            self.doing("generating");
            let wanted_s = f64::from(self.plan.seconds.last().copied().unwrap_or(60));
            let inputs = &self.corpus.held_out;
            let outputs = outputs(inputs, generator, source, wanted_s, self.run.seed * 1_000);
            (self.control.made)(self.run, source, &outputs);
            self.doing("tracing");
            let suspects = AudioFiles::write(&outputs)?;
            for (number, owner) in (0..).zip(&material.owners) {
                for &asked_s in &self.plan.seconds {
                    let found = owner.trace(&suspects, f64::from(asked_s), originals)?;
                    traces.push(Trace { source, owner: number, asked_s, found });
                }
            }
            if source == Source::Input {
                null = self.null(&suspects, originals)?;
            }
        }
        Ok(Some(Record {
            id: self.run.clone(),
            trained_s: material.trained_s,
            marked_s: material.marked_s,
            loss: training.loss,
            weights: generator.weights(),
            cpu_seconds,
            traces,
            null,
        }))
    }

    /// Trains in all phases; none if stopped.
    fn train(&self, material: &Material) -> Option<(Training, f64)> {
        let mut trained: Option<Training> = None;
        let mut cpu_seconds = 0.0;
        for phase in &material.phases {
            let job = Job {
                recordings: &phase.recordings,
                effort: self.plan.basis.effort * phase.effort,
                seed: self.run.seed,
                direction: Direction::Descent,
            };
            let next = match trained {
                None => train(self.run.generator, &job, self.control.abort)?,
                Some(training) => training.generator.continue_on(&job, self.control.abort)?,
            };
            cpu_seconds += next.cpu_seconds;
            trained = Some(next);
        }
        Some((trained?, cpu_seconds))
    }

    /// What keys find that had nothing to do with the run, in the longest output.
    fn null(
        &self,
        suspects: &AudioFiles,
        originals: Option<&AudioFiles>,
    ) -> Result<Vec<Found>, TraceError> {
        let longest = f64::from(self.plan.seconds.last().copied().unwrap_or(60)).min(NULL_S);
        let RunId { generator, corpus, condition, seed } = self.run;
        let effort = self.plan.basis.effort;
        let purpose = format!("null: {generator}, {effort}, {corpus}, {condition}");
        (0..u64::from(self.plan.null))
            .map(|number| {
                let stranger = Owner::new(self.patchveil, *seed, &purpose, number)?;
                Ok(stranger.trace(suspects, longest, originals)?)
            })
            .collect()
    }
}

/// So many seconds of output, or fewer: what follows an input is made from each of `inputs` once, since the same one
/// again would add seconds and little that is new. What a generator draws itself has only the lengths of `inputs`,
/// which are used again, with other random numbers (`seed`, `seed` + 1 and so on), until it is enough.
pub(crate) fn outputs(
    inputs: &[Audio],
    generator: &dyn Generator,
    source: Source,
    wanted_s: f64,
    seed: u64,
) -> Vec<Audio> {
    let rounds = match source {
        Source::Input => 1,
        Source::Tokens => u64::MAX,
    };
    let mut outputs: Vec<Audio> = Vec::new();
    for round in 0..rounds {
        let left = wanted_s - seconds(&outputs);
        if left <= 0.0 || seconds(inputs) <= 0.0 {
            break;
        }
        let mut sum = 0.0;
        let few = inputs.iter().take_while(|audio| {
            let more = sum < left;
            sum += seconds(std::slice::from_ref(audio));
            more
        });
        let few: Vec<Audio> = few.cloned().collect();
        outputs.extend(generator.generate(source, &few, seed + round));
    }
    outputs
}

/// Two minutes of a corpus' recordings as they were before marking, or all of them: what owners compare with.
pub(crate) fn originals(corpus: &Corpus) -> Result<AudioFiles, ProtectError> {
    let all = &corpus.train;
    let enough = |count: &usize| seconds(&all[..*count]) >= ORIGINALS_S;
    AudioFiles::write(&all[..(1..all.len()).find(enough).unwrap_or(all.len())])
}

/// Seconds of originals that owners compare with.
const ORIGINALS_S: f64 = 120.0;
/// Most seconds that keys which had nothing to do with a run are traced in.
const NULL_S: f64 = 60.0;
