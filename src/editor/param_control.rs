//! The cells that the row of controls is made of: a label, a value, and what moves it.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Event, EventFilter, Id, Key, Popup, Rect, Response,
    Role, Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use nice_plug::prelude::{BoolParam, Param};

use super::icons::paint_opener;
use super::param_gesture::ParamGesture;
use super::theme::{BODY, NEAR, Palette, ROUND_SMALL, SMALL, palette};

/// Height of a cell in points.
pub(crate) const HEIGHT: f32 = 46.0;
/// Way of the pointer over the whole range of a parameter, in points.
const WAY: f32 = 220.0;
/// How much slower a value moves with Shift.
const FINE: f32 = 10.0;
/// How to use any of them, below what is special to each.
const HOW: &str = "Drag to change, with Shift for fine steps. Double-click for the default. Click, then type a value.";

/// What a cell says.
pub(crate) struct Words<'a> {
    /// What is set here. It names the cell for screen readers and tests.
    pub(crate) name: &'a str,
    /// The same, as short as the width asks for.
    pub(crate) label: &'a str,
    /// What it costs and buys.
    pub(crate) tip: &'a str,
    /// The value.
    pub(crate) value: String,
    /// A remark behind the value.
    pub(crate) note: &'a str,
    /// Whether the value is not set here but follows from something else.
    pub(crate) follows: bool,
    /// Whether its bar grows from the middle instead of from the left.
    pub(crate) centred: bool,
}

/// What a gesture is doing with a cell, kept from frame to frame.
#[derive(Debug, Clone, Default)]
struct Held {
    /// Place while the cell is dragged, 0–1, not brought to steps.
    place: Option<f32>,
    /// Text while a value is typed.
    typed: Option<String>,
    /// The text typed means nothing.
    wrong: bool,
}

/// A cell whose value can be dragged or typed.
pub(crate) fn number<P: Param>(
    ui: &mut Ui,
    rect: Rect,
    words: &Words<'_>,
    param: &P,
    gesture: &impl ParamGesture,
) -> Response {
    let id = ui.scope_id().with(words.name);
    let colours = palette(ui);
    let mut held: Held = ui.data_mut(|data| data.get_temp(id)).unwrap_or_default();
    let response = ui.interact(rect, id, Sense::click_and_drag());

    drag(ui, &response, param, gesture, &mut held);
    if response.double_clicked() {
        gesture.touch(param, param.default_normalized_value());
        held.typed = None;
    } else if response.clicked() {
        response.request_focus();
    }
    if response.has_focus() && held.typed.is_none() {
        keys(ui, &response, param, gesture, &mut held);
    }

    frame(ui, &response, rect, colours);
    if held.wrong {
        label(ui, rect, "Not a value", colours.bad);
    } else {
        label(ui, rect, words.label, colours.quiet);
    }
    match &held.typed {
        Some(_) => type_value(ui, rect, words, param, gesture, &mut held, &response),
        None => value(ui, rect, words, colours, response.has_focus()),
    }
    let place = held.place.unwrap_or_else(|| param.unmodulated_normalized_value());
    bar(ui, rect, place, words, colours);

    ui.data_mut(|data| data.insert_temp(id, held));
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, f64::from(place), words.name);
        info.current_text_value = Some(format!("{} {}", words.value, words.note).trim().to_owned());
        info
    });
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    tip(response, words, Some(HOW))
}

/// A cell that is on or off.
pub(crate) fn switch(
    ui: &mut Ui,
    rect: Rect,
    words: &Words<'_>,
    param: &BoolParam,
    gesture: &impl ParamGesture,
) -> Response {
    let on = param.value();
    let colours = palette(ui);
    let response = ui.interact(rect, ui.scope_id().with(words.name), Sense::click());
    if response.clicked() {
        gesture.touch(param, if on { 0.0 } else { 1.0 });
    }
    frame(ui, &response, rect, colours);
    label(ui, rect, words.label, colours.quiet);
    let track = Rect::from_min_size(rect.min + vec2(8.0, 21.0), vec2(23.0, 14.0));
    let (fill, rim) =
        if on { (colours.warn, colours.warn) } else { (colours.background, colours.rim) };
    ui.painter().rect(track, 7.0, fill, Stroke::new(1.0, rim), StrokeKind::Inside);
    let knob = if on { track.right() - 7.0 } else { track.left() + 7.0 };
    let ink = if on { colours.background } else { colours.quiet };
    ui.painter().circle_filled(pos2(knob, track.center().y), 4.0, ink);
    let at = pos2(track.right() + 5.0, track.center().y);
    let (word, ink) = if on { ("On", colours.warn) } else { ("Off", colours.text) };
    ui.painter().text(at, Align2::LEFT_CENTER, word, BODY, ink);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, words.name));
    tip(response, words, None)
}

/// A cell that opens a list; `list` draws it and says what was chosen, 0–1.
pub(crate) fn choice<P: Param>(
    ui: &mut Ui,
    rect: Rect,
    words: &Words<'_>,
    param: &P,
    gesture: &impl ParamGesture,
    list: impl FnOnce(&mut Ui) -> Option<f32>,
) -> Response {
    let colours = palette(ui);
    let id = ui.scope_id().with(words.name);
    let response = ui.interact(rect, id, Sense::click());
    if response.has_focus() {
        hold_arrows(ui, id);
        let now = param.unmodulated_normalized_value();
        let (down, up) =
            ui.input(|input| (input.key_pressed(Key::ArrowDown), input.key_pressed(Key::ArrowUp)));
        let next = match (down, up) {
            (true, false) => param.next_normalized_step(now, false),
            (false, true) => param.previous_normalized_step(now, false),
            _ => now,
        };
        if next != now && !Popup::is_any_open(ui) {
            gesture.touch(param, next);
        }
    }
    frame(ui, &response, rect, colours);
    label(ui, rect, words.label, colours.quiet);
    value(ui, rect, words, colours, false);
    paint_opener(ui.painter(), pos2(rect.right() - 13.0, rect.top() + 26.0), colours.quiet);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, true, words.name);
        info.current_text_value = Some(words.value.clone());
        info
    });
    let chosen = Popup::menu(&response).width(300.0).show(list).and_then(|shown| shown.inner);
    if let Some(chosen) = chosen {
        gesture.touch(param, chosen);
    }
    if Popup::is_id_open(ui, Popup::default_response_id(&response)) {
        response
    } else {
        tip(response, words, None)
    }
}

fn drag<P: Param>(
    ui: &Ui,
    response: &Response,
    param: &P,
    gesture: &impl ParamGesture,
    held: &mut Held,
) {
    if response.drag_started() {
        gesture.begin(param);
        held.place = Some(param.unmodulated_normalized_value());
    }
    let Some(place) = &mut held.place else { return };
    if response.dragged() {
        let moved = response.drag_delta();
        let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
        let next = (*place + (moved.x - moved.y) / (WAY * fine)).clamp(0.0, 1.0);
        let step = |place| param.preview_normalized(param.preview_plain(place));
        if step(next) != step(*place) {
            gesture.set(param, next);
        }
        *place = next;
    } else {
        // Let go, or the pointer was lost: either way the host has to hear of it.
        gesture.end(param);
        held.place = None;
    }
}

/// What the keyboard does to a cell that has the focus.
fn keys<P: Param>(
    ui: &Ui,
    response: &Response,
    param: &P,
    gesture: &impl ParamGesture,
    held: &mut Held,
) {
    hold_arrows(ui, response.id);
    let now = param.unmodulated_normalized_value();
    let mut next = now;
    ui.input(|input| {
        let fine = input.modifiers.shift;
        // A step of a length is a tenth of a millisecond; whoever types arrows wants to get on.
        let leap = |steps: bool| {
            let sign = if steps { 1.0 } else { -1.0 };
            match param.step_count() {
                Some(count) if count <= 100 => sign / count as f32,
                _ => sign * if fine { 0.001 } else { 0.01 },
            }
        };
        for event in &input.events {
            match event {
                Event::Key { key: Key::ArrowUp | Key::ArrowRight, pressed: true, .. } => {
                    next = moved(param, next, leap(true));
                }
                Event::Key { key: Key::ArrowDown | Key::ArrowLeft, pressed: true, .. } => {
                    next = moved(param, next, leap(false));
                }
                Event::Key { key: Key::Delete | Key::Backspace, pressed: true, .. } => {
                    next = param.default_normalized_value();
                }
                Event::Key { key: Key::Enter, pressed: true, .. } => {
                    held.typed = Some(param.normalized_value_to_string(now, true));
                }
                Event::Text(text) if !text.trim().is_empty() => {
                    held.typed.get_or_insert_default().push_str(text);
                }
                _ => {}
            }
        }
    });
    if next != now {
        gesture.touch(param, next);
    }
}

/// The place one step further, or as many as it takes until something else is read: the lowest place
/// of a length stands for the preset's, and the shortest length is some steps away.
fn moved<P: Param>(param: &P, from: f32, step: f32) -> f32 {
    let read = |place: f32| param.normalized_value_to_string(place, true);
    let before = read(from);
    let mut place = from;
    while (0.0..=1.0).contains(&(place + step)) {
        place += step;
        if read(place) != before {
            return place;
        }
    }
    if step > 0.0 { 1.0 } else { 0.0 }
}

/// Keeps the arrow keys from moving the focus.
fn hold_arrows(ui: &Ui, id: Id) {
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
}

fn type_value<P: Param>(
    ui: &mut Ui,
    rect: Rect,
    words: &Words<'_>,
    param: &P,
    gesture: &impl ParamGesture,
    held: &mut Held,
    cell: &Response,
) {
    let Some(mut typed) = held.typed.take() else { return };
    let id = cell.id.with("typed");
    let line =
        Rect::from_min_max(rect.min + vec2(4.0, 15.0), pos2(rect.right() - 4.0, rect.top() + 36.0));
    let mut line = ui.new_child(UiBuilder::new().max_rect(line));
    if held.wrong {
        line.visuals_mut().selection.stroke.color = palette(ui).bad;
    }
    let edit = TextEdit::singleline(&mut typed)
        .id(id)
        .font(BODY)
        .margin(vec2(3.0, 1.0))
        .desired_width(f32::INFINITY)
        .cursor_at_end(true)
        .char_limit(24);
    let begun = !ui.memory(|memory| memory.had_focus_last_frame(id));
    let edit = line.add(edit);
    let trouble = if held.wrong { ": not a value" } else { "" };
    let name = format!("{} typed{trouble}", words.name);
    edit.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
    if begun && !edit.has_focus() && cell.has_focus() {
        edit.request_focus();
    }
    if edit.changed() {
        held.wrong = false;
    }
    let (enter, escape) =
        ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    let left = edit.lost_focus() && !begun;
    if !left {
        held.typed = Some(typed);
        return;
    }
    match param.string_to_normalized_value(&typed) {
        _ if escape => held.wrong = false,
        Some(normalized) => {
            gesture.touch(param, normalized);
            held.wrong = false;
        }
        // Stay until it makes sense or is given up.
        None if enter => {
            held.wrong = true;
            held.typed = Some(typed);
            edit.request_focus();
        }
        None => held.wrong = false,
    }
}

fn frame(ui: &Ui, response: &Response, rect: Rect, colours: &Palette) {
    let (fill, stroke) = if response.has_focus() {
        (colours.hovered, Stroke::new(2.0, colours.accent))
    } else if response.hovered() || response.dragged() {
        (colours.hovered, Stroke::new(1.0, colours.rim))
    } else {
        (colours.raised, Stroke::new(1.0, colours.edge))
    };
    ui.painter().rect(rect, CornerRadius::same(ROUND_SMALL), fill, stroke, StrokeKind::Inside);
}

fn label(ui: &Ui, rect: Rect, text: &str, ink: Color32) {
    ui.painter().with_clip_rect(rect.shrink(2.0)).text(
        rect.min + vec2(8.0, 4.0),
        Align2::LEFT_TOP,
        text,
        SMALL,
        ink,
    );
}

fn value(ui: &Ui, rect: Rect, words: &Words<'_>, colours: &Palette, selected: bool) {
    let painter = ui.painter().with_clip_rect(rect.shrink(2.0));
    let at = rect.min + vec2(8.0, 18.0);
    let ink = if words.follows { colours.quiet } else { colours.text };
    let text = painter.layout_no_wrap(words.value.clone(), BODY, ink);
    let width = text.size().x;
    if selected {
        let marked = Rect::from_min_size(at, text.size()).expand2(vec2(2.0, 0.0));
        painter.rect_filled(marked, 2.0, ui.visuals().selection.bg_fill);
    }
    painter.galley(at, text, ink);
    if !words.note.is_empty() {
        let ink = if words.follows { colours.quiet } else { colours.warn };
        painter.text(at + vec2(width + NEAR, 1.0), Align2::LEFT_TOP, words.note, SMALL, ink);
    }
}

/// A thin bar up to the place where the value is.
fn bar(ui: &Ui, rect: Rect, place: f32, words: &Words<'_>, colours: &Palette) {
    let track = Rect::from_min_max(
        pos2(rect.left() + 8.0, rect.bottom() - 8.0),
        pos2(rect.right() - 8.0, rect.bottom() - 5.0),
    );
    ui.painter().rect_filled(track, 1.5, colours.edge);
    if words.follows {
        return;
    }
    let x = |place: f32| track.left() + place.clamp(0.0, 1.0) * track.width();
    let origin = if words.centred { 0.5 } else { 0.0 };
    let (from, to) = (x(origin).min(x(place)), x(origin).max(x(place)));
    let filled = Rect::from_x_y_ranges(from..=to, track.y_range());
    ui.painter().rect_filled(filled, 1.5, colours.accent);
    ui.painter().circle_filled(pos2(x(place), track.center().y), 3.5, colours.accent);
}

fn tip(response: Response, words: &Words<'_>, how: Option<&str>) -> Response {
    response.on_hover_ui(|ui| {
        let colours = palette(ui);
        ui.label(egui::RichText::new(words.name).font(BODY).color(colours.text));
        ui.label(egui::RichText::new(words.tip).font(SMALL).color(colours.text));
        if let Some(how) = how {
            ui.label(egui::RichText::new(how).font(SMALL).color(colours.quiet));
        }
    })
}

/// One entry of a list: a name, and what it costs and buys. Says whether it was clicked.
pub(crate) fn entry(ui: &mut Ui, name: &str, remark: &str, chosen: bool) -> bool {
    let colours = palette(ui);
    let width = ui.available_width();
    let remark = ui.painter().layout(remark.to_owned(), SMALL, colours.quiet, width - 34.0);
    let (rect, response) =
        ui.allocate_exact_size(vec2(width, 22.0 + remark.size().y + 4.0), Sense::click());
    let fill = if response.hovered() || response.has_focus() {
        colours.hovered
    } else {
        Color32::TRANSPARENT
    };
    let rim = if response.has_focus() { Stroke::new(2.0, colours.accent) } else { Stroke::NONE };
    ui.painter().rect(rect, f32::from(ROUND_SMALL), fill, rim, StrokeKind::Inside);
    let dot = pos2(rect.left() + 12.0, rect.top() + 13.0);
    if chosen {
        ui.painter().circle_filled(dot, 4.0, colours.accent);
    } else {
        ui.painter().circle_stroke(dot, 4.0, Stroke::new(1.0, colours.rim));
    }
    ui.painter().text(rect.min + vec2(26.0, 4.0), Align2::LEFT_TOP, name, BODY, colours.text);
    ui.painter().galley(rect.min + vec2(26.0, 21.0), remark, colours.quiet);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, chosen, name));
    response.clicked()
}
