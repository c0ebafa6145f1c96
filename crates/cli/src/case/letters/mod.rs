//! Letters to fill in, with the facts of the case.

use std::fs;
use std::path::PathBuf;

use super::error::CaseError;
use super::findings::Found;
use super::folder::{self, Case};
use super::record::Kind;
use super::wording::{count, length, probability, time};
use crate::manifest::Manifest;

const NOTE: &str = include_str!("note.txt");
const LETTERS: [(&str, &str); 5] = [
    ("gdpr-15-information.txt", include_str!("gdpr-15-information.txt")),
    ("gdpr-17-erasure.txt", include_str!("gdpr-17-erasure.txt")),
    ("gdpr-21-objection.txt", include_str!("gdpr-21-objection.txt")),
    ("ccpa-know-and-delete.txt", include_str!("ccpa-know-and-delete.txt")),
    ("eu-ai-act-53.txt", include_str!("eu-ai-act-53.txt")),
];

/// Writes the letters that are not there yet; what their owner has filled in is never replaced. Gives those that were
/// written, and those that were there.
pub(super) fn write(case: &Case, found: &Found) -> Result<(Vec<PathBuf>, Vec<PathBuf>), CaseError> {
    let facts = facts(case, found)?;
    let (mut written, mut kept) = (Vec::new(), Vec::new());
    for (name, template) in LETTERS {
        let path = case.folder().join(folder::LETTERS).join(name);
        if fs::symlink_metadata(&path).is_ok() {
            kept.push(path);
            continue;
        }
        let text = template.replace("{note}", NOTE.trim_end()).replace("{facts}", &facts);
        folder::write(&path, text.as_bytes(), false)?;
        written.push(path);
    }
    Ok((written, kept))
}

/// What the case says, in a few lines.
fn facts(case: &Case, found: &Found) -> Result<String, CaseError> {
    let record = case.record();
    let mut lines = vec![
        format!("- They belong to what I call “{}”.", record.class),
        format!(
            "- Public name (fingerprint) of the key they are marked with: {}",
            record.fingerprint
        ),
    ];
    for entry in record.of(Kind::Manifest) {
        let manifest = Manifest::parse(&case.path(entry), &case.content(entry)?)?;
        let own = manifest.records().filter(|one| one.fingerprint == record.fingerprint);
        let mut times: Vec<_> = own.map(|one| one.time).collect();
        times.sort_unstable();
        if let [first, .., last] | [first @ last] = times[..] {
            lines.push(format!(
                "- {}, protected between {} and {}; list with hashes enclosed ({})",
                count(times.len(), "recording"),
                time(first),
                time(last),
                entry.short()
            ));
        }
    }
    for (entry, trace) in found.traces.iter().filter(|(_, trace)| trace.found_in_output()) {
        let others = trace.without_copies.as_ref();
        let p = others.map(|own| own.p_value).or(trace.p_value);
        let p = p.map_or_else(|| "–".to_owned(), probability);
        let seconds = others.map(|own| own.seconds).or(trace.seconds).unwrap_or(0.0);
        lines.push(format!(
            "- In {} of output of your model their mark was found with p ≤ {p}: the share of unrelated models in which \
             chance alone gives such a score ({})",
            length(seconds),
            entry.short()
        ));
    }
    lines.push("- A technical report is enclosed: report.pdf".to_owned());
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_says_that_it_is_no_legal_advice_and_has_facts_and_blanks() {
        assert!(NOTE.contains("no legal advice"));
        for (name, text) in LETTERS {
            assert!(text.starts_with("{note}"), "{name}");
            assert!(text.contains("{facts}") && text.contains("[YOUR NAME]"), "{name}");
        }
    }
}
