//! Sessions: what the plug-in saves, loads and refuses.

use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::root;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{fingerprint, framed, key, new_session, session};
use patchveil_tests::signal::veiled;
use patchveil_veil::{Preset, Recipe};

fn values(instance: &Instance) -> Vec<f64> {
    instance.params().iter().map(|param| instance.value(param.id)).collect()
}

#[test]
fn a_session_that_is_loaded_and_saved_again_has_the_same_bytes() {
    let module = Module::built();
    let params = r#""amount":{"f32":42.5},"bypass":{"bool":true},"delta":{"bool":true},"frame":{"f32":512.0},"mark_level":{"f32":-3.3},"mode":{"string":"restore"},"patch":{"f32":12.3},"patches":{"i32":5},"preset":{"string":"strong"},"preset_2":{"string":"light"},"trim":{"f32":-4.5}"#;
    for session in [session(fingerprint(), params), new_session(fingerprint(), params)] {
        let mut first = module.instance();
        assert!(first.load(&session));
        let once = first.save();
        let mut second = module.instance();
        assert!(second.load(&once));
        let twice = second.save();
        assert_eq!(once, twice);
        assert_eq!(values(&first), values(&second));
        assert_eq!(first.save(), once);
    }
}

fn golden(version: u32) -> Vec<u8> {
    let path = root().join(format!("tests/golden/state-v{version}.json"));
    std::fs::read(path).unwrap().trim_ascii().to_vec()
}

fn text(instance: &Instance, name: &str) -> String {
    let param = instance.param(name);
    instance.text(param.id, instance.value(param.id))
}

/// What an instance with the golden session makes of noise, with the class of this keyring in place of
/// the session's, and without its delta and trim.
fn rendered(module: &Module, golden: &[u8], input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let session = String::from_utf8(golden.to_vec()).unwrap();
    let session = session
        .replace("mfrg-gzdf-mztw-q2lk", &fingerprint().to_string())
        .replace(r#""delta":{"bool":true}"#, r#""delta":{"bool":false}"#)
        .replace(r#""trim":{"f32":-4.5}"#, r#""trim":{"f32":0.0}"#);
    let mut instance = module.instance();
    assert!(instance.load(&framed(session.as_bytes())));
    instance.activate(48_000.0, 512);
    let mut output = input.to_vec();
    let [left, right] = &mut output[..] else { unreachable!() };
    for (n, (left, right)) in left.chunks_mut(500).zip(right.chunks_mut(500)).enumerate() {
        let position = Some(500 * n as i64);
        instance.process(&mut [left, right], &Context { position, ..Context::default() });
    }
    output
}

/// The recipe of both golden sessions, from this one of the preset `strong`.
fn with_the_golden_details(mut recipe: Recipe) -> Recipe {
    let veil = recipe.veil.as_mut().unwrap();
    veil.amount = 133.3;
    // Five patches of 12.5 ms fit into the preset's period.
    veil.placement.patches = 5;
    veil.placement = veil.placement.clone().with_patch(12_500);
    recipe
}

/// The golden file was saved by version 0.1.0 and must never change: a new version of the state gets
/// a new file.
#[test]
fn a_session_of_the_first_release_loads_with_all_its_values() {
    let module = Module::built();
    let golden = golden(1);
    let mut instance = module.instance();
    assert!(instance.load(&framed(&golden)));
    let reads = |name: &str| text(&instance, name);
    assert_eq!(reads("Preset (Recipe 1)"), "Strong");
    assert_eq!(reads("Amount"), "133.3 %");
    assert_eq!(reads("Patch Length"), "12.5 ms");
    assert_eq!(reads("Period"), "preset");
    assert_eq!(reads("Patches per Period"), "5");
    assert_eq!(reads("Output Trim"), "-4.5 dB");
    assert_eq!(reads("Mode"), "Protect");
    assert_eq!(instance.value(instance.param("Bypass").id), 0.0);
    assert_eq!(instance.value(instance.param("Delta").id), 1.0);
    // Its recipe version stays, so it is also written as it was, with what that release did not have
    // added: the mode, what came with recipe version 2, and the state of the editor.
    let saved = String::from_utf8(instance.save()[8..].to_vec()).unwrap();
    let (rest, editor) = saved.split_once(r#","editor":"#).unwrap();
    let rest = [
        r#""mode":{"string":"protect"},"#,
        r#""mark_level":{"f32":0.0},"#,
        r#""preset_2":{"string":"mark"},"#,
    ]
    .iter()
    .fold(rest.to_owned(), |rest, added| rest.replace(added, ""));
    assert_eq!(format!("{rest}}}}}").as_bytes(), golden);
    assert!(editor.contains(r#"\"width\":1000.0"#), "{editor}");
}

#[test]
fn a_session_of_the_first_release_sounds_as_it_did() {
    let module = Module::built();
    let input = noise_channels(2, 60_000, 1);
    let output = rendered(&module, &golden(1), &input);
    let recipe = with_the_golden_details(Preset::Strong.recipe_of_version(1).unwrap());
    let expected = veiled(&key(), &recipe, 48_000, 0, input);
    assert_same_bits(&output[0], &expected[0]);
    assert_same_bits(&output[1], &expected[1]);
}

#[test]
fn a_session_of_recipe_version_1_without_a_preset_is_balanced_as_it_was() {
    let module = Module::built();
    let input = noise_channels(2, 60_000, 2);
    // Neither the mark's level nor the newer preset has an effect.
    let newer = r#""mark_level":{"f32":6.0},"preset_2":{"string":"strong"}"#;
    for params in ["", newer] {
        let session = session(fingerprint(), params);
        let output = rendered(&module, &session[8..], &input);
        let recipe = Preset::Balanced.recipe_of_version(1).unwrap();
        let expected = veiled(&key(), &recipe, 48_000, 0, input.clone());
        assert_same_bits(&output[0], &expected[0]);
    }
}

/// The golden file was saved by the build that brought version 2, and must never change.
#[test]
fn a_session_of_state_version_2_loads_with_all_its_values_and_sounds_as_it_did() {
    let module = Module::built();
    let golden = golden(2);
    let mut instance = module.instance();
    assert!(instance.load(&framed(&golden)));
    for (name, value) in [
        ("Preset", "Strong"),
        ("Mark Level", "-3.3 dB"),
        ("Amount", "133.3 %"),
        ("Patch Length", "12.5 ms"),
        ("Period", "preset"),
        ("Patches per Period", "5"),
        ("Output Trim", "-4.5 dB"),
        ("Mode", "Protect"),
        ("Preset (Recipe 1)", "Balanced"),
    ] {
        assert_eq!(text(&instance, name), value, "{name}");
    }
    assert_eq!(instance.save()[8..], golden);

    let input = noise_channels(2, 60_000, 3);
    let output = rendered(&module, &golden, &input);
    let mut recipe = with_the_golden_details(Preset::Strong.recipe());
    recipe.mark.as_mut().unwrap().level_db = -3.3;
    let expected = veiled(&key(), &recipe, 48_000, 0, input);
    assert_same_bits(&output[0], &expected[0]);
    assert_same_bits(&output[1], &expected[1]);
}

#[test]
fn invalid_data_is_refused_and_changes_nothing() {
    let module = Module::built();
    let mut instance = module.instance();
    assert!(instance.load(&session(fingerprint(), r#""amount":{"f32":77.0}"#)));
    let before = instance.save();
    let golden = instance.save()[8..].to_vec();
    let mut bad: Vec<Vec<u8>> = vec![
        vec![],
        vec![1, 2, 3],
        framed(b""),
        framed(b"garbage"),
        framed(b"{}"),
        framed(br#"{"params":{},"fields":7}"#),
        framed(&[0xff; 300]),
        (u64::MAX).to_le_bytes().to_vec(),
    ];
    bad.extend((0..golden.len()).step_by(17).map(|len| framed(&golden[..len])));
    for garbage in bad {
        assert!(!instance.load(&garbage), "{:?}", String::from_utf8_lossy(&garbage));
        assert_eq!(instance.save(), before);
    }
    // Values out of range are limited to it, and unknown parameters are ignored.
    let odd = br#"{"version":"9","params":{"amount":{"f32":1e30},"unknown":{"bool":true},"trim":{"i32":1}},"fields":{}}"#;
    assert!(instance.load(&framed(odd)));
    assert_eq!(
        instance.text(instance.param("Amount").id, instance.value(instance.param("Amount").id)),
        "200.0 %"
    );
}

/// What no build can read as a whole: truncated, and with a value of a kind that there is not.
fn unreadable_sessions() -> [Vec<u8>; 4] {
    let session = session(fingerprint(), "");
    let odd = r#""amount":{"f128":1.0}"#;
    [
        session[8..session.len() / 2].to_vec(),
        session[8..session.len() - 1].to_vec(),
        patchveil_tests::keys::session(fingerprint(), odd)[8..].to_vec(),
        b"garbage".to_vec(),
    ]
}

/// Whether a steady sound does not come through.
fn mutes(process: impl FnOnce(&mut [&mut [f32]])) -> bool {
    let (mut left, mut right) = (vec![0.5; 4_000], vec![0.5; 4_000]);
    process(&mut [&mut left, &mut right]);
    left.iter().chain(&right).all(|sample| *sample == 0.0)
}

#[test]
fn a_new_instance_whose_session_cannot_be_read_mutes_and_so_does_what_it_saves() {
    let module = Module::built();
    let mut sessions: Vec<Vec<u8>> =
        unreadable_sessions().iter().map(|json| framed(json)).collect();
    // Cut off before its stated end, within the length, and before anything.
    let whole = session(fingerprint(), "");
    sessions.extend([&whole[..whole.len() - 9], &whole[..5], &[]].map(<[u8]>::to_vec));
    for session in sessions {
        let mut instance = module.instance();
        assert!(!instance.load(&session));
        let saved = instance.save();
        for mut instance in [instance, module.instance_with(&saved)] {
            instance.activate(48_000.0, 4_000);
            let muted = mutes(|channels| _ = instance.process(channels, &Context::default()));
            assert!(muted, "{:?}", String::from_utf8_lossy(&session));
        }
    }
    // Whoever never had a session is as new as before.
    let mut new = module.instance();
    new.activate(48_000.0, 4_000);
    assert!(!mutes(|channels| _ = new.process(channels, &Context::default())));
}

#[test]
fn a_new_vst3_instance_whose_session_cannot_be_read_mutes_and_one_with_a_class_keeps_it() {
    patchveil_tests::keys::keyring(false);
    let module = patchveil_tests::vst3::Module::load(&patchveil_tests::build::library());
    for session in unreadable_sessions() {
        let mut instance = module.instance();
        assert!(!instance.load(&session));
        let mut reopened = module.instance();
        assert!(reopened.load(&instance.save()));
        for mut instance in [instance, reopened] {
            instance.activate(48_000.0, 4_000);
            let muted = mutes(|channels| instance.process(channels, None, &[]));
            assert!(muted, "{:?}", String::from_utf8_lossy(&session));
        }
        let mut instance = module.instance();
        assert!(instance.load(&new_session(fingerprint(), "")[8..]));
        let before = instance.save();
        assert!(!instance.load(&session));
        assert_eq!(instance.save(), before);
    }
    // Some hosts pass an empty stream where there is no session.
    let mut new = module.instance();
    assert!(!new.load(&[]));
    new.activate(48_000.0, 4_000);
    assert!(!mutes(|channels| new.process(channels, None, &[])));
}

/// A state as this build writes it, of a recipe that it does not know.
fn newer_recipe() -> String {
    let fingerprint = fingerprint();
    format!(
        r#"{{\"class\":{{\"fingerprint\":\"{fingerprint}\",\"name\":\"Night Show\"}},\"recipe\":3,\"state\":2}}"#
    )
}

#[test]
fn a_class_that_this_version_cannot_read_is_kept_and_mutes() {
    let module = Module::built();
    let newer = r#"{\"shape\":\"round\",\"state\":9}"#;
    let damaged = r#"{\"class\":3,\"recipe\":1,\"state\":1}"#;
    let newer_recipe = newer_recipe();
    for class in [newer, damaged, &newer_recipe, "7", r#"{\"state\":0}"#, "{"] {
        let session =
            format!(r#"{{"version":"9.0.0","params":{{}},"fields":{{"class":"{class}"}}}}"#);
        let mut instance = module.instance();
        assert!(instance.load(&framed(session.as_bytes())));
        let saved = String::from_utf8(instance.save()[8..].to_vec()).unwrap();
        assert!(saved.contains(class), "{saved}");
        instance.activate(48_000.0, 512);
        let (mut left, mut right) = (vec![0.5; 4_000], vec![0.5; 4_000]);
        instance.process(&mut [&mut left, &mut right], &Default::default());
        assert!(left.iter().chain(&right).all(|x| *x == 0.0), "{class}");
    }
}
