//! `cargo xtask bench detection`: marks, treats and detects with Patchveil and with audiowmark, by
//! their commands.

mod audio;
mod cost;
mod measure;
mod pieces;
pub(super) mod recordings;
mod report;
mod results;
mod systems;
mod treatments;
mod trials;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use self::results::{Results, Run};
use self::systems::Systems;
use self::trials::Trials;
use crate::run::{cargo, run, target};

/// What to measure.
#[derive(Args)]
pub(crate) struct Settings {
    /// Preset to mark with
    #[arg(long, value_name = "PRESET", default_value = "mark", conflicts_with = "recipe")]
    preset: String,
    /// JSON file with a recipe to mark with, instead of a preset
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Lengths of the excerpts in seconds
    #[arg(
        long,
        value_name = "S",
        value_delimiter = ',',
        default_values_t = [3, 10, 30],
        value_parser = clap::value_parser!(u32).range(1..=60)
    )]
    lengths: Vec<u32>,
    /// Names of treatments [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    treatments: Vec<String>,
    /// Recordings of speech, and of music
    #[arg(long, value_name = "N", default_value_t = 10)]
    recordings: usize,
    /// Excerpts of each length from each recording, each with keys of its own
    #[arg(long, value_name = "N", default_value_t = 1)]
    rounds: u32,
    /// Decoys that patchveil ranks among [default: its own]
    #[arg(long, value_name = "N")]
    decoys: Option<u32>,
    /// Command to measure [default: build it]
    #[arg(long, value_name = "PROGRAM")]
    patchveil: Option<PathBuf>,
    /// Do not measure quality, which builds the lab
    #[arg(long)]
    no_quality: bool,
    /// Print the tables of the last run without measuring
    #[arg(long)]
    table_only: bool,
}

/// Measures, writes `detection.json` and `detection.md` below `target/` and prints the tables.
pub(crate) fn detection(settings: &Settings) -> Result<(), String> {
    let folder = target().join("bench-detection");
    let json = folder.join("detection.json");
    let failed = |path: &Path, error: String| format!("{}: {error}", path.display());
    if !settings.table_only {
        measure(settings, &folder, &json)?;
    }
    let text = fs::read_to_string(&json)
        .map_err(|e| failed(&json, format!("{e}; run it without --table-only")))?;
    let results: Results = serde_json::from_str(&text).map_err(|e| failed(&json, e.to_string()))?;
    let tables = report::markdown(&results);
    let file = json.with_extension("md");
    fs::write(&file, &tables).map_err(|e| failed(&file, e.to_string()))?;
    println!("{tables}");
    Ok(())
}

fn save(results: &Results, json: &Path) -> Result<(), String> {
    let text = serde_json::to_string_pretty(results).map_err(|e| e.to_string())?;
    fs::write(json, text).map_err(|e| format!("{}: {e}", json.display()))
}

fn measure(settings: &Settings, folder: &Path, json: &Path) -> Result<(), String> {
    let treatments = treatments::chosen(&settings.treatments)?;
    let audiowmark = systems::audiowmark()?;
    let recordings = recordings::recordings(&folder.join("recordings"), settings.recordings)?;
    let patchveil = match &settings.patchveil {
        Some(path) => path.clone(),
        None => {
            run(&mut cargo(&["build", "--release", "--package", "patchveil"]))?;
            target().join("release").join("patchveil")
        }
    };
    let recipe = match &settings.recipe {
        Some(file) => vec!["--recipe".to_owned(), file.display().to_string()],
        None => vec!["--preset".to_owned(), settings.preset.clone()],
    };
    let decoys = settings.decoys;
    let folder = folder.join("files");
    let systems = Systems { patchveil, audiowmark, recipe, decoys, folder: folder.clone() };
    systems.clear()?;
    let (patchveil, audiowmark) = systems.versions()?;
    let trials = Trials {
        systems: &systems,
        recordings: &recordings,
        treatments: &treatments,
        lengths: &settings.lengths,
        rounds: settings.rounds,
        folder: &folder,
    };
    let mut results = Results {
        settings: Run {
            recipe: systems.recipe.join(" "),
            patchveil,
            audiowmark,
            lengths_s: settings.lengths.clone(),
            treatments: treatments.iter().map(|t| t.name.to_owned()).collect(),
        },
        trials: trials.run()?,
        quality: Vec::new(),
        costs: Vec::new(),
    };
    // The trials take hours: they are kept even if what follows fails.
    save(&results, json)?;
    if !settings.no_quality {
        results.quality = measure::quality(&folder)?;
    }
    results.costs = measure::costs(&systems, &recordings, &folder)?;
    save(&results, json)
}
