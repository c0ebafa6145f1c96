//! The files in `assets/presets` are the presets. `UPDATE_PRESETS=true` writes them anew.
//!
//! The format is Steinberg's: “VST3”, a version, the class id as text and the offset of a list of chunks; the
//! only chunk here, “Comp”, is the component's state. Numbers are little-endian.

use std::path::PathBuf;

use nice_plug::prelude::Vst3Plugin;
use patchveil_veil::RECIPE_VERSION;

use super::*;
use crate::Patchveil;

/// Length of the header in bytes.
const HEADER: usize = 4 + 4 + 32 + 8;

/// A preset file around the state of a component.
fn preset_file(class: [u8; 16], state: &[u8]) -> Vec<u8> {
    let list = (HEADER + state.len()) as i64;
    let class: String = class.iter().map(|byte| format!("{byte:02X}")).collect();
    let mut file = b"VST3".to_vec();
    file.extend(1_i32.to_le_bytes());
    file.extend(class.as_bytes());
    file.extend(list.to_le_bytes());
    file.extend(state);
    file.extend(b"List");
    file.extend(1_i32.to_le_bytes());
    file.extend(b"Comp");
    file.extend((HEADER as i64).to_le_bytes());
    file.extend((state.len() as i64).to_le_bytes());
    file
}

#[test]
fn the_preset_files_for_vst3_hosts_are_those_of_the_dial() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/presets");
    for (preset, name) in HOST_PRESETS {
        let state = state_of(&Fit::of_preset(preset, RECIPE_VERSION), None).unwrap();
        let file = preset_file(Patchveil::VST3_CLASS_ID, &state);
        let path = folder.join(format!("{name}.vstpreset"));
        if std::env::var_os("UPDATE_PRESETS").is_some() {
            std::fs::write(&path, &file).unwrap();
        }
        let stored = std::fs::read(&path).unwrap();
        assert!(stored == file, "{}: UPDATE_PRESETS=true writes it anew", path.display());
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), HOST_PRESETS.len());
}

#[test]
fn every_parameter_of_a_preset_is_one_of_the_plug_ins() {
    use nice_plug::prelude::Params;
    let params = crate::params::PatchveilParams::new(crate::state::ClassField::default());
    let known: Vec<String> = params.param_map().into_iter().map(|(id, ..)| id).collect();
    let state = state_of(&Fit::of_preset(Preset::Strong, RECIPE_VERSION), None).unwrap();
    let state: PluginState = serde_json::from_slice(&state).unwrap();
    assert!(state.params.keys().all(|id| known.contains(id)), "{:?}", state.params.keys());
    assert!(state.fields.is_empty(), "the class stays as it is");
}
