//! The presets that hosts list: in CLAP by preset discovery, in VST3 as files. Each is what the dial chooses.

use std::fs;

use patchveil_keyring::{UserPresets, presets_folder};
use patchveil_tests::build::{library, root};
use patchveil_tests::clap::{Instance, Module};
use patchveil_tests::keys::{fingerprint, keyring, new_session, session};
use patchveil_tests::vst3;
use patchveil_veil::Preset;

const PRESETS: [&str; 4] = ["Mark", "Light", "Balanced", "Strong"];

/// All parameters by name.
fn values(instance: &Instance) -> Vec<(String, f64)> {
    instance.params().into_iter().map(|p| (p.name, instance.value(p.id))).collect()
}

/// A session with the test class, after this choice of the dial's.
fn chosen(preset: &str) -> Vec<u8> {
    new_session(fingerprint(), &format!(r#""preset_2":{{"string":"{}"}}"#, preset.to_lowercase()))
}

#[test]
fn a_clap_host_finds_the_dials_presets_and_each_is_the_dials_choice() {
    let module = Module::built();
    let found = module.presets(None);
    let keys = PRESETS.map(|name| (name.to_owned(), Some(name.to_lowercase())));
    assert_eq!(found.presets, keys);
    assert!(found.errors.is_empty());
    for name in PRESETS {
        let wanted = values(&module.instance_with(&chosen(name)));
        // From any settings, and the class stays.
        let mut instance = module.instance_with(&new_session(
            fingerprint(),
            r#""preset_2":{"string":"cuda"},"amount":{"f32":33.0},"mark_level":{"f32":-3.0},"patch":{"f32":12.0},"patches":{"i32":3}"#,
        ));
        assert!(instance.load_preset(Some(&name.to_lowercase()), None), "{name}");
        assert_eq!(values(&instance), wanted, "{name}");
        let saved = String::from_utf8_lossy(&instance.save()[8..]).into_owned();
        assert!(saved.contains(&fingerprint().to_string()), "the class stays");
    }
    let mut instance = module.instance_with(&chosen("Light"));
    let before = values(&instance);
    assert!(!instance.load_preset(Some("loud"), None) && !instance.load_preset(None, None));
    assert_eq!(values(&instance), before);
}

#[test]
fn a_clap_host_finds_the_users_presets_and_loads_them_whole_or_not_at_all() {
    let module = Module::built();
    keyring(false);
    let presets = UserPresets::of_user().unwrap();
    let mut recipe = Preset::Strong.recipe();
    recipe.veil.as_mut().unwrap().amount = 60.0;
    recipe.mark.as_mut().unwrap().level_db = -2.0;
    let good = presets.save("Quiet Veil", &recipe).unwrap();
    recipe.veil.as_mut().unwrap().kernels = 4;
    let odd = presets.save("Four kernels", &recipe).unwrap();
    let folder = presets_folder().unwrap();
    let broken = folder.join("Broken.json");
    fs::write(&broken, "{").unwrap();

    let found = module.presets(Some(&good));
    assert_eq!(found.presets, [("Quiet Veil".to_owned(), None)]);
    assert_eq!(found.folders, [folder.to_str().unwrap()]);
    let mut instance = module.instance_with(&chosen("Light"));
    let before = values(&instance);
    for (file, why) in [(&odd, "settings that the plug-in has not"), (&broken, "is not a recipe")] {
        let found = module.presets(Some(file));
        assert!(found.presets.is_empty());
        assert!(found.errors[0].contains(why), "{:?}", found.errors);
        assert!(!instance.load_preset(None, Some(file)));
        assert_eq!(values(&instance), before);
    }
    assert!(instance.load_preset(None, Some(&good)));
    let text = |name: &str| {
        let param = instance.param(name);
        instance.text(param.id, instance.value(param.id))
    };
    assert_eq!(["Preset", "Amount", "Mark Level"].map(text), ["Strong", "60.0 %", "-2.0 dB"]);
}

#[test]
fn in_a_session_from_before_the_mark_a_clap_hosts_preset_is_the_dials_choice_too() {
    let module = Module::built();
    let former = r#""preset":{"string":"strong"},"amount":{"f32":60.0},"patch":{"f32":12.0},"trim":{"f32":-3.0}"#;
    let names = ["Preset (Recipe 1)", "Preset", "Amount", "Patch Length", "Output Trim"];
    // A veil of that time stays one of that time; the mark goes over to the present recipes.
    for (key, version, texts) in [
        ("light", 1, ["Light", "Mark", "100.0 %", "preset", "-3.0 dB"]),
        ("balanced", 1, ["Balanced", "Mark", "100.0 %", "preset", "-3.0 dB"]),
        ("mark", 2, ["Strong", "Mark", "100.0 %", "preset", "-3.0 dB"]),
    ] {
        let mut instance = module.instance_with(&session(fingerprint(), former));
        assert!(instance.load_preset(Some(key), None), "{key}");
        let text = |name: &str| {
            let param = instance.param(name);
            instance.text(param.id, instance.value(param.id))
        };
        assert_eq!(names.map(text), texts, "{key}");
        let saved = String::from_utf8_lossy(&instance.save()[8..]).into_owned();
        assert!(saved.contains(&format!(r#"\"recipe\":{version},\"state\":{version}"#)), "{saved}");
        assert!(saved.contains(&fingerprint().to_string()), "the class stays");
    }
    // A recipe that only the present presets make goes over whole.
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    let mut recipe = Preset::Light.recipe();
    recipe.veil.as_mut().unwrap().amount = 40.0;
    fs::write(file.path(), serde_json::to_string(&recipe).unwrap()).unwrap();
    let mut instance = module.instance_with(&session(fingerprint(), former));
    assert!(instance.load_preset(None, Some(file.path())));
    let text = |name: &str| {
        let param = instance.param(name);
        instance.text(param.id, instance.value(param.id))
    };
    assert_eq!(["Preset", "Amount"].map(text), ["Light", "40.0 %"]);
    let saved = String::from_utf8_lossy(&instance.save()[8..]).into_owned();
    assert!(saved.contains(r#"\"recipe\":2"#), "{saved}");
}

#[test]
fn each_preset_file_for_vst3_hosts_loads_to_the_dials_choice() {
    keyring(false);
    let module = vst3::Module::load(&library());
    for name in PRESETS {
        let file = fs::read(root().join(format!("assets/presets/{name}.vstpreset"))).unwrap();
        let list = usize::try_from(i64::from_le_bytes(file[40..48].try_into().unwrap())).unwrap();
        assert_eq!((&file[..4], &file[list..list + 4]), (&b"VST3"[..], &b"List"[..]));
        let values = |instance: &vst3::Instance| -> Vec<(String, String)> {
            let params = instance.params().into_iter();
            params.map(|(id, name, _)| (name, instance.value(id).1)).collect()
        };
        let mut dial = module.instance();
        assert!(dial.load(&chosen(name)[8..]));
        let mut preset = module.instance();
        assert!(preset.load(&chosen("cuda")[8..]) && preset.load(&file[48..list]));
        assert_eq!(values(&preset), values(&dial), "{name}");
    }
}
