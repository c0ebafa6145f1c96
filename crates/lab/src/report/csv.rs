//! The table as CSV.

use ::csv::Writer;

use super::tables::Results;

/// One row for each veil, cut, attack and learner, with statistics over seeds in percent.
pub(super) fn table(results: &Results) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record([
        "veil", "cut", "attack", "learner", "judge", "seeds", "mean", "sd", "min", "max", "pesq",
        "stoi",
    ])?;
    let percent = |value: f64| format!("{:.2}", 100.0 * value);
    for veil in &results.veils {
        let quality = |name: &str| {
            results.quality(veil, name).map_or_else(String::new, |value| format!("{value:.3}"))
        };
        for cut in &results.cuts {
            for attack in &results.attacks {
                for &learner in &results.learners {
                    let Some(cell) = results.cell(veil, cut, attack, learner) else { continue };
                    let lowest = cell.values.iter().copied().fold(f64::INFINITY, f64::min);
                    let highest = cell.values.iter().copied().fold(0.0, f64::max);
                    let row: [&str; 12] = [
                        veil,
                        cut,
                        attack,
                        learner.name(),
                        if learner.is_judge() { "yes" } else { "no" },
                        &cell.values.len().to_string(),
                        &percent(cell.mean()),
                        &cell.deviation().map(percent).unwrap_or_default(),
                        &percent(lowest),
                        &percent(highest),
                        &quality("pesq"),
                        &quality("stoi"),
                    ];
                    writer.write_record(row)?;
                }
            }
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
