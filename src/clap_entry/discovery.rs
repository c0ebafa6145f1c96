//! Which presets there are: the dial's, in the plug-in, and the user's, in their folder.
//!
//! Each of the dial's has a provider of its own: clap-validator 0.4.1 waits for itself for ever where one location has a
//! second preset.

use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_factory, clap_preset_discovery_filetype, clap_preset_discovery_indexer,
    clap_preset_discovery_location, clap_preset_discovery_location_kind as LocationKind,
    clap_preset_discovery_metadata_receiver as Receiver, clap_preset_discovery_provider,
    clap_preset_discovery_provider_descriptor,
};
use clap_sys::universal_plugin_id::clap_universal_plugin_id;
use clap_sys::version::CLAP_VERSION;
use patchveil_keyring::presets_folder;
use patchveil_veil::RECIPE_VERSION;

use super::descriptor;
use super::instance::{c_text, preset_at, text};
use crate::host_presets::HOST_PRESETS;

/// Ids of the providers, in the order of [`HOST_PRESETS`]. The first one has the user's presets too.
const IDS: [&CStr; HOST_PRESETS.len()] = [
    c"org.patchveil.presets.mark",
    c"org.patchveil.presets.light",
    c"org.patchveil.presets.balanced",
    c"org.patchveil.presets.strong",
];
const NAME: &CStr = c"Patchveil";

pub(super) static FACTORY: clap_preset_discovery_factory = clap_preset_discovery_factory {
    count: Some(count),
    get_descriptor: Some(get_descriptor),
    create: Some(create),
};

static DESCRIPTORS: [clap_preset_discovery_provider_descriptor; IDS.len()] =
    [described(IDS[0]), described(IDS[1]), described(IDS[2]), described(IDS[3])];

const fn described(id: &'static CStr) -> clap_preset_discovery_provider_descriptor {
    let (id, name) = (id.as_ptr(), NAME.as_ptr());
    clap_preset_discovery_provider_descriptor { clap_version: CLAP_VERSION, id, name, vendor: name }
}

/// What the host holds a pointer to.
#[repr(C)]
struct Provider {
    /// First, so that a pointer to it is one to the whole.
    raw: clap_preset_discovery_provider,
    indexer: *const clap_preset_discovery_indexer,
    /// Which of [`HOST_PRESETS`] it has.
    number: usize,
}

unsafe extern "C" fn count(_: *const clap_preset_discovery_factory) -> u32 {
    IDS.len() as u32
}

unsafe extern "C" fn get_descriptor(
    _: *const clap_preset_discovery_factory,
    index: u32,
) -> *const clap_preset_discovery_provider_descriptor {
    DESCRIPTORS.get(index as usize).map_or(std::ptr::null(), |descriptor| descriptor)
}

unsafe extern "C" fn create(
    _: *const clap_preset_discovery_factory,
    indexer: *const clap_preset_discovery_indexer,
    id: *const c_char,
) -> *const clap_preset_discovery_provider {
    // SAFETY: the host passes the text of an id.
    let id = unsafe { text(id) };
    let number = IDS.iter().position(|known| Some(*known) == id);
    let (Some(number), false) = (number, indexer.is_null()) else { return std::ptr::null() };
    let raw = clap_preset_discovery_provider {
        desc: &raw const DESCRIPTORS[number],
        provider_data: std::ptr::null_mut(),
        init: Some(init),
        destroy: Some(destroy),
        get_metadata: Some(get_metadata),
        get_extension: Some(get_extension),
    };
    Box::into_raw(Box::new(Provider { raw, indexer, number })).cast()
}

unsafe extern "C" fn destroy(provider: *const clap_preset_discovery_provider) {
    if provider.is_null() {
        return;
    }
    // SAFETY: it is a pointer that `create` gave out, and the host's last call with it.
    drop(unsafe { Box::from_raw(provider.cast::<Provider>().cast_mut()) });
}

unsafe extern "C" fn get_extension(
    _: *const clap_preset_discovery_provider,
    _: *const c_char,
) -> *const c_void {
    std::ptr::null()
}

/// Tells the host where presets are.
unsafe extern "C" fn init(provider: *const clap_preset_discovery_provider) -> bool {
    if provider.is_null() {
        return false;
    }
    // SAFETY: it is a pointer that `create` gave out; the indexer outlives the provider.
    unsafe {
        let &Provider { indexer, number, .. } = &*provider.cast::<Provider>();
        let Some(declare_location) = (*indexer).declare_location else { return false };
        let built_in = clap_preset_discovery_location {
            flags: CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT,
            name: NAME.as_ptr(),
            kind: CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
            location: std::ptr::null(),
        };
        if !declare_location(indexer, &raw const built_in) {
            return false;
        }
        let (Ok(folder), Some(declare_filetype)) = (presets_folder(), (*indexer).declare_filetype)
        else {
            return true;
        };
        if number != 0 || !folder.is_dir() {
            return true;
        }
        let recipes = clap_preset_discovery_filetype {
            name: c"Patchveil recipe".as_ptr(),
            description: std::ptr::null(),
            file_extension: c"json".as_ptr(),
        };
        // On Unix the path's own bytes, which need not be UTF-8.
        let folder = c_text(folder.as_os_str().as_encoded_bytes());
        let own = clap_preset_discovery_location {
            flags: CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
            name: c"My presets".as_ptr(),
            kind: CLAP_PRESET_DISCOVERY_LOCATION_FILE,
            location: folder.as_ptr(),
        };
        // A host that takes no files still has the built-in ones.
        let _ = declare_filetype(indexer, &raw const recipes)
            && declare_location(indexer, &raw const own);
        true
    }
}

/// Tells the host what is at a location.
unsafe extern "C" fn get_metadata(
    provider: *const clap_preset_discovery_provider,
    kind: LocationKind,
    location: *const c_char,
    receiver: *const Receiver,
) -> bool {
    if provider.is_null() || receiver.is_null() {
        return false;
    }
    // SAFETY: the host passes a path or null, and a receiver that outlives the call.
    unsafe {
        if kind == CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN {
            let (preset, name) = HOST_PRESETS[(*provider.cast::<Provider>()).number];
            let (name, key) = (c_text(name), c_text(preset.name()));
            let flags = CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT;
            return describe(receiver, &name, Some(&key), flags);
        }
        let location = text(location);
        match preset_at(kind, location, None).and_then(|preset| preset.fit(RECIPE_VERSION)) {
            Ok(_) => {
                let path = location.unwrap_or_default().to_string_lossy();
                let stem = Path::new(&*path).file_stem().unwrap_or_default().to_string_lossy();
                describe(receiver, &c_text(&*stem), None, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT)
            }
            Err(why) => {
                if let Some(on_error) = (*receiver).on_error {
                    on_error(receiver, 0, c_text(&why).as_ptr());
                }
                false
            }
        }
    }
}

/// Describes one preset.
///
/// # Safety
/// `receiver` is the host's.
unsafe fn describe(receiver: *const Receiver, name: &CStr, key: Option<&CStr>, flags: u32) -> bool {
    let key = key.map_or(std::ptr::null(), CStr::as_ptr);
    let id =
        clap_universal_plugin_id { abi: c"clap".as_ptr(), id: descriptor().clap_id().as_ptr() };
    // SAFETY: the texts outlive the calls.
    unsafe {
        let Receiver { begin_preset, add_plugin_id, set_flags, .. } = *receiver;
        if !begin_preset.is_some_and(|begin| begin(receiver, name.as_ptr(), key)) {
            return false;
        }
        if let Some(add) = add_plugin_id {
            add(receiver, &raw const id);
        }
        if let Some(set) = set_flags {
            set(receiver, flags);
        }
    }
    true
}
