//! Recipes: the versioned settings that determine every output sample, given key, input and position.

mod preset;
mod settings;
mod validate;

pub use preset::{FORMER_NAME_OF_LIGHT, Preset, UnknownPreset};
pub use settings::{
    AMOUNT_MAX, DEPTH_DB_MAX, Depth, FADE_US_MIN, Filter, KERNEL_US_MAX, KERNELS_MAX, Offsets,
    PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MAX, PERIOD_US_MIN, Placement, RATE_MAX, RATE_MIN,
    RECIPE_VERSION, Recipe, Spectral, TAPS_MAX, Taps,
};
pub use validate::RecipeError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_found_by_name() {
        for preset in Preset::ALL {
            preset.recipe().validate().unwrap();
            assert_eq!(preset.name().parse::<Preset>().unwrap(), preset);
        }
        assert!("loud".parse::<Preset>().unwrap_err().to_string().contains("balanced"));
    }

    #[test]
    fn only_the_papers_baselines_cannot_be_restored() {
        for preset in Preset::ALL {
            let baseline = matches!(preset, Preset::Cuda | Preset::Poscuda);
            assert_eq!(preset.recipe().is_restorable(), !baseline);
        }
    }

    #[test]
    fn recipes_survive_json_and_unknown_fields_are_refused() {
        for preset in Preset::ALL {
            let text = serde_json::to_string(&preset.recipe()).unwrap();
            assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), preset.recipe());
            let odd = text.replacen("\"version\"", "\"colour\":1,\"version\"", 1);
            assert!(serde_json::from_str::<Recipe>(&odd).is_err());
        }
    }

    #[test]
    fn an_error_names_the_field_and_its_range() {
        let broken = |change: fn(&mut Recipe)| {
            let mut recipe = Preset::Balanced.recipe();
            change(&mut recipe);
            recipe.validate().unwrap_err().to_string()
        };
        assert!(broken(|r| r.amount = f64::NAN).contains("0 to 200 %"));
        assert!(broken(|r| r.amount = -1.0).contains("the amount is -1 %"));
        assert!(broken(|r| r.placement.patches = 0).contains("1 to 64"));
        assert!(broken(|r| r.placement.patches = 3).contains("do not fit in a period of 80 ms"));
        assert!(broken(|r| r.placement.fade_us = 21_000).contains("0.25 to 20 ms"));
        assert!(broken(|r| r.placement.period_us = 3).contains("0.003 ms"));
        assert!(broken(|r| r.kernels = 17).contains("1 to 16"));
        assert!(broken(|r| r.version = 2).contains("update Patchveil"));
    }

    #[test]
    fn a_shorter_patch_shortens_its_edges() {
        let placement = Preset::Balanced.recipe().placement.with_patch(4_000);
        assert_eq!((placement.patch_us, placement.fade_us), (4_000, 2_000));
    }

    /// Field names and the preset's name as they were before the first release.
    #[test]
    fn recipes_with_the_former_field_names_still_read() {
        let former = r#"{"version":1,"filter":{"family":"spectral","bands":24,"active":24,
            "turning":{"db":2.1,"low":0.2,"high":1.8},"ground":{"db":5.5,"low":0.9,"high":1.1},
            "ring_us":8000},"curves":2,"placement":{"frame_us":80000,"patches":2,"patch_us":40000,
            "fade_us":5000,"offsets":"fixed"},"amount":100.0}"#;
        let recipe: Recipe = serde_json::from_str(former).unwrap();
        assert_eq!(recipe, Preset::Light.recipe());
        let rewritten = serde_json::to_string(&recipe).unwrap();
        for name in ["turning", "ground", "ring_us", "curves", "frame_us"] {
            assert!(!rewritten.contains(name), "{name} is not written any more");
        }
        assert_eq!(serde_json::from_str::<Preset>("\"transparent\"").unwrap(), Preset::Light);
        assert_eq!(FORMER_NAME_OF_LIGHT.parse::<Preset>().unwrap(), Preset::Light);
        assert_eq!(serde_json::to_string(&Preset::Light).unwrap(), "\"light\"");
    }

    #[test]
    fn a_field_under_both_its_names_is_refused() {
        let text = serde_json::to_string(&Preset::Light.recipe()).unwrap();
        let twice = text.replacen("\"kernels\"", "\"curves\":2,\"kernels\"", 1);
        assert!(serde_json::from_str::<Recipe>(&twice).is_err());
    }
}
