//! Protection is what the patchveil command does to files.
#![allow(clippy::unwrap_used, reason = "tests may")]

mod support;

use std::fs;

use lab::protect::{Patchveil, Veil};
use support::{patchveil, tones};

#[test]
fn every_class_gets_a_veil_of_its_own_and_nothing_else_changes() {
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
    // The same recording under the other class is veiled in another way.
    let mut other = clips[0].clone();
    other.label = 1;
    let other = patchveil.protect(&[other], &veil, 0).unwrap();
    assert_ne!(other[0].samples, protected[0].samples);
}

#[test]
fn the_same_seed_gives_the_same_keys_and_another_seed_others() {
    let (patchveil, clips) = (patchveil(), tones().train);
    let veil = Veil::Preset("balanced".into());
    let protect = |seed| patchveil.protect(&clips[..2], &veil, seed).unwrap();
    // Dither is drawn from the samples, not from the clock.
    assert_eq!(protect(3), protect(3));
    assert_ne!(protect(3), protect(4));
}

#[test]
fn without_a_veil_nothing_changes() {
    let clips = tones().train;
    assert_eq!(patchveil().protect(&clips, &Veil::None, 0).unwrap(), clips);
}

#[test]
fn a_missing_command_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("patchveil");
    let said = Patchveil::at(&file).unwrap_err().to_string();
    assert!(said.contains(&file.display().to_string()) && said.contains("cargo build"), "{said}");
}

#[test]
fn what_the_command_refuses_is_told_in_its_words() {
    let veil = Veil::Preset("extreme".into());
    let said = patchveil().protect(&tones().train, &veil, 0).unwrap_err().to_string();
    assert!(!said.contains('\n') && said.contains("patchveil"), "{said}");
}

#[test]
fn a_recipe_that_is_no_json_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep.json");
    fs::write(&file, "{").unwrap();
    let said = Veil::from_file(&file).unwrap_err().to_string();
    assert!(said.contains("deep.json") && said.contains("no JSON"), "{said}");
    fs::write(&file, "{}").unwrap();
    assert_eq!(Veil::from_file(&file).unwrap().name(), "deep");
}
