//! Accuracies: overview, trade-off, all cuts and attacks, training curves.

use maud::{Markup, html};

use super::cells::{accuracy_cell, learner_heads, panel_cells, veil_name};
use crate::attack::Attack;
use crate::cut::Cut;
use crate::report::plots;
use crate::report::tables::Results;

/// Whole clips without attack: the best case for every veil.
pub(super) fn overview(results: &Results) -> Markup {
    let figure = |veil: &str, name: &str, decimals: usize| {
        results.quality(veil, name).map_or("–".to_owned(), |value| format!("{value:.decimals$}"))
    };
    html! {
        h2 { "At a glance" }
        p { "Clean accuracy in %, whole clips, no attack: mean over seeds ± standard deviation. The panel \
            is all models but the probe; its worst is the model that the veil affects least." }
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
                                && results.judge(learner).is_some_and(|(_, qualified)| !qualified);
                            (accuracy_cell(results.cell(veil, "whole", "none", learner), fails))
                        }
                    }
                }
            }
        } }
    }
}

/// Accuracy against quality.
pub(super) fn trade_off(results: &Results) -> Markup {
    let plots = [("pesq", "PESQ", 4.64), ("stoi", "STOI", 1.0)]
        .into_iter()
        .filter_map(|(figure, name, top)| plots::frontier(results, figure, name, top));
    html! {
        h2 { "What protection costs" }
        p { "A dot is the panel's mean, the line leads to its worst model. Better quality is further \
            right, better protection further down. Every metric has blind spots: see all figures below." }
        div.row { @for plot in plots { figure.wide { (plot) } } }
        @for note in results.notes() { p.dim.small { (note) } }
    }
}

/// All cuts and attacks, if there is more than the overview shows.
pub(super) fn all_cuts_and_attacks(results: &Results) -> Markup {
    let about_attack = |name: &str| Attack::by_name(name).map_or("", Attack::about);
    html! {
        @if results.cuts.len() > 1 || results.attacks.len() > 1 {
            h2 { "All cuts and attacks" }
            p { "Clean accuracy in %, as above. The second column is what a trainer does to the clips \
                before training." }
            @for cut in &results.cuts {
                h3 { "Cut: " (cut) }
                p.dim.small { (Cut::by_name(cut).map_or("", Cut::about)) }
                (cut_table(results, cut))
            }
            h3 { "The attacks" }
            dl.small { @for attack in &results.attacks {
                dt { (attack) } dd { (about_attack(attack)) }
            } }
        }
    }
}

/// All veils and attacks under one cut.
fn cut_table(results: &Results, cut: &str) -> Markup {
    let has_results = |veil: &str, attack: &str| {
        results.learners.iter().any(|&learner| results.cell(veil, cut, attack, learner).is_some())
    };
    html! {
        div.scroll { table {
            thead { tr {
                th { "veil" } th.left { "attack" } th { "panel" } th { "worst" }
                (learner_heads(results))
            } }
            tbody { @for &veil in &results.veils { @for attack in &results.attacks {
                @if has_results(veil, attack) { tr {
                    td { (veil_name(results, veil)) }
                    td.left title=(Attack::by_name(attack).map_or("", Attack::about)) { (attack) }
                    (panel_cells(results.panel(veil, cut, attack)))
                    @for &learner in &results.learners {
                        (accuracy_cell(results.cell(veil, cut, attack, learner), false))
                    }
                } }
            } } }
        } }
    }
}

/// Accuracy over epochs.
pub(super) fn training_curves(results: &Results) -> Markup {
    html! {
        h2 { "Training" }
        p { "Accuracy on untouched test clips after each epoch; whole clips, no attack, seed 0. The last \
            epoch counts; nothing is selected by these curves." }
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
