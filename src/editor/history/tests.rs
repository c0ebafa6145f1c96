//! What becomes a step, and what undo and redo do.

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::{Param, Params};
use patchveil_veil::ClassKey;

use super::*;
use crate::editor::presets;
use crate::params::PresetChoice;
use crate::state::ChosenClass;

/// Sets parameters, and counts whole gestures.
#[derive(Default)]
struct Host(std::cell::Cell<(usize, usize, usize)>);

impl ParamGesture for Host {
    fn begin(&self, _: &impl Param) {
        let (begun, set, ended) = self.0.get();
        self.0.set((begun + 1, set, ended));
    }

    #[expect(unsafe_code, reason = "only a host can set parameters, and there is none")]
    fn set(&self, param: &impl Param, normalized: f32) {
        let (begun, set, ended) = self.0.get();
        self.0.set((begun, set + 1, ended));
        let stepped = param.preview_normalized(param.preview_plain(normalized));
        // SAFETY: the parameter is borrowed, so the pointer is valid.
        unsafe { param.as_ptr()._internal_set_normalized_value(stepped) };
    }

    fn end(&self, _: &impl Param) {
        let (begun, set, ended) = self.0.get();
        self.0.set((begun, set, ended + 1));
    }
}

struct Instance {
    params: PatchveilParams,
    history: History,
    host: Host,
}

impl Instance {
    fn new() -> Self {
        let params = PatchveilParams::new(ClassField::default());
        Self { params, history: History::default(), host: Host::default() }
    }

    /// One frame in which the user does this, with the pointer down or not.
    fn frame(&self, held: bool, act: impl FnOnce(&Recorded<'_, Host>, &PatchveilParams)) {
        self.history.begin_frame(&self.params.class, held);
        act(&Recorded::new(&self.host, &self.history), &self.params);
        self.history.end_frame(&self.params.class);
    }

    fn go(&self, ask: Ask) {
        self.history.go(ask, &self.params, &self.host);
    }

    fn amount(&self) -> f32 {
        self.params.veil.amount.value()
    }

    fn steps(&self) -> usize {
        self.history.0.lock().done.len()
    }
}

fn class(n: u8) -> ChosenClass {
    let fingerprint = ClassKey::from_bytes([n; 32]).fingerprint();
    ChosenClass { fingerprint, name: format!("Show {n}") }
}

#[test]
fn every_parameter_can_be_undone_and_redone() {
    let all = Instance::new().params.param_map().len();
    let instance = Instance::new();
    let params = &instance.params;
    let PatchveilParams { bypass, mode, veil, patches, output, recipe, .. } = params;
    let mut tried = 0;
    macro_rules! each {
        ($($param:expr),*) => {$(
            let param = $param;
            let before = param.unmodulated_normalized_value();
            let other = if before < 0.5 { 1.0 } else { 0.0 };
            instance.frame(false, |gesture, _| gesture.touch(param, other));
            assert_eq!(param.unmodulated_normalized_value(), other, "{}", param.name());
            instance.go(Ask::Undo);
            assert_eq!(param.unmodulated_normalized_value(), before, "{}", param.name());
            instance.go(Ask::Redo);
            assert_eq!(param.unmodulated_normalized_value(), other, "{}", param.name());
            tried += 1;
        )*};
    }
    each!(bypass, mode, &veil.former_preset, &veil.amount, &patches.patch, &patches.period);
    each!(&patches.count, &output.delta, &output.trim, &recipe.preset, &recipe.mark_level);
    assert_eq!(tried, all);
    let (begun, set, ended) = instance.host.0.get();
    assert!(begun == 3 * all && set == begun && ended == begun, "the host hears whole gestures");
}

#[test]
fn a_drag_over_many_frames_is_one_step() {
    let instance = Instance::new();
    let amount = &instance.params.veil.amount;
    instance.frame(true, |gesture, _| gesture.begin(amount));
    for n in 1..=20 {
        instance.frame(true, |gesture, _| gesture.set(amount, n as f32 / 50.0));
    }
    assert!(!instance.history.buttons().undo, "it has not ended");
    instance.frame(false, |gesture, _| gesture.end(amount));
    assert_eq!(instance.steps(), 1);
    instance.go(Ask::Undo);
    assert_eq!((instance.amount(), instance.steps()), (100.0, 0));
}

#[test]
fn the_dial_dragged_over_its_stops_is_one_step_and_back_again_none() {
    let instance = Instance::new();
    let drag = |preset, held| {
        instance.frame(held, |gesture, params| presets::choose(params, gesture, preset));
    };
    for preset in [PresetChoice::Light, PresetChoice::Balanced, PresetChoice::Strong] {
        drag(preset, true);
    }
    assert_eq!(instance.steps(), 1);
    instance.frame(false, |_, _| ());
    instance.go(Ask::Undo);
    assert_eq!(presets::current(&instance.params), PresetChoice::Mark);
    drag(PresetChoice::Light, true);
    drag(PresetChoice::Mark, true);
    assert_eq!(instance.steps(), 0);
    // After the pointer was lifted it is another step.
    instance.frame(false, |_, _| ());
    drag(PresetChoice::Light, true);
    instance.frame(false, |_, _| ());
    drag(PresetChoice::Strong, true);
    assert_eq!(instance.steps(), 2);
}

#[test]
fn what_one_click_changes_at_once_is_one_step() {
    let instance = Instance::new();
    let before = instance.params.recipe_now();
    instance.frame(false, |gesture, params| {
        presets::choose(params, gesture, PresetChoice::Strong);
        gesture.touch(&params.veil.amount, 0.3);
        gesture.touch(&params.recipe.mark_level, 0.1);
    });
    let after = instance.params.recipe_now();
    assert_eq!(instance.steps(), 1);
    instance.go(Ask::Undo);
    assert_eq!(instance.params.recipe_now(), before);
    instance.go(Ask::Redo);
    assert_eq!(instance.params.recipe_now(), after);
}

#[test]
fn what_the_host_changes_is_no_step_and_a_new_change_ends_redo() {
    let instance = Instance::new();
    // Automation: it does not come through the editor.
    instance.host.touch(&instance.params.veil.amount, 0.9);
    instance.frame(false, |_, _| ());
    assert_eq!(instance.history.buttons(), Buttons::default());
    instance.frame(false, |gesture, params| gesture.touch(&params.veil.amount, 0.1));
    instance.go(Ask::Undo);
    assert_eq!(instance.amount(), 180.0);
    assert_eq!(instance.history.buttons(), Buttons { undo: false, redo: true });
    instance.frame(false, |gesture, params| gesture.touch(&params.bypass, 1.0));
    assert_eq!(instance.history.buttons(), Buttons { undo: true, redo: false });
    instance.go(Ask::Redo);
    assert_eq!(instance.amount(), 180.0);
}

#[test]
fn a_class_chosen_for_another_is_undone_and_the_first_one_never() {
    let instance = Instance::new();
    let choose = |n| {
        instance.frame(false, |gesture, params| {
            params.class.choose(class(n));
            gesture.touch(&params.veil.amount, params.veil.amount.unmodulated_normalized_value());
        });
    };
    choose(1);
    assert_eq!(instance.steps(), 0, "without it the sound would leave unprotected");
    choose(2);
    instance.go(Ask::Undo);
    assert_eq!(instance.params.class.get().choice, Choice::Class(class(1)));
    instance.go(Ask::Redo);
    assert_eq!(instance.params.class.get().choice, Choice::Class(class(2)));
}

#[test]
fn going_over_to_the_present_presets_is_undone_with_its_recipe_version() {
    let instance = Instance::new();
    instance.params.class.set(Saved { recipe: 1, choice: Choice::Class(class(1)) });
    let before = instance.params.recipe_now();
    instance.frame(false, |gesture, params| presets::choose(params, gesture, PresetChoice::Mark));
    assert!(!instance.params.is_former());
    instance.go(Ask::Undo);
    assert!(instance.params.is_former());
    assert_eq!(instance.params.recipe_now(), before);
}

#[test]
fn a_loaded_session_starts_a_new_history() {
    let instance = Instance::new();
    instance.frame(false, |gesture, params| gesture.touch(&params.veil.amount, 0.1));
    instance.params.class.set(Saved { recipe: 2, choice: Choice::Class(class(3)) });
    instance.frame(false, |_, _| ());
    assert_eq!(instance.history.buttons(), Buttons::default());
}

#[test]
fn only_the_last_hundred_steps_are_kept() {
    let instance = Instance::new();
    for n in 0..=STEPS_MAX {
        let value = n as f32 / 200.0;
        instance.frame(false, |gesture, params| gesture.touch(&params.veil.amount, value));
    }
    assert_eq!(instance.steps(), STEPS_MAX);
    for _ in 0..=STEPS_MAX {
        instance.go(Ask::Undo);
    }
    assert_eq!(instance.amount(), 0.0, "the first of all steps is forgotten");
}
