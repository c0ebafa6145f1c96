//! Texts as lines of glyphs.
//!
//! Latin, Greek and Cyrillic need no shaping: a glyph for each character, in order. What neither font has is an
//! empty box on paper and can still be searched for and copied.

use std::ops::Range;

use ab_glyph::{Font as _, FontRef, GlyphId, PxScale, ScaleFont};
use krilla::text::Font;

use crate::case::document::{Style, Text};

/// Size of fixed-width text, compared with the text around it.
const MONO_SCALE: f32 = 0.84;
/// Which font is first for text, and which for fixed width.
const TEXT: usize = 0;
const MONO: usize = 1;

/// The two fonts, to measure with and to embed. Their licences (Ubuntu font licence 1.0; MIT and Bitstream Vera)
/// allow both.
pub(super) struct Fonts {
    outlines: [FontRef<'static>; 2],
    pub(super) embedded: [Font; 2],
}

/// A line of text.
#[derive(Default)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    pub(super) width: f32,
}

/// Glyphs of one font and style.
pub(super) struct Run {
    /// Distance from the line's start, in points.
    pub(super) x: f32,
    pub(super) font: usize,
    pub(super) size: f32,
    pub(super) strong: bool,
    pub(super) text: String,
    pub(super) glyphs: Vec<Glyph>,
}

pub(super) struct Glyph {
    pub(super) id: u16,
    /// To the next glyph, in points.
    pub(super) advance: f32,
    /// The bytes of the run's text that it stands for.
    pub(super) bytes: Range<usize>,
}

/// A character that was looked up.
struct Placed {
    letter: char,
    font: usize,
    style: Style,
    size: f32,
    id: u16,
    advance: f32,
}

impl Fonts {
    pub(super) fn new() -> Result<Self, String> {
        let bytes = [epaint_default_fonts::UBUNTU_LIGHT, epaint_default_fonts::HACK_REGULAR];
        let outline = |bytes| FontRef::try_from_slice(bytes).map_err(|error| error.to_string());
        let embedded = |bytes: &'static [u8]| {
            Font::new(bytes.into(), 0).ok_or_else(|| "a font cannot be read".to_owned())
        };
        Ok(Self {
            outlines: [outline(bytes[0])?, outline(bytes[1])?],
            embedded: [embedded(bytes[0])?, embedded(bytes[1])?],
        })
    }

    /// Breaks `text` into lines of at most `width` points: at spaces and slashes, in running text behind hyphens too, and
    /// within a word only where it is wider than a line. At least one line.
    pub(super) fn lines(&self, text: &Text, size: f32, width: f32) -> Vec<Line> {
        let placed = self.placed(text, size);
        let mut lines = Vec::new();
        let mut start = 0;
        let mut may_break = 0;
        let mut at = 0;
        let mut reached = 0.0;
        while at < placed.len() {
            let one = &placed[at];
            // A space may hang over the edge.
            if reached + one.advance > width && one.letter != ' ' && at > start {
                let end = if may_break > start { may_break } else { at };
                lines.push(line(&placed[start..end]));
                start = end;
                at = end;
                reached = 0.0;
                continue;
            }
            reached += one.advance;
            at += 1;
            let next = placed.get(at).map(|next| next.letter);
            let hyphen = one.letter == '-'
                && one.style != Style::Mono
                && next.is_some_and(char::is_alphabetic);
            if matches!(one.letter, ' ' | '/') || hyphen {
                may_break = at;
            }
        }
        lines.push(line(&placed[start..]));
        lines
    }

    fn placed(&self, text: &Text, size: f32) -> Vec<Placed> {
        let mut placed = Vec::new();
        for span in &text.0 {
            let (first, size) = match span.style {
                Style::Mono => (MONO, size * MONO_SCALE),
                Style::Plain | Style::Strong => (TEXT, size),
            };
            for letter in span.text.chars() {
                // Control characters have no place on paper.
                let letter = if letter.is_control() { ' ' } else { letter };
                let has = |font: &usize| self.outlines[*font].glyph_id(letter) != GlyphId(0);
                let font = [first, 1 - first].into_iter().find(has).unwrap_or(first);
                let outline = &self.outlines[font];
                let id = outline.glyph_id(letter);
                // In ab_glyph a scale is the height of the font; here it is that of an em.
                let scale = outline.height_unscaled() / outline.units_per_em().unwrap_or(1_000.0);
                let advance = outline.as_scaled(PxScale::from(size * scale)).h_advance(id);
                placed.push(Placed { letter, font, style: span.style, size, id: id.0, advance });
            }
        }
        placed
    }
}

/// The characters as a line, without spaces at its end.
fn line(placed: &[Placed]) -> Line {
    let end = placed.iter().rposition(|one| one.letter != ' ').map_or(0, |last| last + 1);
    let mut line = Line::default();
    for one in &placed[..end] {
        let strong = one.style == Style::Strong;
        let same = |run: &Run| run.font == one.font && run.size == one.size && run.strong == strong;
        if !line.runs.last().is_some_and(same) {
            line.runs.push(Run {
                x: line.width,
                font: one.font,
                size: one.size,
                strong,
                text: String::new(),
                glyphs: Vec::new(),
            });
        }
        if let Some(run) = line.runs.last_mut() {
            let begin = run.text.len();
            run.text.push(one.letter);
            let bytes = begin..run.text.len();
            run.glyphs.push(Glyph { id: one.id, advance: one.advance, bytes });
        }
        line.width += one.advance;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::document::mono;

    fn broken(text: Text, width: f32) -> Vec<String> {
        let lines = Fonts::new().unwrap().lines(&text, 10.0, width);
        assert!(lines.iter().all(|line| line.width <= width), "a line is too wide");
        lines.iter().map(|line| line.runs.iter().map(|run| run.text.as_str()).collect()).collect()
    }

    #[test]
    fn lines_break_at_spaces_and_nothing_is_lost() {
        let lines = broken("Größe und Maß, naïve café: ß ø Ł Ω я".into(), 60.0);
        assert!(lines.len() > 2);
        assert_eq!(lines.join(" "), "Größe und Maß, naïve café: ß ø Ł Ω я");
    }

    #[test]
    fn a_word_that_is_wider_than_a_line_is_broken_and_stays_whole_in_sum() {
        let hash = "0123456789abcdef".repeat(4);
        let lines = broken(mono(hash.clone()), 100.0);
        assert!(lines.len() > 2);
        assert_eq!(lines.concat(), hash);
    }

    #[test]
    fn european_letters_are_in_the_font_for_text() {
        let fonts = Fonts::new().unwrap();
        for letter in "äöüßÄÖÜéèêçñåøæœłśžčőűğışțβΩЖя€„“”‚’–—…·×≤≥√σ−".chars()
        {
            let has = fonts.outlines.iter().any(|font| font.glyph_id(letter) != GlyphId(0));
            assert!(has, "{letter} is in neither font");
        }
    }
}
