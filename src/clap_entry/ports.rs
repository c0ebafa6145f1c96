//! Which speaker a channel is: what the framework's ports do not say.
//!
//! All channels are processed alike, so nothing in the sound depends on it; hosts need it to offer a layout
//! and to connect it.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};

use clap_sys::ext::ambisonic::{
    CLAP_AMBISONIC_NORMALIZATION_N2D, CLAP_AMBISONIC_NORMALIZATION_SN3D,
    CLAP_AMBISONIC_ORDERING_ACN, CLAP_EXT_AMBISONIC, CLAP_EXT_AMBISONIC_COMPAT,
    CLAP_PORT_AMBISONIC, clap_ambisonic_config, clap_plugin_ambisonic,
};
use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_audio_ports_config, clap_plugin_audio_ports_config,
};
use clap_sys::ext::surround::{
    CLAP_EXT_SURROUND, CLAP_EXT_SURROUND_COMPAT, CLAP_PORT_SURROUND, CLAP_SURROUND_BC,
    CLAP_SURROUND_BL, CLAP_SURROUND_BR, CLAP_SURROUND_FC, CLAP_SURROUND_FL, CLAP_SURROUND_FLC,
    CLAP_SURROUND_FR, CLAP_SURROUND_FRC, CLAP_SURROUND_LFE, CLAP_SURROUND_SL, CLAP_SURROUND_SR,
    CLAP_SURROUND_TBL, CLAP_SURROUND_TBR, CLAP_SURROUND_TFL, CLAP_SURROUND_TFR,
    clap_plugin_surround,
};
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;
use nice_plug::prelude::Plugin as _;

use super::instance::Instance;
use crate::Patchveil;

/// Above the sides; in CLAP since 1.2.4, not yet in the bindings.
const TOP_SIDE: [u32; 2] = [18, 19];

const FRONT: [u32; 3] = [CLAP_SURROUND_FL, CLAP_SURROUND_FR, CLAP_SURROUND_FC];
const SIDE: [u32; 2] = [CLAP_SURROUND_SL, CLAP_SURROUND_SR];
const BACK: [u32; 2] = [CLAP_SURROUND_BL, CLAP_SURROUND_BR];
/// The nearest there is to the wide ones of 9.1.6.
const BESIDE_CENTRE: [u32; 2] = [CLAP_SURROUND_FLC, CLAP_SURROUND_FRC];
const TOP_FRONT: [u32; 2] = [CLAP_SURROUND_TFL, CLAP_SURROUND_TFR];
const TOP_BACK: [u32; 2] = [CLAP_SURROUND_TBL, CLAP_SURROUND_TBR];
const LFE: [u32; 1] = [CLAP_SURROUND_LFE];

/// What the channels of a layout are.
#[derive(Debug, PartialEq)]
enum Channels {
    /// Mono, stereo: the framework says it.
    Plain,
    /// Speakers, in the order of the channels.
    Surround(Vec<u32>),
    Ambisonic,
}

impl Channels {
    /// Of the layout at a place in the plug-in's list.
    fn of(place: u32) -> Self {
        let layout = Patchveil::AUDIO_IO_LAYOUTS.get(place as usize);
        let name = layout.and_then(|layout| layout.names.layout).unwrap_or_default();
        let surround = |parts: &[&[u32]]| Self::Surround(parts.concat());
        match name {
            "LCR" => surround(&[&FRONT]),
            "Quad" => surround(&[&FRONT[..2], &BACK]),
            "5.0" => surround(&[&FRONT, &BACK]),
            "5.1" => surround(&[&FRONT, &LFE, &BACK]),
            "6.1" => surround(&[&FRONT, &LFE, &[CLAP_SURROUND_BC], &SIDE]),
            "7.1" => surround(&[&FRONT, &LFE, &BACK, &SIDE]),
            "7.1.2" => surround(&[&FRONT, &LFE, &BACK, &SIDE, &TOP_SIDE]),
            "7.1.4" => surround(&[&FRONT, &LFE, &BACK, &SIDE, &TOP_FRONT, &TOP_BACK]),
            "9.1.6" => surround(&[
                &FRONT,
                &LFE,
                &BACK,
                &SIDE,
                &BESIDE_CENTRE,
                &TOP_FRONT,
                &TOP_BACK,
                &TOP_SIDE,
            ]),
            name if name.starts_with("Ambisonic") => Self::Ambisonic,
            _ => Self::Plain,
        }
    }

    /// The format's name for such a port; the framework's where that knows one.
    fn port_type(&self, framework: *const c_char) -> *const c_char {
        match self {
            Self::Plain => framework,
            Self::Surround(_) => CLAP_PORT_SURROUND.as_ptr(),
            Self::Ambisonic => CLAP_PORT_AMBISONIC.as_ptr(),
        }
    }
}

/// The place of the layout that the host has selected. Hosts select in their main thread.
#[derive(Debug, Default)]
pub(super) struct Selected(Cell<u32>);

/// The extension of this name, if it is one of these.
pub(super) fn extension(name: &CStr) -> Option<*const c_void> {
    if name == CLAP_EXT_AUDIO_PORTS {
        Some((&raw const AUDIO_PORTS).cast())
    } else if name == CLAP_EXT_AUDIO_PORTS_CONFIG {
        Some((&raw const LAYOUTS).cast())
    } else if name == CLAP_EXT_SURROUND || name == CLAP_EXT_SURROUND_COMPAT {
        Some((&raw const SURROUND).cast())
    } else if name == CLAP_EXT_AMBISONIC || name == CLAP_EXT_AMBISONIC_COMPAT {
        Some((&raw const AMBISONIC).cast())
    } else {
        None
    }
}

static AUDIO_PORTS: clap_plugin_audio_ports =
    clap_plugin_audio_ports { count: Some(port_count), get: Some(port) };

static LAYOUTS: clap_plugin_audio_ports_config = clap_plugin_audio_ports_config {
    count: Some(layout_count),
    get: Some(layout),
    select: Some(select),
};

static SURROUND: clap_plugin_surround = clap_plugin_surround {
    is_channel_mask_supported: Some(has_mask),
    get_channel_map: Some(channel_map),
};

static AMBISONIC: clap_plugin_ambisonic =
    clap_plugin_ambisonic { is_config_supported: Some(has_ambisonic), get_config: Some(ambisonic) };

/// The selected layout of a plug-in.
///
/// # Safety
/// `plugin` is null or one that `instance::create` gave out.
unsafe fn selected(plugin: *const clap_plugin) -> Channels {
    // SAFETY: as the caller says.
    unsafe { Instance::of(plugin) }
        .map_or(Channels::Plain, |instance| Channels::of(instance.selected.0.get()))
}

/// The framework's instance and its extension of the given name.
///
/// # Safety
/// `plugin` is null or one that `instance::create` gave out; `T` is the extension's type.
unsafe fn framework<'a, T>(
    plugin: *const clap_plugin,
    name: &CStr,
) -> Option<(*const clap_plugin, &'a T)> {
    // SAFETY: as the caller says; the framework's tables live as long as the library.
    unsafe {
        let inner = Instance::of(plugin)?.inner();
        let found = (*inner).get_extension?(inner, name.as_ptr()).cast::<T>();
        found.as_ref().map(|found| (inner, found))
    }
}

unsafe extern "C" fn port_count(plugin: *const clap_plugin, is_input: bool) -> u32 {
    // SAFETY: the host's call, passed on to the framework's instance.
    unsafe {
        framework::<clap_plugin_audio_ports>(plugin, CLAP_EXT_AUDIO_PORTS)
            .and_then(|(inner, ports)| Some(ports.count?(inner, is_input)))
            .unwrap_or(0)
    }
}

unsafe extern "C" fn port(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_audio_port_info,
) -> bool {
    // SAFETY: the host's call, passed on to the framework's instance, which checks the place of the answer.
    unsafe {
        let told = framework::<clap_plugin_audio_ports>(plugin, CLAP_EXT_AUDIO_PORTS)
            .and_then(|(inner, ports)| Some(ports.get?(inner, index, is_input, info)));
        if told != Some(true) {
            return false;
        }
        (*info).port_type = selected(plugin).port_type((*info).port_type);
    }
    true
}

unsafe extern "C" fn layout_count(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the host's call, passed on to the framework's instance.
    unsafe {
        framework::<clap_plugin_audio_ports_config>(plugin, CLAP_EXT_AUDIO_PORTS_CONFIG)
            .and_then(|(inner, layouts)| Some(layouts.count?(inner)))
            .unwrap_or(0)
    }
}

unsafe extern "C" fn layout(
    plugin: *const clap_plugin,
    index: u32,
    config: *mut clap_audio_ports_config,
) -> bool {
    // SAFETY: the host's call, passed on to the framework's instance, which checks the place of the answer.
    unsafe {
        let told = framework::<clap_plugin_audio_ports_config>(plugin, CLAP_EXT_AUDIO_PORTS_CONFIG)
            .and_then(|(inner, layouts)| Some(layouts.get?(inner, index, config)));
        if told != Some(true) {
            return false;
        }
        let channels = Channels::of(index);
        let config = &mut *config;
        config.main_input_port_type = channels.port_type(config.main_input_port_type);
        config.main_output_port_type = channels.port_type(config.main_output_port_type);
    }
    true
}

unsafe extern "C" fn select(plugin: *const clap_plugin, id: clap_id) -> bool {
    // SAFETY: the host's call, passed on to the framework's instance, where a layout's id is its place.
    unsafe {
        let done = framework::<clap_plugin_audio_ports_config>(plugin, CLAP_EXT_AUDIO_PORTS_CONFIG)
            .and_then(|(inner, layouts)| Some(layouts.select?(inner, id)));
        match Instance::of(plugin) {
            Some(instance) if done == Some(true) => instance.selected.0.set(id),
            _ => return false,
        }
    }
    true
}

/// Any of which there is a layout with so many: all channels are processed alike.
unsafe extern "C" fn has_mask(_: *const clap_plugin, mask: u64) -> bool {
    let count = mask.count_ones();
    let mut layouts = Patchveil::AUDIO_IO_LAYOUTS.iter();
    layouts.any(|layout| layout.main_output_channels.is_some_and(|has| has.get() == count))
}

unsafe extern "C" fn channel_map(
    plugin: *const clap_plugin,
    _is_input: bool,
    index: u32,
    map: *mut u8,
    capacity: u32,
) -> u32 {
    // SAFETY: a pointer that `instance::create` gave out.
    let Channels::Surround(speakers) = (unsafe { selected(plugin) }) else { return 0 };
    if index != 0 || map.is_null() || (capacity as usize) < speakers.len() {
        return 0;
    }
    for (channel, speaker) in speakers.iter().enumerate() {
        // SAFETY: the host has room for so many.
        unsafe { map.add(channel).write(*speaker as u8) };
    }
    speakers.len() as u32
}

/// Any there is: all channels are processed alike.
unsafe extern "C" fn has_ambisonic(
    _: *const clap_plugin,
    config: *const clap_ambisonic_config,
) -> bool {
    // SAFETY: null, or a configuration of the host's.
    unsafe { config.as_ref() }.is_some_and(|config| {
        config.ordering <= CLAP_AMBISONIC_ORDERING_ACN
            && config.normalization <= CLAP_AMBISONIC_NORMALIZATION_N2D
    })
}

unsafe extern "C" fn ambisonic(
    plugin: *const clap_plugin,
    _is_input: bool,
    index: u32,
    info: *mut clap_ambisonic_config,
) -> bool {
    // SAFETY: a pointer that `instance::create` gave out.
    let is_ambisonic = unsafe { selected(plugin) } == Channels::Ambisonic;
    if index != 0 || info.is_null() || !is_ambisonic {
        return false;
    }
    // As AmbiX has it, which is what hosts use.
    let config = clap_ambisonic_config {
        ordering: CLAP_AMBISONIC_ORDERING_ACN,
        normalization: CLAP_AMBISONIC_NORMALIZATION_SN3D,
    };
    // SAFETY: the host's place for the answer.
    unsafe { info.write(config) };
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_layout_of_more_than_two_channels_says_what_its_channels_are() {
        for (place, layout) in Patchveil::AUDIO_IO_LAYOUTS.iter().enumerate() {
            let count = layout.main_output_channels.unwrap().get();
            match Channels::of(place as u32) {
                Channels::Plain => assert!(count <= 2, "{:?}", layout.names.layout),
                Channels::Ambisonic => assert_eq!(count.isqrt().pow(2), count),
                Channels::Surround(speakers) => {
                    let once: BTreeSet<_> = speakers.iter().collect();
                    assert_eq!((speakers.len(), once.len()), (count as usize, count as usize));
                }
            }
        }
    }
}
