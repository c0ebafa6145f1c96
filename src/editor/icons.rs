//! Icons, painted rather than typed, so no font has to contain them. Each has a shape of its own, so
//! that none depends on its colour.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

/// The icons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A filled shield with a tick.
    Protecting,
    /// A shield's outline, struck through.
    Unprotected,
    /// A loudspeaker with a cross.
    Muted,
    /// A shield's outline with three dots.
    Waiting,
    /// A filled disc.
    Active,
    /// A ring.
    Inactive,
    /// A triangle with an exclamation mark.
    Warning,
    /// A disc with a tick.
    Done,
}

/// Paints `icon` into `rect`. `background` is the colour behind it.
pub(crate) fn paint(
    painter: &Painter,
    rect: Rect,
    icon: Icon,
    colour: Color32,
    background: Color32,
) {
    let draw = Drawing { painter, rect, line: Stroke::new(rect.height() / 11.0, colour) };
    match icon {
        Icon::Protecting => {
            draw.polygon(&SHIELD, colour, Stroke::NONE);
            draw.path(&TICK, Stroke::new(rect.height() / 8.0, background));
        }
        Icon::Unprotected => {
            draw.polygon(&SHIELD, Color32::TRANSPARENT, draw.line);
            draw.path(
                &[(-0.95, 0.95), (0.95, -0.95)],
                Stroke::new(draw.line.width * 3.0, background),
            );
            draw.path(&[(-0.95, 0.95), (0.95, -0.95)], draw.line);
        }
        Icon::Waiting => {
            draw.polygon(&SHIELD, Color32::TRANSPARENT, draw.line);
            for x in [-0.38, 0.0, 0.38] {
                painter.circle_filled(draw.at((x, -0.05)), rect.height() / 14.0, colour);
            }
        }
        Icon::Muted => {
            draw.polygon(
                &[(-0.95, -0.3), (-0.55, -0.3), (-0.55, 0.3), (-0.95, 0.3)],
                colour,
                Stroke::NONE,
            );
            draw.polygon(
                &[(-0.6, -0.3), (0.0, -0.8), (0.0, 0.8), (-0.6, 0.3)],
                colour,
                Stroke::NONE,
            );
            draw.path(&[(0.3, -0.35), (0.95, 0.35)], draw.line);
            draw.path(&[(0.3, 0.35), (0.95, -0.35)], draw.line);
        }
        Icon::Active => {
            painter.circle_filled(rect.center(), rect.height() * 0.42, colour);
        }
        Icon::Inactive => {
            painter.circle_stroke(
                rect.center(),
                rect.height() * 0.38,
                Stroke::new(rect.height() / 8.0, colour),
            );
        }
        Icon::Warning => {
            draw.polygon(&[(0.0, -0.9), (1.0, 0.85), (-1.0, 0.85)], colour, Stroke::NONE);
            draw.path(&[(0.0, -0.3), (0.0, 0.25)], Stroke::new(rect.height() / 9.0, background));
            painter.circle_filled(draw.at((0.0, 0.55)), rect.height() / 14.0, background);
        }
        Icon::Done => {
            painter.circle_filled(rect.center(), rect.height() * 0.5, colour);
            draw.path(&TICK, Stroke::new(rect.height() / 8.0, background));
        }
    }
}

/// A small triangle that points down, on what opens a list.
pub(crate) fn paint_opener(painter: &Painter, centre: Pos2, colour: Color32) {
    let corners = [vec2(-4.0, -2.0), vec2(4.0, -2.0), vec2(0.0, 3.0)];
    let corners = corners.map(|corner: Vec2| centre + corner).to_vec();
    painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
}

/// Outline of a shield, in the square from −1 to 1.
const SHIELD: [(f32, f32); 9] = [
    (0.0, -1.0),
    (0.85, -0.68),
    (0.85, 0.0),
    (0.7, 0.42),
    (0.42, 0.74),
    (0.0, 1.0),
    (-0.42, 0.74),
    (-0.7, 0.42),
    (-0.85, -0.68),
];
const TICK: [(f32, f32); 3] = [(-0.4, 0.0), (-0.1, 0.32), (0.42, -0.32)];

struct Drawing<'a> {
    painter: &'a Painter,
    rect: Rect,
    line: Stroke,
}

impl Drawing<'_> {
    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        let half = self.rect.size() / 2.0;
        pos2(self.rect.center().x + x * half.x, self.rect.center().y + y * half.y)
    }

    fn points(&self, points: &[(f32, f32)]) -> Vec<Pos2> {
        points.iter().map(|&point| self.at(point)).collect()
    }

    fn polygon(&self, points: &[(f32, f32)], fill: Color32, stroke: Stroke) {
        self.painter.add(Shape::convex_polygon(self.points(points), fill, stroke));
    }

    fn path(&self, points: &[(f32, f32)], stroke: Stroke) {
        self.painter.add(Shape::line(self.points(points), stroke));
    }
}
