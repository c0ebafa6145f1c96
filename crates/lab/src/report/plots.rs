//! Plots as inline SVG.

use maud::{Markup, html};

use super::tables::Results;
use crate::learn::Learner;

/// Colours of the veils in the order of the table, repeated if there are more.
const COLOURS: [&str; 10] = [
    "#666666", "#1f6fb4", "#d1495b", "#2a9d5c", "#e08e1b", "#7b52ab", "#1a9ba1", "#a0522d",
    "#c2478f", "#6b7a12",
];

/// Colour of the veil with this index in the table.
pub(crate) fn colour(index: usize) -> &'static str {
    COLOURS[index % COLOURS.len()]
}

/// A frame with axes, and the pixel coordinates of values in it.
pub(crate) struct Axes {
    pub(crate) size: (f64, f64),
    pub(crate) x: (f64, f64),
    pub(crate) y: (f64, f64),
}

/// Margins around the frame in pixels: left, top, right, bottom.
const MARGIN: (f64, f64, f64, f64) = (46.0, 12.0, 12.0, 40.0);

impl Axes {
    pub(crate) fn x(&self, value: f64) -> f64 {
        let width = self.size.0 - MARGIN.0 - MARGIN.2;
        MARGIN.0 + width * (value - self.x.0) / (self.x.1 - self.x.0)
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        let height = self.size.1 - MARGIN.1 - MARGIN.3;
        MARGIN.1 + height * (self.y.1 - value) / (self.y.1 - self.y.0)
    }

    /// The frame with names and ticks of the x and y axis, and `content` inside.
    pub(crate) fn draw(
        &self,
        names: (&str, &str),
        ticks: (&[f64], &[f64]),
        content: &Markup,
    ) -> Markup {
        let (width, height) = self.size;
        let (left, right) = (self.x(self.x.0), self.x(self.x.1));
        let (top, bottom) = (self.y(self.y.1), self.y(self.y.0));
        let decimals = |ticks: &[f64]| usize::from(ticks.iter().any(|tick| tick.fract() != 0.0));
        let fine = |ticks: &[f64]| {
            if ticks.iter().any(|tick| (tick * 10.0).fract().abs() > 1e-6) {
                2
            } else {
                decimals(ticks)
            }
        };
        html! {
            svg viewBox=(format!("0 0 {width} {height}")) role="img"
                aria-label=(format!("{} over {}", names.1, names.0)) {
                @for &tick in ticks.0 {
                    line.grid x1=(self.x(tick)) x2=(self.x(tick)) y1=(top) y2=(bottom) {}
                    text.tick x=(self.x(tick)) y=(bottom + 15.0) text-anchor="middle" {
                        (format!("{tick:.*}", fine(ticks.0)))
                    }
                }
                @for &tick in ticks.1 {
                    line.grid x1=(left) x2=(right) y1=(self.y(tick)) y2=(self.y(tick)) {}
                    text.tick x=(left - 6.0) y=(self.y(tick) + 4.0) text-anchor="end" {
                        (format!("{tick:.*}", fine(ticks.1)))
                    }
                }
                rect.frame x=(left) y=(top) width=(right - left) height=(bottom - top) {}
                text.name x=((left + right) / 2.0) y=(height - 6.0) text-anchor="middle" { (names.0) }
                text.name x=(-(top + bottom) / 2.0) y="12" text-anchor="middle"
                    transform="rotate(-90)" { (names.1) }
                (content)
            }
        }
    }
}

const PERCENT: [f64; 6] = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0];

/// Clean accuracy of the panel over a quality figure: one dot per veil with a line to its worst
/// judge. Better quality is further right, better protection further down. `None` if no veil has
/// the figure.
pub(super) fn frontier(results: &Results, figure: &str, name: &str, top: f64) -> Option<Markup> {
    let dots: Vec<(usize, &str, f64, f64, f64)> = results
        .veils
        .iter()
        .enumerate()
        .filter_map(|(index, &veil)| {
            let panel = results.panel(veil, "whole", "none")?;
            // Untouched clips have the best value.
            let x = if veil == "none" { top } else { results.quality(veil, figure)? };
            Some((index, veil, x, 100.0 * panel.mean, 100.0 * panel.worst))
        })
        .collect();
    if dots.iter().all(|(_, veil, ..)| *veil == "none") {
        return None;
    }
    let least = dots.iter().map(|dot| dot.2).fold(top, f64::min);
    let step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
        .into_iter()
        .find(|step| (top - least) / step <= 7.0)
        .unwrap_or(5.0);
    let from = (least / step - 0.4).floor() * step;
    let ticks: Vec<f64> = (0..40)
        .map(|n| from + step * f64::from(n))
        .map(|tick| (tick * 1e6).round() / 1e6)
        .take_while(|&tick| tick <= top + 1e-9)
        .collect();
    let axes = Axes { size: (470.0, 330.0), x: (from, top + 0.35 * step), y: (0.0, 100.0) };
    let chance = 100.0 * results.chance_level();
    let content = html! {
        line.chance x1=(axes.x(axes.x.0)) x2=(axes.x(axes.x.1)) y1=(axes.y(chance)) y2=(axes.y(chance)) {}
        text.tick x=(axes.x(axes.x.0) + 5.0) y=(axes.y(chance) - 4.0) { "chance" }
        @for &(index, veil, x, mean, worst) in &dots {
            @let (cx, cy, ink) = (axes.x(x), axes.y(mean), colour(index));
            @let right = cx > axes.size.0 * 0.72;
            line x1=(cx) x2=(cx) y1=(cy) y2=(axes.y(worst)) stroke=(ink) stroke-width="1.5" {}
            circle cx=(cx) cy=(cy) r="5" fill=(ink) {
                title { (format!("{veil}: {name} {x:.2}, panel mean {mean:.1} %, worst {worst:.1} %")) }
            }
            text.dot x=(if right { cx - 8.0 } else { cx + 8.0 }) y=(cy + 4.0) fill=(ink)
                text-anchor=(if right { "end" } else { "start" }) { (veil) }
        }
    };
    Some(axes.draw((name, "clean accuracy, %"), (&ticks, &PERCENT), &content))
}

/// Clean accuracy of a learner over its epochs, on whole clips without attack, one line per veil
/// (first seed).
pub(super) fn curves(results: &Results, learner: Learner) -> Option<Markup> {
    let lines: Vec<(usize, &str, Vec<f64>)> = results
        .veils
        .iter()
        .enumerate()
        .filter_map(|(index, &veil)| {
            let run = results.runs(veil, "whole", "none", learner).next()?;
            let epochs = run.outcome.epochs.iter();
            Some((index, veil, epochs.map(|epoch| 100.0 * f64::from(epoch.accuracy)).collect()))
        })
        .collect();
    let longest = lines.iter().map(|(.., line)| line.len()).max()?;
    let axes = Axes { size: (330.0, 230.0), x: (0.0, longest as f64), y: (0.0, 100.0) };
    let step = longest.div_ceil(6).max(1);
    let ticks: Vec<f64> = (0..=longest).step_by(step).map(|n| n as f64).collect();
    let content = html! {
        @for (index, veil, line) in &lines {
            @let points = line.iter().enumerate().map(|(n, &value)| {
                format!("{:.1},{:.1}", axes.x((n + 1) as f64), axes.y(value))
            });
            polyline.curve stroke=(colour(*index)) points=(points.collect::<Vec<_>>().join(" ")) {
                title { (veil) }
            }
        }
    };
    Some(axes.draw(("epoch", "clean accuracy, %"), (&ticks, &PERCENT), &content))
}
