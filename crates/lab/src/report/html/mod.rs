//! The page.

mod accuracy;
mod cells;
mod details;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::style::CSS;
use super::tables::Results;
use crate::learn::{JUDGE, Learner};
use cells::percent;

/// The page as HTML.
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
                    "Task: identify the " (basis.label) " (" (basis.classes.len()) " classes, "
                    (basis.train) " clips published, " (basis.test) " untouched clips for testing, "
                    (basis.rate) " Hz)"
                }
                (threat_model(results))
                (quick_warning(results))
                (judges(results))
                (accuracy::overview(results))
                (accuracy::trade_off(results))
                (accuracy::all_cuts_and_attacks(results))
                (details::quality(results))
                (accuracy::training_curves(results))
                (details::runs(results))
            }
        }
    };
    page.into_string()
}

fn threat_model(results: &Results) -> Markup {
    html! {
        div.box {
            p {
                strong { "Threat model. " }
                "An owner publishes labelled recordings, all protected with one secret key per class. \
                Someone trains a model from scratch on these files with the same labels and uses it on \
                recordings that were never protected. " em { "Clean accuracy" }
                " is the share of those that it classifies correctly: the lower, the better for the \
                owner. Guessing gives " (percent(results.chance_level())) " %."
            }
            p {
                "Not covered: trainers with other recordings of the same classes (but see the attacks that \
                mix in clean data), models pretrained on other data, models that need no labels, and \
                attackers who know the method and go beyond the attacks listed here."
            }
        }
    }
}

fn quick_warning(results: &Results) -> Markup {
    html! {
        @if results.plan.basis.quick {
            div.box.alarm {
                p.bad { "This is a first look (--quick): part of the clips, few models, little training. \
                    Do not draw conclusions from it." }
            }
        }
    }
}

/// Warns of learners that do not qualify as judges.
fn judges(results: &Results) -> Markup {
    let failed: Vec<(Learner, f64)> = results
        .learners
        .iter()
        .filter_map(|&learner| {
            let (mean, qualified) = results.judge(learner)?;
            (!qualified).then_some((learner, mean))
        })
        .collect();
    let known = results.learners.iter().any(|&learner| results.judge(learner).is_some());
    html! {
        @if !failed.is_empty() {
            div.box.alarm {
                p {
                    span.bad { "Not judges: " }
                    @for (n, (learner, mean)) in failed.iter().enumerate() {
                        @if n > 0 { ", " }
                        (learner) " (" (percent(*mean)) " %)"
                    }
                    ". Trained on untouched clips, a judge must reach " (percent(JUDGE))
                    " %; what these models fail to learn from protected clips proves nothing."
                }
            }
        } @else if !known {
            div.box.alarm {
                p { span.bad { "The judges are not checked: " }
                    "no run on untouched, whole clips without attack is finished yet." }
            }
        }
    }
}
