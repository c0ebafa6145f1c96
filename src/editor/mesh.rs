//! Lines and areas that lie straight: painted pixel for pixel, without soft edges.
//!
//! Where a machine draws without a graphics card, every pixel of every triangle costs, and so does
//! every triangle. A hair line as the painter draws it is ten long triangles; here it is two.

use egui::emath::GuiRounding as _;
use egui::{Color32, Mesh, Painter, Pos2, Rangef, Rect, Shape, pos2};

/// Points of a line that share the block below them.
const BLOCK: usize = 8;

/// Lines and rectangles that are painted together.
pub(crate) struct Fill {
    mesh: Mesh,
    /// Pixels a point.
    fine: f32,
}

impl Fill {
    /// Nothing yet, for `painter`.
    pub(crate) fn new(painter: &Painter) -> Self {
        Self { mesh: Mesh::default(), fine: painter.pixels_per_point() }
    }

    /// A rectangle.
    pub(crate) fn rect(&mut self, rect: Rect, colour: Color32) {
        let rect = rect.round_to_pixels(self.fine);
        if rect.is_positive() {
            self.mesh.add_colored_rect(rect, colour);
        }
    }

    /// A hair line from left to right.
    pub(crate) fn hline(&mut self, x: Rangef, y: f32, colour: Color32) {
        let top = y - self.hair() / 2.0;
        self.rect(Rect::from_x_y_ranges(x, top..=top + self.hair()), colour);
    }

    /// A hair line from top to bottom.
    pub(crate) fn vline(&mut self, x: f32, y: Rangef, colour: Color32) {
        let left = x - self.hair() / 2.0;
        self.rect(Rect::from_x_y_ranges(left..=left + self.hair(), y), colour);
    }

    /// Paints all of it.
    pub(crate) fn paint(self, painter: &Painter) {
        painter.add(Shape::mesh(self.mesh));
    }

    /// Width of a hair line: one point, in whole pixels.
    fn hair(&self) -> f32 {
        self.fine.round().max(1.0) / self.fine
    }
}

/// The area between a line that runs to the right and the level `base`. Below the part that the
/// line moves in, points share blocks: slim triangles cost several times the pixels they show.
pub(crate) fn area(line: &[Pos2], base: f32, colour: Color32) -> Shape {
    let mut mesh = Mesh::default();
    let mut quad = |[a, b]: [Pos2; 2], level: f32| {
        let at = mesh.vertices.len() as u32;
        for point in [a, b, pos2(a.x, level), pos2(b.x, level)] {
            mesh.colored_vertex(point, colour);
        }
        mesh.add_triangle(at, at + 1, at + 2);
        mesh.add_triangle(at + 1, at + 2, at + 3);
    };
    let mut rest = line;
    while let [first, _, ..] = rest {
        let count = rest.len().min(BLOCK + 1);
        let (part, last) = (&rest[..count], rest[count - 1]);
        let level = nearest(part, base);
        if level != base {
            quad([pos2(first.x, level), pos2(last.x, level)], base);
        }
        for two in part.windows(2).filter(|two| two[0].y != level || two[1].y != level) {
            quad([two[0], two[1]], level);
        }
        // The next part begins where this one ends.
        rest = &rest[count - 1..];
    }
    Shape::mesh(mesh)
}

/// How near the line comes to `base`; `base` itself where it crosses.
fn nearest(line: &[Pos2], base: f32) -> f32 {
    let above = line.iter().map(|point| point.y).fold(f32::NEG_INFINITY, f32::max);
    let below = line.iter().map(|point| point.y).fold(f32::INFINITY, f32::min);
    match () {
        () if above < base => above,
        () if below > base => below,
        () => base,
    }
}

/// The same line with fewer points: none of those left out lies further from it than `off`,
/// measured upright.
pub(crate) fn thinned(line: &[Pos2], off: f32) -> Vec<Pos2> {
    let mut kept: Vec<Pos2> = Vec::with_capacity(line.len());
    let mut rest = line;
    while let [from, after @ ..] = rest {
        kept.push(*from);
        // The slopes that pass every point since `from` within `off`.
        let (mut least, mut most) = (f32::NEG_INFINITY, f32::INFINITY);
        let mut reach = 0;
        for (n, to) in after.iter().enumerate() {
            let run = to.x - from.x;
            if run <= 0.0 {
                break;
            }
            let slope = (to.y - from.y) / run;
            if !(least..=most).contains(&slope) {
                break;
            }
            (least, most) = (least.max(slope - off / run), most.min(slope + off / run));
            reach = n;
        }
        rest = &after[reach.min(after.len())..];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the area of all triangles.
    fn covered(shape: &Shape) -> f32 {
        let Shape::Mesh(mesh) = shape else { return 0.0 };
        let place = |at: &u32| mesh.vertices[*at as usize].pos;
        let part = |three: &[u32]| {
            let [a, b, c] = [place(&three[0]), place(&three[1]), place(&three[2])];
            ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).abs()
        };
        mesh.indices.chunks(3).map(part).sum()
    }

    #[test]
    fn an_area_is_covered_once_and_whole() {
        let wave = |n: i32| 40.0 + 30.0 * (n as f32 * 0.7).sin();
        let line: Vec<Pos2> = (0..100).map(|n| pos2(n as f32 * 1.5, wave(n))).collect();
        for base in [100.0, 0.0] {
            let trapezium = |two: &[Pos2]| {
                let heights = (two[0].y - base).abs() + (two[1].y - base).abs();
                heights * (two[1].x - two[0].x)
            };
            let whole: f32 = line.windows(2).map(trapezium).sum();
            let seen = covered(&area(&line, base, Color32::WHITE));
            assert!((seen / whole - 1.0).abs() < 1e-4, "{seen} of {whole}");
        }
        assert_eq!(covered(&area(&line[..1], 0.0, Color32::WHITE)), 0.0);
        assert_eq!(covered(&area(&[], 0.0, Color32::WHITE)), 0.0);
    }

    #[test]
    fn a_thinned_line_stays_where_it_was() {
        let height = |x: f32| 50.0 * (x * x * 0.000_04).sin() + 0.05 * (x * 3.0).sin();
        let line: Vec<Pos2> =
            (0..400).map(|n| n as f32 * 1.5).map(|x| pos2(x, height(x))).collect();
        let thin = thinned(&line, 0.25);
        assert!(thin.len() < line.len() / 2, "{} points", thin.len());
        assert_eq!((thin.first(), thin.last()), (line.first(), line.last()));
        for point in &line {
            let after = thin.iter().position(|kept| kept.x >= point.x).unwrap();
            let (to, from) = (thin[after], thin[after.saturating_sub(1)]);
            let share = (point.x - from.x) / (to.x - from.x).max(1e-6);
            let there = from.y + share * (to.y - from.y);
            assert!((there - point.y).abs() < 0.26, "{point:?}: {there}");
        }
        assert_eq!(thinned(&[], 1.0), []);
        assert_eq!(thinned(&line[..1], 1.0), &line[..1]);
        assert_eq!(thinned(&line[..2], 1.0), &line[..2]);
    }
}
