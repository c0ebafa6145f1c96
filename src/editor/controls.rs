//! The row of controls.

use egui::{Popup, Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param};
use patchveil_veil::Placement;

use super::param_control::{self, HEIGHT, Words};
use super::param_gesture::ParamGesture;
use super::theme::NEAR;
use super::widgets;
use crate::params::{ModeChoice, PatchveilParams, PresetChoice};

/// Below this width of the row, in points, labels are shortened.
const WIDE: f32 = 860.0;
/// Shares of the width that the cells take, in order.
const SHARES: [f32; 8] = [1.2, 0.95, 1.2, 1.3, 1.02, 0.92, 0.93, 0.93];

/// The presets, what they are called, and what they cost and buy.
const PRESETS: [(PresetChoice, &str, &str); 5] = [
    (PresetChoice::Light, "Light", "The least to hear, and the least protection."),
    (PresetChoice::Balanced, "Balanced", "Between what is heard and what protects: the default."),
    (
        PresetChoice::Strong,
        "Strong",
        "Deeper filters: the most protection of the three, and the most to hear.",
    ),
    (
        PresetChoice::Poscuda,
        "PosCUDA",
        "The published recipe, to compare with: one patch every half second. Cannot be undone.",
    ),
    (
        PresetChoice::Cuda,
        "CUDA",
        "The published recipe, to compare with: everything is filtered, plainly to be heard. \
         Cannot be undone.",
    ),
];

/// What an instance can be for, and what that means.
const MODES: [(ModeChoice, &str, &str); 2] = [
    (
        ModeChoice::Protect,
        "Protect",
        "Lays the veil over what passes. What cannot be protected is muted.",
    ),
    (
        ModeChoice::Restore,
        "Restore",
        "Takes the veil off again, for whoever has the key. Set everything as it was when the \
         recording was protected, and leave the recording at its place on the timeline. What \
         cannot be restored passes unchanged.",
    ),
];

const MODE_TIP: &str = "Whether the veil is laid over what passes, or taken off again.";
const PRESET_TIP: &str = "The recipe that everything else starts from.";
const AMOUNT_TIP: &str = "Depth of the filter, in percent of the preset's. More is harder to \
     learn around and easier to hear; at 0 % nothing is changed, and nothing protected.";
const PATCH_TIP: &str = "How long each patch of filtered sound is, in milliseconds. Longer \
     patches hold one colour longer: it is learned more easily, and heard more easily.";
const FRAME_TIP: &str = "The period in which patches are laid, in milliseconds. A longer frame \
     spreads the same patches thinner: less of the sound is changed, and less protects it.";
const COUNT_TIP: &str = "How many patches lie in a frame. More change more of the sound: more \
     protection, and more to hear.";
const TRIM_TIP: &str = "Gain behind the veil, in dB. The veil keeps the loudness of speech but \
     can raise peaks by a few dB: take off here what would clip.";
const DELTA_TIP: &str = "Hear only what the veil changes. For listening: a bounce made with it \
     holds the difference, not your recording.";
const BYPASS_TIP: &str = "The input leaves as it came, without trim and unprotected. The same as \
     the host's own bypass.";

/// Draws the controls into `rect`, in one row.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let wide = rect.width() >= WIDE;
    let mut places = cells(rect);
    let mut next = || places.next().unwrap_or(Rect::NOTHING);
    let label = |long, short| if wide { long } else { short };

    preset(ui, next(), params, gesture);
    let amount = &params.veil.amount;
    let words = set("Amount", "Amount", AMOUNT_TIP, amount);
    param_control::number(ui, next(), &words, amount, gesture);

    // What holds: the parameters may follow the preset, or give way to each other.
    let placement = params.settings().recipe(params.class.get().recipe).placement;
    let Placement { patch_us, period_us, patches, .. } = placement;
    let patch = &params.patches.patch;
    let words = length("Patch length", label("Patch length", "Patch"), PATCH_TIP, patch, patch_us);
    param_control::number(ui, next(), &words, patch, gesture);
    let frame = &params.patches.frame;
    let words = length("Frame length", label("Frame length", "Frame"), FRAME_TIP, frame, period_us);
    param_control::number(ui, next(), &words, frame, gesture);

    let count = &params.patches.count;
    let fit = format!("{patches} fit");
    let short = label("Patches per frame", "Patches");
    let mut words = set("Patches per frame", short, COUNT_TIP, count);
    match u32::try_from(count.value()) {
        Ok(asked) if asked == patches => {}
        Ok(1..) => words.note = &fit,
        _ => follow(&mut words, patches.to_string()),
    }
    param_control::number(ui, next(), &words, count, gesture);

    let trim = &params.output.trim;
    let mut words = set("Output trim", label("Output trim", "Trim"), TRIM_TIP, trim);
    words.centred = true;
    param_control::number(ui, next(), &words, trim, gesture);
    let delta = &params.output.delta;
    param_control::switch(ui, next(), &set("Delta", "Delta", DELTA_TIP, delta), delta, gesture);
    let bypass = &params.bypass;
    param_control::switch(
        ui,
        next(),
        &set("Bypass", "Bypass", BYPASS_TIP, bypass),
        bypass,
        gesture,
    );
}

/// The button that opens the list of modes.
pub(crate) fn mode(ui: &mut Ui, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let mode = &params.mode;
    let now = mode.value();
    let name = MODES.iter().find(|(of, ..)| *of == now).map_or("", |(_, name, _)| name);
    let button = widgets::opener(ui, name).on_hover_text(MODE_TIP);
    Popup::menu(&button).width(300.0).show(|ui| {
        for (of, name, remark) in MODES {
            if param_control::entry(ui, name, remark, of == now) {
                gesture.touch(mode, mode.preview_normalized(of));
            }
        }
    });
}

/// Where the cells lie.
fn cells(rect: Rect) -> impl Iterator<Item = Rect> {
    let room = rect.width() - NEAR * (SHARES.len() - 1) as f32;
    let unit = room / SHARES.iter().sum::<f32>();
    let mut x = rect.left();
    SHARES.into_iter().map(move |share| {
        let cell =
            Rect::from_min_size(pos2(x.round(), rect.top()), vec2((share * unit).floor(), HEIGHT));
        x += share * unit + NEAR;
        cell
    })
}

fn preset(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let preset = &params.veil.preset;
    let now = preset.value();
    let words = set("Preset", "Preset", PRESET_TIP, preset);
    param_control::choice(ui, rect, &words, preset, gesture, |ui| {
        let mut chosen = None;
        for (preset_of, name, remark) in PRESETS {
            if param_control::entry(ui, name, remark, preset_of == now) {
                chosen = Some(preset.preview_normalized(preset_of));
            }
        }
        chosen
    });
}

/// What a cell says of a parameter that is set.
fn set<'a>(name: &'a str, label: &'a str, tip: &'a str, param: &impl Param) -> Words<'a> {
    let value = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
    // As a sign, not as a hyphen.
    let value = value.replace('-', "−");
    Words { name, label, tip, value, note: "", follows: false, centred: false }
}

/// What a cell says of a length of which `actual`, in µs, holds.
fn length<'a>(
    name: &'a str,
    label: &'a str,
    tip: &'a str,
    param: &FloatParam,
    actual: u32,
) -> Words<'a> {
    let mut words = set(name, label, tip, param);
    let actual = f64::from(actual) / 1_000.0;
    if param.value() < 1.0 {
        follow(&mut words, format!("{actual} ms"));
    } else if (f64::from(param.value()) - actual).abs() > 0.06 {
        // It gave way; what it was set to comes back with the room for it.
        words.value = format!("{actual:.1} ms");
        words.note = if actual > f64::from(param.value()) { "at least" } else { "at most" };
    }
    words
}

fn follow(words: &mut Words<'_>, value: String) {
    words.value = value;
    words.note = "preset";
    words.follows = true;
}
