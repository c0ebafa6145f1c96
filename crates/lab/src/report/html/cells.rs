//! Parts that several tables share.

use maud::{Markup, html};

use crate::report::plots::colour;
use crate::report::tables::{Cell, Panel, Results};

/// 0 to 1 as percent with one decimal.
pub(super) fn percent(value: f64) -> String {
    format!("{:.1}", 100.0 * value)
}

/// The name of a veil with its colour.
pub(super) fn veil_name(results: &Results, veil: &str) -> Markup {
    let index = results.veils.iter().position(|known| *known == veil).unwrap_or_default();
    html! { span.key style=(format!("background:{}", colour(index))) {} (veil) }
}

/// Mean and standard deviation over seeds; the title lists the single values.
pub(super) fn accuracy_cell(cell: Option<Cell>, bad: bool) -> Markup {
    let Some(cell) = cell else { return html! { td.dim { "–" } } };
    let values: Vec<String> = cell.values.iter().map(|&value| percent(value)).collect();
    html! {
        td.bad[bad] title=(values.join(", ")) {
            (percent(cell.mean()))
            @if let Some(deviation) = cell.deviation() { span.sd { "± " (percent(deviation)) } }
        }
    }
}

/// Mean of the panel and its worst judge.
pub(super) fn panel_cells(panel: Option<Panel>) -> Markup {
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

/// The names of all learners as column heads.
pub(super) fn learner_heads(results: &Results) -> Markup {
    html! {
        @for learner in &results.learners {
            th title=(learner.about()) {
                (learner.name().replace("-normalised", " norm.").replace('-', " "))
            }
        }
    }
}
