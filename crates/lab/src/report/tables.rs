//! Statistics over seeds.

use crate::learn::{JUDGE, Learner};
use crate::run::{Figure, Line, Plan, Quality, Record};

/// All results, for queries.
pub(super) struct Results<'a> {
    /// The last plan.
    pub(super) plan: &'a Plan,
    /// Names of all planned veils, `none` first.
    pub(super) veils: Vec<&'a str>,
    /// Names of all cuts.
    pub(super) cuts: Vec<&'a str>,
    /// Names of all attacks.
    pub(super) attacks: Vec<&'a str>,
    /// All models.
    pub(super) learners: Vec<Learner>,
    /// Finished runs.
    pub(super) records: Vec<&'a Record>,
    qualities: Vec<&'a Quality>,
}

/// Accuracies over seeds, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// One value per seed, in the order of seeds.
    pub(super) values: Vec<f64>,
}

impl Cell {
    pub(super) fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Standard deviation over seeds (n − 1); `None` for a single seed.
    pub(super) fn deviation(&self) -> Option<f64> {
        let mean = self.mean();
        let sum: f64 = self.values.iter().map(|value| (value - mean).powi(2)).sum();
        (self.values.len() > 1).then(|| (sum / (self.values.len() - 1) as f64).sqrt())
    }
}

/// The panel of judges under one veil, cut and attack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Panel {
    /// Mean over the judges of their mean accuracies.
    pub(super) mean: f64,
    /// Mean accuracy of the judge that does best on untouched clips, the worst case for the owner.
    pub(super) worst: f64,
    /// Number of judges that have results.
    pub(super) judges: usize,
}

impl<'a> Results<'a> {
    /// `None` if no run is finished.
    pub(super) fn new(lines: &'a [Line]) -> Option<Self> {
        let plans: Vec<&Plan> = lines
            .iter()
            .filter_map(|line| if let Line::Plan(plan) = line { Some(plan) } else { None })
            .collect();
        let mut records: Vec<&Record> = lines
            .iter()
            .filter_map(|line| if let Line::Run(record) = line { Some(record) } else { None })
            .collect();
        records.sort_by(|a, b| a.id.cmp(&b.id));
        let qualities = lines
            .iter()
            .filter_map(|line| if let Line::Quality(quality) = line { Some(quality) } else { None })
            .collect();
        let plan = *plans.last()?;
        if records.is_empty() {
            return None;
        }
        let names = |of: fn(&'a Plan) -> Vec<&'a str>| {
            let mut names: Vec<&str> = Vec::new();
            for name in plans.iter().flat_map(|&plan| of(plan)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names
        };
        let mut learners: Vec<Learner> =
            plans.iter().flat_map(|plan| plan.learners.iter().copied()).collect();
        learners.sort();
        learners.dedup();
        Some(Self {
            plan,
            veils: names(|plan| plan.veils.iter().map(|veil| veil.name()).collect()),
            cuts: names(|plan| plan.cuts.iter().map(String::as_str).collect()),
            attacks: names(|plan| plan.attacks.iter().map(String::as_str).collect()),
            learners,
            records,
            qualities,
        })
    }

    /// Accuracy of guessing, 0 to 1.
    pub(super) fn chance_level(&self) -> f64 {
        1.0 / self.plan.basis.classes.len().max(1) as f64
    }

    /// The runs of one cell of the table.
    pub(super) fn runs(
        &self,
        veil: &str,
        cut: &str,
        attack: &str,
        learner: Learner,
    ) -> impl Iterator<Item = &'a Record> {
        self.records.iter().copied().filter(move |record| {
            let id = &record.id;
            id.learner == learner && id.veil == veil && id.cut == cut && id.attack == attack
        })
    }

    /// One cell of the table, if a run of it is finished.
    pub(super) fn cell(
        &self,
        veil: &str,
        cut: &str,
        attack: &str,
        learner: Learner,
    ) -> Option<Cell> {
        let values: Vec<f64> =
            self.runs(veil, cut, attack, learner).map(|run| run.outcome.accuracy).collect();
        (!values.is_empty()).then_some(Cell { values })
    }

    /// The panel of the judges that have results.
    pub(super) fn panel(&self, veil: &str, cut: &str, attack: &str) -> Option<Panel> {
        let means: Vec<f64> = self
            .learners
            .iter()
            .filter(|learner| learner.is_judge())
            .filter_map(|&learner| Some(self.cell(veil, cut, attack, learner)?.mean()))
            .collect();
        let worst = means.iter().copied().reduce(f64::max)?;
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        Some(Panel { mean, worst, judges: means.len() })
    }

    /// Mean accuracy of a learner trained on untouched clips, and whether that qualifies it as a
    /// judge. `None` if unknown.
    pub(super) fn judge(&self, learner: Learner) -> Option<(f64, bool)> {
        let mean = self.cell("none", "whole", "none", learner)?.mean();
        Some((mean, !learner.is_judge() || mean >= JUDGE))
    }

    /// A quality figure, averaged over seeds.
    pub(super) fn quality(&self, veil: &str, name: &str) -> Option<f64> {
        let figures: Vec<f64> = self
            .figures(veil)
            .filter(|figure| figure.name == name)
            .map(|figure| figure.mean)
            .collect();
        (!figures.is_empty()).then(|| figures.iter().sum::<f64>() / figures.len() as f64)
    }

    /// All quality figures of a veil.
    pub(super) fn figures(&self, veil: &str) -> impl Iterator<Item = &'a Figure> {
        self.qualities
            .iter()
            .copied()
            .filter(move |quality| quality.veil == veil)
            .flat_map(|quality| &quality.figures)
    }

    /// Names and descriptions of the figures that any veil has.
    pub(super) fn figure_names(&self) -> Vec<(&'a str, &'a str)> {
        let mut names: Vec<(&str, &str)> = Vec::new();
        for figure in self.veils.iter().flat_map(|veil| self.figures(veil)) {
            if !names.iter().any(|(name, _)| *name == figure.name) {
                names.push((&figure.name, &figure.about));
            }
        }
        names
    }

    /// Why figures are missing, without duplicates.
    pub(super) fn notes(&self) -> Vec<&'a str> {
        let mut notes: Vec<&str> =
            self.qualities.iter().filter_map(|quality| quality.note.as_deref()).collect();
        notes.sort_unstable();
        notes.dedup();
        notes
    }
}
