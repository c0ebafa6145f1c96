//! User presets as files: what the menu lists, loads and saves.

use std::sync::Arc;

use nice_plug::params::persist::PersistentField;
use patchveil_keyring::UserPresets;
use patchveil_veil::{Preset, Recipe};
use patchveil_words::Language;
use proptest::prelude::*;

use super::*;
use crate::editor::param_gesture::{DirectGesture, ParamGesture};
use crate::params::{PatchveilParams, RecipeSettings};
use crate::state::{Choice, ClassField, Saved};

struct Instance {
    params: Arc<PatchveilParams>,
    gesture: DirectGesture,
    store: Store,
    presets: UserPresets,
    menu: PresetsMenu,
    _folder: tempfile::TempDir,
}

impl Instance {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presets");
        let params = Arc::new(PatchveilParams::new(ClassField::default()));
        let mut instance = Self {
            gesture: DirectGesture::new(params.clone()),
            params,
            store: Store::in_folder(path.clone()),
            presets: UserPresets::in_folder(path),
            menu: PresetsMenu::default(),
            _folder: folder,
        };
        instance.ask(PresetAction::List);
        instance
    }

    fn ask(&mut self, action: PresetAction) {
        let words = Language::English.words();
        self.store.handle(action, &mut self.menu, &self.params, &self.gesture, words);
    }

    fn entry(&self, name: &str) -> &Entry {
        self.menu.entries.iter().find(|entry| entry.name == name).unwrap()
    }

    fn fit(&self, name: &str) -> Fit {
        self.entry(name).note.as_ref().unwrap().0
    }
}

fn strong_at_60() -> Recipe {
    let mut recipe = Preset::Strong.recipe();
    recipe.veil.as_mut().unwrap().amount = 60.0;
    recipe.mark.as_mut().unwrap().level_db = -2.0;
    recipe
}

#[test]
fn what_is_saved_here_is_a_recipe_file_and_loads_to_the_same_recipe() {
    let mut instance = Instance::new();
    assert!(instance.menu.entries.is_empty());
    let fit = Fit::of(&strong_at_60(), &instance.params).unwrap();
    apply(fit, &instance.params, &instance.gesture);
    instance.ask(PresetAction::Save(" Quiet Veil ".to_owned()));
    assert_eq!(instance.menu.message, Some(Message::Done("Saved “Quiet Veil”.".to_owned())));
    assert_eq!(instance.presets.recipe("Quiet Veil").unwrap(), strong_at_60());
    assert!(instance.entry("Quiet Veil").chosen);
    let note = &instance.entry("Quiet Veil").note.as_ref().unwrap().1;
    assert_eq!(note, "Mark at −2.0 dB; veil of Strong at 60 %.");

    let reset = Fit::of(&Preset::Mark.recipe(), &instance.params).unwrap();
    instance.ask(PresetAction::Use(reset));
    assert_eq!(instance.params.recipe_now(), Preset::Mark.recipe());
    instance.ask(PresetAction::Use(instance.fit("Quiet Veil")));
    assert_eq!(instance.params.recipe_now(), strong_at_60());

    instance.ask(PresetAction::Save("Quiet Veil".to_owned()));
    assert!(
        matches!(&instance.menu.message, Some(Message::Failed(why)) if why.contains("already"))
    );
    instance.ask(PresetAction::Remove("Quiet Veil".to_owned()));
    assert!(instance.menu.entries.is_empty());
}

#[test]
fn a_file_of_the_command_is_listed_and_one_that_does_not_fit_is_not_loaded_half() {
    let mut instance = Instance::new();
    instance.presets.save("From the command", &strong_at_60()).unwrap();
    let mut four_kernels = strong_at_60();
    four_kernels.veil.as_mut().unwrap().kernels = 4;
    instance.presets.save("Four kernels", &four_kernels).unwrap();
    std::fs::write(instance.presets.folder().join("Foreign.json"), "[1]\n2").unwrap();
    instance.ask(PresetAction::List);
    let names: Vec<_> = instance.menu.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["Foreign", "Four kernels", "From the command"]);
    let why = |name| instance.entry(name).note.as_ref().unwrap_err().clone();
    assert!(why("Four kernels").contains("has settings that the plug-in has not"));
    assert!(why("Foreign").contains("is not a recipe"));
    assert_eq!(why("Foreign").lines().count(), 1);
    assert_eq!(instance.params.recipe_now(), Preset::Mark.recipe());
}

#[test]
fn a_session_from_before_the_mark_goes_over_only_where_the_recipe_wants_it() {
    let mut instance = Instance::new();
    instance.params.class.set(Saved { recipe: 1, choice: Choice::Undecided });
    let former = Preset::Light.recipe_of_version(1).unwrap();
    instance.presets.save("Old", &former).unwrap();
    instance.presets.save("New", &strong_at_60()).unwrap();
    instance.ask(PresetAction::List);
    instance.ask(PresetAction::Use(instance.fit("Old")));
    assert!(instance.params.is_former());
    assert_eq!(instance.params.recipe_now(), former);
    instance.ask(PresetAction::Use(instance.fit("New")));
    assert!(!instance.params.is_former());
    assert_eq!(instance.params.recipe_now(), strong_at_60());
    assert!(instance.entry("Old").note.is_err(), "no veil alone any more");
}

proptest! {
    #[test]
    fn whatever_was_set_comes_back_to_the_last_bit(
        preset in 0_usize..4,
        values in proptest::array::uniform5(0.0_f32..=1.0),
    ) {
        let instance = Instance::new();
        let params = &instance.params;
        let gesture = &instance.gesture;
        gesture.touch(&params.recipe.preset, preset as f32 / 5.0);
        gesture.touch(&params.recipe.mark_level, values[0]);
        gesture.touch(&params.veil.amount, values[1]);
        gesture.touch(&params.patches.patch, values[2]);
        gesture.touch(&params.patches.period, values[3]);
        gesture.touch(&params.patches.count, values[4]);
        let recipe = params.recipe_now();
        let settings: Option<RecipeSettings> = RecipeSettings::of_recipe(&recipe, 2);
        let other = PatchveilParams::new(ClassField::default());
        let other = Arc::new(other);
        if let Some(fit) = Fit::of(&recipe, &other) {
            apply(fit, &other, &DirectGesture::new(other.clone()));
            prop_assert_eq!(other.recipe_now(), recipe);
        } else {
            prop_assert!(settings.is_none());
        }
    }
}
