//! Pictures of the whole editor, drawn by software Vulkan. `UPDATE_SNAPSHOTS=true` makes new ones.

use egui::Theme;

use super::scenes::{Stage, key};
use crate::editor::param_gesture::ParamGesture;
use crate::status::Status;

const SMALL: (f32, f32) = (640.0, 400.0);
const USUAL: (f32, f32) = (1_000.0, 640.0);
const LARGE: (f32, f32) = (1_200.0, 750.0);

/// Draws the stage and compares.
fn picture(name: &str, stage: Stage, size: (f32, f32), scale: f32, theme: Theme) {
    let mut window = stage.window(size.0, size.1, scale, theme);
    window.run();
    window.snapshot(name);
}

#[test]
fn before_anything_has_happened() {
    picture("empty-dark", Stage::empty(), USUAL, 1.0, Theme::Dark);
}

#[test]
fn before_anything_has_happened_small_light_and_twice_as_fine() {
    picture("empty-small-light-2x", Stage::empty(), SMALL, 2.0, Theme::Light);
}

#[test]
fn in_the_middle_of_a_show() {
    picture("busy-dark", Stage::busy(), USUAL, 1.0, Theme::Dark);
}

#[test]
fn in_the_middle_of_a_show_large_and_light() {
    picture("busy-large-light", Stage::busy(), LARGE, 1.0, Theme::Light);
}

#[test]
fn in_the_middle_of_a_show_small() {
    picture("busy-small-dark", Stage::busy(), SMALL, 1.0, Theme::Dark);
}

#[test]
fn in_the_middle_of_a_show_small_and_twice_as_fine() {
    picture("busy-small-dark-2x", Stage::busy(), SMALL, 2.0, Theme::Dark);
}

#[test]
fn where_there_is_little_room_the_keys_have_it_all() {
    let mut stage = Stage::busy();
    stage.panels.turned = true;
    stage.panels.keys.unfold(key(2).fingerprint());
    picture("keys-small-light", stage, SMALL, 1.0, Theme::Light);
}

#[test]
fn somebody_with_the_key_takes_the_veil_off() {
    let mut stage = Stage::busy();
    let (class, fingerprint) = ("Night Show".to_owned(), key(1).fingerprint());
    stage.status = Status::Restoring { class, fingerprint, trouble: None };
    stage.gesture.set(&stage.params.mode, 1.0);
    picture("restoring-small-light", stage, SMALL, 1.0, Theme::Light);
}

#[test]
fn muted_because_the_key_is_missing() {
    let mut stage = Stage::busy();
    let reason = "the key of “Night Show” (qsf5-wp7q-65xj-t2xm) is not in the keyring; import it, \
                  or choose another class";
    stage.status = Status::Muted { reason: reason.to_owned() };
    stage.keyring.classes.remove(0);
    stage.panels.strip.near = true;
    stage.panels.spectra.peaks = true;
    stage.panels.keys.unfold(key(2).fingerprint());
    picture("muted-dark", stage, USUAL, 1.0, Theme::Dark);
}
