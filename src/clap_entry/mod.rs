//! The entry of the library for CLAP hosts: the framework's plug-in, and what the framework does not have:
//! presets that a host lists (preset discovery) and loads (preset load), and which speaker a channel is.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | the entry and the factory of the plug-in |
//! | `instance.rs` | an instance: the framework's, with a few extensions more |
//! | `ports.rs` | what the channels of a layout are |
//! | `discovery.rs` | which presets there are |
#![expect(unsafe_code, reason = "CLAP is a C interface")]

mod discovery;
mod instance;
mod ports;

use std::ffi::{CStr, c_char, c_void};
use std::sync::OnceLock;

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT,
};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::PluginDescriptor;

use crate::Patchveil;

/// The entry of the library, by the name that CLAP hosts look for.
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(plugin_count),
    get_plugin_descriptor: Some(plugin_descriptor),
    create_plugin: Some(create_plugin),
};

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Patchveil>)
}

unsafe extern "C" fn init(_path: *const c_char) -> bool {
    crate::start_log();
    true
}

unsafe extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: a host passes the text of an id, which outlives the call.
    let id = if id.is_null() { c"" } else { unsafe { CStr::from_ptr(id) } };
    if id == CLAP_PLUGIN_FACTORY_ID {
        (&raw const FACTORY).cast()
    } else if id == CLAP_PRESET_DISCOVERY_FACTORY_ID
        || id == CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT
    {
        (&raw const discovery::FACTORY).cast()
    } else {
        std::ptr::null()
    }
}

unsafe extern "C" fn plugin_count(_: *const clap_plugin_factory) -> u32 {
    1
}

unsafe extern "C" fn plugin_descriptor(
    _: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    if index == 0 { descriptor().clap_plugin_descriptor() } else { std::ptr::null() }
}

unsafe extern "C" fn create_plugin(
    _: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    // SAFETY: a host passes the text of an id, which outlives the call, and itself.
    unsafe {
        if host.is_null() || id.is_null() || CStr::from_ptr(id) != descriptor().clap_id() {
            return std::ptr::null();
        }
        instance::create(host)
    }
}
