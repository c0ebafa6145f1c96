//! What is printed in the terminal.

use comfy_table::{Table, presets};

use super::rows::{Row, length, median};
use super::{FOUND_P, Results};
use crate::trace::record::{Line, Record};

/// What lengths in parentheses mean.
const SHORT: &str =
    "seconds in parentheses: all there was, as the same input again would add nothing new\n";

/// A table of all conditions, and how keys that had nothing to do with the runs fared.
#[must_use]
pub fn overview(lines: &[Line]) -> String {
    let Some(results) = Results::new(lines) else { return String::new() };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["generator", "from", "corpus", "condition", "seconds", "σ", "p", "found"]);
    for row in results.rows() {
        table.add_row([
            row.generator.to_string(),
            row.source.to_string(),
            row.corpus.clone(),
            row.condition.to_string(),
            row.length(),
            format!("{:.1}", row.mean_sigmas()),
            short(median(&row.p_values)),
            format!("{}/{}", row.found(), row.p_values.len()),
        ]);
    }
    let (bounds, ranks) = results.null();
    let null = match bounds.len() {
        0 => "no other keys were traced".to_owned(),
        count => {
            let at_most = |values: &[f64], p: f64| values.iter().filter(|&&x| x <= p).count();
            format!(
                "{count} other keys: p ≤ 0.01 for {} (rank among decoys: {}), ≤ {FOUND_P} for {} ({})",
                at_most(&bounds, 0.01),
                at_most(&ranks, 0.01),
                at_most(&bounds, FOUND_P),
                at_most(&ranks, FOUND_P),
            )
        }
    };
    let short = if results.rows().iter().any(Row::is_short) { SHORT } else { "" };
    format!(
        "{table}\nσ: mean; p: median; found: p ≤ {FOUND_P}; over seeds and owners\n{short}{null}"
    )
}

/// How p falls with the seconds of output, as a picture of characters: one row for each length.
#[must_use]
pub fn curve(record: &Record) -> String {
    let mut text = String::from(" seconds      σ          p\n");
    for trace in record.traces.iter().filter(|trace| trace.owner == 0) {
        let found = &trace.found;
        let stars = (-found.p_value.max(1e-40).log10() * 2.0).round().max(0.0) as usize;
        text += &format!(
            "{:>8} {:>6.1} {:>10} {}\n",
            length(trace.asked_s, found.seconds),
            found.sigmas,
            short(found.p_value),
            "█".repeat(stars.min(60))
        );
    }
    text + "each block: half a power of ten"
}

/// A p-value in few characters.
pub(super) fn short(p: f64) -> String {
    if p >= 0.0995 {
        format!("{p:.2}")
    } else if p >= 0.000_995 {
        format!("{p:.3}")
    } else {
        format!("{p:.0e}")
    }
}
