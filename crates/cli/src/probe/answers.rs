//! What a model answered, as CSV.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Serialize;

use super::answer_key::{AnswerKey, read_up_to};
use super::error::ProbeError;
use crate::paths::one_line;

/// What the columns of file names, labels and scores may be called.
const FILE_COLUMNS: [&str; 4] = ["file", "filename", "path", "clip"];
const LABEL_COLUMN: &str = "label";
const SCORE_COLUMN: &str = "score";

/// Longest file in bytes.
const LONGEST: u64 = 512 << 20;
/// Most columns: a reader takes memory for each, and the largest vocabularies have a quarter of so many words.
const COLUMNS_MAX: usize = 1_000_000;
/// Most numbers that are kept: scores, one for each label of each clip, and sums, one for each label under each key.
const NUMBERS_MAX: usize = 50_000_000;
/// Largest magnitude of a score: sums of many more, and their differences, stay finite.
const SCORE_MAX: f64 = 1e100;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// How often a label was given.
    Labels,
    /// The mean score of a label.
    Scores,
}

/// The answers to a probe.
#[derive(Debug, Clone)]
pub struct Answers {
    /// What they allow to compare.
    pub statistic: Statistic,
    /// The distinct labels.
    pub labels: Vec<String>,
    /// For each clip of the answer key, in its order, what was answered: numbers of labels with the value
    /// that each has, 0 for all others. None where nothing was answered.
    pub(super) values: Vec<Option<Vec<(usize, f64)>>>,
    /// Whether each answer has a score for every label.
    pub(super) has_all_scores: bool,
}

impl Answers {
    /// Reads the answers to the probe of `answer_key` from a CSV file with a header row. Files are known by
    /// their names, whatever folder and ending are given; an empty answer is none. Commas, semicolons or
    /// tabs may separate.
    ///
    /// # Errors
    /// [`ProbeError::Unreadable`]; [`ProbeError::Answers`] for columns that are missing, files that are not
    /// of this probe or come twice, and scores that are not numbers.
    pub fn read(path: &Path, answer_key: &AnswerKey) -> Result<Self, ProbeError> {
        let bytes = read_up_to(path, LONGEST)?.ok_or_else(|| {
            wrong(path, None, "is longer than 512 MB; give fewer labels or digits")
        })?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| wrong(path, None, "is not UTF-8 text; save it as CSV in UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let delimiter = delimiter(text);
        if let Some(line) = too_wide(text, delimiter) {
            let what = format!("has more than {COLUMNS_MAX} columns; give fewer labels");
            return Err(wrong(path, Some(line), &what));
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns = {
            let header = reader.headers().map_err(|error| from_csv(path, &error))?;
            Columns::find(header, path)?
        };
        columns.check_memory(answer_key.clips.len(), path)?;
        let mut answers = Self {
            statistic: columns.statistic(),
            labels: columns.scores.iter().map(|(_, label)| label.clone()).collect(),
            values: vec![None; answer_key.clips.len()],
            has_all_scores: columns.label.is_none(),
        };
        let clips: HashMap<String, usize> =
            answer_key.clips.iter().map(|c| stem(&c.file)).zip(0..).collect();
        let mut row = Row { path, columns: &columns, delimiter, labels: HashMap::new() };
        let mut lines: HashMap<usize, u64> = HashMap::new();
        // There are sums for each excerpt, too.
        let most = NUMBERS_MAX / answer_key.keys().max(answer_key.clips_per_key());
        for record in reader.records() {
            let record = record.map_err(|error| from_csv(path, &error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let file = record.get(columns.file).unwrap_or_default();
            if record.iter().all(str::is_empty) {
                continue;
            }
            let Some(&clip) = clips.get(&stem(file)) else {
                let what = format!("{} is no clip of this probe", one_line(quoted(file)));
                return Err(wrong(path, Some(line), &what));
            };
            if let Some(first) = lines.insert(clip, line) {
                let what = format!(
                    "{} was answered in line {first} already; leave one of the two",
                    one_line(quoted(file))
                );
                return Err(wrong(path, Some(line), &what));
            }
            answers.values[clip] = row.values(&record, line, &mut answers.labels)?;
            if answers.labels.len() > most {
                let what = format!(
                    "has more than {most} different labels, too many for {} keys; put similar ones together",
                    answer_key.keys()
                );
                return Err(wrong(path, Some(line), &what));
            }
        }
        Ok(answers)
    }

    /// Answers with all scores: each score replaced by its rank among those of the same label and excerpt,
    /// as a share; equal scores share the middle of their ranks. So labels whose scores are large or noisy
    /// do not outweigh others.
    pub(super) fn ranked(&self, answer_key: &AnswerKey) -> Self {
        let mut ranked = self.clone();
        let mut by_excerpt: Vec<Vec<usize>> = vec![Vec::new(); answer_key.excerpts.len()];
        for (number, clip) in answer_key.clips.iter().enumerate() {
            if self.values[number].is_some() {
                by_excerpt[clip.excerpt as usize].push(number);
            }
        }
        for mut clips in by_excerpt {
            let count = clips.len() as f64;
            for label in 0..self.labels.len() {
                let score = |clip: &usize| {
                    self.values[*clip].as_ref().map_or(0.0, |values| values[label].1)
                };
                clips.sort_by(|a, b| score(a).total_cmp(&score(b)));
                let mut below = 0.0;
                for tied in clips.chunk_by(|a, b| score(a) == score(b)) {
                    let middle = below + tied.len() as f64 / 2.0;
                    for &clip in tied {
                        if let Some(values) = &mut ranked.values[clip] {
                            values[label].1 = middle / count;
                        }
                    }
                    below += tied.len() as f64;
                }
            }
        }
        ranked
    }

    /// Clips with an answer.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.values.iter().flatten().count()
    }
}

/// Where what is in a row.
struct Columns {
    file: usize,
    label: Option<usize>,
    /// Of the label that is given.
    score: Option<usize>,
    /// Columns of scores, one a label.
    scores: Vec<(usize, String)>,
}

impl Columns {
    fn find(header: &csv::StringRecord, path: &Path) -> Result<Self, ProbeError> {
        let named = |name: &str| header.iter().position(|own| own.eq_ignore_ascii_case(name));
        let Some(file) = FILE_COLUMNS.iter().find_map(|name| named(name)) else {
            let what =
                "has no column “file”; its first row must name the columns, such as file,label";
            return Err(wrong(path, None, what));
        };
        if let Some(label) = named(LABEL_COLUMN) {
            return Ok(Self {
                file,
                label: Some(label),
                score: named(SCORE_COLUMN),
                scores: Vec::new(),
            });
        }
        let others = header.iter().enumerate();
        let scores: Vec<(usize, String)> = others
            .filter(|(at, name)| *at != file && !name.is_empty())
            .map(|(at, name)| (at, name.to_owned()))
            .collect();
        if scores.is_empty() {
            let what = "has no column “label”, nor any with the scores of a label";
            return Err(wrong(path, None, what));
        }
        let mut before = HashSet::new();
        if let Some((_, twice)) = scores.iter().find(|(_, label)| !before.insert(label)) {
            let what = format!("has two columns {}", one_line(quoted(twice)));
            return Err(wrong(path, None, &what));
        }
        Ok(Self { file, label: None, score: None, scores })
    }

    /// Refuses more scores than there is memory for, before they are read.
    fn check_memory(&self, clips: usize, path: &Path) -> Result<(), ProbeError> {
        let labels = self.scores.len();
        if labels.saturating_mul(clips) <= NUMBERS_MAX {
            return Ok(());
        }
        let what = format!(
            "has scores of {labels} labels, too many for {clips} clips; at most {} are possible, leave out the others",
            NUMBERS_MAX / clips.max(1)
        );
        Err(wrong(path, None, &what))
    }

    fn statistic(&self) -> Statistic {
        match self.score.is_some() || self.label.is_none() {
            true => Statistic::Scores,
            false => Statistic::Labels,
        }
    }
}

/// Reads rows.
struct Row<'a> {
    path: &'a Path,
    columns: &'a Columns,
    delimiter: u8,
    /// Numbers of the labels that were given.
    labels: HashMap<String, usize>,
}

impl Row<'_> {
    /// The values of one row; new labels join `known`.
    fn values(
        &mut self,
        record: &csv::StringRecord,
        line: u64,
        known: &mut Vec<String>,
    ) -> Result<Option<Vec<(usize, f64)>>, ProbeError> {
        let at = |column: usize| record.get(column).unwrap_or_default();
        if let Some(label) = self.columns.label.map(at) {
            if label.is_empty() {
                return Ok(None);
            }
            let value = match self.columns.score {
                Some(score) => self.score_of_label(at(score), line)?,
                None => 1.0,
            };
            let number = *self.labels.entry(label.to_owned()).or_insert_with(|| {
                known.push(label.to_owned());
                known.len() - 1
            });
            return Ok(Some(vec![(number, value)]));
        }
        let scores = &self.columns.scores;
        if scores.iter().all(|(column, _)| at(*column).is_empty()) {
            return Ok(None);
        }
        let value = |(number, (column, _)): (usize, &(usize, String))| {
            Ok((number, self.number(at(*column), line)?))
        };
        scores.iter().enumerate().map(value).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// The score of the label that was given; that of all others counts 0, so it must not be below.
    fn score_of_label(&self, text: &str, line: u64) -> Result<f64, ProbeError> {
        let score = self.number(text, line)?;
        if score < 0.0 {
            let what = "has a negative score, and other labels count 0; give the scores of all labels, a \
                        column each";
            return Err(wrong(self.path, Some(line), what));
        }
        Ok(score)
    }

    fn number(&self, text: &str, line: u64) -> Result<f64, ProbeError> {
        // Where commas do not separate, they may be decimal.
        let comma = self.delimiter != b',';
        let plain = if comma { text.replace(',', ".") } else { text.to_owned() };
        match plain.parse::<f64>() {
            Ok(number) if number.abs() <= SCORE_MAX => Ok(number),
            Ok(number) if number.is_finite() => {
                let what = format!(
                    "{} is beyond ±{SCORE_MAX:e}; scale the scores",
                    one_line(quoted(text))
                );
                Err(wrong(self.path, Some(line), &what))
            }
            _ => {
                let what = format!("{} is not a score, a number", one_line(quoted(text)));
                Err(wrong(self.path, Some(line), &what))
            }
        }
    }
}

/// What separates the columns: whichever of these is most frequent in the first row.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default().as_bytes();
    let count = |which: u8| first.iter().filter(|&&byte| byte == which).count();
    b"\t;,".iter().copied().max_by_key(|&which| count(which)).unwrap_or(b',')
}

/// The first line with more columns than any table has, counted from 1.
fn too_wide(text: &str, delimiter: u8) -> Option<u64> {
    let columns = |line: &str| line.bytes().filter(|&byte| byte == delimiter).count() + 1;
    let mut lines = (1..).zip(text.split(['\n', '\r']));
    lines.find(|(_, line)| columns(line) > COLUMNS_MAX).map(|(number, _)| number)
}

/// What a clip is known by: its name without folders and ending, in lower case.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    match name.rsplit_once('.') {
        Some((stem, _)) => stem.to_owned(),
        None => name,
    }
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    format!("“{short}”")
}

fn wrong(path: &Path, line: Option<u64>, what: &str) -> ProbeError {
    ProbeError::Answers { path: path.to_owned(), line, what: what.to_owned() }
}

fn from_csv(path: &Path, error: &csv::Error) -> ProbeError {
    wrong(path, error.position().map(csv::Position::line), &one_line(error))
}
