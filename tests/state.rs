//! Sessions: what the plug-in saves, loads and refuses.

use patchveil_tests::build::{library, root};
use patchveil_tests::clap::{Instance, Module};
use patchveil_tests::keys::{fingerprint, framed, keyring, session};

fn module() -> Module {
    keyring(false);
    Module::load(&library())
}

fn values(instance: &Instance) -> Vec<f64> {
    instance.params().iter().map(|param| instance.value(param.id)).collect()
}

#[test]
fn a_session_that_is_loaded_and_saved_again_has_the_same_bytes() {
    let module = module();
    let params = r#""amount":{"f32":42.5},"bypass":{"bool":true},"delta":{"bool":true},"frame":{"f32":512.0},"mode":{"string":"restore"},"patch":{"f32":12.3},"patches":{"i32":5},"preset":{"string":"strong"},"trim":{"f32":-4.5}"#;
    let mut first = module.instance();
    assert!(first.load(&session(fingerprint(), params)));
    let once = first.save();
    let mut second = module.instance();
    assert!(second.load(&once));
    let twice = second.save();
    assert_eq!(once, twice);
    assert_eq!(values(&first), values(&second));
    assert_eq!(first.save(), once);
}

/// The golden file was saved by version 0.1.0 and must never change: a new version of the state gets
/// a new file.
#[test]
fn a_session_of_the_first_release_loads_with_all_its_values() {
    let module = module();
    let golden = std::fs::read(root().join("tests/golden/state-v1.json")).unwrap();
    let golden = golden.trim_ascii();
    let mut instance = module.instance();
    assert!(instance.load(&framed(golden)));
    let reads = |name: &str| {
        let param = instance.param(name);
        instance.text(param.id, instance.value(param.id))
    };
    assert_eq!(reads("Preset"), "Strong");
    assert_eq!(reads("Amount"), "133.3 %");
    assert_eq!(reads("Patch Length"), "12.5 ms");
    assert_eq!(reads("Period"), "preset");
    assert_eq!(reads("Patches per Period"), "5");
    assert_eq!(reads("Output Trim"), "-4.5 dB");
    assert_eq!(reads("Mode"), "Protect");
    assert_eq!(instance.value(instance.param("Bypass").id), 0.0);
    assert_eq!(instance.value(instance.param("Delta").id), 1.0);
    // As long as this is the newest version of the state, the plug-in also writes it, with the mode
    // and the state of the editor added, which that release did not have.
    let saved = String::from_utf8(instance.save()[8..].to_vec()).unwrap();
    let (rest, editor) = saved.split_once(r#","editor":"#).unwrap();
    let rest = rest.replace(r#""mode":{"string":"protect"},"#, "");
    assert_eq!(format!("{rest}}}}}").as_bytes(), golden);
    assert!(editor.contains(r#"\"width\":1000.0"#), "{editor}");
}

#[test]
fn invalid_data_is_refused_and_changes_nothing() {
    let module = module();
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

#[test]
fn a_class_that_this_version_cannot_read_is_kept_and_mutes() {
    let module = module();
    let newer = r#"{\"shape\":\"round\",\"state\":9}"#;
    let damaged = r#"{\"class\":3,\"recipe\":1,\"state\":1}"#;
    for class in [newer, damaged, "7", r#"{\"state\":0}"#, "{"] {
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
