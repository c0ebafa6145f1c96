//! Axes: from values to pixels, and ticks.

/// An axis: values from `low` to `high` at pixels from `start` to `end`, in either direction.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    start: f32,
    end: f32,
    logarithmic: bool,
}

impl Axis {
    pub(crate) fn linear((low, high): (f64, f64), (start, end): (f32, f32)) -> Self {
        Self { low, high, start, end, logarithmic: false }
    }

    pub(crate) fn logarithmic((low, high): (f64, f64), (start, end): (f32, f32)) -> Self {
        Self { low: low.ln(), high: high.ln(), start, end, logarithmic: true }
    }

    /// The pixel of a value, limited to the ends.
    pub(crate) fn at(&self, value: f64) -> f32 {
        let value = if self.logarithmic { value.ln() } else { value };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0) as f32;
        self.start + share * (self.end - self.start)
    }
}

/// A line across a plot.
pub(crate) struct Tick {
    pub(crate) value: f64,
    /// Empty for a minor one.
    pub(crate) label: String,
}

/// Ticks at every digit times a power of ten; 1, 2 and 5 with a label.
pub(crate) fn frequency_ticks((low, high): (f64, f64)) -> Vec<Tick> {
    let mut ticks = Vec::new();
    for decade in low.log10().floor() as i32..=high.log10().floor() as i32 {
        for digit in 1..10_u8 {
            let value = f64::from(digit) * 10_f64.powi(decade);
            if value < low * 0.999 || value > high * 1.001 {
                continue;
            }
            let label = match digit {
                1 | 2 | 5 if value >= 1000.0 => format!("{}k", value / 1000.0),
                1 | 2 | 5 => format!("{value}"),
                _ => String::new(),
            };
            ticks.push(Tick { value, label });
        }
    }
    ticks
}

/// Labelled ticks at the multiples of `step` in the range.
pub(crate) fn level_ticks((low, high): (f64, f64), step: f64) -> Vec<Tick> {
    multiples((low, high), step)
        .map(|value| Tick { value, label: minus(format!("{value:.0}")) })
        .collect()
}

/// At most about 14 ticks, at round numbers of seconds or minutes.
pub(crate) fn time_ticks(seconds: f64) -> Vec<Tick> {
    const STEPS: [f64; 17] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0,
        14_400.0, 28_800.0, 86_400.0,
    ];
    let fits = |step: f64| seconds / step <= 14.0;
    let step = if seconds >= 14.0 {
        STEPS.into_iter().find(|&s| fits(s)).unwrap_or(864_000.0)
    } else {
        let decade = 10_f64.powf((seconds / 14.0).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade);
        steps.into_iter().find(|&s| fits(s)).unwrap_or(seconds)
    };
    let decimals = (-step.log10()).ceil().max(0.0) as usize;
    let label = |value: f64| {
        if seconds < 120.0 {
            return format!("{value:.decimals$}");
        }
        let whole = value.round() as u64;
        let (h, m, s) = (whole / 3600, whole / 60 % 60, whole % 60);
        if seconds < 3600.0 { format!("{m}:{s:02}") } else { format!("{h}:{m:02}:{s:02}") }
    };
    multiples((0.0, seconds), step).map(|value| Tick { value, label: label(value) }).collect()
}

/// The unit of the labels of [`time_ticks`].
pub(crate) fn time_unit(seconds: f64) -> &'static str {
    if seconds < 120.0 {
        "time, s"
    } else if seconds < 3600.0 {
        "time, min:s"
    } else {
        "time, h:min:s"
    }
}

fn multiples((low, high): (f64, f64), step: f64) -> impl Iterator<Item = f64> {
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(move |i| i as f64 * step)
}

/// A number with a true minus sign and without "-0".
pub(crate) fn minus(number: String) -> String {
    match number.strip_prefix('-') {
        None => number,
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("\u{2212}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round_and_few_at_any_length() {
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
    }

    #[test]
    fn numbers_have_a_true_minus_and_no_negative_zero() {
        assert_eq!(minus("-3.5".into()), "\u{2212}3.5");
        assert_eq!(minus("-0.0".into()), "0.0");
        assert_eq!(minus("2".into()), "2");
    }
}
