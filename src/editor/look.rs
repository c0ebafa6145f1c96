//! Colours and widgets for what stands around an editor: the standalone's own panels.

use egui::{Color32, CornerRadius, FontId, Rect, Response, Ui, Vec2, vec2};
use patchveil_words::{Language, Words};

use super::rounded;
use super::theme;
use super::widgets::{self, Emphasis};
use super::words;

/// Labels and notes.
pub const SMALL: FontId = theme::SMALL;
/// Running text.
pub const BODY: FontId = theme::BODY;
/// Titles of panels.
pub const TITLE: FontId = theme::TITLE;
/// The most important line of a window.
pub const HEADLINE: FontId = theme::HEADLINE;

/// The colours of a theme, by what they mean. Text colours have a contrast of at least 4.5 : 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colours {
    /// Behind the panels.
    pub background: Color32,
    /// Panels.
    pub panel: Color32,
    /// Buttons and fields.
    pub raised: Color32,
    /// Borders of panels.
    pub border: Color32,
    /// Text.
    pub text: Color32,
    /// Secondary text.
    pub weak: Color32,
    /// What can be moved, is selected or has the focus.
    pub accent: Color32,
    /// Everything works.
    pub good: Color32,
    /// Needs attention.
    pub warn: Color32,
    /// Does not work.
    pub bad: Color32,
}

/// The colours that `ui` is drawn in.
#[must_use]
pub fn colours(ui: &Ui) -> Colours {
    let palette = theme::palette(ui);
    Colours {
        background: palette.background,
        panel: palette.panel,
        raised: palette.raised,
        border: palette.border,
        text: palette.text,
        weak: palette.weak,
        accent: palette.accent,
        good: palette.good,
        warn: palette.warn,
        bad: palette.bad,
    }
}

/// Sets up both themes in `context`.
pub fn apply(context: &egui::Context) {
    theme::apply(context);
}

/// The texts of the language that `ui` is drawn in.
#[must_use]
pub fn words(ui: &Ui) -> &'static Words {
    words::words(ui)
}

/// The text with a capital letter at its start and a full stop at its end.
#[must_use]
pub fn sentence(text: &str) -> String {
    widgets::sentence(text)
}

/// Draws all of a window in `language` from now on, as the editor's own menu does.
pub fn set_language(context: &egui::Context, language: Language) {
    words::set_language(context, language);
}

/// Fills `rect`, aligned to pixels and without soft edges.
pub fn fill(ui: &Ui, rect: Rect, colour: Color32) {
    rounded::fill(ui.painter(), rect, CornerRadius::ZERO, colour);
}

/// A button; `primary` for the one that most people want.
pub fn button(ui: &mut Ui, text: &str, primary: bool) -> Response {
    let emphasis = if primary { Emphasis::Main } else { Emphasis::Plain };
    widgets::button(ui, text, emphasis)
}

/// A button that stays down while `on`.
pub fn toggle(ui: &mut Ui, text: &str, on: bool) -> Response {
    widgets::toggle(ui, text, on)
}

/// A small button.
pub fn press(ui: &mut Ui, text: &str) -> Response {
    widgets::press(ui, text)
}

/// Marks what has the keyboard focus.
pub fn focus_ring(ui: &Ui, rect: Rect) {
    widgets::focus_ring(ui, rect);
}

/// Scrolls what has the keyboard focus into view when it gets it; the last thing in a scroll area.
pub fn follow_focus(ui: &Ui) {
    widgets::follow_focus(ui);
}

/// Draws into the whole of `ui`, or, where that is smaller than `smallest`, into as much in an area that
/// scrolls.
pub fn scrolled<R>(ui: &mut Ui, smallest: Vec2, add: impl FnOnce(&mut Ui, Rect) -> R) -> R {
    widgets::scrolled(ui, smallest, add)
}

/// Adds widgets at the right end of `rect`, from left to right, so that the keyboard reaches them in that
/// order; `name` tells such rows apart.
pub fn at_the_right(ui: &mut Ui, name: &str, rect: Rect, add: impl FnOnce(&mut Ui)) {
    // Headers of panels leave a gap at their ends.
    widgets::header_buttons(ui, name, rect.expand2(vec2(theme::GAP, 0.0)), add);
}

/// A text field with its label above; `hidden` shows dots.
pub fn field(ui: &mut Ui, label: &str, text: &mut String, hint: &str, hidden: bool) -> Response {
    widgets::text_field(ui, label, text, hint, hidden)
}
