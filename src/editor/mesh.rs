//! Horizontal and vertical lines, rectangles and areas, aligned to pixels and without soft edges.
//!
//! Without a graphics card, every triangle costs time, and so does every pixel of it. The painter
//! draws a thin line as ten long triangles; here it takes two.

use egui::emath::GuiRounding as _;
use egui::{Color32, Mesh, Painter, Pos2, Rangef, Rect, Shape, Vec2, pos2};

/// Points of a line that share one rectangle below them.
const BLOCK: usize = 8;

/// Lines and rectangles that are painted as one mesh.
pub(crate) struct RectMesh {
    mesh: Mesh,
    pixels_per_point: f32,
}

impl RectMesh {
    /// An empty mesh, to be painted by `painter`.
    pub(crate) fn new(painter: &Painter) -> Self {
        Self { mesh: Mesh::default(), pixels_per_point: painter.pixels_per_point() }
    }

    /// Adds a rectangle.
    pub(crate) fn rect(&mut self, rect: Rect, colour: Color32) {
        let rect = rect.round_to_pixels(self.pixels_per_point);
        if rect.is_positive() {
            self.mesh.add_colored_rect(rect, colour);
        }
    }

    /// Adds a thin horizontal line.
    pub(crate) fn hline(&mut self, x: Rangef, y: f32, colour: Color32) {
        let top = y - self.line_width() / 2.0;
        self.rect(Rect::from_x_y_ranges(x, top..=top + self.line_width()), colour);
    }

    /// Adds a thin vertical line.
    pub(crate) fn vline(&mut self, x: f32, y: Rangef, colour: Color32) {
        let left = x - self.line_width() / 2.0;
        self.rect(Rect::from_x_y_ranges(left..=left + self.line_width(), y), colour);
    }

    /// Adds what lies between rings around `middle`, from the innermost outwards: radius and colour of each.
    /// `directions` are unit vectors; where the first radius is 0 the rings begin with a fan.
    pub(crate) fn rings(&mut self, middle: Pos2, directions: &[Vec2], rings: &[(f32, Color32)]) {
        for two in rings.windows(2) {
            let [(inner, inside), (outer, outside)] = [two[0], two[1]];
            for pair in directions.windows(2) {
                let at = self.mesh.vertices.len() as u32;
                for direction in pair {
                    self.mesh.colored_vertex(middle + outer * *direction, outside);
                }
                self.mesh.colored_vertex(middle + inner * pair[0], inside);
                self.mesh.add_triangle(at, at + 1, at + 2);
                if inner > 0.0 {
                    self.mesh.colored_vertex(middle + inner * pair[1], inside);
                    self.mesh.add_triangle(at + 1, at + 2, at + 3);
                }
            }
        }
    }

    /// Paints all of it.
    pub(crate) fn paint(self, painter: &Painter) {
        painter.add(Shape::mesh(self.mesh));
    }

    /// One point, in whole pixels.
    pub(crate) fn line_width(&self) -> f32 {
        self.pixels_per_point.round().max(1.0) / self.pixels_per_point
    }
}

/// The area between a line that runs to the right and the level `base`. Below the range in which the
/// line moves, points share rectangles: narrow triangles cost several times the pixels they cover.
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

/// The level of the point nearest to `base`, or `base` if the line crosses it.
fn nearest(line: &[Pos2], base: f32) -> f32 {
    let above = line.iter().map(|point| point.y).fold(f32::NEG_INFINITY, f32::max);
    let below = line.iter().map(|point| point.y).fold(f32::INFINITY, f32::min);
    match () {
        () if above < base => above,
        () if below > base => below,
        () => base,
    }
}

/// The same line with fewer points: vertically, no dropped point is further from it than
/// `tolerance`.
pub(crate) fn thinned(line: &[Pos2], tolerance: f32) -> Vec<Pos2> {
    let mut kept: Vec<Pos2> = Vec::with_capacity(line.len());
    let mut rest = line;
    while let [from, after @ ..] = rest {
        kept.push(*from);
        // The slopes that pass every point since `from` within `tolerance`.
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
            (least, most) = (least.max(slope - tolerance / run), most.min(slope + tolerance / run));
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
        let vertex = |at: &u32| mesh.vertices[*at as usize].pos;
        let part = |three: &[u32]| {
            let [a, b, c] = [vertex(&three[0]), vertex(&three[1]), vertex(&three[2])];
            ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).abs()
        };
        mesh.indices.chunks(3).map(part).sum()
    }

    #[test]
    fn an_area_is_covered_exactly_once() {
        let wave = |n: i32| 40.0 + 30.0 * (n as f32 * 0.7).sin();
        let line: Vec<Pos2> = (0..100).map(|n| pos2(n as f32 * 1.5, wave(n))).collect();
        for base in [100.0, 0.0] {
            let trapezium = |two: &[Pos2]| {
                let heights = (two[0].y - base).abs() + (two[1].y - base).abs();
                heights * (two[1].x - two[0].x)
            };
            let whole: f32 = line.windows(2).map(trapezium).sum();
            let covered = covered(&area(&line, base, Color32::WHITE));
            assert!((covered / whole - 1.0).abs() < 1e-4, "{covered} of {whole}");
        }
        assert_eq!(covered(&area(&line[..1], 0.0, Color32::WHITE)), 0.0);
        assert_eq!(covered(&area(&[], 0.0, Color32::WHITE)), 0.0);
    }

    #[test]
    fn a_thinned_line_stays_within_its_tolerance() {
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
