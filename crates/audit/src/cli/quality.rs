//! `audit quality`

use std::path::Path;

use audit::clip::Clip;
use audit::data::read_wav;
use audit::quality::{measure_all, summary};
use comfy_table::{CellAlignment, Table, presets};

use super::args::QualityArgs;
use super::{DONE, Failure, complain, say};

/// Prints the figures of one pair.
pub(super) fn run(args: &QualityArgs) -> Result<u8, Failure> {
    let (before, after) = (clip(&args.before)?, clip(&args.after)?);
    let (figures, note) =
        measure_all(&[(&before, &after)], &args.python).map_err(Failure::usage)?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in summary(&figures) {
        let value = row.spread.map_or("–".to_owned(), |spread| format!("{:.3}", spread.mean));
        table.add_row([row.about.to_owned(), value]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    say(&table.to_string())?;
    if let Some(note) = note {
        complain(&note);
    }
    Ok(DONE)
}

fn clip(file: &Path) -> Result<Clip, Failure> {
    let (samples, rate) = read_wav(file)?;
    let name = file.display().to_string();
    Ok(Clip { samples, rate, label: 0, group: String::new(), name })
}
