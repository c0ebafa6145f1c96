//! How to repeat everything: the exact commands.

use super::ECHO_KEY;
use crate::case::document::{Block, Text};
use crate::case::findings::{Found, Trace, bare};
use crate::case::folder::Case;
use crate::case::record::Kind;
use crate::case::stamped::Stamp;
use crate::case::wording::{option, quoted};

/// Most recordings spelt out in a command.
const SPELT: usize = 12;

pub(super) fn blocks(
    case: &Case,
    found: &Found,
    stamps: &[Stamp<'_>],
    disclosed: bool,
) -> Vec<Block> {
    let mut blocks = vec![
        Block::Section("How to repeat it".to_owned()),
        Block::Paragraph(
            Text::from("Patchveil is free software; the versions are given with each result, and ")
                .mono("docs/case.md")
                .plain(
                    " in it explains this report. The evidence is unchanged if all lines say OK (in the folder of the \
                     case):",
                ),
        ),
    ];
    let lists: Vec<String> = case
        .record()
        .of(Kind::HashList)
        .map(|entry| format!("sha256sum --check {}", quoted(&entry.file)))
        .collect();
    blocks.push(Block::Lines(if lists.is_empty() {
        vec!["sha256sum evidence/*    # compare with the hash list below".to_owned()]
    } else {
        lists
    }));
    signatures(stamps, &mut blocks);
    let traces: Vec<&Trace> = found.traces.iter().map(|(_, trace)| trace).collect();
    let again: Vec<&Trace> =
        found.rechecked.iter().map(|(_, rechecked)| &rechecked.trace).collect();
    let with_key = option("--key", &case.record().class);
    let all: Vec<&Trace> = traces.iter().chain(&again).copied().collect();
    if !all.is_empty() {
        blocks.push(Block::Paragraph("The owner of the class key:".into()));
        blocks.push(Block::Lines(all.iter().map(|trace| command(trace, &with_key)).collect()));
        let with_echo_key = format!("--echo-key {ECHO_KEY}");
        let who = if disclosed {
            "Whoever has the disclosed echo key, without the class key:"
        } else {
            "Whoever gets the echo key, if its owner decides to disclose it, without the class key:"
        };
        blocks.push(Block::Paragraph(who.into()));
        blocks.push(Block::Lines(all.iter().map(|trace| command(trace, &with_echo_key)).collect()));
        let text = "Score, p-value and, with the seed given, the rank among keys drawn at random come out the same.";
        blocks.push(Block::Paragraph(text.into()));
    }
    let detect: Vec<String> = found
        .detected
        .iter()
        .map(|(_, lines)| {
            let files = spelt(lines.iter().map(|line| bare(&line.input)));
            format!("patchveil detect {files} {with_key} --json")
        })
        .collect();
    if !detect.is_empty() {
        blocks.push(Block::Paragraph("The mark in recordings (class key needed):".into()));
        blocks.push(Block::Lines(detect));
    }
    if !found.judged.is_empty() {
        let text = "The answers to a probe, with the class key or with its opened answer key:";
        blocks.push(Block::Paragraph(text.into()));
        blocks.push(Block::Lines(vec![
            format!("patchveil probe judge FOLDER ANSWERS.csv {with_key}"),
            "patchveil probe judge FOLDER ANSWERS.csv --opened OPENED.json".to_owned(),
        ]));
    }
    if case.record().of(Kind::Receipts).next().is_some() {
        let text = "Whether a render that a receipt may be of carries the key (class key needed):";
        blocks.push(Block::Paragraph(text.into()));
        blocks.push(Block::Lines(vec![format!("patchveil detect RENDER {with_key}")]));
    }
    if case.record().of(Kind::Manifest).next().is_some() {
        let text = Text::from("That files are those in the manifest, which lies next to them as ")
            .mono("patchveil.jsonl")
            .plain(" (no key needed):");
        blocks.push(Block::Paragraph(text));
        blocks.push(Block::Lines(vec!["patchveil verify FOLDER".to_owned()]));
    }
    blocks
}

fn command(trace: &Trace, with: &str) -> String {
    let files = spelt(trace.recordings.iter().map(|recording| bare(&recording.input)));
    let decoys = trace.decoys.map_or_else(String::new, |decoys| format!(" --decoys {decoys}"));
    let seed = trace.decoy_seed.map_or_else(String::new, |seed| format!(" --decoy-seed {seed}"));
    let unmarked = trace
        .compared()
        .map(|recording| format!(" --unmarked {}", quoted(&bare(&recording.input))));
    let unmarked: String = unmarked.collect();
    format!("patchveil trace {files} {with}{unmarked}{decoys}{seed} --json")
}

fn spelt(files: impl ExactSizeIterator<Item = String>) -> String {
    if files.len() > SPELT {
        return format!("…    # the {} recordings in the table", files.len());
    }
    files.map(|file| quoted(&file)).collect::<Vec<_>>().join(" ")
}

/// The commands that check the signatures of time stamps.
fn signatures(stamps: &[Stamp<'_>], blocks: &mut Vec<Block>) {
    let command = |stamp: &Stamp<'_>| {
        let of = stamp.of?;
        let option = if of.kind == Kind::StampRequest { "-queryfile" } else { "-data" };
        let (of, reply) = (quoted(&of.file), quoted(&stamp.entry.file));
        Some(format!("openssl ts -verify {option} {of} -in {reply} -CAfile TSA-ROOT.pem"))
    };
    let commands: Vec<String> = stamps.iter().filter_map(command).collect();
    if !commands.is_empty() {
        let text = Text::from(
            "The signatures of the time stamps, with the root certificate that the authority \
                               publishes (",
        )
        .mono("TSA-ROOT.pem")
        .plain("):");
        blocks.push(Block::Paragraph(text));
        blocks.push(Block::Lines(commands));
    }
}
