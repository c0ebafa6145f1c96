//! The presets: what they are called, what they do, and choosing one.

use egui::{Rect, Ui};
use nice_plug::prelude::{Enum, EnumParam, Param};
use patchveil_veil::Preset;
use patchveil_words::Presets;

use super::controls::text_of;
use super::param_control;
use super::param_gesture::ParamGesture;
use super::words::words;
use crate::params::{FormerPresetChoice, PatchveilParams, PresetChoice};

/// The presets, mildest first.
const PRESETS: [PresetChoice; 6] = [
    PresetChoice::Mark,
    PresetChoice::Light,
    PresetChoice::Balanced,
    PresetChoice::Strong,
    PresetChoice::Poscuda,
    PresetChoice::Cuda,
];

/// The presets of recipe version 1, mildest first.
const FORMER_PRESETS: [FormerPresetChoice; 5] = [
    FormerPresetChoice::Light,
    FormerPresetChoice::Balanced,
    FormerPresetChoice::Strong,
    FormerPresetChoice::Poscuda,
    FormerPresetChoice::Cuda,
];

/// Name and description of a preset. The figures are those of `docs/mark-design.md` and
/// `docs/evidence.md`: how far third-octave levels moved on average. To hosts its name stays English.
pub(super) fn describe(preset: PresetChoice, words: &Presets) -> (&'static str, &'static str) {
    match preset {
        PresetChoice::Mark => (words.mark, words.mark_tip),
        PresetChoice::Light => (words.light, words.light_tip),
        PresetChoice::Balanced => (words.balanced, words.balanced_tip),
        PresetChoice::Strong => (words.strong, words.strong_tip),
        PresetChoice::Poscuda => ("PosCUDA", words.poscuda_tip),
        PresetChoice::Cuda => ("CUDA", words.cuda_tip),
    }
}

/// What a preset is called in the list.
pub(super) fn choice_of(preset: Preset) -> Option<PresetChoice> {
    PresetChoice::of(preset)
}

/// The preset in force.
pub(super) fn current(params: &PatchveilParams) -> PresetChoice {
    match params.is_former() {
        true => params.veil.former_preset.value().into(),
        false => params.recipe.preset.value(),
    }
}

/// Chooses a preset, in the way that the session's recipe version has for it.
pub(super) fn choose(params: &PatchveilParams, gesture: &impl ParamGesture, preset: PresetChoice) {
    let former = FORMER_PRESETS.into_iter().find(|former| PresetChoice::from(*former) == preset);
    match former.filter(|_| params.is_former()) {
        Some(former) => {
            let param = &params.veil.former_preset;
            gesture.touch(param, param.preview_normalized(former));
        }
        None => {
            let param = &params.recipe.preset;
            gesture.touch(param, param.preview_normalized(preset));
            if params.is_former() {
                params.class.use_newest_recipe();
            }
        }
    }
}

/// In a session of recipe version 1 that goes over to the present presets: chooses the one of that name.
pub(crate) fn follow_former_preset(params: &PatchveilParams, gesture: &impl ParamGesture) {
    if params.is_former() {
        let preset = params.veil.former_preset.value().into();
        let param = &params.recipe.preset;
        gesture.touch(param, param.preview_normalized(preset));
    }
}

/// Draws the list of presets: those of the session's recipe version.
pub(super) fn draw(ui: &mut Ui, rect: Rect, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let words = &words(ui).presets;
    let present = &params.recipe.preset;
    if !params.is_former() {
        draw_list(ui, rect, words.tip, present, &PRESETS, gesture, |_| ());
        return;
    }
    let mut goes_over = false;
    let former = &params.veil.former_preset;
    draw_list(ui, rect, words.former_tip, former, &FORMER_PRESETS, gesture, |ui| {
        goes_over = param_control::option(ui, words.mark, words.go_over, false);
    });
    if goes_over {
        choose(params, gesture, PresetChoice::Mark);
    }
}

fn draw_list<T: Enum + PartialEq + Copy + Into<PresetChoice> + 'static>(
    ui: &mut Ui,
    rect: Rect,
    tip: &str,
    param: &EnumParam<T>,
    presets: &[T],
    gesture: &impl ParamGesture,
    draw_first: impl FnOnce(&mut Ui),
) {
    let current = param.value();
    let words = &words(ui).presets;
    let mut text = text_of(words.preset, words.preset, tip, param);
    text.value = describe(current.into(), words).0.to_owned();
    param_control::choice(ui, rect, &text, param, gesture, |ui| {
        draw_first(ui);
        let mut chosen = None;
        for &preset in presets {
            let (name, description) = describe(preset.into(), words);
            if param_control::option(ui, name, description, preset == current) {
                chosen = Some(param.preview_normalized(preset));
            }
        }
        chosen
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_in_the_list_states_the_figure_that_was_measured() {
        let english = &patchveil_words::Language::English.words().presets;
        let evidence = include_str!("../../docs/evidence.md");
        let row = |start: &str| -> Vec<&str> {
            let row = evidence.lines().find(|line| line.starts_with(start)).unwrap();
            row.split('|').map(str::trim).collect()
        };
        let names = row("| over 60 clips a seed");
        let levels = row("| third-octave levels, long term, dB");
        for preset in PRESETS.into_iter().skip(1) {
            let name = Preset::from(preset).name();
            let column = names.iter().position(|column| *column == name).unwrap();
            let mean = levels[column].split(' ').next().unwrap();
            let (_, description) = describe(preset, english);
            assert!(description.contains(&format!("{mean} dB)")), "{name}: {description}");
        }
        let mark = include_str!("../../docs/mark-design.md");
        assert!(mark.contains("moved by 0.04 dB on average"));
        assert!(describe(PresetChoice::Mark, english).1.contains("0.04 dB)"));
    }
}
