//! The row of all controls, which folds away, and the choice of the mode.

use egui::{Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param};
use patchveil_veil::VeilSettings;
use patchveil_words::Controls;

use super::param_control::{self, ControlText, HEIGHT};
use super::param_gesture::ParamGesture;
use super::theme::SMALL_GAP;
use super::words::words;
use super::{presets, widgets};
use crate::params::{ModeChoice, PatchveilParams};

/// Below this width of the row, in points, labels are shortened.
const WIDE: f32 = 900.0;
/// Relative widths of the controls, in order.
const WIDTHS: [f32; 9] = [126.0, 88.0, 88.0, 120.0, 122.0, 118.0, 96.0, 88.0, 88.0];
/// The same with shortened labels.
const NARROW_WIDTHS: [f32; 9] = [86.0, 62.0, 64.0, 72.0, 74.0, 56.0, 64.0, 62.0, 62.0];

/// Draws the controls into `rect`, in one row.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let wide = rect.width() >= WIDE;
    let words = &words(ui).controls;
    let label = |long, short| if wide { long } else { short };
    let [preset, mark, amount, patch, period, count, trim, delta, bypass] = control_rects(rect);
    // What is in force: parameters may follow the preset, or be limited by each other.
    let recipe = params.recipe_now();

    presets::draw(ui, preset, params, gesture);
    let param = &params.recipe.mark_level;
    let mut text = text_of(
        words.mark_level,
        label(words.mark_level_label, words.mark_level_short),
        words.mark_level_tip,
        param,
    );
    let in_force = params.held_level.of(param.value());
    let note = in_force.map_or_else(String::new, |db| format!("({db:.1})"));
    if in_force.is_some() {
        text.value = format!("{:.1} dB", param.value());
        (text.note, text.tip) = (&note, words.mark_held_tip);
    }
    if recipe.mark.is_none() {
        let tip = if params.is_former() { words.no_mark_yet_tip } else { words.no_mark_tip };
        set_no_effect(&mut text, words.no_mark, tip);
    }
    param_control::number(ui, mark, &text, param, gesture);
    let veil = VeilControls { amount, patch, period, count, wide };
    veil.draw(ui, params, recipe.veil.as_ref(), gesture);

    let param = &params.output.trim;
    let mut text = text_of(words.trim, label(words.trim, words.trim_short), words.trim_tip, param);
    text.centred = true;
    param_control::number(ui, trim, &text, param, gesture);
    draw_listening(ui, delta, bypass, params, gesture);
}

/// Draws what is for listening: delta and bypass.
pub(crate) fn draw_listening(
    ui: &mut Ui,
    delta: Rect,
    bypass: Rect,
    params: &PatchveilParams,
    gesture: &impl ParamGesture,
) {
    let words = &words(ui).controls;
    let param = &params.output.delta;
    let text = text_of(words.delta, words.delta, words.delta_tip, param);
    param_control::switch(ui, delta, &text, param, gesture);
    let param = &params.bypass;
    let text = text_of(words.bypass, words.bypass, words.bypass_tip, param);
    param_control::switch(ui, bypass, &text, param, gesture);
}

/// Where the controls of the veil are.
struct VeilControls {
    amount: Rect,
    patch: Rect,
    period: Rect,
    count: Rect,
    wide: bool,
}

impl VeilControls {
    /// Draws them for the veil in force, if there is one.
    fn draw(
        &self,
        ui: &mut Ui,
        params: &PatchveilParams,
        veil: Option<&VeilSettings>,
        gesture: &impl ParamGesture,
    ) {
        let words = &words(ui).controls;
        let label = |long, short| if self.wide { long } else { short };
        let amount = &params.veil.amount;
        let mut amount_text = text_of(words.amount, words.amount, words.amount_tip, amount);
        let patch = &params.patches.patch;
        let shown = label(words.patch, words.patch_short);
        let mut patch_text = text_of(words.patch, shown, words.patch_tip, patch);
        let period = &params.patches.period;
        let mut period_text = text_of(words.period, words.period, words.period_tip, period);
        let count = &params.patches.count;
        let shown = label(words.count, words.count_short);
        let mut count_text = text_of(words.count, shown, words.count_tip, count);
        let limit;
        if let Some(VeilSettings { placement, .. }) = veil {
            show_length(&mut patch_text, patch, placement.patch_us, words);
            show_length(&mut period_text, period, placement.period_us, words);
            limit = (words.fit)(placement.patches);
            match u32::try_from(count.value()) {
                Ok(set) if set == placement.patches => {}
                Ok(1..) => count_text.note = &limit,
                _ => follow_preset(&mut count_text, placement.patches.to_string(), words),
            }
        } else {
            for text in [&mut amount_text, &mut patch_text, &mut period_text, &mut count_text] {
                set_no_effect(text, words.no_veil, words.no_veil_tip);
            }
        }
        param_control::number(ui, self.amount, &amount_text, amount, gesture);
        param_control::number(ui, self.patch, &patch_text, patch, gesture);
        param_control::number(ui, self.period, &period_text, period, gesture);
        param_control::number(ui, self.count, &count_text, count, gesture);
    }
}

/// Draws the button that opens the list of modes.
pub(crate) fn draw_mode(ui: &mut Ui, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let param = &params.mode;
    let current = param.value();
    let words = &words(ui).window;
    let modes = [
        (ModeChoice::Protect, words.protect, words.protect_tip),
        (ModeChoice::Restore, words.restore, words.restore_tip),
    ];
    let name = modes.iter().find(|(mode, ..)| *mode == current).map_or("", |(_, name, _)| name);
    let button = widgets::choice_button(ui, words.mode, name).on_hover_text(words.mode_tip);
    widgets::menu(&button, 300.0, |ui| {
        for (mode, name, description) in modes {
            if param_control::option(ui, name, description, mode == current) {
                gesture.touch(param, param.preview_normalized(mode));
            }
        }
    });
}

fn control_rects(row: Rect) -> [Rect; 9] {
    let widths = if row.width() >= WIDE { WIDTHS } else { NARROW_WIDTHS };
    let width = row.width() - SMALL_GAP * (widths.len() - 1) as f32;
    let unit = width / widths.iter().sum::<f32>();
    let mut x = row.left();
    widths.map(|share| {
        let size = vec2((share * unit).floor(), HEIGHT);
        let rect = Rect::from_min_size(pos2(x.round(), row.top()), size);
        x += share * unit + SMALL_GAP;
        rect
    })
}

/// The text of a parameter that has its own value.
pub(super) fn text_of<'a>(
    name: &'a str,
    label: &'a str,
    tip: &'a str,
    param: &impl Param,
) -> ControlText<'a> {
    let value = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
    // A minus sign, not a hyphen.
    let value = value.replace('-', "−");
    ControlText {
        name,
        label,
        tip,
        value,
        note: "",
        follows: false,
        no_effect: false,
        centred: false,
    }
}

/// Shows a length of which `actual`, in µs, is in force.
fn show_length(text: &mut ControlText<'_>, param: &FloatParam, actual: u32, words: &Controls) {
    let actual = f64::from(actual) / 1_000.0;
    if param.value() < 1.0 {
        follow_preset(text, format!("{actual} ms"), words);
    } else if (f64::from(param.value()) - actual).abs() > 0.06 {
        // It is limited by another parameter, and returns when there is room for it.
        text.value = format!("{} ms", (actual * 10.0).round() / 10.0);
        let least = actual > f64::from(param.value());
        text.note = if least { words.at_least } else { words.at_most };
    }
}

fn follow_preset(text: &mut ControlText<'_>, value: String, words: &Controls) {
    text.value = value;
    text.note = words.follows;
    text.follows = true;
}

/// Shows why a parameter has no effect, instead of its value.
fn set_no_effect<'a>(text: &mut ControlText<'a>, why: &str, tip: &'a str) {
    text.value = why.to_owned();
    text.note = "";
    text.tip = tip;
    text.follows = true;
    text.no_effect = true;
}
