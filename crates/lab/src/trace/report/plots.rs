//! Plots as inline SVG.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Results;
use super::rows::Row;
use crate::generate::{Kind, Source};
use crate::report::plots::{Axes, colour};
use crate::trace::condition::Condition;

/// σ against seconds of output, with the condition `condition` on one corpus: a line for each generator and
/// what it generates from. None if there are fewer than two lengths.
pub(super) fn sigmas(rows: &[Row], corpus: &str, condition: &Condition) -> Option<Markup> {
    let mut lines: BTreeMap<(Kind, Source), Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.corpus == corpus && row.condition == *condition) {
        lines.entry((row.generator, row.source)).or_default().push(row);
    }
    lines.retain(|_, rows| rows.len() > 1);
    let of_all = || lines.values().flatten();
    let shortest = of_all().map(|row| row.asked_s).min()?;
    let longest = of_all().map(|row| row.asked_s).max()?;
    let highest = of_all().flat_map(|row| row.sigmas.iter().copied()).fold(5.0, f64::max);
    let log = |seconds: u32| f64::from(seconds.max(1)).log10();
    let axes = Axes {
        size: (470.0, 330.0),
        x: (log(shortest) - 0.05, log(longest) + 0.05),
        y: (-2.0, (highest + 1.0).ceil()),
    };
    let step = if highest > 20.0 { 5.0 } else { 2.0 };
    let ticks: Vec<f64> =
        (0..40).map(|n| -2.0 + step * f64::from(n)).take_while(|&y| y <= axes.y.1).collect();
    let content = html! {
        @for (index, ((generator, source), rows)) in lines.iter().enumerate() {
            @let ink = colour(index + 1);
            @let point = |row: &&Row| (axes.x(log(row.asked_s)), axes.y(row.mean_sigmas()));
            @let points: Vec<String> = rows.iter().map(point).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            polyline.curve stroke=(ink) points=(points.join(" ")) {}
            @for row in rows { @for &sigmas in &row.sigmas {
                circle cx=(axes.x(log(row.asked_s))) cy=(axes.y(sigmas)) r="2.5" fill=(ink) {
                    title { (format!("{generator}, {source}: {sigmas:.1} σ in {} s", row.asked_s)) }
                }
            } }
            text.dot x=(axes.x(axes.x.0) + 8.0) y=(axes.y(axes.y.1) + 16.0 + 15.0 * index as f64) fill=(ink) {
                (generator) @if *source == Source::Tokens { " (tokens)" }
            }
        }
        @for row in lines.values().next().into_iter().flatten() {
            text.tick x=(axes.x(log(row.asked_s))) y=(axes.y(axes.y.0) + 15.0) text-anchor="middle" {
                (row.asked_s)
            }
        }
    };
    Some(axes.draw(("seconds of output", "σ"), (&[], &ticks), &content))
}

/// The p-values of keys that had nothing to do with the runs against their ranks: on the diagonal they are
/// uniform, above it the bound is cautious.
pub(super) fn null(results: &Results) -> Option<Markup> {
    let (bounds, ranks) = results.null();
    if bounds.is_empty() {
        return None;
    }
    let axes = Axes { size: (470.0, 400.0), x: (0.0, 1.0), y: (0.0, 1.0) };
    let ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
    let points = |values: &[f64]| {
        let count = values.len() as f64;
        let point = |(n, p): (usize, &f64)| {
            format!("{:.1},{:.1}", axes.x((n as f64 + 0.5) / count), axes.y(*p))
        };
        values.iter().enumerate().map(point).collect::<Vec<String>>().join(" ")
    };
    let content = html! {
        line.chance x1=(axes.x(0.0)) y1=(axes.y(0.0)) x2=(axes.x(1.0)) y2=(axes.y(1.0)) {}
        @for (index, (values, name)) in [(&bounds, "p (bound)"), (&ranks, "rank among decoys")].iter().enumerate() {
            polyline.curve stroke=(colour(index + 1)) points=(points(values)) {}
            text.dot x=(axes.x(0.03)) y=(axes.y(0.95) + 15.0 * index as f64) fill=(colour(index + 1)) { (name) }
        }
    };
    Some(axes.draw(("share of the keys", "p at most"), (&ticks, &ticks), &content))
}
