//! The recipe that follows from the parameters.

use patchveil_veil::{AMOUNT_MAX, PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MIN, Preset, Recipe};

use super::MARK_LEVEL_DB;

/// Lengths move in steps of this many ms.
pub(super) const STEP_MS: f32 = 0.1;
/// The same in µs.
pub(super) const STEP_US: u32 = 100;
/// Below this, in ms, a length means “as the preset has it”.
pub(super) const FOLLOW_BELOW_MS: f32 = 1.0;

/// The parameters that shape the recipe, in whole steps: two that are equal make the same recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecipeSettings {
    /// Take mark and veil off.
    pub(crate) restore: bool,
    pub(crate) preset: Preset,
    /// What counts instead in sessions of recipe version 1.
    pub(crate) former_preset: Preset,
    /// In tenths of a dB.
    pub(crate) mark_level: i16,
    /// In tenths of a percent.
    pub(crate) amount: u16,
    /// In µs; `None` follows the preset.
    pub(crate) patch: Option<u32>,
    /// In µs; `None` follows the preset.
    pub(crate) period: Option<u32>,
    /// `None` follows the preset.
    pub(crate) count: Option<u32>,
}

impl RecipeSettings {
    /// The recipe asked for in a session of this recipe version: light, balanced and strong have a mark
    /// from version 2 on. Where the version is one that this build knows, the recipe is valid whatever the
    /// parameters are, because the details of a veil give way to each other in a fixed order:
    ///
    /// 1. The period has the length set, or the preset's.
    /// 2. A patch has the length set, or the preset's, at most the whole period. But where only
    ///    the number of patches is set, the patches shorten until that many fit.
    /// 3. There are as many patches as set, or as in the preset, at most as many as fit.
    pub(crate) fn recipe(&self, version: u32) -> Recipe {
        let preset = if version == 1 { self.former_preset } else { self.preset };
        let mut recipe = preset
            .recipe_of_version(version)
            // Of a newer build: refused when it is designed, with a message that says so.
            .unwrap_or_else(|| Recipe { version, ..preset.recipe() });
        if let Some(mark) = &mut recipe.mark {
            let (min, max) = MARK_LEVEL_DB;
            mark.level_db = (f64::from(self.mark_level) / 10.0).clamp(min.into(), max.into());
        }
        let Some(veil) = &mut recipe.veil else { return recipe };
        veil.amount = (f64::from(self.amount) / 10.0).min(AMOUNT_MAX);
        if self.patch.is_none() && self.period.is_none() && self.count.is_none() {
            return recipe;
        }
        let mut placement = veil.placement.clone();
        placement.period_us = self.period.unwrap_or(placement.period_us).max(PERIOD_US_MIN);
        let period = placement.period_us;
        let most = (period / PATCH_US_MIN).min(PATCHES_MAX);
        let patch = match (self.patch, self.count) {
            (Some(patch), _) => patch,
            (None, Some(count)) => placement.patch_us.min(period / count.clamp(1, most)),
            (None, None) => placement.patch_us,
        };
        let patch = patch.clamp(PATCH_US_MIN, period);
        placement.patches =
            self.count.unwrap_or(placement.patches).clamp(1, (period / patch).min(most));
        veil.placement = placement.with_patch(patch);
        recipe
    }
}

/// ms → µs, in steps of [`STEP_MS`].
pub(super) fn microseconds(ms: f32) -> Option<u32> {
    (ms >= FOLLOW_BELOW_MS).then(|| (ms / STEP_MS).round() as u32 * STEP_US)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::PatchveilParams;
    use crate::state::ClassField;

    fn settings(patch: Option<u32>, period: Option<u32>, count: Option<u32>) -> RecipeSettings {
        RecipeSettings {
            restore: false,
            preset: Preset::Strong,
            former_preset: Preset::Balanced,
            mark_level: 0,
            amount: 1_000,
            patch,
            period,
            count,
        }
    }

    fn placed(settings: &RecipeSettings) -> (u32, u32, u32) {
        let recipe = settings.recipe(1);
        recipe.validate().unwrap();
        let placement = recipe.veil.unwrap().placement;
        (placement.patch_us, placement.period_us, placement.patches)
    }

    #[test]
    fn untouched_parameters_are_the_mark_and_in_sessions_of_version_1_balanced() {
        let params = PatchveilParams::new(ClassField::default());
        assert_eq!(params.settings().recipe(2), Preset::Mark.recipe());
        assert_eq!(params.settings().recipe(1), Preset::Balanced.recipe_of_version(1).unwrap());
        assert_eq!(params.gain(), 1.0);
    }

    #[test]
    fn the_version_of_the_session_decides_which_preset_counts() {
        for preset in Preset::ALL {
            for former_preset in Preset::ALL.into_iter().skip(1) {
                let settings =
                    RecipeSettings { preset, former_preset, ..settings(None, None, None) };
                assert_eq!(settings.recipe(2), preset.recipe());
                assert_eq!(settings.recipe(1), former_preset.recipe_of_version(1).unwrap());
            }
        }
    }

    #[test]
    fn the_marks_level_moves_the_mark_and_the_amount_the_veil() {
        let settings =
            RecipeSettings { mark_level: -33, amount: 666, ..settings(None, None, None) };
        let mut expected = Preset::Strong.recipe();
        expected.mark.as_mut().unwrap().level_db = -3.3;
        expected.veil.as_mut().unwrap().amount = 66.6;
        assert_eq!(settings.recipe(2), expected);
        let mut expected = Preset::Balanced.recipe_of_version(1).unwrap();
        expected.veil.as_mut().unwrap().amount = 66.6;
        assert_eq!(settings.recipe(1), expected);
    }

    #[test]
    fn a_version_that_this_build_does_not_know_is_refused() {
        for version in [0, 3, u32::MAX] {
            assert!(settings(None, None, None).recipe(version).validate().is_err());
        }
    }

    #[test]
    fn every_combination_of_settings_is_a_valid_recipe() {
        let check = |amount, mark_level, patch, period, count| {
            let details = settings(patch, period, count);
            for preset in Preset::ALL {
                let settings = RecipeSettings { preset, mark_level, amount, ..details };
                settings.recipe(2).validate().unwrap();
            }
            for former_preset in Preset::ALL.into_iter().skip(1) {
                let settings = RecipeSettings { former_preset, mark_level, amount, ..details };
                settings.recipe(1).validate().unwrap();
            }
        };
        for patch in [None, Some(1_000), Some(2_000), Some(16_000), Some(1_000_000)] {
            for period in [None, Some(1_000), Some(4_000), Some(33_300), Some(10_000_000)] {
                for count in [None, Some(1), Some(7), Some(64)] {
                    for (amount, level) in
                        [(0, 0), (1, -240), (999, 120), (2_000, i16::MIN), (u16::MAX, i16::MAX)]
                    {
                        check(amount, level, patch, period, count);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_set_gives_way_in_a_fixed_order() {
        // Too long a patch: fewer fit.
        assert_eq!(placed(&settings(Some(60_000), None, None)), (60_000, 80_000, 1));
        // Only the number set: they shorten.
        assert_eq!(placed(&settings(None, None, Some(16))), (5_000, 80_000, 16));
        // Both set: the length holds.
        assert_eq!(placed(&settings(Some(20_000), None, Some(16))), (20_000, 80_000, 4));
        // A patch longer than its period fills it.
        assert_eq!(placed(&settings(Some(500_000), Some(20_000), None)), (20_000, 20_000, 1));
        // A longer period spreads the preset's patches.
        assert_eq!(placed(&settings(None, Some(1_000_000), None)), (40_000, 1_000_000, 2));
        // A short period holds no more than it can.
        assert_eq!(placed(&settings(None, Some(4_000), Some(64))), (2_000, 4_000, 2));
    }
}
