//! `cargo xtask bench`: the convolver beside others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;
use walkdir::WalkDir;

use crate::packages::install_packages;
use crate::run::{cargo, run, target};

/// What our own measurement is called in every group.
const OURS: &str = "patchveil";

/// Median times of one group, in ns a call, by name.
type Group = BTreeMap<String, f64>;

/// Measures, then prints every group as a row: ours, the best peer, how many times as fast.
pub(super) fn convolvers(filter: Option<&str>, table_only: bool) -> Result<(), String> {
    let results = target().join("criterion");
    if !table_only {
        install_packages()?;
        // Old results of benches that are gone must not get into the table.
        if filter.is_none() && results.exists() {
            fs::remove_dir_all(&results).map_err(|e| format!("{}: {e}", results.display()))?;
        }
        run(cargo(&["bench", "--package", "patchveil-benches", "--"]).args(filter))?;
    }
    let groups = read(&results);
    if groups.is_empty() {
        return Err(format!("{}: no results; run it without --table-only", results.display()));
    }
    println!("{}", table(&groups));
    Ok(())
}

fn read(results: &Path) -> BTreeMap<String, Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let files = WalkDir::new(results).into_iter().filter_map(Result::ok);
    for file in files.filter(|f| f.path().ends_with("new/benchmark.json")) {
        let json =
            |path: &Path| -> Option<Value> { serde_json::from_slice(&fs::read(path).ok()?).ok() };
        let Some(about) = json(file.path()) else { continue };
        let Some(times) = json(&file.path().with_file_name("estimates.json")) else { continue };
        let (Some(group), Some(name), Some(ns)) = (
            about["group_id"].as_str(),
            about["value_str"].as_str(),
            times["median"]["point_estimate"].as_f64(),
        ) else {
            continue;
        };
        groups.entry(group.to_owned()).or_default().insert(name.to_owned(), ns);
    }
    groups
}

fn table(groups: &BTreeMap<String, Group>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "median of a call",
        "ours µs",
        "best peer",
        "its µs",
        "× as fast",
        "all peers",
    ]);
    for (name, group) in groups {
        let Some(&ours) = group.get(OURS) else { continue };
        let mut peers: Vec<(&str, f64)> =
            group.iter().filter(|(n, _)| *n != OURS).map(|(n, &ns)| (n.as_str(), ns)).collect();
        peers.sort_by(|a, b| a.1.total_cmp(&b.1));
        let Some(&(best, ns)) = peers.first() else { continue };
        let all: Vec<String> =
            peers.iter().map(|(name, ns)| format!("{name} {:.2}", ns / ours)).collect();
        table.add_row([
            name.clone(),
            format!("{:.3}", ours / 1e3),
            best.to_owned(),
            format!("{:.3}", ns / 1e3),
            format!("{:.2}", ns / ours),
            all.join(", "),
        ]);
    }
    for column in [1, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
