//! Axes of plots: where a value lies, where the ticks are, and how they read.

/// A linear or logarithmic range of values, as shares 0 ..= 1 of an axis.
///
/// ```
/// use patchveil_spectral::axis::Scale;
///
/// let hz = Scale::logarithmic(20.0, 20_000.0);
/// assert!((hz.share(632.455_532) - 0.5).abs() < 1e-9);
/// assert!((hz.value(1.0) - 20_000.0).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Ends of the range; their logarithms on a logarithmic axis.
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// From `low` at share 0 to `high` at share 1.
    #[must_use]
    pub fn linear(low: f64, high: f64) -> Self {
        Self { low, high, logarithmic: false }
    }

    /// The same with every octave as wide as the next; both ends are above 0.
    #[must_use]
    pub fn logarithmic(low: f64, high: f64) -> Self {
        Self { low: low.ln(), high: high.ln(), logarithmic: true }
    }

    /// Where a value lies, as a share of the axis; values beyond the ends lie beyond 0 and 1, and
    /// those that have no logarithm at −∞.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.max(0.0).ln() } else { value };
        (value - self.low) / (self.high - self.low)
    }

    /// [`share`](Self::share), kept within the axis.
    #[must_use]
    pub fn share_within(&self, value: f64) -> f64 {
        self.share(value).clamp(0.0, 1.0)
    }

    /// The value at a share of the axis.
    #[must_use]
    pub fn value(&self, share: f64) -> f64 {
        let value = self.low + share * (self.high - self.low);
        if self.logarithmic { value.exp() } else { value }
    }
}

/// A tick of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it is.
    pub value: f64,
    /// What it says; empty for a minor tick.
    pub label: String,
}

impl Tick {
    /// Whether it has a label.
    #[must_use]
    pub fn is_major(&self) -> bool {
        !self.label.is_empty()
    }
}

/// Ticks of a logarithmic frequency axis in Hz: labelled at 1, 2 and 5 times a power of ten, without
/// a label at the other digits.
///
/// ```
/// use patchveil_spectral::axis::frequency_ticks;
///
/// let labels: Vec<String> = frequency_ticks(20.0, 20_000.0)
///     .into_iter()
///     .filter(|tick| tick.is_major())
///     .map(|tick| tick.label)
///     .collect();
/// assert_eq!(labels, ["20", "50", "100", "200", "500", "1k", "2k", "5k", "10k", "20k"]);
/// ```
#[must_use]
pub fn frequency_ticks(low: f64, high: f64) -> Vec<Tick> {
    let mut ticks = Vec::new();
    // Also keeps NaN and infinity out of the loop.
    if !(low > 0.0 && high >= low && high.is_finite()) {
        return ticks;
    }
    for decade in low.log10().floor() as i32..=high.log10().floor() as i32 {
        for digit in 1..10_u8 {
            let value = f64::from(digit) * 10_f64.powi(decade);
            if value < low * 0.999 || value > high * 1.001 {
                continue;
            }
            let labelled = matches!(digit, 1 | 2 | 5);
            let label = if labelled { short_hz(value) } else { String::new() };
            ticks.push(Tick { value, label });
        }
    }
    ticks
}

/// A frequency as an axis shows it: “500”, “2k”.
#[must_use]
pub fn short_hz(hz: f64) -> String {
    if hz >= 1_000.0 { format!("{}k", hz / 1_000.0) } else { format!("{hz}") }
}

/// Labelled ticks at the multiples of `step` from `low` to `high`, as whole numbers.
#[must_use]
pub fn level_ticks(low: f64, high: f64, step: f64) -> Vec<Tick> {
    multiples(low, high, step)
        .map(|value| Tick { value, label: true_minus(&format!("{value:.0}")) })
        .collect()
}

/// The smallest round step of dB that puts ticks at least `apart` from each other on an axis of
/// `length` that spans `span_db`; `apart` and `length` in the same unit.
#[must_use]
pub fn level_step(span_db: f64, length: f64, apart: f64) -> f64 {
    let fits = |step: &f64| step / span_db * length >= apart;
    [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0].into_iter().find(fits).unwrap_or(96.0)
}

/// At most about 14 ticks at round numbers of seconds or minutes from 0 to `seconds`.
#[must_use]
pub fn time_ticks(seconds: f64) -> Vec<Tick> {
    const MOST: f64 = 14.0;
    const STEPS: [f64; 17] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0,
        7_200.0, 14_400.0, 28_800.0, 86_400.0,
    ];
    let fits = |step: &f64| seconds / step <= MOST;
    let step = if seconds >= MOST {
        STEPS.into_iter().find(fits).unwrap_or(864_000.0)
    } else {
        let decade = 10_f64.powf((seconds / MOST).log10().floor());
        [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade).into_iter().find(fits).unwrap_or(seconds)
    };
    let decimals = (-step.log10()).ceil().max(0.0) as usize;
    let label = |value: f64| {
        if seconds < 120.0 {
            return format!("{value:.decimals$}");
        }
        let whole = value.round() as u64;
        let (h, m, s) = (whole / 3_600, whole / 60 % 60, whole % 60);
        if seconds < 3_600.0 { format!("{m}:{s:02}") } else { format!("{h}:{m:02}:{s:02}") }
    };
    multiples(0.0, seconds, step).map(|value| Tick { value, label: label(value) }).collect()
}

/// The title of a time axis with the unit that the labels of [`time_ticks`] are in.
#[must_use]
pub fn time_title(seconds: f64) -> &'static str {
    match seconds {
        ..120.0 => "time, s",
        120.0..3_600.0 => "time, min:s",
        _ => "time, h:min:s",
    }
}

fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(move |i| i as f64 * step)
}

/// A formatted number with a true minus sign, and without one for a rounded 0.
#[must_use]
pub fn true_minus(number: &str) -> String {
    match number.strip_prefix('-') {
        None => number.to_owned(),
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("\u{2212}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_where_it_is_drawn() {
        for scale in [Scale::linear(-96.0, 0.0), Scale::logarithmic(20.0, 20_000.0)] {
            for share in [0.0, 0.25, 0.7, 1.0] {
                assert!((scale.share(scale.value(share)) - share).abs() < 1e-12);
            }
        }
        let scale = Scale::logarithmic(20.0, 20_000.0);
        assert_eq!((scale.share_within(0.0), scale.share_within(-1.0)), (0.0, 0.0));
        assert_eq!(scale.share_within(1e9), 1.0);
    }

    #[test]
    fn time_labels_are_round_few_and_different_at_any_length() {
        for seconds in [0.002, 0.3, 1.0, 2.9, 13.9, 14.0, 59.0, 180.0, 3_600.0, 90_000.0] {
            let ticks = time_ticks(seconds);
            assert!((3..=15).contains(&ticks.len()), "{seconds} s: {}", ticks.len());
            assert!(ticks.iter().all(|t| t.value <= seconds * 1.000_001));
            let mut labels: Vec<_> = ticks.iter().map(|t| &t.label).collect();
            labels.dedup();
            assert_eq!(labels.len(), ticks.len());
        }
        assert_eq!(time_ticks(3_600.0)[1].label, "0:05:00");
        assert_eq!(time_ticks(0.3)[1].label, "0.05");
        assert_eq!(time_title(119.9), "time, s");
        assert_eq!(time_title(3_600.0), "time, h:min:s");
    }

    #[test]
    fn frequencies_without_a_logarithm_have_no_ticks() {
        for (low, high) in [(0.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(frequency_ticks(low, high).is_empty());
        }
        assert_eq!(frequency_ticks(300.0, 900.0).len(), 7);
    }

    #[test]
    fn level_ticks_keep_their_distance() {
        for length in [30.0, 80.0, 200.0, 600.0] {
            let step = level_step(96.0, length, 18.0);
            let ticks = level_ticks(-96.0, 0.0, step);
            assert!(!ticks.is_empty());
            let apart = |two: &[Tick]| (two[1].value - two[0].value) / 96.0 * length;
            assert!(ticks.windows(2).all(|two| apart(two) >= 18.0));
        }
        assert_eq!(level_ticks(-7.0, 0.0, 6.0)[0].label, "\u{2212}6");
    }

    #[test]
    fn numbers_have_a_true_minus_and_no_negative_zero() {
        assert_eq!(true_minus("-3.5"), "\u{2212}3.5");
        assert_eq!(true_minus("-0.0"), "0.0");
        assert_eq!(true_minus("2"), "2");
    }
}
