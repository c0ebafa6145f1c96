//! What the present strength does to this sound, in figures and words.

use egui::{Color32, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use patchveil_words as words;

use super::notice::Notice;
use crate::analyzer::{Effect, Found, View};
use crate::editor::headline::Layers;
use crate::editor::theme::{BODY, INSET, Palette, SMALL, palette};
use crate::editor::widgets::{elided, probability};
use crate::editor::words::words;
use crate::status::Status;

/// What decides about the text.
pub(super) struct Situation<'a> {
    pub(super) view: &'a View,
    pub(super) status: &'a Status,
    pub(super) layers: Layers,
    /// The input passes unchanged.
    pub(super) bypass: bool,
    /// Only the difference is heard.
    pub(super) delta: bool,
    /// The original is heard, equally loud.
    pub(super) original: bool,
}

/// The verdict, two lines of figures behind it, and whether the mark was found.
struct Text {
    title: &'static str,
    colour: Color32,
    lines: [String; 2],
    found: Option<(String, Color32)>,
}

/// Draws the text into `rect`.
pub(super) fn draw(ui: &mut Ui, rect: Rect, situation: &Situation<'_>, wide: bool) {
    let colours = palette(ui);
    let (words, original) = (&words(ui).strength, &words(ui).original);
    let text = text(situation, wide, colours, words, original);
    let mut at = rect.min + vec2(0.0, 6.0);
    let line = |at: Pos2, text: &str, font, colour| -> Rect {
        let galley = elided(ui, text, font, colour, rect.right() - at.x);
        let taken = Rect::from_min_size(at, galley.size());
        ui.painter().galley(at, galley, colour);
        taken
    };
    at.y = line(at, text.title, BODY, text.colour).bottom() + 1.0;
    at.y = line(at, &text.lines[0], SMALL, colours.text).bottom();
    let last = line(at, &text.lines[1], SMALL, colours.text);
    if let Some((found, colour)) = &text.found {
        let x = if text.lines[1].is_empty() { at.x } else { last.right() + 2.0 * INSET };
        line(pos2(x, at.y), found, SMALL, *colour);
    }
    let response = ui.interact(rect, ui.scope_id().with("effect"), Sense::hover());
    let found = text.found.map_or_else(String::new, |(found, _)| found);
    let parts = [&text.lines[0], &text.lines[1], &found];
    let figures: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let label = format!("{}. {}", text.title, figures.join(". "));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label.trim_end()));
    response.on_hover_ui(|ui| {
        for tip in [words.rule, words.found_tip] {
            ui.label(egui::RichText::new(tip).font(SMALL));
        }
    });
}

fn text(
    situation: &Situation<'_>,
    wide: bool,
    colours: &Palette,
    words: &'static words::Strength,
    original: &'static words::Original,
) -> Text {
    let quiet = |title, line: &str| Text {
        title,
        colour: colours.weak,
        lines: [line.to_owned(), String::new()],
        found: None,
    };
    match situation.status {
        _ if situation.bypass => return quiet(words.nothing_changed, words.bypass_on),
        _ if situation.original => return quiet(original.heard, original.heard_hint),
        Status::Muted { .. } => return quiet(words.nothing_out, ""),
        Status::Restoring { .. } => return quiet(words.not_while_restoring, ""),
        Status::Protecting { .. } if situation.delta => {
            return quiet(words.not_measured, words.delta_on);
        }
        Status::Protecting { .. } => {}
        _ => return quiet(words.nothing_changed, ""),
    }
    let Some(effect) = &situation.view.effect else {
        let line = match situation.view.sound {
            true => words.measuring,
            false => words.no_sound_to_measure,
        };
        return quiet(words.listener, line);
    };
    let notice = Notice::of(situation.layers, effect);
    let colour = match notice {
        Notice::Unlikely => colours.good,
        Notice::May => colours.text,
        Notice::Will => colours.warn,
    };
    let mut found = found(situation.view.found, colours, words);
    let lines = figures(effect, wide, words);
    let mut text = Text { title: notice.text(words), colour, lines, found: None };
    if !situation.view.sound {
        // It was so of the last sound there was: no colour may read as if it still were.
        text.colour = colours.weak;
        found = found.map(|(words, _)| (words, colours.weak));
    }
    Text { found, ..text }
}

/// The figures of `effect`; in a narrow window in one line, so that the other is free.
fn figures(effect: &Effect, wide: bool, words: &words::Strength) -> [String; 2] {
    let Effect { mean_db: mean, most_db: most, seconds, loudness_lu } = effect;
    let loudness = loudness_lu.map(|lu| format!("{} LU", signed(lu)));
    if wide {
        let line = match loudness {
            Some(loudness) => (words.loudness)(&loudness, *seconds),
            None => (words.last)(*seconds),
        };
        return [(words.levels)(*mean, *most), line];
    }
    let loudness = loudness.map_or_else(String::new, |lu| format!(", {lu}"));
    [format!("{}{loudness}", (words.levels_short)(*mean, *most)), String::new()]
}

/// Whether the mark was found, in words. Green only where it really was.
fn found(found: Found, colours: &Palette, words: &words::Strength) -> Option<(String, Color32)> {
    let text = match found {
        Found::NotSought => return None,
        Found::Yes { seconds, p } => {
            return Some(((words.found)(seconds, &probability(p)), colours.good));
        }
        Found::Searching { expected: Some(seconds), .. } => (words.expected)(seconds),
        Found::Searching { seconds: 0.0, .. } => words.looking.to_owned(),
        Found::Searching { seconds, .. } => (words.not_found_yet)(seconds),
        Found::No { .. } => words.not_enough.to_owned(),
    };
    Some((text, colours.weak))
}

/// A number with its sign; 0.00 has none.
fn signed(number: f32) -> String {
    match format!("{:.2}", number.abs()).as_str() {
        "0.00" => "0.00".to_owned(),
        digits if number < 0.0 => format!("−{digits}"),
        digits => format!("+{digits}"),
    }
}
