//! What was published when: manifests and time stamps.

use patchveil_veil::{Preset, Recipe};

use super::receipts;
use crate::case::document::{Block, Row, Table, Text, column, mono, numbers};
use crate::case::error::CaseError;
use crate::case::folder::Case;
use crate::case::record::{Entry, Kind};
use crate::case::stamped::Stamp;
use crate::case::wording::{count, length, time};
use crate::manifest::{Manifest, Record};
use crate::paths::one_line;

/// Most records shown of a manifest; the others are in the file.
const SHOWN: usize = 40;

pub(super) fn blocks(case: &Case, stamps: &[Stamp<'_>]) -> Result<Vec<Block>, CaseError> {
    let mut blocks = vec![Block::Section("What was published when".to_owned())];
    if case.record().of(Kind::Manifest).next().is_none() {
        blocks.push(Block::Paragraph(
            "No manifest was added, so this case does not show what was protected. Every folder with protected \
             files has one, patchveil.jsonl."
                .into(),
        ));
    }
    for entry in case.record().of(Kind::Manifest) {
        manifest(case, entry, &mut blocks)?;
    }
    blocks.extend(receipts::blocks(case)?);
    stamped(stamps, &mut blocks);
    Ok(blocks)
}

fn manifest(case: &Case, entry: &Entry, blocks: &mut Vec<Block>) -> Result<(), CaseError> {
    let manifest = Manifest::parse(&case.path(entry), &case.content(entry)?)?;
    let own = |record: &&Record| record.fingerprint == case.record().fingerprint;
    let mut records: Vec<&Record> = manifest.records().filter(own).collect();
    records.sort_by_key(|record| record.time);
    let note = entry.note.as_ref().map_or_else(String::new, |note| format!(" Note: {note}"));
    blocks.push(Block::Paragraph(Text::from("Manifest ").mono(&entry.file).plain(format!(
        ", added {}: {} of this class. The times are those of the clock of the computer that \
             protected them; the hashes are BLAKE3 of the samples, before and after.{note}",
        time(entry.added),
        count(records.len(), "recording")
    ))));
    blocks.push(Block::Table(Table {
        columns: vec![
            column("recording", 3.2),
            column("protected", 2.3),
            numbers("length", 1.0),
            numbers("kHz", 0.7),
            column("recipe", 1.0),
        ],
        rows: records.iter().take(SHOWN).map(|record| row(record)).collect(),
    }));
    if records.len() > SHOWN {
        let more = format!("{} more are in the manifest itself.", records.len() - SHOWN);
        blocks.push(Block::Paragraph(more.into()));
    }
    Ok(())
}

fn row(record: &Record) -> Row {
    let rate = f64::from(record.sample_rate_hz.max(1));
    Row {
        cells: vec![
            mono(one_line(&record.file)),
            time(record.time).into(),
            length(record.frames as f64 / rate).into(),
            format!("{}", rate / 1_000.0).into(),
            recipe_name(&record.recipe).into(),
        ],
        below: vec![
            format!("before {}", record.audio_before),
            format!("after  {}", record.audio_after),
        ],
    }
}

/// The preset with this recipe, if any.
pub(super) fn recipe_name(recipe: &Recipe) -> String {
    let named = Preset::restorable().find(|preset| preset.recipe() == *recipe);
    named.map_or_else(|| "own".to_owned(), |preset| preset.to_string())
}

fn stamped(stamps: &[Stamp<'_>], blocks: &mut Vec<Block>) {
    blocks.push(Block::Subsection("Time stamps".to_owned()));
    let mut rows = Vec::new();
    for Stamp { entry, reply, of } in stamps {
        let (algorithm, hash) = reply.imprint.shown();
        let authority =
            reply.authority.clone().unwrap_or_else(|| "not named in the reply".to_owned());
        rows.push(Row {
            cells: vec![
                mono(of.map_or("–", Entry::short)),
                Text::default().strong(time(reply.time)),
                authority.into(),
                mono(entry.short()),
            ],
            below: vec![format!("{algorithm} {hash}")],
        });
    }
    if rows.is_empty() {
        let text = "There is none, so the dates in this report rest on the clocks of the owner’s computers.";
        blocks.push(Block::Paragraph(text.into()));
        return;
    }
    blocks.push(Block::Paragraph(
        "The hashes in these replies are those of the files named: this was checked. The signatures of the \
         authorities were not; section “How to repeat it” has the command that does."
            .into(),
    ));
    blocks.push(Block::Table(Table {
        columns: vec![
            column("stamped", 1.6),
            column("existed at", 2.0),
            column("authority", 2.2),
            column("reply", 1.6),
        ],
        rows,
    }));
}
