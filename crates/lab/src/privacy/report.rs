//! The tables, in Markdown, which terminals show as well.

use std::fmt;
use std::fs;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};

use super::audit::Audit;
use super::execute::records;
use super::probe::Probed;
use super::rank::Rank;
use super::record::{
    Curve, Erased, Method, PrivacyLine, PrivacyOutcome, PrivacyRecord, Task, What,
};
use crate::learn::Learner;
use crate::run::LogError;

/// File name of the tables.
pub const TABLES: &str = "tables.md";

/// Standard normal quantile of 0.99: beyond it a one-sided p-value is below 0.01.
const ONE_PER_CENT: f64 = 2.326;

/// Writes the tables into `folder`.
///
/// # Errors
/// [`LogError::File`] if they cannot be written.
pub fn write_tables(folder: &Path, lines: &[PrivacyLine]) -> Result<(), LogError> {
    let path = folder.join(TABLES);
    fs::write(&path, tables(lines)).map_err(|why| LogError::File { path, why })
}

/// All tables that have a row.
#[must_use]
pub fn tables(lines: &[PrivacyLine]) -> String {
    let quick =
        lines.iter().any(|line| matches!(line, PrivacyLine::Plan(plan) if plan.basis.quick));
    let warning = if quick {
        "A first look (--quick): part of the clips, few models, little training. No conclusions.\n\n"
    } else {
        ""
    };
    let tables = [probe_table(lines), curve_table(lines), erasure_table(lines)];
    warning.to_owned() + &tables.into_iter().flatten().collect::<Vec<_>>().join("\n\n") + "\n"
}

/// A table under a title; none if there is no row.
pub(crate) fn table(title: &str, heads: &[&str], rows: Vec<Vec<String>>) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(heads.to_vec());
    table.add_rows(rows);
    for column in 1..heads.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Some(format!("{title}\n\n{table}"))
}

/// The different values of `of`, in order of appearance.
fn distinct<T: PartialEq>(
    lines: &[PrivacyLine],
    of: impl Fn(&PrivacyRecord) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for value in records(lines).filter_map(of) {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

fn percent(share: f64) -> String {
    format!("{:.0}", 100.0 * share)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = values.collect();
    all.iter().sum::<f64>() / all.len().max(1) as f64
}

/// Share of ranks that are 1, in %, and the median rank.
fn ranks<'a>(ranks: impl Iterator<Item = &'a Rank>) -> [String; 2] {
    let mut all: Vec<usize> = ranks.map(|rank| rank.rank).collect();
    all.sort_unstable();
    let first = all.iter().filter(|&&rank| rank == 1).count();
    let median = all.get(all.len() / 2).map_or_else(String::new, ToString::to_string);
    [percent(first as f64 / all.len().max(1) as f64), median]
}

fn probe_table(lines: &[PrivacyLine]) -> Option<String> {
    let keys: Vec<(String, Learner, bool)> = distinct(lines, |record| match record.task.what {
        What::Probe { learner, half_clean } => {
            Some((record.task.veil.clone(), learner, half_clean))
        }
        _ => None,
    });
    let row = |(veil, learner, half_clean): &(String, Learner, bool)| {
        let what = What::Probe { learner: *learner, half_clean: *half_clean };
        let found: Vec<(f64, &[Probed])> = records(lines)
            .filter(|record| record.task.veil == *veil && record.task.what == what)
            .filter_map(|record| match &record.outcome {
                PrivacyOutcome::Probe { accuracy, classes } => {
                    Some((*accuracy, classes.as_slice()))
                }
                _ => None,
            })
            .collect();
        let probed = || found.iter().flat_map(|(_, classes)| *classes);
        let [first, median] = ranks(probed().map(|one| &one.labels));
        let [first_scores, median_scores] = ranks(probed().map(|one| &one.scores));
        let given = mean(probed().map(|one| one.labels.own));
        let by_decoys = mean(probed().map(|one| one.labels.mean));
        vec![
            veil.clone(),
            learner.to_string(),
            if *half_clean { "half" } else { "all" }.to_owned(),
            found.len().to_string(),
            percent(mean(found.iter().map(|(accuracy, _)| *accuracy))),
            format!("{:.1}", 100.0 * given),
            format!("{:.1}", 100.0 * by_decoys),
            first,
            median,
            first_scores,
            median_scores,
        ]
    };
    table(
        "Classifiers asked about neutral clips",
        &[
            "preset",
            "model",
            "protected",
            "seeds",
            "clean accuracy, %",
            "label given under own key, %",
            "under decoys, %",
            "labels: rank 1, % of classes",
            "labels: median rank",
            "scores: rank 1, % of classes",
            "scores: median rank",
        ],
        keys.iter().map(row).collect(),
    )
}

fn curve_table(lines: &[PrivacyLine]) -> Option<String> {
    let keys: Vec<(String, Option<f64>)> = distinct(lines, |record| match record.task.what {
        What::Curve { epsilon } => Some((record.task.veil.clone(), epsilon)),
        _ => None,
    });
    let row = |(veil, epsilon): &(String, Option<f64>)| {
        let found: Vec<&Curve> = records(lines)
            .filter(|record| {
                record.task.veil == *veil && record.task.what == What::Curve { epsilon: *epsilon }
            })
            .filter_map(|record| match &record.outcome {
                PrivacyOutcome::Curve(curve) => Some(curve),
                _ => None,
            })
            .collect();
        let of = |of: fn(&Curve) -> f64| mean(found.iter().copied().map(of));
        let bound = |audit: Option<Audit>| {
            audit.map_or_else(|| "–".to_owned(), |audit| format!("{:.2}", audit.epsilon))
        };
        let bounds = |of: fn(&Curve) -> Option<Audit>| {
            found.iter().map(|curve| bound(of(curve))).collect::<Vec<_>>().join(", ")
        };
        let probed = || found.iter().flat_map(|curve| &curve.probed);
        let [first, median] = ranks(probed().map(|one| &one.labels));
        let [first_scores, median_scores] = ranks(probed().map(|one| &one.scores));
        vec![
            veil.clone(),
            epsilon.map_or_else(|| "none".to_owned(), |epsilon| epsilon.to_string()),
            found.len().to_string(),
            percent(of(|curve| curve.trained)),
            percent(of(|curve| curve.clean)),
            percent(of(|curve| curve.protected)),
            format!("{:.3}", of(|curve| curve.threshold.area)),
            format!("{:.1}", 100.0 * of(|curve| curve.threshold.found)),
            format!("{:.3}", of(|curve| curve.ratio.area)),
            format!("{:.1}", 100.0 * of(|curve| curve.ratio.found)),
            bounds(|curve| Some(curve.audit)),
            bounds(|curve| curve.audit_of_noise),
            first,
            median,
            first_scores,
            median_scores,
        ]
    };
    table(
        "Privacy against utility",
        &[
            "preset",
            "ε",
            "seeds",
            "accuracy: training clips, %",
            "clean test clips, %",
            "protected test clips, %",
            "threshold: AUC",
            "TPR at 1 % FPR, %",
            "LiRA: AUC",
            "TPR at 1 % FPR, % ",
            "audit by answers: ε at least, each seed",
            "audit of the noise",
            "labels: rank 1, % of classes",
            "labels: median rank",
            "scores: rank 1, % of classes",
            "scores: median rank",
        ],
        keys.iter().map(row).collect(),
    )
}

fn erasure_table(lines: &[PrivacyLine]) -> Option<String> {
    let mut keys: Vec<(String, Method)> = Vec::new();
    let all: Vec<(&str, &(Method, Vec<Erased>))> = records(lines)
        .filter_map(|record| match &record.outcome {
            PrivacyOutcome::Erasure { methods, .. } => Some((record.task.veil.as_str(), methods)),
            _ => None,
        })
        .flat_map(|(veil, methods)| methods.iter().map(move |method| (veil, method)))
        .collect();
    for (veil, (method, _)) in &all {
        if !keys.iter().any(|key| key.0 == *veil && key.1 == *method) {
            keys.push(((*veil).to_owned(), *method));
        }
    }
    let row = |(veil, method): &(String, Method)| {
        let chosen = || all.iter().filter(|(of, (by, _))| of == veil && by == method);
        let models = || chosen().flat_map(|(_, (_, models))| models);
        let of = |of: fn(&Erased) -> f64| mean(models().map(of));
        let [first, median] = ranks(models().map(|one| &one.voice.labels));
        let [first_scores, median_scores] = ranks(models().map(|one| &one.voice.scores));
        let [first_all, median_all] = ranks(models().map(|one| &one.all.scores));
        vec![
            veil.clone(),
            method.to_string(),
            chosen().count().to_string(),
            percent(of(|one| one.accuracy)),
            format!("{:.3}", of(|one| one.threshold.area)),
            format!("{:.3}", of(|one| one.ratio.area)),
            format!("{:.1}", 100.0 * of(|one| one.ratio.found)),
            percent(of(|one| shown(one.ratio.area, one.clips))),
            first,
            median,
            first_scores,
            median_scores,
            first_all,
            median_all,
        ]
    };
    table(
        "One speaker's clips removed",
        &[
            "preset",
            "removed by",
            "owners",
            "clean accuracy, %",
            "threshold: AUC",
            "LiRA: AUC",
            "TPR at 1 % FPR, %",
            "members shown at p ≤ 0.01, % of models",
            "own voice, labels: rank 1, %",
            "median",
            "own voice, scores: rank 1, %",
            "median ",
            "all voices, scores: rank 1, %",
            "median  ",
        ],
        keys.iter().map(row).collect(),
    )
}

/// 1 if an area under the curve over this many members and others cannot well be chance: the normal
/// approximation of the Mann-Whitney test.
fn shown(area: f64, (members, others): (usize, usize)) -> f64 {
    let (members, others) = (members as f64, others as f64);
    let deviation = ((members + others + 1.0) / (12.0 * members * others)).sqrt();
    f64::from(u8::from(area - 0.5 > ONE_PER_CENT * deviation))
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::FineTuning => "fine-tuning",
            Self::Ascent => "gradient ascent",
            Self::Retraining => "retraining",
        })
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.veil)?;
        match self.what {
            What::Probe { learner, half_clean: false } => write!(f, "probe of {learner}")?,
            What::Probe { learner, half_clean: true } => {
                write!(f, "probe of {learner}, half clean")?;
            }
            What::Curve { epsilon: None } => f.write_str("no differential privacy")?,
            What::Curve { epsilon: Some(epsilon) } => write!(f, "ε = {epsilon}")?,
            What::Erasure => f.write_str("erasure")?,
        }
        write!(f, ", seed {}", self.seed)
    }
}
