//! What the plug-in noted of renders, and what that shows.

use std::cmp::Reverse;

use jiff::Timestamp;
use patchveil_receipts::{READ_MAX, Receipt};
use patchveil_spectral::axis::true_minus;

use super::published::recipe_name;
use crate::case::document::{Block, Row, Table, Text, column, mono, numbers};
use crate::case::error::CaseError;
use crate::case::folder::Case;
use crate::case::receipts::Noted;
use crate::case::record::{Entry, Kind};
use crate::case::wording::{count, length, time};

/// Most receipts shown of a file, the newest; the others are in it.
const SHOWN: usize = 40;

/// What was noted; nothing if no receipts were added.
pub(super) fn blocks(case: &Case) -> Result<Vec<Block>, CaseError> {
    let mut blocks = Vec::new();
    for entry in case.record().of(Kind::Receipts) {
        if blocks.is_empty() {
            blocks.push(Block::Subsection("Receipts of renders".to_owned()));
            blocks.push(Block::Paragraph(meaning()));
        }
        file(case, entry, &mut blocks)?;
    }
    Ok(blocks)
}

fn meaning() -> Text {
    Text::from(
        "Patchveil’s plug-in writes a receipt, a line of text, when a host has rendered a stretch of a project: with which key \
         and recipe, where in the project, and when by the computer’s clock. ",
    )
    .strong("It is no proof by itself: ")
    .plain(
        "nothing authenticates it, and anybody who knows the fingerprint, which is public, can write such lines. It names \
         no file, and it does not show that anything was published. That a recording carries the key is shown by ",
    )
    .mono("patchveil detect")
    .plain(" on the recording; that the receipts existed at a certain time, by a time stamp.")
}

fn file(case: &Case, entry: &Entry, blocks: &mut Vec<Block>) -> Result<(), CaseError> {
    let Noted { mut own, of_others, unreadable, is_cut } = Noted::read(case, entry)?;
    // As text, a fraction of a second would sort wrongly.
    own.sort_by_cached_key(|receipt| Reverse(receipt.time.parse::<Timestamp>().ok()));
    let mut text =
        Text::from("Receipts ").mono(&entry.file).plain(format!(", added {}: ", time(entry.added)));
    text = text.plain(format!("{} of this class", count(own.len(), "render")));
    if of_others > 0 {
        text = text.plain(format!(", {of_others} of other classes"));
    }
    if unreadable > 0 {
        text = text.plain(format!(", and {} that could not be read", count(unreadable, "line")));
    }
    text = text.plain(".");
    if is_cut {
        let newest = READ_MAX >> 20;
        text = text.plain(format!(" The file is long: only its newest {newest} MiB were read."));
    }
    if let Some(note) = &entry.note {
        text = text.plain(format!(" Note: {note}"));
    }
    blocks.push(Block::Paragraph(text));
    blocks.push(Block::Table(Table {
        columns: vec![
            column("noted", 2.3),
            column("in the project from", 1.6),
            numbers("length", 1.0),
            numbers("kHz", 0.7),
            numbers("channels", 0.9),
            column("recipe", 1.0),
        ],
        rows: own.iter().take(SHOWN).map(row).collect(),
    }));
    if own.len() > SHOWN {
        let more = format!("{} older ones are in the file itself.", own.len() - SHOWN);
        blocks.push(Block::Paragraph(more.into()));
    }
    Ok(())
}

fn row(receipt: &Receipt) -> Row {
    let rate = f64::from(receipt.sample_rate_hz.max(1));
    Row {
        cells: vec![
            format!("{} UTC", receipt.ended()).into(),
            // Of the two that a line has, the one that decides.
            mono(true_minus(&format!("{:.3} s", receipt.position as f64 / rate))),
            length(receipt.frames as f64 / rate).into(),
            format!("{}", rate / 1_000.0).into(),
            receipt.channels.to_string().into(),
            recipe_name(&receipt.recipe).into(),
        ],
        below: vec![format!("by {}", receipt.tool)],
    }
}
