//! Sheets as a PDF file.

use krilla::Document as Pdf;
use krilla::color::rgb::Color;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use super::sheets::{LEFT, Mark, SHEET, Sheets, WIDTH};
use super::typeset::{Fonts, Line, Run};
use crate::case::document::{Block, Document, Text};
use crate::plot::canvas::Rgb;
use crate::plot::style::MUTED;

/// Baseline of the foot of a sheet.
const FOOT: f32 = SHEET.1 - 36.0;
const FOOT_SIZE: f32 = 8.0;
/// Strokes around letters that make them strong, as a share of their size: the fonts have one weight each.
const STRONG: f32 = 0.035;

/// The file.
pub(super) fn write(
    document: &Document,
    fonts: &Fonts,
    sheets: &Sheets,
) -> Result<Vec<u8>, String> {
    let mut pdf = Pdf::new();
    for (index, marks) in sheets.sheets.iter().enumerate() {
        let size = PageSettings::from_wh(SHEET.0, SHEET.1).ok_or("no such size of paper")?;
        let mut page = pdf.start_page_with(size);
        let mut surface = page.surface();
        let mut to = Painter { surface: &mut surface, fonts };
        for mark in marks {
            to.mark(mark, document)?;
        }
        to.foot(document, index + 1, sheets.sheets.len());
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for mark in &sheets.bookmarks {
        let place = XyzDestination::new(mark.sheet, Point::from_xy(0.0, mark.y));
        outline.push_child(OutlineNode::new(mark.title.clone(), place));
    }
    pdf.set_outline(outline);
    pdf.set_metadata(metadata(document));
    pdf.finish().map_err(|error| format!("{error:?}"))
}

fn metadata(document: &Document) -> Metadata {
    let (year, [month, day, hour, minute, second]) = document.made;
    let made = DateTime::new(year)
        .month(month)
        .day(day)
        .hour(hour)
        .minute(minute)
        .second(second)
        .utc_offset_hour(0);
    Metadata::new()
        .title(document.title.clone())
        .language("en".to_owned())
        .creator(concat!("patchveil ", env!("CARGO_PKG_VERSION")).to_owned())
        .creation_date(made)
}

struct Painter<'a, 'b> {
    surface: &'a mut Surface<'b>,
    fonts: &'a Fonts,
}

impl Painter<'_, '_> {
    fn mark(&mut self, mark: &Mark, document: &Document) -> Result<(), String> {
        match *mark {
            Mark::Text { x, y, ref line, colour } => self.line(x, y, line, colour),
            Mark::Fill { x, y, width, height, colour } => {
                let mut path = PathBuilder::new();
                let rect = Rect::from_xywh(x, y, width, height).ok_or("an empty rectangle")?;
                path.push_rect(rect);
                self.surface.set_stroke(None);
                self.surface.set_fill(Some(fill(colour)));
                if let Some(path) = path.finish() {
                    self.surface.draw_path(&path);
                }
            }
            Mark::Picture { block, x, y, width, height } => {
                let Some(Block::Picture(picture)) = document.blocks.get(block) else {
                    return Ok(());
                };
                let image = Image::from_png(picture.png.clone().into(), true)?;
                let size = Size::from_wh(width, height).ok_or("an empty picture")?;
                self.surface.push_transform(&Transform::from_translate(x, y));
                self.surface.draw_image(image, size);
                self.surface.pop();
            }
        }
        Ok(())
    }

    fn line(&mut self, x: f32, y: f32, line: &Line, colour: Rgb) {
        for run in &line.runs {
            let width = STRONG * run.size;
            let stroke = Stroke { paint: paint(colour).into(), width, ..Stroke::default() };
            self.surface.set_fill(Some(fill(colour)));
            self.surface.set_stroke(run.strong.then_some(stroke));
            self.surface.draw_glyphs(
                Point::from_xy(x + run.x, y),
                &glyphs(run),
                self.fonts.embedded[run.font].clone(),
                &run.text,
                run.size,
                false,
            );
        }
    }

    /// The footer on the left, which sheet it is on the right.
    fn foot(&mut self, document: &Document, sheet: usize, sheets: usize) {
        let texts = [document.footer.clone(), format!("{sheet} / {sheets}")];
        let lines = texts.map(|text| self.fonts.lines(&Text::from(text), FOOT_SIZE, WIDTH - 50.0));
        let [left, right] = lines.map(|lines| lines.into_iter().next().unwrap_or_default());
        let x = LEFT + WIDTH - right.width;
        self.line(LEFT, FOOT, &left, MUTED);
        self.line(x, FOOT, &right, MUTED);
    }
}

fn glyphs(run: &Run) -> Vec<KrillaGlyph> {
    let glyph = |one: &super::typeset::Glyph| {
        let id = GlyphId::new(u32::from(one.id));
        KrillaGlyph::new(id, one.advance / run.size, 0.0, 0.0, 0.0, one.bytes.clone(), None)
    };
    run.glyphs.iter().map(glyph).collect()
}

fn paint((red, green, blue): Rgb) -> Color {
    Color::new(red, green, blue)
}

fn fill(colour: Rgb) -> Fill {
    Fill { paint: paint(colour).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}
