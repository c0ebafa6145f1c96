//! Protection with the patchveil command.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use lab::protect::{Patchveil, Veil};
use support::{patchveil, tones};

#[test]
fn every_class_gets_its_own_veil_and_nothing_else_changes() {
    let (patchveil, clips) = (patchveil(), tones().train);
    let veil = Veil::Preset("strong".into());
    let protected = patchveil.protect(&clips, &veil, 0).unwrap();
    assert_eq!(protected.len(), clips.len());
    for (before, after) in clips.iter().zip(&protected) {
        assert_eq!((before.label, before.rate), (after.label, after.rate));
        assert_eq!((&before.name, &before.group), (&after.name, &after.group));
        assert_eq!(before.samples.len(), after.samples.len());
        assert_ne!(before.samples, after.samples, "{}", before.name);
    }
    // The same recording in the other class gets another veil.
    let mut other = clips[0].clone();
    other.label = 1;
    let other = patchveil.protect(&[other], &veil, 0).unwrap();
    assert_ne!(other[0].samples, protected[0].samples);
}

#[test]
fn keys_depend_on_the_seed_only() {
    let (patchveil, clips) = (patchveil(), tones().train);
    let veil = Veil::Preset("balanced".into());
    let protect = |seed| patchveil.protect(&clips[..2], &veil, seed).unwrap();
    // Dither depends on the samples only.
    assert_eq!(protect(3), protect(3));
    assert_ne!(protect(3), protect(4));
}

#[test]
fn without_a_veil_nothing_changes() {
    let clips = tones().train;
    assert_eq!(patchveil().protect(&clips, &Veil::None, 0).unwrap(), clips);
}

#[test]
fn a_missing_command_is_reported_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("patchveil");
    let message = Patchveil::at(&file).unwrap_err().to_string();
    assert!(
        message.contains(&file.display().to_string()) && message.contains("cargo build"),
        "{message}"
    );
}

#[test]
fn errors_of_the_command_are_passed_on() {
    let veil = Veil::Preset("extreme".into());
    let message = patchveil().protect(&tones().train, &veil, 0).unwrap_err().to_string();
    assert!(!message.contains('\n') && message.contains("patchveil"), "{message}");
}

#[test]
fn a_recipe_that_is_not_json_is_rejected_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep.json");
    fs::write(&file, "{").unwrap();
    let message = Veil::from_file(&file).unwrap_err().to_string();
    assert!(message.contains("deep.json") && message.contains("not valid JSON"), "{message}");
    fs::write(&file, "{}").unwrap();
    assert_eq!(Veil::from_file(&file).unwrap().name(), "deep");
}
