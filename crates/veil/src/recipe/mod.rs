//! Recipes: the versioned settings that determine every output sample, given key, input and position.

mod json;
mod preset;
mod settings;
mod validate;

pub use preset::{FORMER_NAME_OF_LIGHT, Preset, PresetVersion, UnknownPreset};
pub use settings::{
    AMOUNT_MAX, DEPTH_DB_MAX, Depth, FADE_US_MIN, Filter, KERNEL_US_MAX, KERNELS_MAX, Offsets,
    PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MAX, PERIOD_US_MIN, Placement, RECIPE_VERSION, Recipe,
    Spectral, TAPS_MAX, Taps, VeilSettings,
};
pub use validate::RecipeError;

#[cfg(test)]
mod tests {
    use super::*;

    /// What builds wrote before there was version 2.
    const BALANCED_1: &str = r#"{"version":1,"filter":{"family":"spectral","bands":24,"active":24,"alternating_eq":{"db":3.3,"low":0.2,"high":1.8},"static_eq":{"db":9.0,"low":0.9,"high":1.1},"kernel_us":8000},"kernels":2,"placement":{"period_us":80000,"patches":2,"patch_us":40000,"fade_us":5000,"offsets":"fixed"},"amount":100.0}"#;

    fn json(recipe: &Recipe) -> String {
        serde_json::to_string(recipe).unwrap()
    }

    fn read(text: &str) -> Result<Recipe, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn balanced_1() -> Recipe {
        Preset::Balanced.recipe_of_version(1).unwrap()
    }

    #[test]
    fn presets_are_valid_and_found_by_name() {
        for preset in Preset::ALL {
            preset.recipe().validate().unwrap();
            assert_eq!(preset.name().parse::<Preset>().unwrap(), preset);
        }
        assert!("loud".parse::<Preset>().unwrap_err().to_string().contains("balanced"));
        assert_eq!((Preset::ALL[0], Preset::DEFAULT), (Preset::Mark, Preset::Mark));
    }

    #[test]
    fn presets_of_version_1_are_found_by_name_and_are_the_veils_alone() {
        let names: Vec<String> = PresetVersion::all().map(|preset| preset.to_string()).collect();
        let newest = ["mark", "light", "balanced", "strong", "poscuda", "cuda"];
        assert_eq!(names, [&newest[..], &["light@1", "balanced@1", "strong@1"]].concat());
        for preset in PresetVersion::all() {
            assert_eq!(preset.to_string().parse::<PresetVersion>().unwrap(), preset);
            preset.recipe().validate().unwrap();
        }
        let named =
            |name: &str| name.parse::<PresetVersion>().map(|preset| preset.recipe().clone());
        assert_eq!(named("balanced@1"), Ok(balanced_1()));
        assert_eq!(named("transparent@1"), Ok(Preset::Light.recipe_of_version(1).unwrap()));
        assert_eq!(named("balanced@2"), Ok(Preset::Balanced.recipe()));
        assert_eq!(named("cuda@1"), Ok(Preset::Cuda.recipe()));
        for (name, part) in [
            ("mark@1", "mark has no version “1”"),
            ("light@3", "light has no version “3”"),
            ("light@", "no version"),
            ("loud@1", "no preset is called “loud”"),
        ] {
            assert!(named(name).unwrap_err().to_string().contains(part), "{name}");
        }
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
        for preset in PresetVersion::all() {
            let text = json(preset.recipe());
            assert_eq!(read(&text).unwrap(), *preset.recipe());
            let odd = text.replacen("\"version\"", "\"colour\":1,\"version\"", 1);
            assert!(read(&odd).is_err());
        }
    }

    #[test]
    fn version_1_is_written_as_it_always_was() {
        assert_eq!(json(&balanced_1()), BALANCED_1);
        assert_eq!(read(BALANCED_1).unwrap(), balanced_1());
    }

    #[test]
    fn version_2_has_an_object_for_each_layer_and_an_absent_one_is_null() {
        let both = json(&Preset::Balanced.recipe());
        let veil = BALANCED_1.replacen("\"version\":1,", "", 1);
        let mark = serde_json::to_string(&crate::MarkSettings::default()).unwrap();
        assert_eq!(both, format!("{{\"version\":2,\"mark\":{mark},\"veil\":{veil}}}"));
        let alone = json(&Preset::Mark.recipe());
        assert_eq!(alone, format!("{{\"version\":2,\"mark\":{mark},\"veil\":null}}"));
        assert_eq!(read(&alone.replace(",\"veil\":null", "")).unwrap(), Preset::Mark.recipe());
        let without = format!("{{\"veil\":{veil},\"version\":2}}");
        let without = read(&without).unwrap();
        assert_eq!((&without.mark, &without.veil), (&None, &balanced_1().veil));
        without.validate().unwrap();
    }

    #[test]
    fn fields_of_the_other_version_are_refused() {
        let empty = "{\"version\":2,\"filter\":null,\"mark\":null}";
        assert!(read(empty).unwrap_err().to_string().contains("unknown field `filter`"));
        let later = read(&BALANCED_1.replacen('1', "2", 1)).unwrap_err().to_string();
        assert!(later.contains("unknown field `filter`"), "{later}");
        for layer in ["mark", "veil"] {
            let field = format!("{{\"{layer}\":null,");
            let earlier = read(&BALANCED_1.replacen('{', &field, 1)).unwrap_err().to_string();
            assert!(earlier.contains(&format!("unknown field `{layer}`")), "{earlier}");
        }
        let lacking = read(&BALANCED_1.replace(",\"amount\":100.0", "")).unwrap_err().to_string();
        assert!(lacking.contains("missing field `amount`"), "{lacking}");
    }

    #[test]
    fn an_error_names_the_field_and_its_range() {
        fn veil(recipe: &mut Recipe) -> &mut VeilSettings {
            recipe.veil.as_mut().unwrap()
        }
        let broken = |change: fn(&mut Recipe)| {
            let mut recipe = Preset::Balanced.recipe();
            change(&mut recipe);
            recipe.validate().unwrap_err().to_string()
        };
        assert!(broken(|r| veil(r).amount = f64::NAN).contains("0 to 200 %"));
        assert!(broken(|r| veil(r).amount = -1.0).contains("the amount is -1 %"));
        assert!(broken(|r| veil(r).placement.patches = 0).contains("1 to 64"));
        assert!(
            broken(|r| veil(r).placement.patches = 3).contains("do not fit in a period of 80 ms")
        );
        assert!(broken(|r| veil(r).placement.fade_us = 21_000).contains("0.25 to 20 ms"));
        assert!(broken(|r| veil(r).placement.period_us = 3).contains("0.003 ms"));
        assert!(broken(|r| veil(r).kernels = 17).contains("1 to 16"));
        assert!(broken(|r| r.mark.as_mut().unwrap().level_db = 13.0).contains("-24 to 12 dB"));
        assert!(broken(|r| r.version = 0).contains("1 to 2"));
        assert!(broken(|r| r.version = 1).contains("version 1 is a veil alone"));
        assert!(broken(|r| r.version = 3).contains("update Patchveil"));
        assert!(broken(|r| (r.mark, r.veil) = (None, None)).contains("at least one"));
        let no_layer = |r: &mut Recipe| {
            let mark = r.mark.as_mut().unwrap();
            (mark.pattern, mark.echo) = (None, None);
        };
        assert!(broken(no_layer).contains("neither pattern nor echo"));
    }

    #[test]
    fn layers_begin_their_periods_together_after_the_least_common_multiple() {
        let mut recipe = Preset::Balanced.recipe();
        let pattern = recipe.mark.as_mut().unwrap().pattern.as_mut().unwrap();
        (pattern.patches, pattern.patch_us) = (6, 20_000);
        assert_eq!(recipe.period_us(), 240_000);
        recipe.veil = None;
        assert_eq!(recipe.period_us(), 120_000);
        recipe.mark.as_mut().unwrap().pattern = None;
        assert_eq!(recipe.period_us(), 1);
    }

    #[test]
    fn a_shorter_patch_shortens_its_edges() {
        let placement = balanced_1().veil.unwrap().placement.with_patch(4_000);
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
        assert_eq!(recipe, Preset::Light.recipe_of_version(1).unwrap());
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
        let text = json(&Preset::Light.recipe_of_version(1).unwrap());
        let twice = text.replacen("\"kernels\"", "\"curves\":2,\"kernels\"", 1);
        assert!(read(&twice).is_err());
    }
}
