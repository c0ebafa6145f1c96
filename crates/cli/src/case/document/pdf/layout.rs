//! The blocks of a report on sheets.

use super::sheets::{HEIGHT, LEFT, Sheets, WIDTH};
use super::table;
use super::typeset::{Fonts, Line};
use crate::case::document::{Block, Document, Picture, Text, mono};
use crate::plot::canvas::Rgb;
use crate::plot::style::{AFTER, INK, MUTED};

pub(super) const BODY: f32 = 10.0;
pub(super) const LEADING: f32 = 14.0;
const TITLE: f32 = 20.0;
const SECTION: f32 = 14.5;
const SUBSECTION: f32 = 11.5;
const SMALL: f32 = 8.8;
const AFTER_BLOCK: f32 = 7.0;
const INDENT: f32 = 14.0;
/// Width of the labels of facts.
const LABELS: f32 = 128.0;
const PAD: f32 = 7.0;
const PANEL: Rgb = (0xf3, 0xf5, 0xf7);
const NOTICE: Rgb = (0xff, 0xf4, 0xe5);
/// Highest picture.
const PICTURE_MAX: f32 = 430.0;

/// Places all of a report.
pub(super) fn lay_out(document: &Document, fonts: &Fonts) -> Sheets {
    let mut flow = Flow { fonts, sheets: Sheets::new() };
    flow.heading(&document.title, TITLE, 0.0, INK);
    for (index, block) in document.blocks.iter().enumerate() {
        flow.sheets.need(flow.lead(&document.blocks[index..]));
        flow.block(index, block);
    }
    flow.sheets
}

struct Flow<'a> {
    fonts: &'a Fonts,
    sheets: Sheets,
}

impl Flow<'_> {
    /// Height of the first part of these blocks that must not be parted: a heading stays with what follows.
    fn lead(&self, blocks: &[Block]) -> f32 {
        match blocks {
            [Block::Section(_), rest @ ..] => 3.0 * SECTION + self.lead(rest),
            [Block::Subsection(_), rest @ ..] => 3.0 * SUBSECTION + self.lead(rest),
            [Block::Picture(picture), ..] => scaled(picture).1 + 2.0 * LEADING,
            [Block::Table(rows), ..] => table::lead(rows, self.fonts),
            [Block::Lines(lines), ..] => {
                (lines.len() as f32 * LEADING + 2.0 * PAD).min(HEIGHT / 3.0)
            }
            [Block::Notice(text), ..] => {
                let lines = self.fonts.lines(text, BODY, WIDTH - 3.0 * PAD).len();
                (lines as f32 * LEADING + 2.0 * PAD).min(HEIGHT / 3.0)
            }
            // What introduces a table or commands stays with them.
            [Block::Paragraph(text), Block::Table(_) | Block::Lines(_), ..] => {
                let lines = self.fonts.lines(text, BODY, WIDTH).len();
                lines as f32 * LEADING + AFTER_BLOCK + self.lead(&blocks[1..])
            }
            [_, ..] => 2.0 * LEADING,
            [] => 0.0,
        }
    }

    fn block(&mut self, index: usize, block: &Block) {
        match block {
            Block::Section(title) => {
                self.sheets.space(SECTION);
                self.sheets.bookmark(title.clone());
                self.heading(title, SECTION, 5.0, AFTER);
            }
            Block::Subsection(title) => {
                self.sheets.space(0.6 * SUBSECTION);
                self.heading(title, SUBSECTION, 3.0, INK);
            }
            Block::Paragraph(text) => self.paragraph(text, LEFT, WIDTH),
            Block::Notice(text) => self.panel(text),
            Block::List(items) => items.iter().for_each(|item| self.item(item)),
            Block::Facts(facts) => facts.iter().for_each(|(label, value)| self.fact(label, value)),
            Block::Terms(terms) => {
                for (term, meaning) in terms {
                    let mut text = Text::default().strong(format!("{term}: "));
                    text.0.extend(meaning.0.iter().cloned());
                    self.paragraph(&text, LEFT, WIDTH);
                }
            }
            Block::Table(rows) => table::place(rows, self.fonts, &mut self.sheets),
            Block::Lines(lines) => self.typed(lines),
            Block::Picture(picture) => self.picture(index, picture),
        }
        if !matches!(block, Block::Section(_) | Block::Subsection(_) | Block::Paragraph(_)) {
            self.sheets.space(AFTER_BLOCK);
        }
    }

    fn heading(&mut self, title: &str, size: f32, after: f32, colour: Rgb) {
        let text = Text::default().strong(title);
        let lines = self.fonts.lines(&text, size, WIDTH);
        self.flow(lines, LEFT, 1.3 * size, colour);
        self.sheets.advance(after);
    }

    fn paragraph(&mut self, text: &Text, x: f32, width: f32) {
        let lines = self.fonts.lines(text, BODY, width);
        self.flow(lines, x, LEADING, INK);
        self.sheets.space(AFTER_BLOCK);
    }

    /// Places lines, over several sheets if need be. No sheet gets the first or the last line of several
    /// alone.
    fn flow(&mut self, lines: Vec<Line>, x: f32, leading: f32, colour: Rgb) {
        let mut rest = lines.len();
        let mut lines = lines.into_iter();
        while rest > 0 {
            let fit = (self.sheets.left() / leading).max(0.0) as usize;
            let mut now = rest.min(fit);
            if rest - now == 1 && now > 1 {
                now -= 1;
            }
            if now < rest.min(2) {
                if !self.sheets.is_fresh() {
                    self.sheets.turn();
                    continue;
                }
                now = rest.min(2);
            }
            for line in lines.by_ref().take(now) {
                self.sheets.text(x, 0.0, leading, line, colour);
                self.sheets.advance(leading);
            }
            rest -= now;
            if rest > 0 {
                self.sheets.turn();
            }
        }
    }

    fn item(&mut self, text: &Text) {
        let lines = self.fonts.lines(text, BODY, WIDTH - INDENT);
        self.sheets.need(lines.len().min(2) as f32 * LEADING);
        if let Some(bullet) = self.fonts.lines(&"•".into(), BODY, INDENT).pop() {
            self.sheets.text(LEFT + 3.0, 0.0, LEADING, bullet, MUTED);
        }
        self.flow(lines, LEFT + INDENT, LEADING, INK);
        self.sheets.space(2.0);
    }

    fn fact(&mut self, label: &str, value: &Text) {
        let labels = self.fonts.lines(&label.into(), BODY, LABELS - 8.0);
        let values = self.fonts.lines(value, BODY, WIDTH - LABELS);
        let high = labels.len().max(values.len().min(2)) as f32 * LEADING;
        self.sheets.need(high);
        let beside = labels.len().saturating_sub(values.len()) as f32 * LEADING;
        for (row, line) in labels.into_iter().enumerate() {
            self.sheets.text(LEFT, row as f32 * LEADING, LEADING, line, MUTED);
        }
        self.flow(values, LEFT + LABELS, LEADING, INK);
        self.sheets.advance(beside + 1.0);
    }

    /// A text on a coloured ground.
    fn panel(&mut self, text: &Text) {
        let lines = self.fonts.lines(text, BODY, WIDTH - 3.0 * PAD);
        self.ground(lines, LEADING, NOTICE);
    }

    /// Lines to type, each broken with an indent where it is too long.
    fn typed(&mut self, lines: &[String]) {
        let broken = lines.iter().flat_map(|line| {
            let lines = self.fonts.lines(&mono(line.as_str()), BODY, WIDTH - 3.0 * PAD - INDENT);
            let indented = lines.into_iter().enumerate().map(|(at, mut line)| {
                if at > 0 {
                    line.runs.iter_mut().for_each(|run| run.x += INDENT);
                }
                line
            });
            indented.collect::<Vec<_>>()
        });
        let broken = broken.collect();
        self.ground(broken, 0.9 * LEADING, PANEL);
    }

    /// Lines on a coloured ground; on several sheets only if they do not fit on one.
    fn ground(&mut self, lines: Vec<Line>, leading: f32, colour: Rgb) {
        let high = |count: usize| count as f32 * leading + 2.0 * PAD;
        if high(lines.len()) <= HEIGHT {
            self.sheets.need(high(lines.len()));
        }
        let mut rest = lines.len();
        let mut lines = lines.into_iter();
        while rest > 0 {
            let fit = ((self.sheets.left() - 2.0 * PAD) / leading).max(0.0) as usize;
            let now = rest.min(fit.max(1));
            self.sheets.fill((LEFT, WIDTH), 0.0, high(now), colour);
            self.sheets.advance(PAD);
            for line in lines.by_ref().take(now) {
                self.sheets.text(LEFT + 1.5 * PAD, 0.0, leading, line, INK);
                self.sheets.advance(leading);
            }
            self.sheets.advance(PAD);
            rest -= now;
            if rest > 0 {
                self.sheets.turn();
            }
        }
    }

    fn picture(&mut self, index: usize, picture: &Picture) {
        let size = scaled(picture);
        self.sheets.picture(index, LEFT, size);
        self.sheets.advance(3.0);
        let caption = self.fonts.lines(&picture.caption.as_str().into(), SMALL, WIDTH);
        self.flow(caption, LEFT, 12.0, MUTED);
    }
}

/// Width and height of a picture on paper: half a point a pixel, less where that is too large.
fn scaled(picture: &Picture) -> (f32, f32) {
    let (width, height) = (picture.size.0.max(1) as f32, picture.size.1.max(1) as f32);
    let scale = (WIDTH / width).min(PICTURE_MAX / height).min(0.5);
    (width * scale, height * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::document::pdf::sheets::{Mark, SHEET};
    use crate::case::document::{Row, Table, column, numbers};

    /// Blocks of all kinds with words and hashes that are too long for anything.
    fn nasty() -> Vec<Block> {
        let long = "Donaudampfschifffahrtsgesellschaft".repeat(12);
        let text = format!("{long} {}", "and many short words to follow ".repeat(60));
        let row = |n: usize| Row {
            cells: vec![mono(format!("{n}-{long}")), "x".into(), format!("{n}.5").into()],
            below: vec!["0123456789abcdef".repeat(9)],
        };
        vec![
            Block::Section(long.clone()),
            Block::Subsection(text[..600].to_owned()),
            Block::Paragraph(text.as_str().into()),
            Block::Notice(text.as_str().into()),
            Block::List(vec![text.as_str().into(), "short".into(), mono(long.clone())]),
            Block::Facts(vec![(long.clone(), text.as_str().into()), ("b".to_owned(), "c".into())]),
            Block::Terms(vec![(long.clone(), text.as_str().into())]),
            Block::Table(Table {
                columns: vec![column("file", 3.0), column("what", 1.0), numbers("bytes", 1.0)],
                rows: (0..30).map(row).collect(),
            }),
            Block::Lines((0..120).map(|n| format!("command {n} {long}")).collect()),
            Block::Picture(Picture { png: Vec::new(), size: (4_000, 9_000), caption: text }),
            Block::Section("last".to_owned()),
        ]
    }

    fn document(blocks: Vec<Block>) -> Document {
        let (title, footer) = ("Title".to_owned(), "foot".to_owned());
        Document { title, footer, made: (2026, [1, 1, 0, 0, 0]), blocks }
    }

    #[test]
    fn nothing_reaches_beyond_the_margins_whatever_the_report_says() {
        let fonts = Fonts::new().unwrap();
        let laid = lay_out(&document(nasty()), &fonts);
        assert!(laid.sheets.len() > 5);
        let (right, bottom) = (LEFT + WIDTH + 0.01, SHEET.1 - 60.0);
        for mark in laid.sheets.iter().flatten() {
            let (x, y, width, height) = match mark {
                Mark::Text { x, y, line, .. } => {
                    let end = line.runs.iter().map(|run| {
                        run.x + run.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>()
                    });
                    (*x, *y, end.fold(0.0, f32::max), 0.0)
                }
                Mark::Fill { x, y, width, height, .. } => (*x, *y, *width, *height),
                Mark::Picture { x, y, width, height, .. } => (*x, *y, *width, *height),
            };
            assert!(x >= LEFT && x + width <= right, "from {x} to {}", x + width);
            assert!(y >= 50.0 && y + height <= bottom, "from {y} to {}", y + height);
        }
    }

    #[test]
    fn every_letter_of_a_report_is_placed_once() {
        let fonts = Fonts::new().unwrap();
        let said = "one two three four five six seven eight nine ten ".repeat(200);
        let blocks = vec![Block::Paragraph(said.as_str().into())];
        let laid = lay_out(&document(blocks), &fonts);
        let lines = laid.sheets.iter().flatten().filter_map(|mark| match mark {
            Mark::Text { line, .. } => Some(line.runs.iter().map(|run| run.text.as_str())),
            _ => None,
        });
        let placed = lines.map(|runs| runs.collect::<String>()).collect::<Vec<_>>().join(" ");
        assert_eq!(placed, format!("Title {}", said.trim_end()));
    }

    #[test]
    fn a_heading_is_never_the_last_on_a_sheet() {
        let fonts = Fonts::new().unwrap();
        for lines in 1..60 {
            let blocks = vec![
                Block::Lines(vec!["x".to_owned(); lines]),
                Block::Section("heading".to_owned()),
                Block::Paragraph("what follows".into()),
            ];
            let laid = lay_out(&document(blocks), &fonts);
            let last =
                laid.sheets.last().unwrap().iter().filter(|mark| matches!(mark, Mark::Text { .. }));
            assert!(last.count() >= 2, "with {lines} lines before it");
        }
    }
}
