//! Quality of what was marked, and what marking and detecting cost.

use std::path::Path;

use serde_json::Value;

use super::audio::{read, samples, write};
use super::cost::cost;
use super::recordings::{Kind, Recording};
use super::results::{CostOf, Quality, SYSTEMS, Spread, System};
use super::systems::Systems;
use super::trials::quality_folder;
use crate::python;
use crate::run::{cargo, output};

/// The task of marking.
pub(super) const MARK: &str = "mark";
/// The task of looking for one key.
pub(super) const DETECT: &str = "detect";
/// The same, with audiowmark looking for other speeds.
pub(super) const DETECT_SPEED: &str = "detect at any speed";
/// Lengths of audio in which a key is looked for, in seconds.
const DETECT_S: [f64; 3] = [10.0, 30.0, 80.0];

/// Compares the excerpts that the trials kept, by `cargo lab quality`.
pub(super) fn quality(folder: &Path) -> Result<Vec<Quality>, String> {
    let python = python::quality()?;
    let mut all = Vec::new();
    for kind in [Kind::Speech, Kind::Music] {
        for system in SYSTEMS {
            let before = quality_folder(folder, None, kind);
            let after = quality_folder(folder, Some(system), kind);
            let mut lab = cargo(&["lab", "quality", "--json"]);
            let printed = output(lab.arg("--python").args([&python, &before, &after]))?;
            let figures: Value =
                serde_json::from_str(&printed).map_err(|e| format!("cargo lab quality: {e}"))?;
            if let Some(reason) = figures["no_pesq"].as_str() {
                return Err(reason.to_owned());
            }
            all.push(quality_of(system, kind, &figures));
        }
    }
    Ok(all)
}

fn quality_of(system: System, kind: Kind, figures: &Value) -> Quality {
    let summary = figures["summary"].as_array();
    let spread = |name: &str| -> Option<Spread> {
        let row = summary?.iter().find(|row| row["name"] == name)?;
        serde_json::from_value(row["spread"].clone()).ok()
    };
    Quality {
        system,
        kind,
        excerpts: figures["files"].as_array().map_or(0, Vec::len),
        pesq: spread("pesq"),
        third_octaves_mean_db: spread("long_mean_db"),
        third_octaves_max_db: spread("long_max_db"),
        snr_db: spread("snr_db"),
        loudness_lu: spread("loudness_lu"),
    }
}

/// Marks and looks in a few recordings, one command at a time.
pub(super) fn costs(
    systems: &Systems,
    recordings: &[Recording],
    folder: &Path,
) -> Result<Vec<CostOf>, String> {
    let key = "cost";
    systems.new_key(key)?;
    let mut costs = Vec::new();
    let (cut, scratch) = (folder.join("cut.wav"), folder.join("time.txt"));
    for recording in chosen(recordings) {
        let audio_s = read(&recording.path)?.len() as f64 / f64::from(super::audio::RATE);
        for system in SYSTEMS {
            let mut push = |task: &str, audio_s: f64, cost| {
                costs.push(CostOf { system, task: task.to_owned(), audio_s, cost });
            };
            let marked = folder.join("cost.wav");
            let mark = systems.mark(system, key, &recording.path, &marked);
            push(MARK, audio_s, cost(&mark, &scratch)?);
            let marked = read(&marked)?;
            for length in DETECT_S {
                write(&cut, &marked[..samples(length).min(marked.len())])?;
                let detect = systems.look(system, &[key], &cut, false);
                push(DETECT, length, cost(&detect, &scratch)?);
                if system == System::Audiowmark {
                    let detect = systems.look(system, &[key], &cut, true);
                    push(DETECT_SPEED, length, cost(&detect, &scratch)?);
                }
            }
        }
    }
    Ok(costs)
}

/// Two recordings of each kind.
fn chosen(recordings: &[Recording]) -> impl Iterator<Item = &Recording> {
    let of = |kind| recordings.iter().filter(move |recording| recording.kind == kind).take(2);
    of(Kind::Speech).chain(of(Kind::Music))
}
