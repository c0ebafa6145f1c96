//! Rectangles with round corners and an edge of one point inside them.
//!
//! The painter fills one as a fan of triangles as long as the rectangle, and softens its sides, which lie
//! on pixels anyway. Without a graphics card that costs several times the pixels that are covered. Here only
//! corners are soft.

use egui::emath::GuiRounding as _;
use egui::epaint::tessellator::path::add_circle_quadrant;
use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Vec2, pos2};

use super::mesh::RectMesh;

/// Directions from the middle of a corner, one for each point of its arc.
fn arc(radius: f32, quadrant: u8) -> Vec<Vec2> {
    let mut points = Vec::with_capacity(9);
    add_circle_quadrant(&mut points, Pos2::ZERO, radius, quadrant.into());
    points.into_iter().map(|point| point.to_vec2() / radius).collect()
}

/// A rectangle on whole pixels, whose corners end on whole pixels too.
struct Rounded {
    rect: Rect,
    /// Of the corners at the lower right, lower left, upper left and upper right: the order of quadrants.
    radii: [f32; 4],
    /// A pixel in points.
    pixel: f32,
}

impl Rounded {
    fn new(painter: &Painter, rect: Rect, radius: CornerRadius) -> Self {
        let pixels = painter.pixels_per_point();
        let rect = rect.round_to_pixels(pixels);
        let most = 0.5 * rect.width().min(rect.height());
        let whole = |radius: u8| {
            let radius = (f32::from(radius) * pixels).ceil() / pixels;
            if radius <= most { radius } else { 0.0 }
        };
        let CornerRadius { nw, ne, sw, se } = radius;
        Self { rect, radii: [se, sw, nw, ne].map(whole), pixel: 1.0 / pixels }
    }

    /// The same without an edge of this width.
    fn without_edge(&self, width: f32) -> Self {
        let radii = self.radii.map(|radius| (radius - width).max(0.0));
        Self { rect: self.rect.shrink(width), radii, ..*self }
    }

    /// The corners that are round: middle, radius, quadrant.
    fn corners(&self) -> impl Iterator<Item = (Pos2, f32, u8)> {
        let (min, max) = (self.rect.min, self.rect.max);
        let [se, sw, nw, ne] = self.radii;
        let corners = [
            (pos2(max.x - se, max.y - se), se, 0),
            (pos2(min.x + sw, max.y - sw), sw, 1),
            (pos2(min.x + nw, min.y + nw), nw, 2),
            (pos2(max.x - ne, min.y + ne), ne, 3),
        ];
        corners.into_iter().filter(|(_, radius, _)| *radius > 0.0)
    }

    fn fill(&self, mesh: &mut RectMesh, colour: Color32) {
        let (rect, [se, sw, nw, ne]) = (self.rect, self.radii);
        let (left, right) = (rect.left() + nw.max(sw), rect.right() - ne.max(se));
        mesh.rect(Rect::from_x_y_ranges(left..=right, rect.y_range()), colour);
        for (x, top, bottom) in [(rect.left()..=left, nw, sw), (right..=rect.right(), ne, se)] {
            let y = rect.top() + top..=rect.bottom() - bottom;
            mesh.rect(Rect::from_x_y_ranges(x, y), colour);
        }
        let soft = self.pixel / 2.0;
        for (middle, radius, quadrant) in self.corners() {
            let rings =
                [(0.0, colour), (radius - soft, colour), (radius + soft, Color32::TRANSPARENT)];
            mesh.rings(middle, &arc(radius, quadrant), &rings);
        }
    }

    fn edge(&self, mesh: &mut RectMesh, width: f32, colour: Color32) {
        let (rect, [se, sw, nw, ne]) = (self.rect, self.radii);
        let inner = rect.shrink(width);
        let side = |left: f32, top: f32, right: f32, bottom: f32| {
            Rect::from_min_max(pos2(left, top), pos2(right, bottom))
        };
        mesh.rect(side(rect.left() + nw, rect.top(), rect.right() - ne, inner.top()), colour);
        mesh.rect(side(rect.left() + sw, inner.bottom(), rect.right() - se, rect.bottom()), colour);
        mesh.rect(side(rect.left(), rect.top() + nw, inner.left(), rect.bottom() - sw), colour);
        mesh.rect(side(inner.right(), rect.top() + ne, rect.right(), rect.bottom() - se), colour);
        let soft = self.pixel / 2.0;
        for (middle, radius, quadrant) in self.corners() {
            let within = radius - width;
            let mut rings = vec![(within - soft, Color32::TRANSPARENT), (within + soft, colour)];
            if width > 1.5 * self.pixel {
                rings.push((radius - soft, colour));
            }
            rings.push((radius + soft, Color32::TRANSPARENT));
            mesh.rings(middle, &arc(radius, quadrant), &rings);
        }
    }
}

/// Fills a rectangle.
pub(crate) fn fill(painter: &Painter, rect: Rect, radius: CornerRadius, colour: Color32) {
    let mut mesh = RectMesh::new(painter);
    Rounded::new(painter, rect, radius).fill(&mut mesh, colour);
    mesh.paint(painter);
}

/// Draws the edge of a rectangle, inside it.
pub(crate) fn edge(painter: &Painter, rect: Rect, radius: u8, colour: Color32) {
    let mut mesh = RectMesh::new(painter);
    let width = mesh.line_width();
    Rounded::new(painter, rect, CornerRadius::same(radius)).edge(&mut mesh, width, colour);
    mesh.paint(painter);
}

/// Fills a rectangle within its edge, and draws that.
pub(crate) fn rounded(painter: &Painter, rect: Rect, radius: u8, inside: Color32, around: Color32) {
    let mut mesh = RectMesh::new(painter);
    let width = mesh.line_width();
    let whole = Rounded::new(painter, rect, CornerRadius::same(radius));
    whole.without_edge(width).fill(&mut mesh, inside);
    whole.edge(&mut mesh, width, around);
    mesh.paint(painter);
}

#[cfg(test)]
mod tests {
    use egui::{Context, RawInput, Shape};

    use super::*;

    /// What `paint` paints, as the area that its opaque triangles cover.
    fn covered(paint: impl Fn(&Painter)) -> f32 {
        let context = Context::default();
        let mut output = context.run_ui(RawInput::default(), |ui| paint(ui.painter()));
        output.textures_delta.clear();
        let mut area = 0.0;
        for clipped in output.shapes {
            let Shape::Mesh(mesh) = clipped.shape else { continue };
            for three in mesh.indices.chunks(3) {
                let [a, b, c] = [0, 1, 2].map(|n| mesh.vertices[three[n] as usize]);
                if [a, b, c].iter().all(|vertex| vertex.color == Color32::WHITE) {
                    let (u, v) = (b.pos - a.pos, c.pos - a.pos);
                    area += (u.x * v.y - u.y * v.x).abs() / 2.0;
                }
            }
        }
        area
    }

    #[test]
    fn a_rectangle_is_filled_exactly_once_but_for_its_soft_corners() {
        let rect = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 60.0));
        let sharp = covered(|p| fill(p, rect, CornerRadius::ZERO, Color32::WHITE));
        assert_eq!(sharp, 4_000.0);
        let round = covered(|p| fill(p, rect, CornerRadius::same(6), Color32::WHITE));
        // Squares of 6 become quarters of a disc of 5.5 with ten corners or so.
        let lost = 4.0 * (36.0 - std::f32::consts::FRAC_PI_4 * 5.5 * 5.5);
        assert!((4_000.0 - lost - round).abs() < 2.0, "{round} of {}", 4_000.0 - lost);
    }

    #[test]
    fn an_edge_lies_inside_and_a_rectangle_without_room_for_corners_is_sharp() {
        let rect = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 60.0));
        let straight = covered(|p| edge(p, rect, 6, Color32::WHITE));
        assert_eq!(straight, 2.0 * (100.0 - 12.0) + 2.0 * (40.0 - 12.0));
        let low = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 26.0));
        assert_eq!(covered(|p| fill(p, low, CornerRadius::same(6), Color32::WHITE)), 600.0);
    }
}
