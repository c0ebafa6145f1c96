//! Where on the timeline a recording begins.

use std::str::FromStr;

use crate::pcm::PcmInfo;

/// Positions are nearer to 0 than this, in samples: a position plus the length of a file cannot overflow.
const FARTHEST: u64 = 1 << 48;

/// A position on the timeline, in samples or in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Position {
    /// In samples.
    Samples(i64),
    /// In seconds.
    Seconds(f64),
}

impl Position {
    /// The position in samples at `sample_rate` Hz, the nearest one.
    #[must_use]
    pub fn at(self, sample_rate: u32) -> i64 {
        match self {
            Self::Samples(samples) => samples,
            Self::Seconds(seconds) => (seconds * f64::from(sample_rate)).round() as i64,
        }
    }
}

/// A text is no position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("give samples (48000), or a time with its unit (1.5s, 250ms)")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    /// A whole number of samples, or a time in `s` or `ms`.
    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let seconds = |number: &str, unit: f64| match number.trim_end().parse::<f64>() {
            // Beyond a year of audio it is a mistake.
            Ok(value) if (value * unit).abs() < 3.2e7 => Ok(Self::Seconds(value * unit)),
            _ => Err(NoPosition),
        };
        if let Some(number) = text.strip_suffix("ms") {
            return seconds(number, 1e-3);
        }
        if let Some(number) = text.strip_suffix('s') {
            return seconds(number, 1.0);
        }
        let samples = text.parse().ok().filter(|samples: &i64| samples.unsigned_abs() < FARTHEST);
        samples.map(Self::Samples).ok_or(NoPosition)
    }
}

/// What says where on the timeline a recording begins. Stems that are protected apart and mixed afterwards can be
/// restored as one if each began at its own position on the session's timeline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Timeline {
    /// The user.
    At(Position),
    /// The `TimeReference` in the `bext` chunk of a broadcast WAV file.
    Bext,
}

impl Timeline {
    /// Every recording begins at 0.
    pub const ZERO: Self = Self::At(Position::Samples(0));

    /// Timeline position of a file's first sample, in samples; none if the file should say and does not.
    #[must_use]
    pub fn offset(self, info: &PcmInfo) -> Option<i64> {
        match self {
            Self::At(position) => Some(position.at(info.sample_rate)),
            Self::Bext => {
                let reference = info.time_reference.filter(|samples| *samples < FARTHEST);
                reference.and_then(|samples| i64::try_from(samples).ok())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_samples_or_times_with_a_unit() {
        for (text, samples) in
            [("0", 0), ("-48000", -48_000), ("1.5s", 72_000), ("250ms", 12_000), ("-2 s", -96_000)]
        {
            assert_eq!(text.parse::<Position>().unwrap().at(48_000), samples, "{text}");
        }
        for text in [
            "",
            "s",
            "1.5",
            "1m",
            "infs",
            "NaNs",
            "99999999999999999",
            "1e9s",
            "-9223372036854775808",
        ] {
            assert_eq!(text.parse::<Position>(), Err(NoPosition), "{text}");
        }
    }
}
