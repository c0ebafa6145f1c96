//! Quality figures, and everything needed to repeat the runs.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::cells::veil_name;
use crate::learn::Learner;
use crate::protect::Veil;
use crate::report::tables::Results;

/// All quality figures of all veils.
pub(super) fn quality(results: &Results) -> Markup {
    let names = results.figure_names();
    let figures = |veil: &str| -> BTreeMap<&str, (f64, f64)> {
        let mut all: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
        for figure in results.figures(veil) {
            all.entry(&figure.name).or_default().push((figure.mean, figure.worst));
        }
        let mean = |values: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
            values.iter().map(of).sum::<f64>() / values.len() as f64
        };
        all.into_iter().map(|(k, v)| (k, (mean(&v, |v| v.0), mean(&v, |v| v.1)))).collect()
    };
    html! {
        @if !names.is_empty() {
            h2 { "Quality" }
            p { "Untouched against protected, mean over clips and seeds; small print: the worst clip." }
            div.scroll { table {
                thead { tr {
                    th { "veil" }
                    @for (_, about) in &names { th { (about) } }
                } }
                tbody { @for &veil in &results.veils {
                    @let figures = figures(veil);
                    @if !figures.is_empty() { tr {
                        td { (veil_name(results, veil)) }
                        @for (name, _) in &names {
                            @match figures.get(name) {
                                Some((mean, worst)) => td {
                                    (format!("{mean:.2}")) span.sd { (format!("{worst:.2}")) }
                                },
                                None => td.dim { "–" },
                            }
                        }
                    } }
                } }
            } }
        }
    }
}

/// Command, data, seeds, recipes and models.
pub(super) fn runs(results: &Results) -> Markup {
    let (plan, basis) = (results.plan, &results.plan.basis);
    let cpu: f64 = results.records.iter().map(|record| record.outcome.cpu_seconds).sum();
    html! {
        h2 { "Runs" }
        pre { (plan.command) }
        dl {
            dt { "runs" } dd {
                (results.records.len()) " finished, " (plan.runs().len()) " in the last plan, "
                (plan.seeds) " seeds (0 to " (plan.seeds.saturating_sub(1)) "), "
                (format!("{:.1} h", cpu / 3_600.0)) " of CPU time"
            }
            dt { "data" } dd { (basis.data) "; models see the first " (basis.seconds) " s of a clip" }
            dt { "classes" } dd { (basis.classes.join(", ")) }
            dt { "protected by" } dd { (basis.patchveil) }
            dt { "lab" } dd { (basis.lab) }
            dt { "seeds" } dd { "A seed determines keys, cuts, attacks, initial weights, the order of clips \
                and dropout. The same seed gives the same figures on the same machine; another processor may \
                round differently." }
        }
        @for veil in &plan.veils {
            @if let Veil::Recipe { name, json } = veil {
                h3 { "Recipe " (name) } pre { (json) }
            }
        }
        (models(results))
    }
}

fn models(results: &Results) -> Markup {
    html! {
        h3 { "The models" }
        div.scroll { table.small {
            thead { tr {
                th { "model" } th.left { "what it is" } th { "weights" } th { "epochs" } th { "batch" }
                th { "learning rate" } th { "CPU s per run" }
            } }
            tbody { @for &learner in &results.learners { (model(results, learner)) } }
        } }
    }
}

fn model(results: &Results, learner: Learner) -> Markup {
    let runs = results.records.iter().filter(|record| record.id.learner == learner);
    let (mut count, mut seconds, mut weights) = (0u32, 0.0, 0);
    for run in runs {
        count += 1;
        seconds += run.outcome.cpu_seconds;
        weights = run.outcome.weights;
    }
    let settings = results.plan.basis.settings_of(learner);
    html! {
        tr {
            td { (learner) } td.left { (learner.about()) } td { (weights) } td { (settings.epochs) }
            td { (settings.batch) } td { (settings.rate) }
            td { (format!("{:.1}", seconds / f64::from(count.max(1)))) }
        }
    }
}
