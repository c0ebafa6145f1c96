//! `patchveil probe judge` and `patchveil probe open`

use std::time::Instant;

use crate::output::OutputFile;
use crate::probe::{Answers, FOUND_P, Judgement, Opened, Shown, Statistic, judge};
use crate::shown;
use patchveil_veil::Fingerprint;
use serde::Serialize;

use super::args::{JudgeArgs, OpenArgs};
use crate::cli::args::Cli;
use crate::cli::exit::{DONE, Failure, NOT_FOUND};
use crate::cli::keys;
use crate::cli::terminal::{complain, say, say_json};

/// Labels that are named where the one asked for does not occur.
const LABELS_NAMED: usize = 10;

/// What `--json` prints.
#[derive(Serialize)]
struct Line<'a> {
    status: &'static str,
    command: &'static str,
    version: &'static str,
    class: &'a str,
    fingerprint: Fingerprint,
    preset: &'a str,
    #[serde(flatten)]
    judgement: &'a Judgement,
    sealed_commitment: &'a str,
    took_s: f64,
}

/// Judges the answers to a probe.
pub(super) fn run(cli: &Cli, args: &JudgeArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let opened = match &args.opened {
        Some(list) => Opened::from_file(&args.folder, list)?,
        None => {
            let keyring = keys::open(cli)?;
            let entry = keys::class(&keyring, args.key.as_deref())?;
            Opened::with_key(&args.folder, entry.key())?
        }
    };
    let answer_key = &opened.answer_key;
    let answers = Answers::read(&args.answers, answer_key)?;
    let label = args.label.as_deref().map(str::trim);
    if let Some(label) = label
        && !answers.labels.iter().any(|own| own == label)
    {
        unknown_label(label, &answers)?;
    }
    let judgement = judge(answer_key, &answers, label).ok_or_else(|| {
        Failure::failed(format!(
            "{}: answers no clip of this class's key, so there is nothing to judge",
            shown(&args.answers)
        ))
    })?;
    let line = Line {
        status: "done",
        command: "probe judge",
        version: env!("CARGO_PKG_VERSION"),
        class: &answer_key.class,
        fingerprint: answer_key.fingerprint,
        preset: &answer_key.preset,
        judgement: &judgement,
        sealed_commitment: &opened.commitment,
        took_s: begun.elapsed().as_secs_f64(),
    };
    if args.json {
        say_json(&line)?
    } else {
        say(&summary(&line))?
    }
    Ok(if judgement.found { DONE } else { NOT_FOUND })
}

/// Discloses the answer key of a probe.
pub(super) fn open(cli: &Cli, args: &OpenArgs) -> Result<u8, Failure> {
    let keyring = keys::open(cli)?;
    let entry = keys::class(&keyring, args.key.as_deref())?;
    let opened = Opened::with_key(&args.folder, entry.key())?;
    OutputFile::private(&args.output)?.finish_with(&opened.plain)?;
    say(&format!(
        "written to {}; whoever has it can run: patchveil probe judge {} ANSWERS.csv --opened {}",
        shown(&args.output),
        shown(&args.folder),
        shown(&args.output)
    ))?;
    Ok(DONE)
}

/// Says which labels there are. Of scores there is none for another label; a label that was never given
/// may still be the right one.
fn unknown_label(label: &str, answers: &Answers) -> Result<(), Failure> {
    let known: Vec<&str> = answers.labels.iter().take(LABELS_NAMED).map(String::as_str).collect();
    let more = if answers.labels.len() > LABELS_NAMED { ", …" } else { "" };
    let known = format!("{}{more}", known.join(", "));
    let message =
        shown(format!("no clip was given the label {label}; those given are: {known}").as_ref())
            .to_string();
    match answers.statistic {
        Statistic::Labels => {
            complain(&message);
            Ok(())
        }
        Statistic::Scores => Err(Failure::usage(message)),
    }
}

/// The result for people.
fn summary(line: &Line<'_>) -> String {
    let Judgement { clips, keys, answered, missing, label, label_given, labels, .. } =
        line.judgement;
    let judgement = line.judgement;
    let chosen = match label_given {
        true => String::new(),
        false => format!(
            " (of {labels} the one that this key raises most; each decoy was given its own such label, so \
             p is exact)"
        ),
    };
    let missing = if *missing == 0 { String::new() } else { format!(", {missing} missing") };
    let mean = judgement.decoys.iter().map(|decoy| decoy.value()).sum::<f64>()
        / judgement.decoys.len().max(1) as f64;
    let (unit, places) = match judgement.statistic {
        Statistic::Labels => (format!("of {clips} clips given this label"), 1),
        Statistic::Scores => ("mean score of this label".to_owned(), 4),
    };
    let highest = judgement.decoys.first().map_or_else(|| "–".to_owned(), number);
    let conclusion = match judgement.found {
        true => format!("found: rank 1 and p ≤ {FOUND_P}"),
        false if judgement.least_p_value > FOUND_P => {
            format!("not found: so few decoys cannot show p ≤ {FOUND_P}")
        }
        false => format!("not found: that takes rank 1 and p ≤ {FOUND_P}"),
    };
    format!(
        "class         {} ({}), {}\n\
         answered      {answered} clips, {clips} under each of {keys} keys{missing}\n\
         label         {}{chosen}\n\
         own key       {} {unit}\n\
         decoys        {mean:.places$} on average, {highest} at most\n\
         rank          {} of {keys}, ties counted against the class\n\
         p             {:.2e} (with {} decoys {:.2e} at best)\n\
         {conclusion}",
        // A disclosed answer key is somebody else's text.
        shown(line.class.as_ref()),
        line.fingerprint,
        shown(line.preset.as_ref()),
        shown(label.as_ref()),
        number(&judgement.own),
        judgement.rank,
        judgement.p_value,
        keys - 1,
        judgement.least_p_value,
    )
}

fn number(shown: &Shown) -> String {
    match shown {
        Shown::Count(count) => count.to_string(),
        Shown::Mean(mean) => format!("{mean:.4}"),
    }
}
