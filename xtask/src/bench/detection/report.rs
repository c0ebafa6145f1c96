//! The tables, in Markdown.

use std::fmt::Write;

use super::measure::{DETECT, DETECT_SPEED, MARK};
use super::recordings::Kind;
use super::results::{
    Answer, Carries, CostOf, FOUND_P, Quality, Results, SYSTEMS, Spread, System, Trial,
};
use super::treatments::TREATMENTS;

/// All tables.
pub(super) fn markdown(results: &Results) -> String {
    let run = &results.settings;
    let mut text = format!(
        "{} (`{}`) compared with {}. Every excerpt starts at a random place of a marked recording.\n",
        run.patchveil, run.recipe, run.audiowmark
    );
    for (kind, title) in [(Kind::Speech, "Speech"), (Kind::Music, "Music")] {
        let _ = write!(text, "\n{title}, found of tried, {}:\n\n", names());
        text += &found(results, kind);
    }
    let _ = write!(text, "\nAll treatments together, found of tried:\n\n{}", together(results));
    let _ = write!(text, "\nFalse alarms:\n\n{}", false_alarms(&results.trials));
    if !results.quality.is_empty() {
        let _ = write!(text, "\nQuality, mean (worst):\n\n{}", quality(&results.quality));
    }
    let _ = write!(text, "\nCost, medians:\n\n{}", costs(&results.costs));
    text
}

fn names() -> String {
    SYSTEMS.map(System::name).join(" / ")
}

/// A line of a table.
fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A header of a table.
fn head(cells: &[String]) -> String {
    row(cells) + &format!("|{}\n", "---|".repeat(cells.len()))
}

/// A row for each treatment, a column for each length.
fn found(results: &Results, kind: Kind) -> String {
    let lengths = &results.settings.lengths_s;
    let columns = lengths.iter().map(|length| format!("{length} s"));
    let mut text =
        head(&std::iter::once("treatment".to_owned()).chain(columns).collect::<Vec<_>>());
    for treatment in &results.settings.treatments {
        let about = TREATMENTS.iter().find(|t| t.name == treatment).map_or("", |t| t.about);
        let mut cells = vec![if about.is_empty() { treatment.clone() } else { about.to_owned() }];
        for &length in lengths {
            let shares = SYSTEMS.map(|system| {
                let of = |t: &&Trial| {
                    t.system == system
                        && t.kind == kind
                        && t.length_s == length
                        && t.treatment == *treatment
                        && t.carries == Carries::This
                };
                let trials: Vec<&Trial> = results.trials.iter().filter(of).collect();
                (trials.iter().filter(|t| t.answer.found).count(), trials.len())
            });
            cells.push(shares_shown(shares));
        }
        text += &row(&cells);
    }
    text
}

/// Both shares, the higher one bold.
fn shares_shown(shares: [(usize, usize); 2]) -> String {
    let best = shares.iter().map(|share| share.0).max();
    let differ = shares[0].0 != shares[1].0;
    let shown = shares.map(|(found, tried)| {
        if differ && Some(found) == best {
            format!("**{found}/{tried}**")
        } else {
            format!("{found}/{tried}")
        }
    });
    shown.join(" / ")
}

/// A row for each kind and length, as found by each system and by the same p-value.
fn together(results: &Results) -> String {
    let by_p = SYSTEMS.map(|system| format!("{}, p ≤ 10⁻⁶", system.name()));
    let titles = [["".to_owned(), names()].to_vec(), by_p.to_vec()].concat();
    let mut text = head(&titles);
    for (kind, name) in [(Kind::Speech, "speech"), (Kind::Music, "music")] {
        for &length in &results.settings.lengths_s {
            let share = |system, found: fn(&Answer) -> bool| {
                let of = |t: &&Trial| {
                    (t.system, t.kind, t.length_s, t.carries)
                        == (system, kind, length, Carries::This)
                };
                let trials = results.trials.iter().filter(of);
                let found = trials.clone().filter(|t| found(&t.answer)).count();
                (found, trials.count())
            };
            let own = SYSTEMS.map(|system| share(system, |a| a.found));
            let strict = SYSTEMS.map(|system| {
                let (found, tried) = share(system, |a| a.p_value.is_some_and(|p| p <= FOUND_P));
                format!("{found}/{tried}")
            });
            let cells = [vec![format!("{name}, {length} s"), shares_shown(own)], strict.to_vec()];
            text += &row(&cells.concat());
        }
    }
    text
}

fn false_alarms(trials: &[Trial]) -> String {
    let titles = [
        "",
        "trials",
        "found",
        "p ≤ 0.01",
        "p ≤ 0.001",
        "p ≤ 10⁻⁶",
        "fewest wrong bits",
        "highest sync",
    ];
    let mut text = head(&titles.map(str::to_owned));
    let nulls = [(Carries::Another, "marked with another key"), (Carries::Nothing, "unmarked")];
    for system in SYSTEMS {
        for (carries, about) in nulls {
            let of = |t: &&Trial| t.system == system && t.carries == carries;
            let answers: Vec<_> = trials.iter().filter(of).map(|t| &t.answer).collect();
            let p_values: Vec<f64> = answers.iter().filter_map(|a| a.p_value).collect();
            let up_to = |limit: f64| match &p_values[..] {
                [] => String::new(),
                known => known.iter().filter(|&&p| p <= limit).count().to_string(),
            };
            let bits = answers.iter().filter_map(|a| a.wrong_bits).min();
            let sync = answers.iter().filter_map(|a| a.sync).max_by(f64::total_cmp);
            text += &row(&[
                format!("{}, {about}", system.name()),
                answers.len().to_string(),
                answers.iter().filter(|a| a.found).count().to_string(),
                up_to(0.01),
                up_to(0.001),
                up_to(FOUND_P),
                bits.map(|bits| bits.to_string()).unwrap_or_default(),
                sync.map(|sync| format!("{sync:.2}")).unwrap_or_default(),
            ]);
        }
    }
    text
}

fn quality(all: &[Quality]) -> String {
    let titles = [
        "",
        "excerpts",
        "PESQ wide-band",
        "third octaves moved, dB",
        "… in the worst band, dB",
        "SNR, dB",
        "loudness, LU",
    ];
    let mut text = head(&titles.map(str::to_owned));
    let shown = |spread: Option<Spread>| {
        spread.map_or("–".to_owned(), |s| format!("{:.2} ({:.2})", s.mean, s.worst))
    };
    for quality in all {
        let kind = if quality.kind == Kind::Speech { "speech" } else { "music" };
        text += &row(&[
            format!("{}, {kind}", quality.system.name()),
            quality.excerpts.to_string(),
            shown(quality.pesq),
            shown(quality.third_octaves_mean_db),
            shown(quality.third_octaves_max_db),
            shown(quality.snr_db),
            shown(quality.loudness_lu),
        ]);
    }
    text
}

fn costs(all: &[CostOf]) -> String {
    let titles = ["", "audio, s", "processor, s", "times real time", "memory, MiB"];
    let mut text = head(&titles.map(str::to_owned));
    for task in [MARK, DETECT, DETECT_SPEED] {
        let mut lengths: Vec<f64> =
            all.iter().filter(|c| c.task == task).map(|c| c.audio_s).collect();
        lengths.sort_by(f64::total_cmp);
        lengths.dedup();
        for length in lengths {
            for system in SYSTEMS {
                let of = |c: &&CostOf| c.system == system && c.task == task && c.audio_s == length;
                let these: Vec<&CostOf> = all.iter().filter(of).collect();
                let Some(cpu) = median(these.iter().map(|c| c.cost.cpu_s)) else { continue };
                let memory = median(these.iter().map(|c| c.cost.memory_mib)).unwrap_or_default();
                text += &row(&[
                    format!("{task}, {}", system.name()),
                    format!("{length:.0}"),
                    format!("{cpu:.2}"),
                    format!("{:.0}", length / cpu.max(0.01)),
                    format!("{memory:.0}"),
                ]);
            }
        }
    }
    text
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
