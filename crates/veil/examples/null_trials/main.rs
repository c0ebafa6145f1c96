//! Tries keys that are not in a recording, and compares how often they seem to be with what the
//! p-values of the mark's detector claim. Prints the tables of `docs/mark-detection.md` and draws its
//! picture.
//!
//! `cargo run --release -p patchveil-veil --example null_trials -- [OPTIONS]`
//!
//! | option | what |
//! |---|---|
//! | `--trials N` | keys tried on whole recordings, in all (default: 1000000) |
//! | `--full-trials N` | keys tried with the full search for windows and speeds, in all (default: 20000) |
//! | `--recordings FOLDER` | recordings beside the synthesised ones: WAV, 16-bit or 32-bit float |
//! | `--only WORD` | only recordings that have this word in their name; they get other keys then |
//! | `--each N` | recordings for each row of a table (default: 20) |
//! | `--svg FILE` | where the picture goes (default: `target/null-trials.svg`) |
#![allow(missing_docs, unreachable_pub, reason = "modules of one example")]

mod picture;
mod recordings;
mod tally;
mod wav;

use std::path::Path;

use patchveil_test_support::{Rng, on_all_cores};
use patchveil_veil::{ClassKey, MarkDetector, MarkFinding, MarkSettings};
use recordings::{Recording, Source};
use tally::{Tally, places, tail};

/// What can go wrong, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The detector multiplies the p-value of the whole recording by this, to have chances left for
/// windows and speeds.
const WHOLE_SHARE: f64 = 2.0;

/// Recordings of one kind.
struct Row {
    source: Source,
    treated: bool,
    whole: Tally,
    full: Tally,
}

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, usual: &str| {
        let at = args.iter().position(|arg| arg == name);
        at.and_then(|at| args.get(at + 1)).map_or(usual, String::as_str).to_owned()
    };
    let (trials, full_trials): (u64, u64) =
        (option("--trials", "1000000").parse()?, option("--full-trials", "20000").parse()?);
    let each: u64 = option("--each", "20").parse()?;
    let folder = option("--recordings", "");
    let files = if folder.is_empty() { Vec::new() } else { wav::files(Path::new(&folder))? };

    let only = option("--only", "");
    let sources = Source::ALL
        .iter()
        .filter(|source| source.name().contains(&only) && (!source.is_file() || !files.is_empty()));
    let mut rows: Vec<Row> = sources
        .flat_map(|&source| [false, true].map(|treated| (source, treated)))
        .map(|(source, treated)| Row {
            source,
            treated,
            whole: Tally::default(),
            full: Tally::default(),
        })
        .collect();
    let recordings = rows.len() as u64 * each;
    if recordings == 0 {
        return Err("no recordings have that in their name, or --each is 0".into());
    }
    let keys = (trials.div_ceil(recordings), full_trials.div_ceil(recordings));
    let results = on_all_cores(recordings, |number| {
        let row = &rows[(number / each) as usize];
        let recording = row.source.recording(number % each, &files)?;
        let recording = if row.treated { recording.treated(number % each) } else { recording };
        try_keys(&recording, number, keys)
    })?;
    for (number, (whole, full)) in results.iter().enumerate() {
        let row = &mut rows[number / each as usize];
        row.whole.merge(whole);
        row.full.merge(full);
    }

    println!("{recordings} recordings of {} s, {each} for each row.\n", recordings::SECONDS);
    println!("**The recording as a whole**, {} keys for each:\n", keys.0);
    table(&rows, |row| &row.whole);
    println!("\n**The full search**, {} keys for each:\n", keys.1);
    table(&rows, |row| &row.full);
    let svg = option("--svg", "target/null-trials.svg");
    let tallies: Vec<&Tally> = rows.iter().map(|row| &row.whole).collect();
    std::fs::write(
        &svg,
        picture::draw(&tallies, &sum(&rows, |row| &row.whole), &sum(&rows, |row| &row.full)),
    )?;
    eprintln!("the picture is in {svg}");
    Ok(())
}

/// Tries random keys on one recording: so many as a whole, so many with the full search.
fn try_keys(
    recording: &Recording,
    number: u64,
    keys: (u64, u64),
) -> Result<(Tally, Tally), Failure> {
    let settings = MarkSettings::default();
    let mut detector = MarkDetector::new(recording.rate, 1, &settings)?;
    detector.feed(&[&recording.samples]);
    let evidence = detector.finish();
    let places = places(recording.rate, &settings);
    let mut random = Rng::new(number ^ 0x5eed_0000);

    let (mut whole, mut full) = (Tally::default(), Tally::default());
    whole.add_decoys(&evidence.decoys(u32::try_from(keys.0)?, random.bits()), places);

    let own: Vec<ClassKey> =
        (0..keys.1).map(|_| ClassKey::from_bytes(random.key_bytes())).collect();
    for finding in evidence.test(&own.iter().collect::<Vec<_>>()) {
        check_bound(&finding, places)?;
        full.add(finding.p_value, finding.whole_sigmas);
    }
    Ok((whole, full))
}

/// The detector must count the places that this example counts.
fn check_bound(finding: &MarkFinding, places: f64) -> Result<(), Failure> {
    let bound = (WHOLE_SHARE * places * tail(finding.whole_sigmas)).min(1.0);
    // The constants of the two are rounded differently.
    let equal = (finding.p_value / bound - 1.0).abs() < 1e-3;
    let of_whole = finding.sigmas == finding.whole_sigmas;
    if finding.p_value > bound * (1.0 + 1e-3) || (of_whole && !equal) {
        return Err(format!("p is {}, not {bound}", finding.p_value).into());
    }
    Ok(())
}

/// One line per row: how often p was at most 0.1, 0.01 and so on.
fn table(rows: &[Row], tally: impl Fn(&Row) -> &Tally) {
    const DECADES: std::ops::RangeInclusive<usize> = 1..=6;
    let heads: String =
        DECADES.map(|decade| format!(" p ≤ 10⁻{} |", superscript(decade))).collect();
    println!("| recordings | keys tried |{heads} highest σ | smallest p |");
    println!("|---|---|{}---|---|", "---|".repeat(DECADES.count()));
    let line = |name: &str, tally: &Tally| {
        let counts: String =
            DECADES.map(|decade| format!(" {} |", tally.at_most(decade * tally::STEPS))).collect();
        let (trials, highest, least) = (tally.trials, tally.highest, tally.smallest_p);
        println!("| {name} | {trials} |{counts} {highest:.2} | {} |", brief(least));
    };
    for row in rows {
        let treated = if row.treated { ", treated" } else { "" };
        line(&format!("{}{treated}", row.source.name()), tally(row));
    }
    let all = sum(rows, tally);
    line("**all**", &all);
    let allowed = |decade: usize| all.trials as f64 * tally::limit(decade * tally::STEPS);
    let allowed: String = DECADES.map(|decade| format!(" {} |", brief(allowed(decade)))).collect();
    println!("| *expected at most* | |{allowed} | |");
    let ratio = |decade: usize| {
        let step = decade * tally::STEPS;
        match all.at_most(step) {
            // Too few to tell.
            0..10 => " – |".to_owned(),
            count => format!(" {} |", brief(all.trials as f64 * tally::limit(step) / count as f64)),
        }
    };
    println!("| *claimed / observed* | |{} | |", DECADES.map(ratio).collect::<String>());
}

fn sum(rows: &[Row], tally: impl Fn(&Row) -> &Tally) -> Tally {
    let mut sum = Tally::default();
    rows.iter().for_each(|row| sum.merge(tally(row)));
    sum
}

fn superscript(digit: usize) -> char {
    ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'].get(digit).copied().unwrap_or('?')
}

fn brief(value: f64) -> String {
    match value {
        10.0.. => format!("{value:.0}"),
        0.01.. => format!("{value:.2}"),
        _ => format!("{value:.1e}"),
    }
}
