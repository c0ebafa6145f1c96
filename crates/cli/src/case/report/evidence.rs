//! The list of all evidence with its hashes.

use crate::case::document::{Block, Row, Table, column, mono, numbers};
use crate::case::folder::Case;
use crate::case::record::{Entry, Kind};
use crate::case::wording::time;
use crate::paths::one_line;

pub(super) fn blocks(case: &Case) -> Vec<Block> {
    let mut blocks = Vec::new();
    let attachments = case.record().of(Kind::Attachment);
    let noted: Vec<_> = attachments
        .map(|entry| {
            let said = entry.note.clone().unwrap_or_else(|| "no note".to_owned());
            (one_line(&entry.name), said.into())
        })
        .collect();
    if !noted.is_empty() {
        blocks.push(Block::Section("Other evidence".to_owned()));
        blocks.push(Block::Paragraph(
            "Files that the program does not read, with what was said when they were added.".into(),
        ));
        blocks.push(Block::Terms(noted));
    }
    blocks.push(Block::Section("Hash list".to_owned()));
    blocks.push(Block::Paragraph(
        "All evidence, with the hashes that it had when it was added and has now. The first line below each is \
         SHA-256, the second BLAKE3."
            .into(),
    ));
    blocks.push(Block::Table(Table {
        columns: vec![
            column("file", 3.0),
            column("what", 1.5),
            column("added", 2.2),
            numbers("bytes", 1.0),
        ],
        rows: case.record().evidence.iter().map(row).collect(),
    }));
    blocks
}

fn row(entry: &Entry) -> Row {
    Row {
        cells: vec![
            mono(entry.short()),
            entry.kind.words().into(),
            time(entry.added).into(),
            entry.bytes.to_string().into(),
        ],
        below: vec![entry.sha256.clone(), entry.blake3.to_string()],
    }
}
