//! The page.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::plots;
use super::style::CSS;
use super::tables::{Cell, Panel, Results};
use crate::attack::Attack;
use crate::cut::Cut;
use crate::learn::{JUDGE, Learner};
use crate::protect::Veil;

/// The whole page as text.
pub(super) fn page(results: &Results) -> String {
    let basis = &results.plan.basis;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Patchveil lab: " (basis.label) }
                style { (PreEscaped(CSS)) }
            }
            body {
                h1 { "Does the veil protect?" }
                p.dim {
                    "Task: name the " (basis.label) " (" (basis.classes.len()) " classes, "
                    (basis.train) " clips published, " (basis.test) " untouched clips for the test, "
                    (basis.rate) " Hz)"
                }
                (threat(results))
                (first_look(results))
                (judges(results))
                (overview(results))
                (frontiers(results))
                (tables(results))
                (quality(results))
                (curves(results))
                (what_was_run(results))
            }
        }
    };
    page.into_string()
}

fn percent(value: f64) -> String {
    format!("{:.1}", 100.0 * value)
}

fn threat(results: &Results) -> Markup {
    html! {
        div.box {
            p {
                strong { "Who is up against whom. " }
                "An owner publishes labelled recordings, all of them protected with one secret key a \
                class. Someone trains a model from nothing on these files with the same labels, and \
                then uses it on recordings that were never protected. " em { "Clean accuracy" }
                " is how many of those it names right: the lower, the better for the owner. \
                Guessing gives " (percent(results.chance())) " %."
            }
            p {
                "Not covered: trainers who have other recordings of the same classes (see the attacks \
                that mix in clean data), models that were trained on other data before, models that \
                need no labels, and attackers who know the method and build against it beyond the \
                attacks listed here."
            }
        }
    }
}

fn first_look(results: &Results) -> Markup {
    html! {
        @if results.plan.basis.quick {
            div.box.alarm {
                p.bad { "This is a first look (--quick): part of the clips, few models, little training. \
                    Claim nothing from it." }
            }
        }
    }
}

/// Who of the learners may judge.
fn judges(results: &Results) -> Markup {
    let failed: Vec<(Learner, f64)> = results
        .learners
        .iter()
        .filter_map(|&learner| {
            let (mean, may) = results.judge(learner)?;
            (!may).then_some((learner, mean))
        })
        .collect();
    let known = results.learners.iter().any(|&learner| results.judge(learner).is_some());
    html! {
        @if !failed.is_empty() {
            div.box.alarm {
                p {
                    span.bad { "No judges: " }
                    @for (n, (learner, mean)) in failed.iter().enumerate() {
                        @if n > 0 { ", " }
                        (learner) " (" (percent(*mean)) " %)"
                    }
                    ". Trained on untouched clips a judge has to reach " (percent(JUDGE))
                    " %; what these fail to learn from protected clips proves nothing."
                }
            }
        } @else if !known {
            div.box.alarm {
                p { span.bad { "The judges are not checked: " }
                    "there is no run on untouched, whole clips without attack yet." }
            }
        }
    }
}

/// Names the veil, with its colour.
fn veil_name(results: &Results, veil: &str) -> Markup {
    let place = results.veils.iter().position(|known| *known == veil).unwrap_or_default();
    html! { span.key style=(format!("background:{}", plots::colour(place))) {} (veil) }
}

fn cell(cell: Option<Cell>, bad: bool) -> Markup {
    let Some(cell) = cell else { return html! { td.dim { "–" } } };
    let values: Vec<String> = cell.values.iter().map(|&value| percent(value)).collect();
    html! {
        td.bad[bad] title=(values.join(", ")) {
            (percent(cell.mean()))
            @if let Some(spread) = cell.spread() { span.sd { "± " (percent(spread)) } }
        }
    }
}

fn panel_cells(panel: Option<Panel>) -> Markup {
    html! {
        @match panel {
            Some(panel) => {
                td.sum title=(format!("{} judges", panel.judges)) { (percent(panel.mean)) }
                td.sum { (percent(panel.worst)) }
            }
            None => { td.sum { "–" } td.sum { "–" } }
        }
    }
}

fn learner_heads(results: &Results) -> Markup {
    html! {
        @for learner in &results.learners {
            th title=(learner.about()) {
                (learner.name().replace("-normalised", " norm.").replace('-', " "))
            }
        }
    }
}

/// Whole clips, no attack: the best case for every veil.
fn overview(results: &Results) -> Markup {
    let figure = |veil: &str, name: &str, decimals: usize| {
        results.quality(veil, name).map_or("–".to_owned(), |value| format!("{value:.decimals$}"))
    };
    html! {
        h2 { "At a glance" }
        p { "Clean accuracy in %, whole clips, no attack: mean over seeds ± standard deviation. The panel \
            is all models but the probe; its worst is the model that the veil hinders least." }
        div.scroll { table {
            thead { tr {
                th { "veil" } th { "PESQ" } th { "STOI" } th { "SNR dB" }
                th { "panel" } th { "worst" } (learner_heads(results))
            } }
            tbody {
                @for &veil in &results.veils {
                    tr {
                        td { (veil_name(results, veil)) }
                        td { (figure(veil, "pesq", 2)) } td { (figure(veil, "stoi", 3)) }
                        td { (figure(veil, "snr_db", 1)) }
                        (panel_cells(results.panel(veil, "whole", "none")))
                        @for &learner in &results.learners {
                            @let fails = veil == "none"
                                && results.judge(learner).is_some_and(|(_, may)| !may);
                            (cell(results.cell(veil, "whole", "none", learner), fails))
                        }
                    }
                }
            }
        } }
    }
}

fn frontiers(results: &Results) -> Markup {
    let plots = [("pesq", "PESQ", 4.64), ("stoi", "STOI", 1.0)]
        .into_iter()
        .filter_map(|(figure, name, top)| plots::frontier(results, figure, name, top));
    html! {
        h2 { "What protection costs" }
        p { "A dot is the panel's mean, the line leads to its worst model. Better to listen to is further \
            right, better protected is further down. A metric's blind spot is no quality: see all figures \
            below." }
        div.row { @for plot in plots { figure.wide { (plot) } } }
        @for note in results.notes() { p.dim.small { (note) } }
    }
}

/// All cuts and attacks, where there is more than the overview shows.
fn tables(results: &Results) -> Markup {
    let about_attack = |name: &str| Attack::by_name(name).map_or("", Attack::about);
    let about_cut =
        |name: &str| Cut::ALL.iter().find(|cut| cut.name() == name).map_or("", |cut| cut.about());
    html! {
        @if results.cuts.len() > 1 || results.attacks.len() > 1 {
            h2 { "Every cut and every attack" }
            p { "Clean accuracy in %, as above. What a trainer does to his clips before training is in the \
                second column." }
            @for cut in &results.cuts {
                h3 { "Cut: " (cut) } p.dim.small { (about_cut(cut)) }
                div.scroll { table {
                    thead { tr {
                        th { "veil" } th.left { "attack" } th { "panel" } th { "worst" }
                        (learner_heads(results))
                    } }
                    tbody {
                        @for &veil in &results.veils {
                            @for attack in &results.attacks {
                                @if results.panel(veil, cut, attack).is_some()
                                    || results.cell(veil, cut, attack, Learner::Probe).is_some() {
                                    tr {
                                        td { (veil_name(results, veil)) }
                                        td.left title=(about_attack(attack)) { (attack) }
                                        (panel_cells(results.panel(veil, cut, attack)))
                                        @for &learner in &results.learners {
                                            (cell(results.cell(veil, cut, attack, learner), false))
                                        }
                                    }
                                }
                            }
                        }
                    }
                } }
            }
            h3 { "The attacks" }
            dl.small { @for attack in &results.attacks {
                dt { (attack) } dd { (about_attack(attack)) }
            } }
        }
    }
}

fn quality(results: &Results) -> Markup {
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
            p { "Untouched against protected, mean over clips and seeds; small: the clip that came off \
                worst." }
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

fn curves(results: &Results) -> Markup {
    html! {
        h2 { "How training went" }
        p { "Accuracy on untouched test clips after each epoch; whole clips, no attack, seed 0. Nothing is \
            chosen by these curves: what counts is the last epoch." }
        p.small { @for &veil in &results.veils { (veil_name(results, veil)) "\u{2003}" } }
        div.row {
            @for &learner in &results.learners {
                @if let Some(plot) = plots::curves(results, learner) {
                    figure.third { (plot) figcaption { (learner) ": " (learner.about()) } }
                }
            }
        }
    }
}

fn what_was_run(results: &Results) -> Markup {
    let (plan, basis) = (results.plan, &results.plan.basis);
    let cpu: f64 = results.records.iter().map(|record| record.outcome.cpu_seconds).sum();
    let settings = |learner: Learner| {
        let runs = results.records.iter().filter(|record| record.id.learner == learner);
        let (mut count, mut seconds, mut weights) = (0u32, 0.0, 0);
        for run in runs {
            count += 1;
            seconds += run.outcome.cpu_seconds;
            weights = run.outcome.weights;
        }
        let settings = basis.settings_of(learner);
        html! {
            tr {
                td { (learner) } td.left { (learner.about()) } td { (weights) } td { (settings.epochs) }
                td { (settings.batch) } td { (settings.rate) }
                td { (format!("{:.1}", seconds / f64::from(count.max(1)))) }
            }
        }
    };
    html! {
        h2 { "What was run" }
        pre { (plan.command) }
        dl {
            dt { "runs" } dd {
                (results.records.len()) " finished of " (plan.runs().len()) " planned last, "
                (plan.seeds) " seeds (0 to " (plan.seeds.saturating_sub(1)) "), "
                (format!("{:.1} h", cpu / 3_600.0)) " of CPU time"
            }
            dt { "data" } dd { (basis.data) ", models see the first " (basis.seconds) " s of a clip" }
            dt { "classes" } dd { (basis.classes.join(", ")) }
            dt { "protected by" } dd { (basis.patchveil) }
            dt { "lab" } dd { (basis.lab) }
            dt { "seeds" } dd { "A seed fixes the throw-away keys, the cuts, the attacks, the first weights, \
                the order of the clips and what is dropped. The same seed gives the same figures on the same \
                machine; another processor may round otherwise." }
        }
        @for veil in &plan.veils {
            @if let Veil::Recipe { name, json } = veil {
                h3 { "Recipe " (name) } pre { (json) }
            }
        }
        h3 { "The models" }
        div.scroll { table.small {
            thead { tr {
                th { "model" } th.left { "what it is" } th { "weights" } th { "epochs" } th { "batch" }
                th { "learning rate" } th { "CPU s a run" }
            } }
            tbody { @for &learner in &results.learners { (settings(learner)) } }
        } }
    }
}
