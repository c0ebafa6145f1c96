//! The settings that make a recipe, where there are any.

use patchveil_veil::{PATCH_US_MIN, PERIOD_US_MIN, Placement, Preset, RECIPE_VERSION, Recipe};

use super::settings::{RecipeSettings, STEP_US};
use super::{FormerPresetChoice, PATCH_MS_MAX, PERIOD_MS_MAX, PatchveilParams, PresetChoice};

/// Which of length, period and number of the patches do not follow the preset, the fewest first.
const SET: [[bool; 3]; 8] = [
    [false, false, false],
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [true, true, false],
    [true, false, true],
    [false, true, true],
    [true, true, true],
];

/// Settings that make a recipe, and the recipe version of the session in which they do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(crate) settings: RecipeSettings,
    pub(crate) version: u32,
}

/// What the parameters of a recipe are set to, in their own units.
pub(crate) struct Values {
    /// Sessions of recipe version 1 choose by `former_preset`, all others by `preset`; the other is none.
    pub(crate) preset: Option<PresetChoice>,
    pub(crate) former_preset: Option<FormerPresetChoice>,
    /// In dB.
    pub(crate) mark_level: f32,
    /// In percent.
    pub(crate) amount: f32,
    /// In ms, 0 follows the preset.
    pub(crate) patch: f32,
    /// In ms, 0 follows the preset.
    pub(crate) period: f32,
    /// 0 follows the preset.
    pub(crate) count: i32,
}

impl Fit {
    /// How these parameters can make exactly this recipe; `None` if they cannot.
    pub(crate) fn of(recipe: &Recipe, params: &PatchveilParams) -> Option<Self> {
        Self::in_version(recipe, params.class.get().recipe)
    }

    /// The same in a session of recipe version `present`. One from before the mark goes over to the present
    /// recipes if it must.
    pub(crate) fn in_version(recipe: &Recipe, present: u32) -> Option<Self> {
        let newer = (present == 1).then_some(RECIPE_VERSION);
        [Some(present), newer].into_iter().flatten().find_map(|version| {
            let settings = RecipeSettings::of_recipe(recipe, version)?;
            Some(Self { settings, version })
        })
    }

    /// A preset, as the dial chooses it in a session of recipe version `present`: one that version 1 has not
    /// makes it go over. Everything else at its default.
    pub(crate) fn of_preset(preset: Preset, present: u32) -> Self {
        let goes_over = present == 1 && FormerPresetChoice::of(preset).is_none();
        let version = if goes_over { RECIPE_VERSION } else { present };
        Self { settings: RecipeSettings::of_preset(preset), version }
    }

    /// What to set.
    pub(crate) fn values(&self) -> Values {
        let Self { settings, version } = self;
        let ms = |us: Option<u32>| us.map_or(0.0, |us| us as f32 / 1_000.0);
        let former = *version == 1;
        Values {
            preset: PresetChoice::of(settings.preset).filter(|_| !former),
            former_preset: FormerPresetChoice::of(settings.former_preset).filter(|_| former),
            mark_level: f32::from(settings.mark_level) / 10.0,
            amount: f32::from(settings.amount) / 10.0,
            patch: ms(settings.patch),
            period: ms(settings.period),
            count: settings.count.map_or(0, |count| count as i32),
        }
    }
}

impl RecipeSettings {
    /// A preset with everything else at its default.
    pub(crate) fn of_preset(preset: Preset) -> Self {
        Self {
            restore: false,
            preset,
            former_preset: preset,
            mark_level: 0,
            amount: 1_000,
            patch: None,
            period: None,
            count: None,
        }
    }

    /// The settings that make exactly this recipe in a session of this recipe version; `None` if the
    /// recipe has something that the parameters do not.
    pub(crate) fn of_recipe(recipe: &Recipe, version: u32) -> Option<Self> {
        let tenths = |x: f64| (x * 10.0).round();
        let mark_level = recipe.mark.as_ref().map_or(0.0, |mark| tenths(mark.level_db));
        let amount = recipe.veil.as_ref().map_or(1_000.0, |veil| tenths(veil.amount));
        let placement = recipe.veil.as_ref().map(|veil| &veil.placement);
        let candidates = Preset::ALL.into_iter().flat_map(|preset| {
            SET.into_iter().map(move |[patch, period, count]| {
                let set =
                    |is_set: bool, of: fn(&Placement) -> u32| placement.filter(|_| is_set).map(of);
                Self {
                    mark_level: mark_level as i16,
                    amount: amount as u16,
                    patch: set(patch, |placement| placement.patch_us),
                    period: set(period, |placement| placement.period_us),
                    count: set(count, |placement| placement.patches),
                    ..Self::of_preset(preset)
                }
            })
        });
        candidates
            .filter(Self::fits_the_parameters)
            .find(|settings| settings.recipe(version) == *recipe)
    }

    /// Whether the parameters have these lengths.
    fn fits_the_parameters(&self) -> bool {
        let fits = |us: Option<u32>, min: u32, max_ms: f32| {
            us.is_none_or(|us| {
                us.is_multiple_of(STEP_US) && us >= min && us <= max_ms as u32 * 1_000
            })
        };
        fits(self.patch, PATCH_US_MIN, PATCH_MS_MAX)
            && fits(self.period, PERIOD_US_MIN, PERIOD_MS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use patchveil_veil::Offsets;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_preset_is_itself_and_nothing_set() {
        for preset in Preset::ALL {
            assert_eq!(
                RecipeSettings::of_recipe(&preset.recipe(), 2),
                Some(RecipeSettings::of_preset(preset))
            );
        }
        for preset in [Preset::Light, Preset::Balanced, Preset::Strong] {
            let former = preset.recipe_of_version(1).unwrap();
            assert_eq!(
                RecipeSettings::of_recipe(&former, 1),
                Some(RecipeSettings::of_preset(preset))
            );
            assert_eq!(RecipeSettings::of_recipe(&former, 2), None, "it has no mark");
        }
    }

    #[test]
    fn what_no_parameter_has_is_not_expressed() {
        let not = |change: fn(&mut Recipe)| {
            let mut recipe = Preset::Balanced.recipe();
            change(&mut recipe);
            recipe.validate().unwrap();
            assert_eq!(RecipeSettings::of_recipe(&recipe, 2), None, "{recipe:?}");
        };
        not(|r| r.mark.as_mut().unwrap().echo = None);
        not(|r| r.mark.as_mut().unwrap().level_db = -3.33);
        not(|r| r.veil.as_mut().unwrap().amount = 66.66);
        not(|r| r.veil.as_mut().unwrap().kernels = 4);
        not(|r| r.veil.as_mut().unwrap().placement.offsets = Offsets::Scattered);
        not(|r| r.veil.as_mut().unwrap().placement.patch_us = 39_950);
        not(|r| r.veil.as_mut().unwrap().placement.period_us = 20_000_000);
        not(|r| r.mark = None);
    }

    proptest! {
        #[test]
        fn whatever_the_parameters_make_is_expressed(
            preset in 0..Preset::ALL.len(),
            mark_level in -240_i16..=120,
            amount in 0_u16..=2_000,
            patch in proptest::option::of(20_u32..=10_000),
            period in proptest::option::of(40_u32..=100_000),
            count in proptest::option::of(1_u32..=64),
        ) {
            let settings = RecipeSettings {
                mark_level,
                amount,
                patch: patch.map(|steps| steps * STEP_US),
                period: period.map(|steps| steps * STEP_US),
                count,
                ..RecipeSettings::of_preset(Preset::ALL[preset])
            };
            let recipe = settings.recipe(2);
            let found = RecipeSettings::of_recipe(&recipe, 2);
            // A patch that shortens until it fits has no step's length.
            let odd = recipe.veil.as_ref().is_some_and(|veil| {
                !veil.placement.patch_us.is_multiple_of(STEP_US)
            });
            prop_assert!(found.is_some() || odd, "{settings:?}");
            if let Some(found) = found {
                prop_assert_eq!(found.recipe(2), recipe);
            }
        }
    }
}
