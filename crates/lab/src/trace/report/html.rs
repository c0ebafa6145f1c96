//! The page.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::overview::short;
use super::rows::{Row, median};
use super::{FOUND_P, Results, plots};
use crate::generate::{Kind, Source};
use crate::report::style::CSS;
use crate::trace::condition::Condition;
use crate::trace::owner::DECOYS;

/// The page as HTML.
pub(super) fn page(results: &Results) -> String {
    let rows = results.rows();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Patchveil lab: trace" }
                style { (PreEscaped(CSS)) }
            }
            body {
                h1 { "Does a generator give away what it was trained on?" }
                (method(results))
                (found(results, &rows))
                (curves(&rows))
                (null(results))
                (runs(results))
            }
        }
    };
    page.into_string()
}

fn method(results: &Results) -> Markup {
    html! {
        div.box {
            p {
                "Recordings are marked with " code { "patchveil protect --preset mark" } " and a fresh key, a \
                generator is trained on them, and then makes audio from other recordings that were never \
                marked (or from tokens it draws itself). " code { "patchveil trace" } " looks for the key in \
                that audio alone. What it finds was learned. p is an upper bound of the chance that a key \
                which had nothing to do with the model fits as well; the rank is that among "
                (DECOYS) " random keys."
            }
        }
        @if results.plan.basis.effort < 1.0 {
            div.box.alarm { p.bad {
                "The generators were trained for " (format!("{:.0}", 100.0 * results.plan.basis.effort))
                " % of the usual time: a first look. Do not draw conclusions from it."
            } }
        } @else if results.plan.basis.effort > 1.0 {
            p { "The generators were trained " (results.plan.basis.effort) " times as long as usual." }
        }
    }
}

/// What is common to the cells of a table row.
type Group<'a> = (&'a Condition, &'a str, Kind, Source);

fn group(row: &Row) -> Group<'_> {
    (&row.condition, &row.corpus, row.generator, row.source)
}

fn found(results: &Results, rows: &[Row]) -> Markup {
    let lengths = results.lengths();
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        if groups.last() != Some(&group(row)) {
            groups.push(group(row));
        }
    }
    let cell = |of: &Group, seconds: u32| {
        rows.iter().find(|row| group(row) == *of && row.asked_s == seconds)
    };
    html! {
        h2 { "What was found" }
        p { "For each length of output: mean σ, median p, and in how many models the key was found \
            (p ≤ " (FOUND_P) "). The titles of cells list the single values." }
        div.scroll { table {
            thead { tr {
                th { "condition" } th.left { "corpus" } th.left { "generator" } th.left { "from" }
                @for seconds in &lengths { th { (seconds) " s" } }
            } }
            tbody { @for of in &groups { tr {
                td { (of.0) } td.left { (of.1) } td.left { (of.2) } td.left { (of.3) }
                @for &seconds in &lengths {
                    @match cell(of, seconds) { Some(row) => (found_cell(row)), None => td.dim { "–" } }
                }
            } } }
        } }
    }
}

fn found_cell(row: &Row) -> Markup {
    let values = row.sigmas.iter().zip(&row.p_values).zip(&row.decoy_p_values);
    let title: Vec<String> = values
        .map(|((sigmas, p), rank)| format!("{sigmas:.1} σ, p {}, rank {rank:.3}", short(*p)))
        .collect();
    let all = row.p_values.len();
    html! {
        td.sum[row.found() == all] title=(title.join("\n")) {
            (format!("{:.1} σ", row.mean_sigmas()))
            @if row.is_short() { span.sd { (format!("{:.0} s, all there was", row.seconds)) } }
            span.sd { "p " (short(median(&row.p_values))) "\u{2002}" (row.found()) "/" (all) }
        }
    }
}

fn curves(rows: &[Row]) -> Markup {
    let conditions: BTreeSet<(&str, &Condition)> =
        rows.iter().map(|row| (row.corpus.as_str(), &row.condition)).collect();
    let mut conditions: Vec<(&str, &Condition)> = conditions.into_iter().collect();
    conditions.sort_by_key(|(_, condition)| **condition != Condition::PLAIN);
    let drawn: Vec<(Markup, String)> = conditions
        .into_iter()
        .filter_map(|(corpus, condition)| {
            Some((plots::sigmas(rows, corpus, condition)?, format!("{corpus}, {condition}")))
        })
        .collect();
    html! {
        @if !drawn.is_empty() {
            h2 { "How much output it takes" }
            p { "A dot is one model and owner, the line their mean." }
            div.row { @for (plot, caption) in &drawn {
                figure.wide { (plot) figcaption { (caption) } }
            } }
        }
    }
}

fn null(results: &Results) -> Markup {
    let (bounds, ranks) = results.null();
    let at_most = |values: &[f64], p: f64| values.iter().filter(|&&value| value <= p).count();
    html! {
        @if let Some(plot) = plots::null(results) {
            h2 { "Keys that had nothing to do with the model" }
            p { (bounds.len()) " pairs of an output and a fresh key, over " (results.null_models())
                " models. The rank must follow the diagonal; the bound may lie above it." }
            div.row {
                figure.wide { (plot) }
                div { table {
                    thead { tr { th { "at most" } th { "expected" } th { "p (bound)" } th { "rank" } } }
                    tbody { @for p in [0.5, 0.1, 0.05, 0.01, 0.001] { tr {
                        td { (p) } td { (format!("{:.1}", p * bounds.len() as f64)) }
                        td { (at_most(&bounds, p)) } td { (at_most(&ranks, p)) }
                    } } }
                } }
            }
        }
    }
}

fn runs(results: &Results) -> Markup {
    let plan = results.plan;
    let of = |kind: Kind| results.records.iter().filter(move |record| record.id.generator == kind);
    html! {
        h2 { "Runs" }
        pre { (plan.command) }
        dl {
            dt { "runs" } dd { (results.records.len()) " finished, " (plan.runs().len()) " in the last plan" }
            dt { "corpora" } dd { @for (name, hash) in &plan.basis.corpora { (name) " (" (hash) ") " } }
            dt { "marked and traced by" } dd { (plan.basis.patchveil) }
            dt { "lab" } dd { (plan.basis.lab) }
        }
        div.scroll { table.small {
            thead { tr {
                th { "generator" } th.left { "what it is" } th { "weights" } th { "CPU s of training" }
                th { "models" }
            } }
            tbody { @for &kind in Kind::ALL {
                @let seconds: Vec<f64> = of(kind).map(|record| record.cpu_seconds).collect();
                @if let Some(record) = of(kind).next() { tr {
                    td { (kind) } td.left { (kind.about()) } td { (record.weights) }
                    td { (format!("{:.0}", median(&seconds))) } td { (seconds.len()) }
                } }
            } }
        } }
    }
}
