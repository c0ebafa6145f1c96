//! The table as CSV.

use ::csv::Writer;

use super::Results;
use super::rows::median;

/// One row for each generator, corpus, condition and length of output, with statistics over seeds and
/// owners.
pub(super) fn table(results: &Results) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record([
        "generator",
        "from",
        "corpus",
        "share_percent",
        "level_db",
        "before",
        "way",
        "owners",
        "counter",
        "seconds",
        "seconds_made",
        "traces",
        "found",
        "sigmas_mean",
        "sigmas_min",
        "sigmas_max",
        "p_median",
        "decoy_p_median",
    ])?;
    for row in results.rows() {
        let condition = &row.condition;
        let lowest = row.sigmas.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = row.sigmas.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        writer.write_record([
            row.generator.to_string(),
            row.source.to_string(),
            row.corpus.clone(),
            condition.share.to_string(),
            condition.level_db.to_string(),
            condition.before.to_string(),
            condition.way.to_string(),
            condition.owners.to_string(),
            condition.counter.to_string(),
            row.asked_s.to_string(),
            format!("{:.1}", row.seconds),
            row.sigmas.len().to_string(),
            row.found().to_string(),
            format!("{:.2}", row.mean_sigmas()),
            format!("{lowest:.2}"),
            format!("{highest:.2}"),
            format!("{:.3e}", median(&row.p_values)),
            format!("{:.4}", median(&row.decoy_p_values)),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
