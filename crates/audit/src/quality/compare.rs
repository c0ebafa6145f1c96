//! Two files, or two folders of files, compared: what `audit quality` prints.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table, presets};
use hound::{SampleFormat, WavReader};
use serde::Serialize;

use super::{Figures, QualityError, Summary, measure_all, pairs, summary};
use crate::clip::Clip;

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
    /// Why there is no PESQ, in one line; none where there is.
    pub no_pesq: Option<String>,
}

/// Compares two WAV files, or all WAV files below two folders. Channels are averaged. PESQ comes
/// from `python`, the name or path of an interpreter, where that has the package `pesq`.
///
/// # Errors
/// [`QualityError`]: files that cannot be paired, read or compared.
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
    /// A table for people: a row for each figure; mean and worst where there are several files.
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

/// Reads a WAV file as one channel of full scale ±1.
fn read(path: &Path) -> Result<Clip, QualityError> {
    let refused = |error: hound::Error| QualityError::File(path.to_owned(), error.to_string());
    let file = File::open(path).map_err(|error| refused(error.into()))?;
    let mut reader = WavReader::new(BufReader::new(file)).map_err(refused)?;
    let spec = reader.spec();
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect(),
        SampleFormat::Int => {
            let full = 2_f64.powi(i32::from(spec.bits_per_sample) - 1);
            reader.samples::<i32>().map(|x| Ok((f64::from(x?) / full) as f32)).collect()
        }
    };
    let channels = usize::from(spec.channels).max(1);
    let mean = |frame: &[f32]| frame.iter().sum::<f32>() / channels as f32;
    let samples: Vec<f32> = samples.map_err(refused)?.chunks(channels).map(mean).collect();
    if samples.iter().any(|x| !x.is_finite()) {
        let why = "holds samples that are no numbers".to_owned();
        return Err(QualityError::File(path.to_owned(), why));
    }
    let name = path.display().to_string();
    Ok(Clip { samples, rate: spec.sample_rate, label: 0, group: String::new(), name })
}
