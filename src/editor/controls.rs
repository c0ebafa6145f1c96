//! The row of all controls, which folds away, and the choice of the mode.

use egui::{Popup, Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param};
use patchveil_veil::VeilSettings;

use super::param_control::{self, ControlText, HEIGHT};
use super::param_gesture::ParamGesture;
use super::theme::SMALL_GAP;
use super::{presets, widgets};
use crate::params::{ModeChoice, PatchveilParams};

/// Below this width of the row, in points, labels are shortened.
const WIDE: f32 = 900.0;
/// Relative widths of the controls, in order.
const WIDTHS: [f32; 9] = [126.0, 88.0, 88.0, 120.0, 122.0, 118.0, 96.0, 88.0, 88.0];
/// The same with shortened labels.
const NARROW_WIDTHS: [f32; 9] = [86.0, 62.0, 64.0, 72.0, 74.0, 56.0, 64.0, 62.0, 62.0];

/// The modes with their names and descriptions.
const MODES: [(ModeChoice, &str, &str); 2] = [
    (
        ModeChoice::Protect,
        "Protect",
        "Applies mark and veil, as far as the preset has them. If that is not possible, the output \
         is muted.",
    ),
    (
        ModeChoice::Restore,
        "Restore",
        "Takes mark and veil off. Needs the key, the settings that were used to protect, and the \
         recording at its place on the timeline. If that is not possible, audio passes unchanged.",
    ),
];

const MODE_TIP: &str = "Whether mark and veil are applied or taken off.";
const MARK_TIP: &str = "Level of the mark, in dB above or below the preset's. Higher is found in \
     shorter excerpts, and may become audible; lower is harder to find.";
const NO_MARK_TIP: &str = "The preset has no mark, so this has no effect.";
const NO_MARK_YET_TIP: &str =
    "This session was made before there was a mark, so this has no effect.";
const AMOUNT_TIP: &str = "Depth of the veil's filters, in percent of the preset's. More is harder to \
     learn around and more audible. At 0 % there is no veil.";
const NO_VEIL_TIP: &str = "The preset has no veil, so this has no effect. Choose Light, Balanced or \
     Strong for one.";
const PATCH_TIP: &str = "Length of a patch of filtered audio, in milliseconds. Longer patches are \
     easier to learn, and more audible.";
const PERIOD_TIP: &str = "What the patch schedule repeats after, in milliseconds. A longer period \
     spreads the same patches thinner: less audio is changed, and less protects it.";
const COUNT_TIP: &str = "Number of patches in a period. More patches change more of the audio: more \
     protection, and more audible.";
const TRIM_TIP: &str = "Gain after mark and veil, in dB. A veil keeps the loudness of speech but can \
     raise peaks by a few dB: lower the level here if it clips.";
pub(super) const DELTA_TIP: &str = "Outputs only what is changed. For listening: a bounce made with it \
     contains the difference, not your recording.";
pub(super) const BYPASS_TIP: &str = "The output is the input, without trim and unprotected. Same as the host's \
     own bypass.";

/// Draws the controls into `rect`, in one row.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let wide = rect.width() >= WIDE;
    let label = |long, short| if wide { long } else { short };
    let [preset, mark, amount, patch, period, count, trim, delta, bypass] = control_rects(rect);
    // What is in force: parameters may follow the preset, or be limited by each other.
    let recipe = params.recipe_now();

    presets::draw(ui, preset, params, gesture);
    let param = &params.recipe.mark_level;
    let mut text = text_of("Mark level", label("Mark level", "Mark"), MARK_TIP, param);
    if recipe.mark.is_none() {
        let tip = if params.is_former() { NO_MARK_YET_TIP } else { NO_MARK_TIP };
        set_no_effect(&mut text, "no mark", tip);
    }
    param_control::number(ui, mark, &text, param, gesture);
    let veil = VeilControls { amount, patch, period, count, wide };
    veil.draw(ui, params, recipe.veil.as_ref(), gesture);

    let param = &params.output.trim;
    let mut text = text_of("Output trim", label("Output trim", "Trim"), TRIM_TIP, param);
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
    let param = &params.output.delta;
    param_control::switch(ui, delta, &text_of("Delta", "Delta", DELTA_TIP, param), param, gesture);
    let param = &params.bypass;
    let text = text_of("Bypass", "Bypass", BYPASS_TIP, param);
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
        let label = |long, short| if self.wide { long } else { short };
        let amount = &params.veil.amount;
        let mut amount_text = text_of("Amount", "Amount", AMOUNT_TIP, amount);
        let patch = &params.patches.patch;
        let mut patch_text =
            text_of("Patch length", label("Patch length", "Patch"), PATCH_TIP, patch);
        let period = &params.patches.period;
        let mut period_text = text_of("Period", "Period", PERIOD_TIP, period);
        let count = &params.patches.count;
        let name = "Patches per period";
        let mut count_text = text_of(name, label(name, "Patches"), COUNT_TIP, count);
        let limit;
        if let Some(VeilSettings { placement, .. }) = veil {
            show_length(&mut patch_text, patch, placement.patch_us);
            show_length(&mut period_text, period, placement.period_us);
            limit = format!("{} fit", placement.patches);
            match u32::try_from(count.value()) {
                Ok(set) if set == placement.patches => {}
                Ok(1..) => count_text.note = &limit,
                _ => follow_preset(&mut count_text, placement.patches.to_string()),
            }
        } else {
            for text in [&mut amount_text, &mut patch_text, &mut period_text, &mut count_text] {
                set_no_effect(text, "no veil", NO_VEIL_TIP);
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
fn show_length(text: &mut ControlText<'_>, param: &FloatParam, actual: u32) {
    let actual = f64::from(actual) / 1_000.0;
    if param.value() < 1.0 {
        follow_preset(text, format!("{actual} ms"));
    } else if (f64::from(param.value()) - actual).abs() > 0.06 {
        // It is limited by another parameter, and returns when there is room for it.
        text.value = format!("{} ms", (actual * 10.0).round() / 10.0);
        text.note = if actual > f64::from(param.value()) { "min" } else { "max" };
    }
}

fn follow_preset(text: &mut ControlText<'_>, value: String) {
    text.value = value;
    text.note = "preset";
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
