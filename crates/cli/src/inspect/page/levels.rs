//! How loud the excerpts are, and the gains that make them equally loud.

use serde::Serialize;

use crate::inspect::loudness::Loudness;
use crate::inspect::report::dbfs;
use crate::pcm::PcmInfo;

/// Highest the peaks of the raised difference may become, in dBFS.
const PEAK_DBFS: f64 = 0.0;

/// Level of an excerpt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    /// Integrated loudness after EBU R 128; none if there is too little of it, or too quiet.
    pub(super) lufs: Option<f64>,
    /// Root mean square of all channels' samples, in dBFS; none for silence.
    pub(super) rms_dbfs: Option<f64>,
    /// Highest absolute sample, in dBFS; none for silence.
    pub(super) peak_dbfs: Option<f64>,
}

/// Measures a level, block by block.
pub(super) struct Meter {
    loudness: Loudness,
    energy: f64,
    samples: u64,
    peak: f32,
}

impl Meter {
    pub(super) fn new(info: &PcmInfo) -> Self {
        Self { loudness: Loudness::new(info), energy: 0.0, samples: 0, peak: 0.0 }
    }

    pub(super) fn push(&mut self, block: &[Vec<f32>]) {
        self.loudness.push(block);
        for channel in block {
            self.energy += channel.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
            self.peak = channel.iter().fold(self.peak, |peak, x| peak.max(x.abs()));
            self.samples += channel.len() as u64;
        }
    }

    pub(super) fn finish(self) -> Level {
        Level {
            lufs: self.loudness.finish(),
            rms_dbfs: dbfs((self.energy / self.samples.max(1) as f64).sqrt()),
            peak_dbfs: dbfs(f64::from(self.peak)),
        }
    }
}

/// What levels were matched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Basis {
    /// Integrated loudness.
    #[serde(rename = "LUFS")]
    Loudness,
    /// Root mean square, where loudness cannot be measured.
    #[serde(rename = "RMS")]
    Rms,
    /// Nothing: one of them is silent.
    #[serde(rename = "none")]
    Nothing,
}

/// Gains in dB. Before and after are played as loud as the quieter of the two, so that neither is raised
/// and none clips.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Gains {
    pub(super) basis: Basis,
    pub(super) before_db: f64,
    pub(super) after_db: f64,
    /// Makes the difference as loud as the two; none for silence.
    pub(super) difference_db: Option<f64>,
    /// By how much that gain is less than it should be, so that the difference does not clip.
    pub(super) difference_short_db: f64,
}

impl Gains {
    pub(super) fn new(before: Level, after: Level, difference: Level) -> Self {
        let (basis, levels) = match (before.lufs, after.lufs, before.rms_dbfs, after.rms_dbfs) {
            (Some(before), Some(after), ..) => (Basis::Loudness, Some((before, after))),
            (.., Some(before), Some(after)) => (Basis::Rms, Some((before, after))),
            _ => (Basis::Nothing, None),
        };
        let Some((before_level, after_level)) = levels else {
            return Self {
                basis,
                before_db: 0.0,
                after_db: 0.0,
                difference_db: difference.peak_dbfs.map(|peak| (PEAK_DBFS - peak).min(0.0)),
                difference_short_db: 0.0,
            };
        };
        let common = before_level.min(after_level);
        // The difference may lie below the gate of the loudness meter.
        let wanted = match (basis, difference.lufs) {
            (Basis::Loudness, Some(lufs)) => Some(common - lufs),
            (Basis::Loudness, None) => before.rms_dbfs.zip(difference.rms_dbfs).map(|(a, b)| a - b),
            _ => difference.rms_dbfs.map(|rms| common - rms),
        };
        let most = difference.peak_dbfs.map_or(0.0, |peak| PEAK_DBFS - peak);
        Self {
            basis,
            before_db: common - before_level,
            after_db: common - after_level,
            difference_db: wanted.map(|wanted| wanted.min(most)),
            difference_short_db: wanted.map_or(0.0, |wanted| (wanted - most).max(0.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(lufs: Option<f64>, rms: f64, peak: f64) -> Level {
        Level { lufs, rms_dbfs: Some(rms), peak_dbfs: Some(peak) }
    }

    #[test]
    fn both_become_as_loud_as_the_quieter_one() {
        let gains = Gains::new(
            level(Some(-18.0), -20.0, -3.0),
            level(Some(-17.25), -20.0, -3.0),
            level(Some(-48.0), -50.0, -32.0),
        );
        assert_eq!((gains.before_db, gains.after_db), (0.0, -0.75));
        assert_eq!((gains.difference_db, gains.difference_short_db), (Some(30.0), 0.0));
    }

    #[test]
    fn the_raised_difference_does_not_clip_and_the_gain_says_by_how_much_it_is_short() {
        let gains = Gains::new(
            level(Some(-18.0), -20.0, -3.0),
            level(Some(-18.0), -20.0, -3.0),
            level(Some(-48.0), -50.0, -25.0),
        );
        assert_eq!((gains.difference_db, gains.difference_short_db), (Some(25.0), 5.0));
    }

    #[test]
    fn what_is_too_short_for_loudness_is_matched_by_its_mean_power() {
        let gains = Gains::new(
            level(None, -20.0, -3.0),
            level(None, -22.0, -3.0),
            level(None, -40.0, -30.0),
        );
        assert_eq!(gains.basis, Basis::Rms);
        assert_eq!((gains.before_db, gains.after_db), (-2.0, 0.0));
        assert_eq!(gains.difference_db, Some(18.0));
    }

    #[test]
    fn silence_is_left_alone() {
        let gains = Gains::new(Level::default(), Level::default(), Level::default());
        assert_eq!(gains.basis, Basis::Nothing);
        assert_eq!((gains.before_db, gains.after_db, gains.difference_db), (0.0, 0.0, None));
    }
}
