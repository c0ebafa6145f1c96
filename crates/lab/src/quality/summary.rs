//! Mean and worst figures of many recordings.

use serde::Serialize;

use super::figures::Figures;

/// Mean and worst of one figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean over the recordings that have this figure.
    pub mean: f64,
    /// Worst recording.
    pub worst: f64,
    /// Number of recordings that have this figure.
    pub count: usize,
}

/// One figure of many recordings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Short, stable name for columns of a CSV.
    pub name: &'static str,
    /// Description with unit.
    pub about: &'static str,
    /// `None` if no recording has the figure.
    pub spread: Option<Spread>,
}

/// What makes a value worse.
#[derive(Clone, Copy)]
enum Worse {
    Lower,
    Higher,
    Farther,
}

type Row = (&'static str, &'static str, Worse, fn(&Figures) -> Option<f64>);

const ROWS: [Row; 11] = [
    ("pesq", "PESQ (1 to 4.64)", Worse::Lower, |f| f.pesq),
    ("stoi", "STOI (to 1)", Worse::Lower, |f| f.stoi),
    ("snr_db", "signal-to-noise ratio, dB", Worse::Lower, |f| Some(f.snr_db)),
    ("segmental_snr_db", "… in frames of 20 ms, dB", Worse::Lower, |f| f.segmental_snr_db),
    ("lsd_db", "log-spectral distance, dB", Worse::Higher, |f| f.lsd_db),
    ("lsd_high_db", "… above 3.4 kHz, dB", Worse::Higher, |f| f.lsd_high_db),
    ("loudness_lu", "loudness change, LU", Worse::Farther, |f| f.loudness_lu),
    ("long_mean_db", "third octaves, long term, dB", Worse::Higher, |f| {
        Some(f.thirds?.long_mean_db)
    }),
    ("long_max_db", "… in the worst band, dB", Worse::Higher, |f| Some(f.thirds?.long_max_db)),
    ("short_mean_db", "third octaves, within 16 ms, dB", Worse::Higher, |f| {
        Some(f.thirds?.short_mean_db)
    }),
    ("short_max_db", "… in the worst band, dB", Worse::Higher, |f| Some(f.thirds?.short_max_db)),
];

/// Mean and worst of every figure, in the order of reports.
#[must_use]
pub fn summary(figures: &[Figures]) -> Vec<Summary> {
    ROWS.iter()
        .map(|&(name, about, worse, of)| {
            let values: Vec<f64> = figures.iter().filter_map(of).collect();
            Summary { name, about, spread: spread(&values, worse) }
        })
        .collect()
}

fn spread(values: &[f64], worse: Worse) -> Option<Spread> {
    let badness = |x: f64| match worse {
        Worse::Lower => -x,
        Worse::Higher => x,
        Worse::Farther => x.abs(),
    };
    let worst = values.iter().copied().max_by(|a, b| badness(*a).total_cmp(&badness(*b)))?;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Some(Spread { mean, worst, count: values.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_means_lowest_score_largest_distance_or_largest_change() {
        let spread = |worse| spread(&[1.0, -4.0, 3.0], worse).unwrap();
        assert_eq!(spread(Worse::Lower).worst, -4.0);
        assert_eq!(spread(Worse::Higher).worst, 3.0);
        assert_eq!(spread(Worse::Farther).worst, -4.0);
        assert_eq!((spread(Worse::Lower).mean, spread(Worse::Lower).count), (0.0, 3));
        assert_eq!(super::spread(&[], Worse::Lower), None);
    }
}
