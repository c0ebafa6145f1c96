//! Doing a plan: protecting, cutting, attacking, training, and writing down each run as it ends.

mod log;
mod record;
mod work;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::attack::AttackError;
use crate::data::Dataset;
use crate::protect::{ProtectError, Veil};
use crate::quality::QualityError;
pub use log::{Log, LogError};
pub use record::{Basis, FORMAT, Figure, Line, Plan, Quality, Record, RunId};
pub use work::{Watch, work};

/// File of results in the folder of a report.
pub const RESULTS: &str = "results.jsonl";

impl Plan {
    /// All training runs of the plan, in the order in which they are done.
    #[must_use]
    pub fn runs(&self) -> Vec<RunId> {
        let mut runs = Vec::new();
        for seed in 0..self.seeds {
            for cut in &self.cuts {
                for veil in &self.veils {
                    for attack in &self.attacks {
                        runs.extend(self.learners.iter().map(|&learner| RunId {
                            veil: veil.name().to_owned(),
                            cut: cut.clone(),
                            attack: attack.clone(),
                            learner,
                            seed,
                        }));
                    }
                }
            }
        }
        runs
    }
}

/// What is on the disk of a plan.
#[derive(Debug, Default)]
pub struct Done {
    /// All lines.
    pub lines: Vec<Line>,
}

impl Done {
    /// Runs that need not be done again.
    #[must_use]
    pub fn runs(&self) -> BTreeSet<RunId> {
        let id = |line: &Line| match line {
            Line::Run(record) => Some(record.id.clone()),
            _ => None,
        };
        self.lines.iter().filter_map(id).collect()
    }

    /// Whether the quality of a veil with the keys of a seed is known.
    #[must_use]
    pub fn has_quality(&self, veil: &str, seed: u64) -> bool {
        self.lines.iter().any(
            |line| matches!(line, Line::Quality(known) if known.veil == veil && known.seed == seed),
        )
    }

    /// Whether results may be added to these.
    fn fits(&self, folder: &Path, plan: &Plan) -> Result<(), RunError> {
        for line in &self.lines {
            let Line::Plan(old) = line else { continue };
            let differs =
                |what: &str| RunError::Differs { folder: folder.to_owned(), what: what.to_owned() };
            if old.basis != plan.basis {
                return Err(differs(difference(&old.basis, &plan.basis)));
            }
            for veil in &plan.veils {
                if old.veils.iter().any(|old| old.name() == veil.name() && old != veil) {
                    return Err(differs(&format!("the recipe {}", veil.name())));
                }
            }
        }
        Ok(())
    }
}

/// What is not the same, for people.
fn difference(old: &Basis, new: &Basis) -> &'static str {
    if old.format != new.format || old.lab != new.lab {
        "the version of lab"
    } else if old.patchveil != new.patchveil {
        "the patchveil command"
    } else if old.quick != new.quick {
        "--quick"
    } else if old.label != new.label {
        "--label"
    } else if old.settings != new.settings {
        "the training of the learners"
    } else {
        "the data"
    }
}

/// Opens the folder of a report for a plan. With `resume` it goes on with what is there; without, the
/// folder must hold no results.
///
/// # Errors
/// [`RunError`] if the folder cannot be used or holds results of something else.
pub fn open(folder: &Path, plan: &Plan, resume: bool) -> Result<(Log, Done), RunError> {
    fs::create_dir_all(folder).map_err(|why| LogError::File { path: folder.to_owned(), why })?;
    let (mut log, lines) = Log::open(&folder.join(RESULTS))?;
    let mut done = Done { lines };
    if !resume && !done.lines.is_empty() {
        return Err(RunError::Taken(folder.to_owned()));
    }
    done.fits(folder, plan)?;
    let line = Line::Plan(plan.clone());
    log.add(&line)?;
    done.lines.push(line);
    Ok((log, done))
}

/// Hash of all clips and labels: what makes two sets of data the same.
#[must_use]
pub fn fingerprint(data: &Dataset) -> String {
    let mut hasher = blake3::Hasher::new();
    for clips in [&data.train, &data.test] {
        hasher.update(&(clips.len() as u64).to_le_bytes());
        for clip in clips {
            hasher.update(&(clip.label as u64).to_le_bytes());
            hasher.update(&(clip.samples.len() as u64).to_le_bytes());
            clip.samples.iter().for_each(|sample| {
                hasher.update(&sample.to_le_bytes());
            });
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Veils by their names, twice the same name being an error.
///
/// # Errors
/// [`RunError::Twice`].
pub fn unique(veils: Vec<Veil>) -> Result<Vec<Veil>, RunError> {
    let mut seen: Vec<Veil> = Vec::new();
    for veil in veils {
        match seen.iter().find(|known| known.name() == veil.name()) {
            Some(known) if *known == veil => {}
            Some(_) => return Err(RunError::Twice(veil.name().to_owned())),
            None => seen.push(veil),
        }
    }
    Ok(seen)
}

/// Why a plan was not done.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The file of results.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There are results, and nobody said to go on.
    #[error("{}: holds results already; go on with --resume, or choose another -o", .0.display())]
    Taken(PathBuf),
    /// The results there are of something else.
    #[error("{}: holds results that cannot be compared: {what} is not the same; choose another -o", folder.display())]
    Differs {
        /// The folder.
        folder: PathBuf,
        /// What differs.
        what: String,
    },
    /// Two recipes of one name.
    #[error("two different recipes are called {0:?}; rename a file")]
    Twice(String),
    /// Protecting failed.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// An attack failed.
    #[error(transparent)]
    Attack(#[from] AttackError),
    /// Comparing failed.
    #[error(transparent)]
    Quality(#[from] QualityError),
    /// A cut left nothing.
    #[error("{veil}, cut {cut}: {left}; this data cannot be cut in this way")]
    Nothing {
        /// Name of the veil.
        veil: String,
        /// Name of the cut.
        cut: String,
        /// What is left.
        left: String,
    },
}
