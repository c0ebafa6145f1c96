//! What a CLAP plug-in says about the channels of its ports.

use std::ffi::{CStr, c_char};

use clap_sys::ext::ambisonic::{CLAP_EXT_AMBISONIC, clap_ambisonic_config, clap_plugin_ambisonic};
use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_audio_ports_config, clap_plugin_audio_ports_config,
};
use clap_sys::ext::surround::{CLAP_EXT_SURROUND, clap_plugin_surround};

use crate::clap::Instance;

/// A layout: its name, its channels, and the types of its ports.
#[derive(Debug, PartialEq)]
pub struct Layout {
    /// As a host lists it.
    pub name: String,
    /// In and out.
    pub channels: [u32; 2],
    /// In and out, in the format's words; empty where the plug-in says nothing.
    pub types: [String; 2],
}

impl Instance {
    /// All layouts.
    #[must_use]
    pub fn layouts(&self) -> Vec<Layout> {
        let configs: &clap_plugin_audio_ports_config = self.extension(CLAP_EXT_AUDIO_PORTS_CONFIG);
        // SAFETY: the indices are below the count.
        unsafe {
            let config = |index| {
                let mut config: clap_audio_ports_config = std::mem::zeroed();
                assert!(configs.get.unwrap()(self.raw(), index, &mut config));
                Layout {
                    name: text(config.name.as_ptr()),
                    channels: [config.main_input_channel_count, config.main_output_channel_count],
                    types: [text(config.main_input_port_type), text(config.main_output_port_type)],
                }
            };
            (0..configs.count.unwrap()(self.raw())).map(config).collect()
        }
    }

    /// Selects the first layout with this many channels, in and out.
    pub fn layout(&mut self, channels: u32) {
        self.layout_between(channels, channels);
    }

    /// Selects the first layout with so many inputs and outputs.
    pub fn layout_between(&mut self, inputs: u32, outputs: u32) {
        let layouts = self.layouts();
        let place = layouts.iter().position(|layout| layout.channels == [inputs, outputs]);
        self.select(place.expect("there is such a layout"));
    }

    /// Selects the layout at a place of the list.
    pub fn select(&mut self, place: usize) {
        assert!(!self.is_active());
        let configs: &clap_plugin_audio_ports_config = self.extension(CLAP_EXT_AUDIO_PORTS_CONFIG);
        // SAFETY: a layout's id is its place, and the instance is inactive.
        assert!(unsafe { configs.select.unwrap()(self.raw(), place as u32) });
    }

    /// The types of the ports of the selected layout, in and out.
    #[must_use]
    pub fn port_types(&self) -> [String; 2] {
        let ports: &clap_plugin_audio_ports = self.extension(CLAP_EXT_AUDIO_PORTS);
        [true, false].map(|is_input| {
            // SAFETY: there is one port in each direction.
            unsafe {
                assert_eq!(ports.count.unwrap()(self.raw(), is_input), 1);
                let mut info: clap_audio_port_info = std::mem::zeroed();
                assert!(ports.get.unwrap()(self.raw(), 0, is_input, &mut info));
                text(info.port_type)
            }
        })
    }

    /// The speakers of the selected layout's output, for a host with room for `room`.
    #[must_use]
    pub fn speakers(&self, room: usize) -> Vec<u8> {
        let surround: &clap_plugin_surround = self.extension(CLAP_EXT_SURROUND);
        let mut map = vec![u8::MAX; room];
        // SAFETY: the map has this much room.
        let count = unsafe {
            surround.get_channel_map.unwrap()(self.raw(), false, 0, map.as_mut_ptr(), room as u32)
        };
        map.truncate(count as usize);
        map
    }

    /// Whether there is a layout with just these speakers.
    #[must_use]
    pub fn has_speakers(&self, mask: u64) -> bool {
        let surround: &clap_plugin_surround = self.extension(CLAP_EXT_SURROUND);
        // SAFETY: any mask is allowed.
        unsafe { surround.is_channel_mask_supported.unwrap()(self.raw(), mask) }
    }

    /// Ordering and normalisation of the selected layout's output, if it is ambisonic.
    #[must_use]
    pub fn ambisonic(&self) -> Option<(u32, u32)> {
        let ambisonic: &clap_plugin_ambisonic = self.extension(CLAP_EXT_AMBISONIC);
        let mut config = clap_ambisonic_config { ordering: 99, normalization: 99 };
        // SAFETY: the configuration outlives the call.
        let is = unsafe { ambisonic.get_config.unwrap()(self.raw(), false, 0, &mut config) };
        is.then_some((config.ordering, config.normalization))
    }
}

/// # Safety
/// The pointer is null or a text's.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: by the contract of this function.
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap().to_owned()
}
