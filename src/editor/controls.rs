//! The row of controls, and the choice of the mode.

use egui::{Popup, Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, IntParam, Param};

use super::param_control::{self, ControlText, HEIGHT};
use super::param_gesture::ParamGesture;
use super::theme::SMALL_GAP;
use super::widgets;
use crate::params::{ModeChoice, PatchveilParams, PresetChoice};

/// Below this width of the row, in points, labels are shortened.
const WIDE: f32 = 860.0;
/// Relative widths of the controls, in order.
const WIDTHS: [f32; 8] = [1.2, 0.95, 1.2, 1.3, 1.02, 0.92, 0.93, 0.93];

/// The presets with their names and descriptions.
const PRESETS: [(PresetChoice, &str, &str); 5] = [
    (PresetChoice::Light, "Light", "The least audible, and the least protection."),
    (PresetChoice::Balanced, "Balanced", "Between Light and Strong: the default."),
    (
        PresetChoice::Strong,
        "Strong",
        "Deeper filters: the most audible of the three, and the most protection.",
    ),
    (
        PresetChoice::Poscuda,
        "PosCUDA",
        "The published recipe, for comparison: one patch every half second. Cannot be restored.",
    ),
    (
        PresetChoice::Cuda,
        "CUDA",
        "The published recipe, for comparison: everything is filtered, clearly audible. Cannot be \
         restored.",
    ),
];

/// The modes with their names and descriptions.
const MODES: [(ModeChoice, &str, &str); 2] = [
    (
        ModeChoice::Protect,
        "Protect",
        "Applies the veil. If that is not possible, the output is muted.",
    ),
    (
        ModeChoice::Restore,
        "Restore",
        "Takes the veil off. Needs the key, the settings that were used to protect, and the \
         recording at its place on the timeline. If that is not possible, audio passes unchanged.",
    ),
];

const MODE_TIP: &str = "Whether the veil is applied or taken off.";
const PRESET_TIP: &str = "The recipe that the other settings start from.";
const AMOUNT_TIP: &str = "Depth of the filters, in percent of the preset's. More is harder to \
     learn around and more audible. At 0 % nothing is changed, and nothing is protected.";
const PATCH_TIP: &str = "Length of a patch of filtered audio, in milliseconds. Longer patches are \
     easier to learn, and more audible.";
const PERIOD_TIP: &str = "What the patch schedule repeats after, in milliseconds. A longer period \
     spreads the same patches thinner: less audio is changed, and less protects it.";
const COUNT_TIP: &str = "Number of patches in a period. More patches change more of the audio: more \
     protection, and more audible.";
const TRIM_TIP: &str = "Gain after the veil, in dB. The veil keeps the loudness of speech but can \
     raise peaks by a few dB: lower the level here if it clips.";
const DELTA_TIP: &str = "Outputs only what the veil changes. For listening: a bounce made with it \
     contains the difference, not your recording.";
const BYPASS_TIP: &str = "The output is the input, without trim and unprotected. Same as the host's \
     own bypass.";

/// Draws the controls into `rect`, in one row.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let wide = rect.width() >= WIDE;
    let label = |long, short| if wide { long } else { short };
    let [preset, amount, patch, period, count, trim, delta, bypass] = control_rects(rect);

    draw_preset(ui, preset, params, gesture);
    let param = &params.veil.amount;
    let text = text_of("Amount", "Amount", AMOUNT_TIP, param);
    param_control::number(ui, amount, &text, param, gesture);

    // What is in force: parameters may follow the preset, or be limited by each other.
    let veil = params.settings().recipe(params.class.get().recipe).veil;
    let placement = veil.map(|veil| veil.placement);
    let (patch_us, period_us, patches) =
        placement.map_or((0, 0, 0), |place| (place.patch_us, place.period_us, place.patches));
    let param = &params.patches.patch;
    let label_text = label("Patch length", "Patch");
    let text = length_text("Patch length", label_text, PATCH_TIP, param, patch_us);
    param_control::number(ui, patch, &text, param, gesture);
    let param = &params.patches.period;
    let text = length_text("Period", "Period", PERIOD_TIP, param, period_us);
    param_control::number(ui, period, &text, param, gesture);
    draw_count(ui, count, label("Patches per period", "Patches"), params, patches, gesture);

    let param = &params.output.trim;
    let mut text = text_of("Output trim", label("Output trim", "Trim"), TRIM_TIP, param);
    text.centred = true;
    param_control::number(ui, trim, &text, param, gesture);
    let param = &params.output.delta;
    param_control::switch(ui, delta, &text_of("Delta", "Delta", DELTA_TIP, param), param, gesture);
    let param = &params.bypass;
    let text = text_of("Bypass", "Bypass", BYPASS_TIP, param);
    param_control::switch(ui, bypass, &text, param, gesture);
}

/// Draws the button that opens the list of modes.
pub(crate) fn draw_mode(ui: &mut Ui, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let param = &params.mode;
    let current = param.value();
    let name = MODES.iter().find(|(mode, ..)| *mode == current).map_or("", |(_, name, _)| name);
    let button = widgets::menu_button(ui, name).on_hover_text(MODE_TIP);
    Popup::menu(&button).width(300.0).show(|ui| {
        for (mode, name, description) in MODES {
            if param_control::option(ui, name, description, mode == current) {
                gesture.touch(param, param.preview_normalized(mode));
            }
        }
    });
}

fn control_rects(row: Rect) -> [Rect; 8] {
    let width = row.width() - SMALL_GAP * (WIDTHS.len() - 1) as f32;
    let unit = width / WIDTHS.iter().sum::<f32>();
    let mut x = row.left();
    WIDTHS.map(|share| {
        let size = vec2((share * unit).floor(), HEIGHT);
        let rect = Rect::from_min_size(pos2(x.round(), row.top()), size);
        x += share * unit + SMALL_GAP;
        rect
    })
}

fn draw_preset(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let param = &params.veil.preset;
    let current = param.value();
    let text = text_of("Preset", "Preset", PRESET_TIP, param);
    param_control::choice(ui, rect, &text, param, gesture, |ui| {
        let mut chosen = None;
        for (preset, name, description) in PRESETS {
            if param_control::option(ui, name, description, preset == current) {
                chosen = Some(param.preview_normalized(preset));
            }
        }
        chosen
    });
}

/// Draws the number of patches per period, of which `actual` are in force.
fn draw_count(
    ui: &mut Ui,
    rect: Rect,
    label: &str,
    params: &PatchveilParams,
    actual: u32,
    gesture: &impl ParamGesture,
) {
    let param: &IntParam = &params.patches.count;
    let limit = format!("{actual} fit");
    let mut text = text_of("Patches per period", label, COUNT_TIP, param);
    match u32::try_from(param.value()) {
        Ok(set) if set == actual => {}
        Ok(1..) => text.note = &limit,
        _ => follow_preset(&mut text, actual.to_string()),
    }
    param_control::number(ui, rect, &text, param, gesture);
}

/// The text of a parameter that has its own value.
fn text_of<'a>(name: &'a str, label: &'a str, tip: &'a str, param: &impl Param) -> ControlText<'a> {
    let value = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
    // A minus sign, not a hyphen.
    let value = value.replace('-', "−");
    ControlText { name, label, tip, value, note: "", follows: false, centred: false }
}

/// The text of a length, of which `actual`, in µs, is in force.
fn length_text<'a>(
    name: &'a str,
    label: &'a str,
    tip: &'a str,
    param: &FloatParam,
    actual: u32,
) -> ControlText<'a> {
    let mut text = text_of(name, label, tip, param);
    let actual = f64::from(actual) / 1_000.0;
    if param.value() < 1.0 {
        follow_preset(&mut text, format!("{actual} ms"));
    } else if (f64::from(param.value()) - actual).abs() > 0.06 {
        // It is limited by another parameter, and returns when there is room for it.
        text.value = format!("{} ms", (actual * 10.0).round() / 10.0);
        text.note = if actual > f64::from(param.value()) { "min" } else { "max" };
    }
    text
}

fn follow_preset(text: &mut ControlText<'_>, value: String) {
    text.value = value;
    text.note = "preset";
    text.follows = true;
}
