//! What was found: one part for each result, with the pictures.

use serde_json::Value;

use super::pictures;
use crate::case::compare::{Comparison, Measured, Outcome};
use crate::case::document::{Block, Row, Table, Text, column, mono, numbers};
use crate::case::error::CaseError;
use crate::case::findings::{Detected, Found, Judged, Rechecked, Recording, Trace, bare};
use crate::case::folder::Case;
use crate::case::record::Entry;
use crate::case::wording::{count, decimal, length, odds, probability, score, time};

pub(super) fn blocks(case: &Case, found: &Found) -> Result<Vec<Block>, CaseError> {
    let mut blocks = vec![Block::Section("What was found".to_owned())];
    for (entry, trace) in &found.traces {
        heading("Trace: output of a model", entry, &mut blocks);
        traced(case, trace, &mut blocks);
    }
    for (entry, rechecked) in &found.rechecked {
        heading("Recheck: is the trace gone?", entry, &mut blocks);
        compared(rechecked, &mut blocks);
        traced(case, &rechecked.trace, &mut blocks);
    }
    for (entry, lines) in &found.detected {
        heading("Detect: the mark in recordings", entry, &mut blocks);
        blocks.push(Block::Table(searched(lines)));
    }
    for (entry, judged) in &found.judged {
        heading("Probe: a classifier’s answers", entry, &mut blocks);
        blocks.push(Block::Facts(answers(judged)));
    }
    blocks.extend(pictures::blocks(case)?);
    if blocks.len() == 1 {
        blocks.push(Block::Paragraph("Nothing was added yet.".into()));
    }
    Ok(blocks)
}

fn heading(title: &str, entry: &Entry, blocks: &mut Vec<Block>) {
    blocks.push(Block::Subsection(title.to_owned()));
    let mut text =
        Text::from("Evidence ").mono(&entry.file).plain(format!(", added {}.", time(entry.added)));
    if let Some(note) = &entry.note {
        text = text.plain(format!(" Note: {note}"));
    }
    blocks.push(Block::Paragraph(text));
}

fn traced(case: &Case, trace: &Trace, blocks: &mut Vec<Block>) {
    let mut facts = vec![("Command".to_owned(), command("trace", trace.version.as_deref()))];
    let said = match (trace.status.as_deref(), trace.found) {
        (Some("done") | None, true) => "found".to_owned(),
        (Some("done") | None, false) => "not found".to_owned(),
        (Some(other), _) => other.to_owned(),
    };
    facts.push(("The class’s echo".to_owned(), Text::default().strong(said)));
    if let (Some(sigmas), Some(seconds)) = (trace.sigmas, trace.seconds) {
        let active =
            trace.active_s.map_or_else(String::new, |s| format!(", {} without silence", length(s)));
        facts.push((
            "Score".to_owned(),
            format!("{} from {}{active}", score(sigmas), length(seconds)).into(),
        ));
    }
    if let Some(p) = trace.p_value {
        facts
            .push(("By chance".to_owned(), format!("{} (p ≤ {})", odds(p), probability(p)).into()));
    }
    if let (Some(decoys), Some(p)) = (trace.decoys.filter(|n| *n > 0), trace.decoy_p_value) {
        let highest = trace
            .highest_decoy
            .map_or_else(String::new, |s| format!("; the highest reached {}", score(s)));
        let text =
            format!("p = {} by rank among {decoys} keys drawn at random{highest}", probability(p));
        facts.push(("Check".to_owned(), text.into()));
    }
    let compared: Vec<&Recording> = trace.compared().collect();
    if !compared.is_empty() {
        let seconds: f64 = compared.iter().filter_map(|recording| recording.seconds).sum();
        let text =
            format!("{} without the mark, {}", count(compared.len(), "recording"), length(seconds));
        facts.push(("Compared with".to_owned(), text.into()));
    }
    if let Some(p) = trace.copies_together() {
        let text = format!(
            "among the files that show none by themselves: together they carry the pattern (p = {} by rank), so nothing \
             here is known to be a model’s work",
            probability(p)
        );
        facts.push(("Copies".to_owned(), text.into()));
    } else if let Some(others) = &trace.without_copies {
        let found = if others.found { "found" } else { "not found" };
        let (sigmas, seconds) = (score(others.sigmas), length(others.seconds));
        let p = probability(others.p_value);
        let text = format!("{found}: {sigmas} from {seconds} (p ≤ {p})");
        facts.push(("Without the copies".to_owned(), text.into()));
    }
    if let (false, Some(needed)) = (trace.found, trace.needed_s) {
        let text =
            format!("about {} of output, if the score goes on growing as it does", length(needed));
        facts.push(("Would be found in".to_owned(), text.into()));
    }
    blocks.push(Block::Facts(facts));
    if !trace.recordings.is_empty() {
        blocks.push(Block::Table(recordings(case, trace)));
    }
}

fn recordings(case: &Case, trace: &Trace) -> Table {
    let row = |recording: &Recording| {
        let hash = recording.blake3.as_deref();
        let held =
            case.record().evidence.iter().find(|e| Some(e.blake3.to_string().as_str()) == hash);
        let mut below: Vec<String> =
            hash.map(|hash| format!("BLAKE3 {hash}")).into_iter().collect();
        below.extend(held.map(|entry| format!("in this case as {}", entry.file)));
        Row {
            cells: vec![
                mono(bare(&recording.input)),
                recording.seconds.map_or_else(|| "–".into(), |s| length(s).into()),
                recording.sigmas.map_or_else(|| "–".into(), |s| decimal(s).into()),
                recording
                    .copy
                    .map_or("unknown", |copy| if copy { "shown" } else { "not shown" })
                    .into(),
            ],
            below,
        }
    };
    Table {
        columns: vec![
            column("recording", 4.5),
            numbers("length", 1.0),
            numbers("σ", 0.6),
            column("a copy", 0.9),
        ],
        rows: trace.recordings.iter().map(row).collect(),
    }
}

fn searched(lines: &[Detected]) -> Table {
    let row = |line: &Detected| Row {
        cells: vec![
            mono(bare(&line.input)),
            if line.found { "yes" } else { "no" }.into(),
            probability(line.p_value).into(),
            decimal(line.sigmas).into(),
            line.covered_s.filter(|_| line.found).map_or_else(|| "–".into(), |s| length(s).into()),
            line.seconds.map_or_else(|| "–".into(), |s| length(s).into()),
        ],
        below: Vec::new(),
    };
    Table {
        columns: vec![
            column("recording", 3.4),
            column("found", 0.8),
            numbers("p ≤", 0.9),
            numbers("σ", 0.7),
            numbers("seconds with it", 1.3),
            numbers("length", 1.0),
        ],
        rows: lines.iter().map(row).collect(),
    }
}

fn answers(judged: &Judged) -> Vec<(String, Text)> {
    let mut facts = vec![("Command".to_owned(), command("probe judge", judged.version.as_deref()))];
    if let (Some(rank), Some(keys)) = (judged.rank, judged.keys) {
        facts.push(("Rank of the class’s key".to_owned(), format!("{rank} of {keys}").into()));
    }
    if let Some(p) = judged.p_value {
        facts
            .push(("By chance".to_owned(), format!("{} (p = {})", odds(p), probability(p)).into()));
    }
    if let Some(label) = judged.label.as_ref().and_then(Value::as_str) {
        facts.push(("Label".to_owned(), label.into()));
    }
    if let Some(commitment) = &judged.sealed_commitment {
        facts.push(("Answer key, sealed".to_owned(), mono(commitment.clone())));
    }
    if let Some(answered) = judged.answered {
        facts.push(("Clips answered".to_owned(), answered.to_string().into()));
    }
    facts
}

fn compared(rechecked: &Rechecked, blocks: &mut Vec<Block>) {
    let Comparison {
        before,
        after,
        expected_sigmas,
        ratio_low,
        ratio_high,
        ratio,
        found_p,
        more_s,
        ..
    } = &rechecked.comparison;
    let measured = |one: &Measured| {
        format!(
            "{} from {} (p ≤ {})",
            score(one.sigmas),
            length(one.active_s),
            probability(one.p_value)
        )
    };
    let percent = |share: f64| format!("{:.0}\u{a0}%", 100.0 * share.max(0.0));
    let mut facts = vec![
        ("Command".to_owned(), command("case recheck", rechecked.version.as_deref())),
        ("The trace is".to_owned(), Text::default().strong(rechecked.outcome.words())),
        (
            "Before".to_owned(),
            Text::from(measured(before)).plain(", evidence ").mono(&rechecked.against),
        ),
        ("Now".to_owned(), measured(after).into()),
        (
            "To be expected".to_owned(),
            format!("{expected_sigmas:.1} or more (σ made linear, 95\u{a0}% confidence), had nothing changed")
                .into(),
        ),
        (
            "Left of its strength".to_owned(),
            format!(
                "{}; with 95\u{a0}% confidence {} to {}",
                percent(*ratio),
                percent(*ratio_low),
                percent(*ratio_high)
            )
            .into(),
        ),
    ];
    if let Some(more) = more_s {
        facts.push(("To tell".to_owned(), format!("give about {} more", length(*more)).into()));
    }
    blocks.push(Block::Facts(facts));
    let meaning = match rechecked.outcome {
        Outcome::Gone => {
            "Gone means: nothing shows that chance would not explain, and had the model kept half of the trace or more, it would \
                          have. A rest within the interval above cannot be ruled out."
        }
        Outcome::Weaker => {
            "Weaker means: the trace is found again, so the recordings still act on the model, with \
                            less strength than before."
        }
        Outcome::StillThere => {
            "Still there means: the trace is found again, and nothing says that it is weaker than \
                                before."
        }
        Outcome::CannotTell => {
            "Cannot tell means: the output is shorter than the first, or its score lies between what \
                                is to be expected with and without the trace."
        }
    };
    let level = format!(
        " A trace counts as found up to p = {}. Every recording is taken for fresh output: the same one in two formats \
         would count twice.",
        probability(*found_p)
    );
    blocks.push(Block::Paragraph((meaning.to_owned() + &level).into()));
}

fn command(name: &str, version: Option<&str>) -> Text {
    let version = version.map_or_else(String::new, |version| format!(", version {version}"));
    mono(format!("patchveil {name}")).plain(version)
}
