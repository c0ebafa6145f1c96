//! What the report begins with: what the case is about, and what was found in a few sentences.

use jiff::Timestamp;

use crate::case::compare::Outcome;
use crate::case::document::{Block, Text, mono};
use crate::case::findings::{Found, Trace};
use crate::case::folder::Case;
use crate::case::record::{Kind, TOOL};
use crate::case::wording::{count, length, odds, probability, time};

pub(super) fn blocks(case: &Case, found: &Found, now: Timestamp) -> Vec<Block> {
    let record = case.record();
    let mut blocks = vec![
        Block::Notice(
            "This report is made by a program from the evidence that it lists. It is no legal advice. Have \
             somebody read it who knows the law that applies."
                .into(),
        ),
        Block::Facts(vec![
            ("Class".to_owned(), record.class.clone().into()),
            ("Fingerprint of its key".to_owned(), mono(record.fingerprint.to_string())),
            ("Mark".to_owned(), format!("recipe {}", record.recipe_name).into()),
            ("Commitment".to_owned(), mono(record.echo_commitment.to_string())),
            ("Case opened".to_owned(), format!("{} with {}", time(record.opened), record.tool).into()),
            ("Report made".to_owned(), format!("{} with {}", time(now), TOOL).into()),
            ("Evidence".to_owned(), evidence(case).into()),
        ]),
        Block::Section("In short".to_owned()),
    ];
    let sentences = sentences(case, found);
    blocks.push(if sentences.is_empty() {
        Block::Paragraph(
            "This case holds no result yet: nothing was looked for, or no result was added.".into(),
        )
    } else {
        Block::List(sentences)
    });
    blocks
}

fn evidence(case: &Case) -> String {
    let files = count(case.record().evidence.len(), "file");
    format!("{files}, each as it was when it was added (hashes checked for this report)")
}

fn sentences(case: &Case, found: &Found) -> Vec<Text> {
    let mut sentences = Vec::new();
    let manifests = case.record().of(Kind::Manifest).count();
    if manifests > 0 {
        let records = if manifests == 1 { "The record" } else { "The records" };
        let text = format!(
            "{records} of what was protected and published: section “What was published when”."
        );
        sentences.push(text.into());
    }
    if case.record().of(Kind::Receipts).next().is_some() {
        let text = "Receipts of renders, which anybody who knows the fingerprint can write, and which prove nothing by \
                    themselves: section “What was published when”.";
        sentences.push(text.into());
    }
    for (_, trace) in &found.traces {
        sentences.push(traced(trace));
    }
    for (_, lines) in &found.detected {
        let with = lines.iter().filter(|line| line.found).count();
        sentences.push(
            format!(
                "The mark was found in {with} of {} searched for it.",
                count(lines.len(), "recording")
            )
            .into(),
        );
    }
    for (_, judged) in &found.judged {
        let said = match (judged.found, judged.rank, judged.keys) {
            (true, ..) => "ranks first".to_owned(),
            (false, Some(rank), Some(keys)) => {
                format!("does not count as found, with rank {rank} of {keys},")
            }
            (false, ..) => "does not count as found".to_owned(),
        };
        let odds = judged.p_value.map_or_else(String::new, |p| format!(" (by chance {})", odds(p)));
        sentences.push(
            Text::from(
                "A classifier was asked about neutral clips under keyed marks: the class’s key ",
            )
            .strong(said)
            .plain(format!(" among the keys tried{odds}.")),
        );
    }
    for (_, rechecked) in &found.rechecked {
        let said = match rechecked.outcome {
            Outcome::Gone => "From the new output the trace is ",
            Outcome::Weaker | Outcome::StillThere => "In the new output the trace is ",
            Outcome::CannotTell => "Whether the trace is gone from the new output: ",
        };
        sentences.push(Text::from(said).strong(rechecked.outcome.words()).plain("."));
    }
    sentences
}

fn traced(trace: &Trace) -> Text {
    let files = count(trace.recordings.len(), "file");
    let of = format!("{} of output, {files}", length(trace.seconds.unwrap_or(0.0)));
    match (trace.p_value, trace.found) {
        (Some(p), true) => {
            Text::from(format!("In {of}, ")).strong("the class’s echo was found").plain(format!(
                ": chance alone gives such a score in {} cases (p ≤ {}).{}",
                odds(p),
                probability(p),
                without_copies(trace)
            ))
        }
        (Some(p), false) => Text::from(format!("In {of}, the class’s echo was "))
            .strong("not found")
            .plain(format!(" (p ≤ {}).", probability(p))),
        (None, _) => format!("In {of}, there was nothing to judge.").into(),
    }
}

/// What the copies among the files mean for the result.
fn without_copies(trace: &Trace) -> String {
    match &trace.without_copies {
        None => String::new(),
        Some(others) if others.found => format!(
            " Some files are copies of marked recordings; without them it was found too (p ≤ {}).",
            probability(others.p_value)
        ),
        Some(_) => " But files among them are copies of marked recordings, and without them it was not found: this \
                    says nothing of a model."
            .to_owned(),
    }
}
