//! Recipes as JSON, and the audio they make.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil::recipe_file;
use patchveil_fuzz::{assert_audio_stays_finite, assert_one_line, private_file};
use patchveil_veil::Recipe;

fuzz_target!(|bytes: &[u8]| {
    let parsed = serde_json::from_slice::<Recipe>(bytes);
    check_file(bytes, parsed.as_ref().ok().filter(|recipe| recipe.validate().is_ok()));
    let Ok(recipe) = parsed else { return };
    let json = serde_json::to_string(&recipe).expect("every recipe can be written");
    let again: Recipe = serde_json::from_str(&json).expect("it was just written");
    assert_eq!(again, recipe);
    match recipe.validate() {
        // A design takes a millisecond, so only one of eight is tried.
        Ok(()) if bytes.len().is_multiple_of(8) => {
            let tail = bytes.last_chunk().copied().unwrap_or_default();
            assert_audio_stays_finite(&recipe, i64::from_le_bytes(tail));
        }
        Ok(()) => {}
        Err(error) => assert_one_line(&error.to_string()),
    }
});

/// In a file, it gives the same recipe, or a message. One input of four is tried.
fn check_file(bytes: &[u8], recipe: Option<&Recipe>) {
    if !bytes.len().is_multiple_of(4) {
        return;
    }
    match recipe_file::read(&private_file(bytes)) {
        Ok(read) => assert_eq!(Some(&read), recipe),
        Err(error) => {
            assert_one_line(&error.to_string());
            assert_eq!(recipe, None);
        }
    }
}
