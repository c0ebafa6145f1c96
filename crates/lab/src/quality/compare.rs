//! Compares two files, or two folders of files, for `lab quality`.

use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::error::QualityError;
use super::figures::{Figures, measure_all};
use super::files::pairs;
use super::summary::{Summary, summary};
use crate::clip::Clip;
use crate::data::read_wav;

/// The figures of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The recording.
    pub before: PathBuf,
    /// Its treated version.
    pub after: PathBuf,
    /// Their figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of all files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Each pair of files, in the order of their paths.
    pub files: Vec<Compared>,
    /// Mean and worst of each figure.
    pub summary: Vec<Summary>,
    /// Why there is no PESQ, in one line; `None` if there is.
    pub no_pesq: Option<String>,
}

/// Compares two WAV files, or all WAV files below two folders. Channels are averaged. PESQ needs
/// the package `pesq` in `python`, the name or path of an interpreter.
///
/// # Errors
/// [`QualityError`] if files cannot be paired, read or compared.
pub fn compare(before: &Path, after: &Path, python: &Path) -> Result<Comparison, QualityError> {
    let pairs = pairs(before, after)?;
    let clips: Result<Vec<(Clip, Clip)>, QualityError> =
        pairs.iter().map(|(before, after)| Ok((read(before)?, read(after)?))).collect();
    let clips = clips?;
    let borrowed: Vec<(&Clip, &Clip)> =
        clips.iter().map(|(before, after)| (before, after)).collect();
    let (figures, no_pesq) = measure_all(&borrowed, python)?;
    let summary = summary(&figures);
    let files = pairs
        .into_iter()
        .zip(figures)
        .map(|((before, after), figures)| Compared { before, after, figures })
        .collect();
    Ok(Comparison { files, summary, no_pesq })
}

impl Comparison {
    /// A text table: a row for each figure, with mean and worst if there are several files.
    #[must_use]
    pub fn table(&self) -> String {
        let several = self.files.len() > 1;
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if several {
            let files = format!("{} files", self.files.len());
            table.set_header([files.as_str(), "mean", "worst"]);
        }
        let shown =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
        for row in &self.summary {
            let mut cells = vec![row.about.to_owned(), shown(row.spread.map(|spread| spread.mean))];
            if several {
                cells.push(shown(row.spread.map(|spread| spread.worst)));
            }
            table.add_row(cells);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }
}

/// Reads a WAV file without label and group.
fn read(path: &Path) -> Result<Clip, QualityError> {
    let (samples, rate) = read_wav(path)?;
    Ok(Clip { samples, rate, label: 0, group: String::new(), name: path.display().to_string() })
}
