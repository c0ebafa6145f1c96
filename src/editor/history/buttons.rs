//! The buttons and the keys for undo and redo.

use egui::{
    Context, CornerRadius, Key, KeyboardShortcut, Modifiers, Response, Role, Sense, Shape, Stroke,
    Ui, WidgetInfo, pos2, vec2,
};

use crate::editor::theme::{ROUND_SMALL, palette};
use crate::editor::widgets::focus_ring;
use crate::editor::words::words;

/// Width and height of a button, in points.
const SIZE: (f32, f32) = (26.0, 22.0);
/// Parts of the arrow's arc.
const PARTS: usize = 7;

/// Undo or redo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Take the newest step back.
    Undo,
    /// Take the last undone step again.
    Redo,
}

/// Which of the buttons do something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Buttons {
    pub(crate) undo: bool,
    pub(crate) redo: bool,
}

/// What the keyboard asks for. Where a text is being typed, the keys are the text's.
pub(crate) fn shortcut(context: &Context) -> Option<Ask> {
    const COMMAND: Modifiers = Modifiers::COMMAND;
    let key = |modifiers, key| KeyboardShortcut::new(modifiers, key);
    if context.text_edit_focused() {
        return None;
    }
    context.input_mut(|input| {
        // With Shift first: the other would take that too.
        let redo = input.consume_shortcut(&key(COMMAND | Modifiers::SHIFT, Key::Z))
            || input.consume_shortcut(&key(COMMAND, Key::Y));
        let undo = !redo && input.consume_shortcut(&key(COMMAND, Key::Z));
        if redo { Some(Ask::Redo) } else { undo.then_some(Ask::Undo) }
    })
}

/// Draws both buttons. Returns what was clicked.
pub(crate) fn draw_buttons(ui: &mut Ui, enabled: Buttons) -> Option<Ask> {
    let words = &words(ui).steps;
    let undo = button(ui, words.undo, words.undo_tip, enabled.undo, -1.0);
    let redo = button(ui, words.redo, words.redo_tip, enabled.redo, 1.0);
    if undo.clicked() { Some(Ask::Undo) } else { redo.clicked().then_some(Ask::Redo) }
}

/// A button with an arrow that turns back (`side` −1) or forth (1).
fn button(ui: &mut Ui, name: &str, tip: &str, enabled: bool, side: f32) -> Response {
    let colours = palette(ui);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(SIZE.0, SIZE.1), sense);
    if enabled && response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(ROUND_SMALL), colours.hovered);
    }
    let colour = if enabled { colours.text } else { colours.outline.gamma_multiply(0.6) };
    let (centre, radius) = (rect.center() + vec2(0.0, 1.0), 4.5);
    // From the arrow's head at the upper side over the top and round to below.
    let at = |turn: f32| {
        centre + radius * vec2(side * turn.to_radians().cos(), -turn.to_radians().sin())
    };
    let arc = (0..=PARTS).map(|n| at(40.0 + 190.0 * n as f32 / PARTS as f32)).collect();
    ui.painter().add(Shape::line(arc, Stroke::new(1.5, colour)));
    let tip_of_arrow = pos2(centre.x + side * 6.2, centre.y - 1.2);
    let head = vec![
        tip_of_arrow,
        tip_of_arrow + vec2(-5.4 * side, -0.6),
        tip_of_arrow + vec2(-0.2 * side, -5.6),
    ];
    ui.painter().add(Shape::convex_polygon(head, colour, Stroke::NONE));
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response.on_hover_text(tip)
}
