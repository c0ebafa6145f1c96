//! `patchveil detect` for veils: recipes without a mark, or with the original at hand.

use std::path::{Path, PathBuf};

use crate::detect::{Finding, Reference, Request, SIGNIFICANT, Search, draw, search};
use crate::output;
use crate::paths::shown;
use patchveil_veil::{Decoys, Preset, Recipe};
use serde::Serialize;

use super::{candidates, exit_code, is_satisfied, no_result, recordings, say_picture};
use crate::cli::args::{Cli, DECOYS_MAX, DetectArgs};
use crate::cli::batch::Batch;
use crate::cli::exit::{Failure, STOPPED};
use crate::cli::{keys, table};

/// With this many pairs of file and class, the table states the expected false alarms.
const MANY_PAIRS: usize = 10;

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    status: &'static str,
    #[serde(flatten)]
    search: &'a Search,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Looks for classes in what the arguments name.
pub(super) fn run(cli: &Cli, args: &DetectArgs, recipe: Option<Recipe>) -> Result<u8, Failure> {
    let request = request(cli, args, recipe)?;
    let (files, found) = recordings(args)?;
    if args.reference.is_some() && files.len() + found.failures.len() != 1 {
        return Err(Failure::usage("--reference is the original of one file; give one input"));
    }
    if let Some(png) = &args.png {
        check_picture(png, &files, &request, args.force)?;
    }
    // A reference is read twice.
    let read = files.iter().chain(&args.reference).chain(&args.reference);
    let batch = Batch::begin(args.json, read.map(PathBuf::as_path));
    batch.report_inputs(&found.notes, &found.failures);
    let totals = batch.run(
        &files,
        |file| file,
        |file, watch| {
            let search = search(file, &request, watch).map_err(no_result)?;
            for finding in &search.findings {
                batch.print(&Line { status: "done", search: &search, finding });
            }
            Ok(search)
        },
    );
    let code = batch.end(&totals, found.failures.len(), summary)?;
    if code != STOPPED
        && let (Some(png), [search, ..]) = (&args.png, &totals.done[..])
        && let [finding, ..] = &search.findings[..]
    {
        draw(search, finding, png, args.force).map_err(Failure::failed)?;
        say_picture(args, png)?;
    }
    let found =
        |search: &Search| is_satisfied(args, search.findings.iter().map(|finding| finding.found));
    let satisfied = totals.done.iter().all(found);
    Ok(exit_code(code, satisfied))
}

/// What to look for.
fn request(cli: &Cli, args: &DetectArgs, recipe: Option<Recipe>) -> Result<Request, Failure> {
    let keyring = keys::open(cli)?;
    Ok(Request {
        seed: Decoys::random_seed().map_err(Failure::usage)?,
        candidates: candidates(&keyring, args)?,
        recipes: recipes(args, recipe),
        decoys: args.decoys,
        reference: args.reference.clone(),
    })
}

/// Checks before minutes of work that the picture can be written, and that it replaces no recording.
fn check_picture(
    png: &Path,
    files: &[PathBuf],
    request: &Request,
    force: bool,
) -> Result<(), Failure> {
    if files.len() != 1 || request.candidates.len() != 1 {
        return Err(Failure::usage("--png shows one file and one class; give one of each"));
    }
    let inputs: Vec<&Path> = files.iter().chain(&request.reference).map(PathBuf::as_path).collect();
    Ok(output::check(png, &inputs, force)?)
}

/// The recipe that was given, else all presets that have a veil.
fn recipes(args: &DetectArgs, recipe: Option<Recipe>) -> Vec<(String, Recipe)> {
    if let Some(recipe) = recipe {
        return vec![(args.recipe.name(), recipe)];
    }
    let named = Preset::restorable().map(|preset| (preset.to_string(), preset.recipe()));
    named.filter(|(_, recipe)| recipe.veil.is_some()).collect()
}

/// The closing table.
fn summary(done: &[Search]) -> String {
    let headings = ["file", "class", "found", "p", "σ", "offset, samples", "covered, s", "recipe"];
    let mut rows = table::new(&headings);
    let mut pairs = 0;
    for search in done {
        for finding in &search.findings {
            pairs += 1;
            let if_found = |text: String| if finding.found { text } else { "–".to_owned() };
            rows.add_row([
                shown(&search.input).to_string(),
                finding.class.clone(),
                if finding.found { "yes" } else { "no" }.to_owned(),
                format!("{:.*}", decimals(search.decoys), finding.p_value),
                table::number(Some(finding.sigmas), 1),
                if_found(table::number(Some(finding.offset_samples), 0)),
                if_found(covered(search, finding)),
                if_found(finding.recipes.join(" or ")),
            ]);
        }
    }
    let references = done.iter().filter_map(|search| search.reference.as_ref());
    let references: String = references.map(reference_line).collect();
    format!("{rows}{references}{}", false_alarms(pairs))
}

fn reference_line(found: &Reference) -> String {
    let Reference { path, start_s, correlation } = found;
    format!("\nreference  {}, from {start_s:.3} s on, correlation {correlation:.2}", shown(path))
}

/// How many false alarms to expect of so many pairs of file and class, where they are many.
fn false_alarms(pairs: usize) -> String {
    if pairs < MANY_PAIRS {
        return String::new();
    }
    format!(
        "\n{pairs} pairs of file and class were tried: with p ≤ {SIGNIFICANT} as the limit, expect {:.2} \
         false alarms. {}",
        pairs as f64 * SIGNIFICANT,
        what_to_trust(pairs)
    )
}

/// The p-value and decoys that separate keys from the false alarms of so many pairs.
fn what_to_trust(pairs: usize) -> String {
    let limit = SIGNIFICANT / pairs as f64;
    let decoys = (1.0 / limit).ceil() - 1.0;
    if decoys <= f64::from(DECOYS_MAX) {
        format!("Trust what has p ≤ {limit:.1e} with --decoys {decoys}.")
    } else {
        format!("Trust p ≤ {limit:.1e}, which no --decoys can show: try fewer pairs.")
    }
}

/// Decimals that the smallest p-value needs.
fn decimals(decoys: u32) -> usize {
    (f64::from(decoys) + 1.0).log10().ceil() as usize
}

/// “all 30.0”, or which seconds.
fn covered(search: &Search, finding: &Finding) -> String {
    match finding.covered[..] {
        [(start, end)] if start <= 0.0 && end >= search.seconds => format!("all {end:.1}"),
        [(start, end)] => format!("{start:.0}–{end:.0} of {:.1}", search.seconds),
        _ => format!(
            "{:.0} in {} parts of {:.1}",
            finding.covered_s,
            finding.covered.len(),
            search.seconds
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::what_to_trust;

    #[test]
    fn the_limit_for_many_pairs_comes_with_the_decoys_that_can_show_it() {
        assert_eq!(what_to_trust(10), "Trust what has p ≤ 1.0e-4 with --decoys 9999.");
        assert_eq!(what_to_trust(200), "Trust what has p ≤ 5.0e-6 with --decoys 199999.");
        assert!(what_to_trust(10_000).contains("1.0e-7, which no --decoys can show"));
    }
}
