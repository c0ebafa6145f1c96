//! `patchveil detect`

use std::path::Path;

use patchveil::detect::{
    Candidate, DetectFileError, Finding, Request, SIGNIFICANT, Search, draw, expand, search,
};
use patchveil::output;
use patchveil::paths::{json, shown};
use patchveil_keyring::{KeyEntry, Keyring};
use patchveil_veil::{Decoys, Preset, Recipe};
use serde::Serialize;

use super::args::{Cli, DetectArgs, MOST_DECOYS};
use super::batch::Batch;
use super::{DONE, FAILED, Failure, NOT_FOUND, STOPPED, keys, say, table};

/// From so many pairs of file and class on, the table says what chance alone would find.
const MANY: usize = 10;

/// A line of `--json`.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Line<'a> {
    Done {
        #[serde(flatten)]
        search: &'a Search,
        #[serde(flatten)]
        finding: &'a Finding,
    },
    Failed {
        #[serde(flatten, serialize_with = "json::input")]
        input: &'a Path,
        error: String,
    },
}

/// Looks for classes in what the arguments name.
pub(super) fn run(cli: &Cli, args: &DetectArgs) -> Result<u8, Failure> {
    let recipes = recipes(args)?;
    let keyring = keys::open(cli)?;
    let seed = Decoys::random_seed().map_err(Failure::usage)?;
    let candidates = candidates(&keyring, args)?;
    drop(keyring);
    let reference = args.reference.clone();
    let request = Request { candidates, recipes, decoys: args.decoys, seed, reference };
    let found = expand(&args.inputs);
    if args.reference.is_some() && found.files.len() + found.failures.len() != 1 {
        return Err(Failure::usage("--reference is the original of one file; give one input"));
    }
    if let Some(png) = &args.png {
        if found.files.len() != 1 || request.candidates.len() != 1 {
            return Err(Failure::usage("--png shows one file and one class; give one of each"));
        }
        // Before minutes of work, and because a recording is never overwritten.
        let inputs = found.files.iter().chain(&args.reference);
        let inputs: Vec<&Path> = inputs.map(|file| file.as_path()).collect();
        output::check(png, &inputs, args.force)?;
    }
    // A reference is read twice.
    let read = found.files.iter().chain(&args.reference).chain(&args.reference);
    let batch = Batch::begin(args.json, read.map(|file| file.as_path()));
    let complain_of = |input: Option<&Path>, error: &DetectFileError| {
        batch.complain(error);
        if let Some(input) = input {
            batch.tell(&Line::Failed { input, error: error.to_string() });
        }
    };
    found.failures.iter().for_each(|error| complain_of(error.path(), error));
    let results = batch.each(&found.files, |file, watch| {
        let result = search(file, &request, watch);
        match &result {
            Ok(search) => {
                let tell = |finding| batch.tell(&Line::Done { search, finding });
                search.findings.iter().for_each(tell);
            }
            Err(DetectFileError::Stopped(_)) => {}
            Err(error) => complain_of(Some(file), error),
        }
        result
    });
    let done: Vec<&Search> = results.iter().flatten().collect();
    if !args.json && !done.is_empty() {
        say(&summary(&done))?;
    }
    if batch.was_stopped(done.len(), results.len()) {
        return Ok(STOPPED);
    }
    if let (Some(png), Some(search)) = (&args.png, done.first())
        && let Some(finding) = search.findings.first()
    {
        draw(search, finding, png, args.force).map_err(Failure::failed)?;
        if !args.json {
            say(&format!("picture  {}", shown(png)))?;
        }
    }
    batch.was_told()?;
    let failed = found.failures.len() + results.len() - done.len();
    Ok(if failed > 0 {
        FAILED
    } else if done.iter().all(|search| is_satisfied(search, args.all_keys)) {
        DONE
    } else {
        NOT_FOUND
    })
}

/// Whether all that was asked for was found; of all classes of a keyring, any.
fn is_satisfied(search: &Search, any: bool) -> bool {
    let mut found = search.findings.iter().map(|finding| finding.found);
    if any { found.any(|found| found) } else { found.all(|found| found) }
}

/// The recipe that was said, else all that were released and have a code.
fn recipes(args: &DetectArgs) -> Result<Vec<(String, Recipe)>, Failure> {
    if let Some(recipe) = args.recipe.chosen()? {
        return Ok(vec![(args.recipe.name(), recipe)]);
    }
    Ok(Preset::restorable().map(|preset| (preset.to_string(), preset.recipe())).collect())
}

fn candidates(keyring: &Keyring, args: &DetectArgs) -> Result<Vec<Candidate>, Failure> {
    let candidate =
        |entry: &KeyEntry| Candidate { class: entry.name().to_owned(), key: entry.key().clone() };
    if args.all_keys {
        if keyring.entries().is_empty() {
            return Err(Failure::usage(
                "the keyring is empty; make a class first: patchveil key new NAME",
            ));
        }
        return Ok(keyring.entries().iter().map(candidate).collect());
    }
    if args.keys.is_empty() {
        let entry = keyring.default_entry().ok_or_else(|| {
            Failure::usage("which class? name it with --key, or take all of them with --all-keys")
        })?;
        return Ok(vec![candidate(entry)]);
    }
    args.keys.iter().map(|name| Ok(candidate(keyring.get(name)?))).collect()
}

/// The closing table.
fn summary(done: &[&Search]) -> String {
    let headings = ["file", "class", "found", "p", "σ", "offset, samples", "covered, s", "recipe"];
    let mut rows = table::new(&headings);
    let mut pairs = 0;
    for search in done {
        for finding in &search.findings {
            pairs += 1;
            let known = |text: String| if finding.found { text } else { "–".to_owned() };
            rows.add_row([
                shown(&search.input).to_string(),
                finding.class.clone(),
                if finding.found { "yes" } else { "no" }.to_owned(),
                format!("{:.*}", places(search.decoys), finding.p_value),
                table::number(Some(finding.sigmas), 1),
                known(table::number(Some(finding.offset_samples), 0)),
                known(covered(search, finding)),
                known(finding.recipes.join(" or ")),
            ]);
        }
    }
    let hint = if pairs >= MANY {
        format!(
            "\n{pairs} pairs of file and class were tried: with p ≤ {SIGNIFICANT} as the limit, chance \
             alone is to find {:.2} of them. {}",
            pairs as f64 * SIGNIFICANT,
            what_to_believe(pairs)
        )
    } else {
        String::new()
    };
    let beside = done.iter().filter_map(|search| search.reference.as_ref());
    let beside: String = beside
        .map(|found| {
            let (start_s, likeness) = (found.start_s, found.likeness);
            let path = shown(&found.path);
            format!("\nreference  {path}, from {start_s:.3} s on, alike by {likeness:.2} of 1")
        })
        .collect();
    format!("{rows}{beside}{hint}")
}

/// How many decoys tell a key that is there from what chance finds in so many pairs.
fn what_to_believe(pairs: usize) -> String {
    let limit = SIGNIFICANT / pairs as f64;
    let decoys = (1.0 / limit).ceil() - 1.0;
    if decoys <= f64::from(MOST_DECOYS) {
        format!("Believe what --decoys {decoys} leaves at p ≤ {limit:.1e}.")
    } else {
        format!("To be believed p has to be {limit:.1e}, which no --decoys shows: ask for less.")
    }
}

/// Decimals that tell the smallest p-value from none.
fn places(decoys: u32) -> usize {
    (f64::from(decoys) + 1.0).log10().ceil() as usize
}

/// “all 30.0”, or the seconds and how they lie.
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
    use super::what_to_believe;

    #[test]
    fn what_chance_finds_in_many_pairs_is_told_with_a_limit_that_can_be_met() {
        assert_eq!(what_to_believe(10), "Believe what --decoys 9999 leaves at p ≤ 1.0e-4.");
        assert_eq!(what_to_believe(200), "Believe what --decoys 199999 leaves at p ≤ 5.0e-6.");
        assert!(what_to_believe(10_000).contains("1.0e-7, which no --decoys shows"));
    }
}
