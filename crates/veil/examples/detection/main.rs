//! Measures how reliably a veil is found in speech, and prints the tables of `docs/detection-veil.md`.
//!
//! `cargo run --release -p patchveil-veil --example detection -- TABLE [OPTIONS]`
//!
//! | table | what |
//! |---|---|
//! | `survived` | what publishing does to a recording, and how often the key is found after it |
//! | `beyond` | the same for what the pattern need not survive |
//! | `reference` | short excerpts, with the original at hand and without |
//! | `false-alarms` | keys that are not in the recording, and how often they seem to be |
//! | `speed` | how long it takes, on one core |
//!
//! | option | what |
//! |---|---|
//! | `--voices tune` or `measure` or a folder | whose speech: the voices tuned on, others, or the recordings of the Free Spoken Digit Dataset in that folder (default: measure) |
//! | `--trials N` | recordings a row, each with a key, a text and an offset of its own (default: 40) |
//! | `--only WORD` | only rows that have this word in their name |
//! | `--preset NAME` | recipe (default: balanced) |
//! | `--amount PCT` | depth of the recipe (default: 100) |
//! | `--decoys N` | decoys a recording (default: 999) |
//! | `--work FOLDER` | where speech is kept from run to run (default: `target/detection`) |
//!
//! It needs ffmpeg with libmp3lame, libopus and its own AAC, and for the synthesised voices
//! espeak-ng, festival, festvox-us-slt-hts, festvox-kallpc16k, festvox-kdlpc16k and flite.
#![allow(missing_docs, unreachable_pub, reason = "modules of one example")]

mod ffmpeg;
mod speech;
mod trial;

use std::path::{Path, PathBuf};
use std::time::Instant;

use ffmpeg::{BEYOND, EXCERPTS_S, SURVIVED, Treatment, WITH_ORIGINAL};
use patchveil_test_support::on_all_cores;
use patchveil_veil::PresetVersion;
use trial::{Found, FoundInExcerpt, Lab};

/// What can go wrong, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Keys tried on each recording for false alarms.
const WRONG_KEYS: u64 = 250;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, usual: &str| {
        let at = args.iter().position(|arg| arg == name);
        at.and_then(|at| args.get(at + 1)).map_or(usual, String::as_str).to_owned()
    };
    let work = PathBuf::from(option("--work", "target/detection"));
    std::fs::create_dir_all(&work)?;
    let voices = match option("--voices", "measure").as_str() {
        "tune" => speech::tuning_voices(),
        "measure" => speech::voices(),
        // The list that ffmpeg is given lies elsewhere, so paths in it cannot be relative.
        folder => speech::digit_voices(&Path::new(folder).canonicalize()?),
    };
    let mut recipe = option("--preset", "balanced@1").parse::<PresetVersion>()?.recipe().clone();
    let veil =
        recipe.veil.as_mut().ok_or("this preset has no veil, and only veils are searched for")?;
    veil.amount *= option("--amount", "100").parse::<f64>()? / 100.0;
    let lab = Lab { voices, recipe, decoys: option("--decoys", "999").parse()?, work };
    let trials: u64 = option("--trials", "40").parse()?;
    let only = option("--only", "");
    let rows = |all: &'static [Treatment]| {
        all.iter().filter(move |row| row.name.contains(only.as_str())).collect::<Vec<_>>()
    };
    match args.first().map(String::as_str) {
        Some("survived") => found(&lab, &rows(SURVIVED), trials),
        Some("beyond") => found(&lab, &rows(BEYOND), trials),
        Some("reference") => with_original(&lab, &rows(WITH_ORIGINAL), trials),
        Some("false-alarms") => false_alarms(&lab, trials),
        Some("speed") => speed(&lab),
        _ => {
            Err("no such table; there are survived, beyond, reference, false-alarms and speed"
                .into())
        }
    }
}

/// One line per treatment: how often the key was found, and how clearly.
fn found(lab: &Lab, rows: &[&Treatment], trials: u64) -> Result<(), Failure> {
    println!("| treatment | found | σ, least | σ, median | offset off by, median | worst |");
    println!("|---|---|---|---|---|---|");
    for row in rows {
        let trials: Vec<Found> = on_all_cores(trials, |trial| lab.find(trial, row))?;
        let hits: Vec<&Found> = trials.iter().filter(|found| found.p <= 0.001).collect();
        let sigmas = sorted(trials.iter().map(|found| found.sigmas));
        let off = sorted(hits.iter().map(|found| found.offset_ms.abs()));
        let of = |values: &[f64], at: usize| values.get(at).copied().unwrap_or(f64::NAN);
        println!(
            "| {} | {}/{} | {:.1} | {:.1} | {} | {} |",
            row.name,
            hits.len(),
            trials.len(),
            of(&sigmas, 0),
            of(&sigmas, sigmas.len() / 2),
            ms(off.get(off.len() / 2)),
            ms(off.last()),
        );
    }
    Ok(())
}

/// One line per treatment: for every length how often the key was found in excerpts, without and with
/// their originals.
fn with_original(lab: &Lab, rows: &[&Treatment], trials: u64) -> Result<(), Failure> {
    let lengths = EXCERPTS_S.map(|seconds| format!(" {seconds} s: alone, with it |")).concat();
    println!(
        "| treatment |{lengths} σ with it, least | place off by, worst | correlation, least | with another recording, most |"
    );
    println!("|---|{}---|---|---|---|", "---|".repeat(EXCERPTS_S.len()));
    for row in rows {
        let mut all = Vec::new();
        let mut cells = String::new();
        for seconds in EXCERPTS_S {
            let cut = Treatment { excerpt: Some(seconds), ..**row };
            let trials: Vec<FoundInExcerpt> =
                on_all_cores(trials, |trial| lab.find_in_excerpt(trial, &cut))?;
            let count =
                |p: fn(&FoundInExcerpt) -> f64| trials.iter().filter(|t| p(t) <= 0.001).count();
            let (alone, with) = (count(|trial| trial.blind), count(|trial| trial.p));
            cells += &format!(" {alone}/{n}, {with}/{n} |", n = trials.len());
            all.extend(trials);
        }
        let least =
            |of: fn(&FoundInExcerpt) -> f64| all.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&FoundInExcerpt) -> f64| all.iter().map(of).fold(0.0, f64::max);
        println!(
            "| {} |{cells} {:.1} | {:.2} ms | {:.2} | {:.2} |",
            row.name,
            least(|trial| trial.sigmas),
            most(|trial| trial.place_ms.abs()),
            least(|trial| trial.correlation),
            most(|trial| trial.other_correlation),
        );
    }
    Ok(())
}

/// Keys that are not in a recording: bare speech, and speech with another key.
fn false_alarms(lab: &Lab, recordings: u64) -> Result<(), Failure> {
    println!("| recordings | keys tried | p ≤ 0.001 | p ≤ 0.01 | p ≤ 0.1 |");
    println!("|---|---|---|---|---|");
    for (name, protected) in [("unprotected", false), ("protected with another key", true)] {
        let ranks = on_all_cores(recordings, |n| lab.wrong_keys(n, protected, WRONG_KEYS))?;
        let ranks: Vec<f64> = ranks.into_iter().flatten().collect();
        let share = |limit: f64| {
            let count = ranks.iter().filter(|&&p| p <= limit).count();
            format!("{count} ({:.2} %)", 100.0 * count as f64 / ranks.len() as f64)
        };
        let keys = ranks.len();
        println!("| {name} | {keys} | {} | {} | {} |", share(0.001), share(0.01), share(0.1));
    }
    Ok(())
}

/// Times one recording of 30 s on one core.
fn speed(lab: &Lab) -> Result<(), Failure> {
    let audio = lab.protected(0, true)?;
    println!("| step | time | × real time |");
    println!("|---|---|---|");
    let timed = |name: &str, took: f64| {
        println!("| {name} | {:.1} ms | {:.0} |", 1e3 * took, audio.seconds() / took);
    };
    let begun = Instant::now();
    let evidence = trial::detect(&audio, &lab.recipe)?;
    let measured = begun.elapsed().as_secs_f64();
    timed("30 s, 48 kHz, stereo", measured);
    let begun = Instant::now();
    let _ = evidence.test(&trial::key(0));
    let tested = begun.elapsed().as_secs_f64();
    timed("one key, all offsets", tested);
    let begun = Instant::now();
    let decoys = evidence.decoys(lab.decoys, 1);
    let drawn = begun.elapsed().as_secs_f64();
    timed(&format!("{} decoys", decoys.count()), drawn);
    timed("all of it", measured + tested + drawn);
    Ok(())
}

/// A number of ms, or a dash for none.
fn ms(value: Option<&f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2} ms"))
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
