//! Lines, rectangles and text on a picture.
//!
//! Drawn with `tiny-skia` rather than a plotting crate, because those that draw bitmaps without system
//! libraries do not smooth lines.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};
use tiny_skia::{
    Color, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform,
};

/// An opaque colour: red, green, blue.
pub(crate) type Rgb = (u8, u8, u8);

/// Which point of a text is at its position.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// A white picture; positions are in pixels from the upper left corner.
pub(crate) struct Canvas {
    pixmap: Pixmap,
    /// The second has arrows and alphabets that the first lacks.
    fonts: [FontRef<'static>; 2],
}

/// A glyph of one of the fonts, at its position in a line.
struct Placed {
    font: usize,
    id: GlyphId,
    x: f32,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32) -> Result<Self, String> {
        let mut pixmap = Pixmap::new(width, height).ok_or("no memory for it")?;
        pixmap.fill(Color::WHITE);
        let font = |bytes| FontRef::try_from_slice(bytes).map_err(|e| e.to_string());
        let fonts =
            [font(epaint_default_fonts::UBUNTU_LIGHT)?, font(epaint_default_fonts::HACK_REGULAR)?];
        Ok(Self { pixmap, fonts })
    }

    pub(crate) fn to_png(&self) -> Result<Vec<u8>, String> {
        self.pixmap.encode_png().map_err(|e| e.to_string())
    }

    pub(crate) fn rect(&mut self, area: Area, colour: Rgb, opacity: f32) {
        let rect = Rect::from_ltrb(area.left, area.top, area.right, area.bottom);
        if let Some(rect) = rect {
            let transform = Transform::identity();
            self.pixmap.fill_rect(rect, &paint(colour, opacity), transform, None);
        }
    }

    pub(crate) fn frame(&mut self, area: Area, colour: Rgb) {
        let (l, t, r, b) = (area.left, area.top, area.right, area.bottom);
        self.line(&[(l, t), (r, t), (r, b), (l, b), (l, t)], colour, 1.0);
    }

    pub(crate) fn line(&mut self, points: &[(f32, f32)], colour: Rgb, width: f32) {
        let stroke = Stroke { width, line_join: tiny_skia::LineJoin::Round, ..Stroke::default() };
        if let Some(path) = path(points) {
            let transform = Transform::identity();
            self.pixmap.stroke_path(&path, &paint(colour, 1.0), &stroke, transform, None);
        }
    }

    pub(crate) fn pixel(&mut self, x: i32, y: i32, (r, g, b): Rgb) {
        if let Some(pixel) = self.pixel_mut(x, y)
            && let Some(colour) = PremultipliedColorU8::from_rgba(r, g, b, 255)
        {
            *pixel = colour;
        }
    }

    /// Width of a text in pixels.
    pub(crate) fn text_width(&self, text: &str, size: f32) -> f32 {
        self.layout(text, size).1
    }

    /// Text with its baseline at `y`; gives its width.
    pub(crate) fn text(
        &mut self,
        (x, y): (f32, f32),
        text: &str,
        size: f32,
        align: Align,
        colour: Rgb,
    ) -> f32 {
        let width = self.text_width(text, size);
        let x = x - before(align, width);
        self.glyphs(text, size, colour, |gx, gy| (x + gx, y + gy));
        width
    }

    /// Text that runs upwards, centred on `y`, with its baseline at `x`.
    pub(crate) fn text_upwards(&mut self, (x, y): (f32, f32), text: &str, size: f32, colour: Rgb) {
        let y = y + self.text_width(text, size) / 2.0;
        self.glyphs(text, size, colour, |gx, gy| (x + gy, y - gx));
    }

    /// Draws glyphs laid out from (0, 0), moved by `place`.
    fn glyphs(
        &mut self,
        text: &str,
        size: f32,
        colour: Rgb,
        place: impl Fn(f32, f32) -> (f32, f32),
    ) {
        for Placed { font, id, x } in self.layout(text, size).0 {
            let glyph = id.with_scale_and_position(PxScale::from(size), point(x, 0.0));
            let Some(outline) = self.fonts[font].outline_glyph(glyph) else {
                continue;
            };
            let origin = outline.px_bounds().min;
            outline.draw(|px, py, coverage| {
                let (x, y) = place(origin.x + px as f32, origin.y + py as f32);
                self.blend(x.round() as i32, y.round() as i32, colour, coverage);
            });
        }
    }

    /// Glyphs with their positions, and the width of all.
    fn layout(&self, text: &str, size: f32) -> (Vec<Placed>, f32) {
        let mut x = 0.0;
        let mut last: Option<(usize, GlyphId)> = None;
        let mut glyphs = Vec::new();
        for c in text.chars() {
            let has = |font: &FontRef<'_>| font.glyph_id(c) != GlyphId(0);
            let font = self.fonts.iter().position(has).unwrap_or(0);
            let scaled = self.fonts[font].as_scaled(PxScale::from(size));
            let id = scaled.glyph_id(c);
            if let Some((last_font, last_id)) = last
                && last_font == font
            {
                x += scaled.kern(last_id, id);
            }
            glyphs.push(Placed { font, id, x });
            x += scaled.h_advance(id);
            last = Some((font, id));
        }
        (glyphs, x)
    }

    fn blend(&mut self, x: i32, y: i32, (r, g, b): Rgb, coverage: f32) {
        // The font's thin strokes look too pale when blended in gamma-encoded colours.
        let a = coverage.clamp(0.0, 1.0).powf(0.7);
        let Some(pixel) = self.pixel_mut(x, y) else {
            return;
        };
        let mix = |over: u8, under: u8| {
            (f32::from(over) * a + f32::from(under) * (1.0 - a)).round() as u8
        };
        let (r, g, b) = (mix(r, pixel.red()), mix(g, pixel.green()), mix(b, pixel.blue()));
        if let Some(colour) = PremultipliedColorU8::from_rgba(r, g, b, 255) {
            *pixel = colour;
        }
    }

    fn pixel_mut(&mut self, x: i32, y: i32) -> Option<&mut PremultipliedColorU8> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        let width = self.pixmap.width();
        if x >= width {
            return None;
        }
        self.pixmap.pixels_mut().get_mut((y * width + x) as usize)
    }
}

/// How much of a text lies before its position.
fn before(align: Align, width: f32) -> f32 {
    match align {
        Align::Left => 0.0,
        Align::Centre => width / 2.0,
        Align::Right => width,
    }
}

fn paint((r, g, b): Rgb, opacity: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    paint
}

fn path(points: &[(f32, f32)]) -> Option<Path> {
    let (&(x, y), rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(x, y);
    for &(x, y) in rest {
        path.line_to(x, y);
    }
    path.finish()
}

/// A rectangle in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Area {
    pub(crate) fn height(&self) -> f32 {
        self.bottom - self.top
    }

    pub(crate) fn width(&self) -> f32 {
        self.right - self.left
    }
}
