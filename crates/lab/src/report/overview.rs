//! The overview for the terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::tables::Results;
use crate::learn::JUDGE;
use crate::run::Line;

/// A table of clean accuracies in % on whole clips without attack, one row per veil, and the
/// learners that are not judges. Empty if no run is finished.
#[must_use]
pub fn overview(lines: &[Line]) -> String {
    let Some(results) = Results::new(lines) else { return String::new() };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut heads = vec!["clean accuracy, %", "PESQ", "STOI", "panel", "worst"];
    heads.extend(results.learners.iter().map(|learner| learner.name()));
    let columns = heads.len();
    table.set_header(heads);
    let percent = |value: f64| format!("{:.1}", 100.0 * value);
    let dash = || "–".to_owned();
    for &veil in &results.veils {
        let panel = results.panel(veil, "whole", "none");
        let mut row = vec![
            veil.to_owned(),
            results.quality(veil, "pesq").map_or_else(dash, |value| format!("{value:.2}")),
            results.quality(veil, "stoi").map_or_else(dash, |value| format!("{value:.3}")),
            panel.map_or_else(dash, |panel| percent(panel.mean)),
            panel.map_or_else(dash, |panel| percent(panel.worst)),
        ];
        row.extend(results.learners.iter().map(|&learner| {
            let cell = results.cell(veil, "whole", "none", learner);
            cell.map_or_else(dash, |cell| percent(cell.mean()))
        }));
        table.add_row(row);
    }
    for column in 1..columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = table.to_string();
    for &learner in &results.learners {
        if let Some((mean, false)) = results.judge(learner) {
            text += &format!(
                "\nnot a judge: {learner} reaches {} % on untouched clips, {} % are required",
                percent(mean),
                percent(JUDGE)
            );
        }
    }
    text
}
