//! The dial: one control that leads from Mark over Light and Balanced to Strong.

use egui::accesskit::{Action, ActionData};
use egui::{Align2, CursorIcon, Key, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use patchveil_veil::Preset;

use crate::editor::param_control::keep_arrow_keys;
use crate::editor::param_gesture::ParamGesture;
use crate::editor::presets;
use crate::editor::theme::{BODY, Palette, SMALL, palette};
use crate::editor::widgets::focus_ring;
use crate::editor::words::words;
use crate::params::{PatchveilParams, PresetChoice};

/// The stops, mildest first.
const STOPS: [PresetChoice; 4] =
    [PresetChoice::Mark, PresetChoice::Light, PresetChoice::Balanced, PresetChoice::Strong];
/// Room for half a name at both ends, in points.
const SIDE: f32 = 34.0;
/// Where the track is, below the top, in points.
const TRACK: f32 = 35.0;

/// Draws the dial into `rect`.
pub(super) fn draw(
    ui: &mut Ui,
    rect: Rect,
    params: &PatchveilParams,
    gesture: &impl ParamGesture,
) -> Response {
    let colours = palette(ui);
    let response = ui.interact(rect, ui.scope_id().with("dial"), Sense::click_and_drag());
    let current = presets::current(params);
    let chosen =
        chosen_by_pointer(&response, rect).or_else(|| chosen_by_key(ui, &response, current));
    if let Some(stop) = chosen.filter(|stop| *stop != current) {
        presets::choose(params, gesture, stop);
    }
    let current = presets::current(params);
    let at = STOPS.iter().position(|stop| *stop == current);
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    draw_track(ui, rect, at, response.hovered(), colours);
    draw_caption(ui, rect, params, at.is_some(), colours);
    if response.has_focus() {
        focus_ring(ui, rect.shrink(3.0));
    }
    let all = words(ui);
    let (name, description) = presets::describe(current, &all.presets);
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, at.unwrap_or_default() as f64, all.strength.dial);
        info.current_text_value = Some(name.to_owned());
        info
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value((STOPS.len() - 1) as f64);
        for action in [Action::Increment, Action::Decrement, Action::SetValue] {
            node.add_action(action);
        }
    });
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.on_hover_text(format!("{name}. {description}"))
}

/// Where a stop is drawn.
fn x(rect: Rect, stop: usize) -> f32 {
    let way = rect.width() - 2.0 * SIDE;
    (rect.left() + SIDE + way * stop as f32 / (STOPS.len() - 1) as f32).round()
}

/// The stop that the pointer chooses, if it is down.
fn chosen_by_pointer(response: &Response, rect: Rect) -> Option<PresetChoice> {
    let pointer = (response.clicked() || response.dragged())
        .then(|| response.interact_pointer_pos())
        .flatten()?;
    let away = |stop: &usize| (x(rect, *stop) - pointer.x).abs();
    (0..STOPS.len()).min_by(|a, b| away(a).total_cmp(&away(b))).map(|stop| STOPS[stop])
}

/// The stop that the keyboard or a screen reader chooses.
fn chosen_by_key(ui: &Ui, response: &Response, current: PresetChoice) -> Option<PresetChoice> {
    let focused = response.has_focus();
    if focused {
        keep_arrow_keys(ui, response.id);
    }
    let at = STOPS.iter().position(|stop| *stop == current);
    ui.input(|input| {
        let pressed =
            |keys: [Key; 2]| focused && keys.into_iter().any(|key| input.key_pressed(key));
        let asked = |action| input.has_accesskit_action_request(response.id, action);
        let set =
            input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| {
                match request.data {
                    Some(ActionData::NumericValue(value)) => Some(value.round() as usize),
                    _ => None,
                }
            });
        let last = STOPS.len() - 1;
        let stop = if let Some(set) = set {
            set.min(last)
        } else if pressed([Key::ArrowRight, Key::ArrowUp]) || asked(Action::Increment) {
            at.map_or(0, |at| (at + 1).min(last))
        } else if pressed([Key::ArrowLeft, Key::ArrowDown]) || asked(Action::Decrement) {
            at.map_or(last, |at| at.saturating_sub(1))
        } else if pressed([Key::Home; 2]) {
            0
        } else if pressed([Key::End; 2]) {
            last
        } else {
            return None;
        };
        Some(STOPS[stop])
    })
}

fn draw_track(ui: &Ui, rect: Rect, at: Option<usize>, hovered: bool, colours: &Palette) {
    let painter = ui.painter();
    let y = rect.top() + TRACK;
    let (first, last) = (x(rect, 0), x(rect, STOPS.len() - 1));
    let bar = |from: f32, to: f32| Rect::from_min_max(pos2(from, y - 1.5), pos2(to, y + 1.5));
    painter.rect_filled(bar(first, last), 1.5, colours.outline.gamma_multiply(0.6));
    if let Some(at) = at {
        painter.rect_filled(bar(first, x(rect, at)), 1.5, colours.accent);
    }
    for (stop, preset) in STOPS.into_iter().enumerate() {
        let chosen = at == Some(stop);
        let passed = at.is_some_and(|at| stop <= at);
        let centre = pos2(x(rect, stop), y);
        let (radius, fill) = match (chosen, passed) {
            (true, _) => (if hovered { 8.0 } else { 7.0 }, colours.accent),
            (_, true) => (3.5, colours.accent),
            _ => (3.5, colours.background),
        };
        let edge = if passed { colours.accent } else { colours.outline };
        painter.circle(centre, radius, fill, Stroke::new(1.5, edge));
        let colour = if chosen { colours.accent } else { colours.text };
        let name = presets::describe(preset, &words(ui).presets).0;
        let above = pos2(centre.x, rect.top() + 7.0);
        painter.text(above, Align2::CENTER_TOP, name, BODY, colour);
    }
}

/// What lies below the track: where it leads, or why its place does not say everything.
fn draw_caption(ui: &Ui, rect: Rect, params: &PatchveilParams, on_dial: bool, colours: &Palette) {
    let (painter, all) = (ui.painter(), words(ui));
    let words = &all.strength;
    let (left, right) = (x(rect, 0) - 22.0, x(rect, STOPS.len() - 1) + 24.0);
    let y = rect.bottom() - 5.0;
    let current = presets::current(params);
    let version = params.class.get().recipe;
    let adjusted =
        Preset::from(current).recipe_of_version(version).is_some_and(|r| r != params.recipe_now());
    if !on_dial || adjusted {
        let text = match on_dial {
            false => (words.not_on_dial)(presets::describe(current, &all.presets).0),
            true => words.adjusted.to_owned(),
        };
        painter.text(pos2(left, y), Align2::LEFT_BOTTOM, text, SMALL, colours.text);
        return;
    }
    painter.text(pos2(left, y), Align2::LEFT_BOTTOM, words.inaudible, SMALL, colours.weak);
    let at = pos2(right - 12.0, y);
    let end = painter.text(at, Align2::RIGHT_BOTTOM, words.audible, SMALL, colours.weak);
    painter.arrow(
        pos2(end.right() + 3.0, end.center().y),
        vec2(9.0, 0.0),
        Stroke::new(1.0, colours.weak),
    );
}
