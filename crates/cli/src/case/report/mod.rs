//! The report on a case: what was published when, what was found, what that shows, and how to repeat it.

mod evidence;
mod found;
mod opening;
mod pictures;
mod published;
mod receipts;
mod repeat;
mod words;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use patchveil_veil::EchoKey;
use zeroize::Zeroizing;

use super::document::{Document, page, paper};
use super::error::CaseError;
use super::findings::Found;
use super::folder::{self, Case};
use super::letters;
use super::record::TOOL;
use super::wording::time;
use crate::open;
use crate::output::{self, OutputFile};

/// File of the disclosed echo key.
pub(super) const ECHO_KEY: &str = "echo-key.txt";
const PAGE: &str = "report.html";
const PAPER: &str = "report.pdf";

/// What to write.
pub struct Forms<'a> {
    /// A page of HTML.
    pub html: bool,
    /// A PDF.
    pub pdf: bool,
    /// The echo key, if it is to be disclosed.
    pub disclose: Option<&'a EchoKey>,
    /// Whether to replace an earlier report.
    pub force: bool,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// New files.
    pub files: Vec<PathBuf>,
    /// Letters that were there before and stayed as they are.
    pub kept: Vec<PathBuf>,
}

/// Writes the report, letters to fill in, and the echo key if it is to be disclosed. The evidence must be as it was
/// added: see [`Case::changed`].
///
/// # Errors
/// If a result cannot be read, the echo key is not the one that the case commits to, or a file cannot be written.
pub fn write_report(case: &Case, forms: &Forms<'_>) -> Result<Written, CaseError> {
    let path = |name: &str| case.folder().join(name);
    let asked = [(PAGE, forms.html), (PAPER, forms.pdf)];
    for (name, _) in asked.iter().filter(|(_, asked)| *asked) {
        output::check(&path(name), &[], forms.force)?;
    }
    let mut written = Written::default();
    if let Some(key) = forms.disclose {
        disclose(case, key, &mut written)?;
    }
    let found = Found::read(case)?;
    let document = document(case, &found, forms.disclose.is_some())?;
    if forms.html {
        folder::write(&path(PAGE), page(&document).as_bytes(), forms.force)?;
        written.files.push(path(PAGE));
    }
    if forms.pdf {
        let bytes = paper(&document)
            .map_err(|error| CaseError::Report { path: path(PAPER), reason: error.to_string() })?;
        folder::write(&path(PAPER), &bytes, forms.force)?;
        written.files.push(path(PAPER));
    }
    let (files, kept) = letters::write(case, &found)?;
    written.files.extend(files);
    written.kept.extend(kept);
    Ok(written)
}

/// Writes the echo key for its owner's eyes, who hands it on.
fn disclose(case: &Case, key: &EchoKey, written: &mut Written) -> Result<(), CaseError> {
    let path = case.folder().join(ECHO_KEY);
    if key.commitment() != case.record().echo_commitment.to_string() {
        let reason = "the class's echo key is not the one that this case commits to".to_owned();
        return Err(CaseError::Report { path, reason });
    }
    // Made in one piece: a text that grows leaves a copy behind in memory that nothing overwrites.
    let text = Zeroizing::new(format!("{}\n", *key.to_text()));
    if is_there(&path, text.as_bytes()) {
        written.kept.push(path);
        return Ok(());
    }
    OutputFile::private(&path)?.finish_with(text.as_bytes())?;
    written.files.push(path);
    Ok(())
}

/// Whether the file at `path` has this content already.
fn is_there(path: &Path, content: &[u8]) -> bool {
    let mut old = Zeroizing::new(vec![0; content.len() + 1]);
    let is_file = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    let mut read = || open::regular(path)?.read(&mut old);
    is_file && read().is_ok_and(|read| old[..read] == *content)
}

fn document(case: &Case, found: &Found, disclosed: bool) -> Result<Document, CaseError> {
    let now = Timestamp::now();
    let record = case.record();
    let mut blocks = opening::blocks(case, found, now);
    blocks.extend(words::shows(found));
    let stamps = case.stamps()?;
    blocks.extend(published::blocks(case, &stamps)?);
    blocks.extend(found::blocks(case, found)?);
    blocks.extend(repeat::blocks(case, found, &stamps, disclosed));
    blocks.extend(words::disclosure(record, disclosed));
    blocks.extend(evidence::blocks(case));
    blocks.extend(words::glossary());
    let made = now.to_zoned(TimeZone::UTC);
    let parts = [made.month(), made.day(), made.hour(), made.minute(), made.second()];
    Ok(Document {
        title: format!("Report: {}", record.name),
        footer: format!("{} · {} · {TOOL}", record.name, time(now)),
        made: (made.year().unsigned_abs(), parts.map(i8::unsigned_abs)),
        blocks,
    })
}
