//! How much is painted: without a graphics card, every pixel of a frame costs time.

use egui::epaint::Primitive;
use egui::{Pos2, RawInput, Rect, Theme, pos2, vec2};

use super::fixture::Fixture;
use crate::editor::theme;

const SIZE: egui::Vec2 = vec2(1_000.0, 640.0);
/// Pixels are painted in squares of this width, always all of a square that a triangle touches.
const SQUARE: f32 = 4.0;

/// The number of squares with the centre of a pixel inside the triangle.
fn squares(triangle: [Pos2; 3], clip: Rect) -> u32 {
    let bounds = Rect::from_points(&triangle).intersect(clip);
    if !bounds.is_positive() {
        return 0;
    }
    let [a, b, c] = triangle;
    let side = |from: Pos2, to: Pos2, at: Pos2| {
        (to.x - from.x) * (at.y - from.y) - (to.y - from.y) * (at.x - from.x)
    };
    let clockwise = side(a, b, c) < 0.0;
    let sides = if clockwise { [(a, c), (c, b), (b, a)] } else { [(a, b), (b, c), (c, a)] };
    let inside = |at: Pos2| sides.iter().all(|&(from, to)| side(from, to, at) >= 0.0);
    let range = |from: f32, to: f32| (from / SQUARE) as u32..(to / SQUARE).ceil() as u32;
    let centres = |square: u32| (0..4).map(move |n| square as f32 * SQUARE + n as f32 + 0.5);
    range(bounds.top(), bounds.bottom())
        .flat_map(|y| range(bounds.left(), bounds.right()).map(move |x| (x, y)))
        .filter(|&(x, y)| centres(y).any(|y| centres(x).any(|x| inside(pos2(x, y)))))
        .count() as u32
}

#[test]
fn a_frame_paints_less_than_twice_the_pixels_of_the_window() {
    let context = egui::Context::default();
    theme::apply(&context);
    context.set_theme(Theme::Dark);
    let mut fixture = Fixture::busy();
    let mut shapes = Vec::new();
    // egui needs a few frames for the layout.
    for frame in 0..4 {
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, SIZE));
        let input = RawInput { screen_rect, time: Some(frame.into()), ..RawInput::default() };
        let mut output = context.run_ui(input, |ui| fixture.draw_panels(ui));
        output.textures_delta.clear();
        shapes = std::mem::take(&mut output.shapes);
    }
    let (mut triangles, mut painted) = (0, 0);
    for part in context.tessellate(shapes, 1.0) {
        let Primitive::Mesh(mesh) = part.primitive else { continue };
        for three in mesh.indices.chunks(3) {
            triangles += 1;
            let vertex = |n: usize| mesh.vertices[three[n] as usize].pos;
            painted += squares([vertex(0), vertex(1), vertex(2)], part.clip_rect);
        }
    }
    let windows = painted as f32 * SQUARE * SQUARE / (SIZE.x * SIZE.y);
    println!("{triangles} triangles, {windows:.2} times the window");
    assert!(windows < 2.0, "{windows} times the window");
    assert!(triangles < 20_000, "{triangles} triangles");
}
