//! Axes: where values are drawn, which of them are labelled, and how they are written.

use egui::{Rangef, Rect};
use patchveil_spectral::axis::{Scale, Tick, frequency_ticks, level_step};

/// Lowest frequency shown, in Hz.
pub(crate) const HZ_MIN: f32 = 20.0;

/// Lower levels, in dBFS, are silence.
const SILENCE: f32 = -150.0;

/// Frequencies from left to right, on a logarithmic scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogAxis {
    x: Rangef,
    scale: Scale,
    /// Highest frequency shown, in Hz.
    pub(crate) top: f32,
}

impl LogAxis {
    /// An axis over the width of `rect` that ends at 20 kHz, or half the sample rate if that is
    /// less.
    pub(crate) fn new(rect: Rect, sample_rate: u32) -> Self {
        let half = sample_rate as f32 / 2.0;
        let top = if half < 100.0 { 20_000.0 } else { half.min(20_000.0) };
        let scale = Scale::logarithmic(f64::from(HZ_MIN), f64::from(top));
        Self { x: rect.x_range(), scale, top }
    }

    /// Where a frequency is drawn, in points.
    pub(crate) fn x(&self, hz: f32) -> f32 {
        self.x.min + self.scale.share(f64::from(hz.max(1e-3))) as f32 * self.x.span()
    }

    /// The frequency drawn at `x`, in Hz.
    pub(crate) fn hz(&self, x: f32) -> f32 {
        let share = (x - self.x.min) / self.x.span().max(1.0);
        self.scale.value(f64::from(share.clamp(0.0, 1.0))) as f32
    }

    /// The grid lines: 1 to 9 of every decade, of which 1, 2 and 5 are labelled.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        let mut ticks = frequency_ticks(f64::from(HZ_MIN), f64::from(self.top));
        if let Some(first) = ticks.first_mut() {
            first.label.push_str(" Hz");
        }
        ticks
    }
}

/// A range of levels in dB, from top to bottom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LevelAxis {
    y: Rangef,
    low: f32,
    high: f32,
}

impl LevelAxis {
    /// From `high` dB at the top of `rect` down to `low` dB.
    pub(crate) fn new(rect: Rect, low: f32, high: f32) -> Self {
        Self { y: rect.y_range(), low, high }
    }

    /// Where a level is drawn, in points; clamped to the range.
    pub(crate) fn y(&self, db: f32) -> f32 {
        let share = (self.high - db.clamp(self.low, self.high)) / (self.high - self.low);
        self.y.min + share * self.y.span()
    }

    /// The levels to label: round numbers of dB, at least `distance` points apart.
    pub(crate) fn labels(&self, distance: f32) -> Vec<f32> {
        let (span, length) = (f64::from(self.high - self.low), f64::from(self.y.span()));
        let step = level_step(span, length, f64::from(distance)) as f32;
        let first = (self.low / step).ceil() as i32;
        let last = (self.high / step).floor() as i32;
        (first..=last).map(|n| n as f32 * step).collect()
    }
}

/// A frequency with its unit.
pub(crate) fn frequency(hz: f32) -> String {
    match hz {
        hz if hz >= 10_000.0 => format!("{:.1} kHz", hz / 1_000.0),
        hz if hz >= 1_000.0 => format!("{:.2} kHz", hz / 1_000.0),
        hz if hz >= 100.0 => format!("{hz:.0} Hz"),
        hz => format!("{hz:.1} Hz"),
    }
}

/// The nearest note in equal temperament with A4 at 440 Hz, and the distance to it in cents:
/// “A4 +12 ct”.
pub(crate) fn note(hz: f32) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    let exact = 69.0 + 12.0 * (hz.max(1.0) / 440.0).log2();
    let nearest = exact.round();
    let cents = ((exact - nearest) * 100.0).round() as i32;
    let number = nearest as i32;
    let name = NAMES[number.rem_euclid(12) as usize];
    let octave = number.div_euclid(12) - 1;
    match cents {
        0 => format!("{name}{octave}"),
        cents => format!("{name}{octave} {}{} ct", if cents < 0 { "−" } else { "+" }, cents.abs()),
    }
}

/// A level with its sign, to a tenth of a dB.
pub(crate) fn signed(db: f32) -> String {
    let tenths = (db * 10.0).round() as i32;
    let sign = match tenths {
        0 => "",
        ..0 => "−",
        _ => "+",
    };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// A level to a tenth of a dB, with a sign only below 0.
pub(crate) fn level(db: f32) -> String {
    if db <= SILENCE {
        return "−∞".to_owned();
    }
    signed(db).trim_start_matches('+').to_owned()
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    #[test]
    fn a_frequency_is_read_where_it_is_drawn() {
        let axis = LogAxis::new(Rect::from_min_size(pos2(40.0, 0.0), vec2(700.0, 100.0)), 44_100);
        for hz in [20.0, 99.0, 1_000.0, 19_999.0] {
            assert!((axis.hz(axis.x(hz)) / hz - 1.0).abs() < 1e-3);
        }
        assert_eq!((axis.x(20.0), axis.x(20_000.0)), (40.0, 740.0));
        assert_eq!(axis.hz(0.0), 20.0);
        let ticks = axis.ticks();
        let labels: Vec<&str> =
            ticks.iter().filter(|tick| tick.is_major()).map(|tick| &*tick.label).collect();
        let expected = ["20 Hz", "50", "100", "200", "500", "1k", "2k", "5k", "10k", "20k"];
        assert_eq!(labels, expected);
        // At a sample rate of 8 kHz the axis ends at 4 kHz.
        let narrow = LogAxis::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(70.0, 9.0)), 8_000);
        assert_eq!((narrow.top, narrow.x(4_000.0)), (4_000.0, 70.0));
    }

    #[test]
    fn notes_and_levels_read_as_musicians_write_them() {
        assert_eq!(note(440.0), "A4");
        assert_eq!(note(261.63), "C4");
        assert_eq!(note(1_050.0), "C6 +6 ct");
        assert_eq!(note(27.5), "A0");
        assert_eq!(note(1_040.0), "C6 −11 ct");
        assert_eq!(frequency(1_049.0), "1.05 kHz");
        assert_eq!(frequency(440.0), "440 Hz");
        assert_eq!(signed(-0.04), "0.0");
        assert_eq!(signed(3.26), "+3.3");
        assert_eq!(level(-34.25), "−34.3");
        assert_eq!(level(-180.0), "−∞");
    }

    #[test]
    fn level_labels_keep_their_distance() {
        for height in [30.0, 80.0, 200.0, 600.0] {
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(9.0, height));
            let axis = LevelAxis::new(rect, -96.0, 0.0);
            let labels = axis.labels(18.0);
            assert!(!labels.is_empty());
            assert!(labels.windows(2).all(|two| axis.y(two[0]) - axis.y(two[1]) >= 18.0));
        }
    }
}
