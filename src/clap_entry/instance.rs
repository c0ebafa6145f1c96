//! An instance: the framework's, with the extension that loads presets.
//!
//! The host gets a copy of the framework's table of functions in which two are ours: `destroy` and
//! `get_extension`. All others take what they work on from `plugin_data`, which is the framework's.

use std::ffi::{CStr, OsStr, c_char, c_void};
use std::sync::Arc;

use clap_sys::ext::preset_load::{
    CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT, clap_host_preset_load,
    clap_plugin_preset_load,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_location_kind as LocationKind,
};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::clap_istream;
use nice_plug::wrapper::clap::Wrapper;
use patchveil_keyring::read_preset;
use patchveil_veil::RECIPE_VERSION;

use crate::Patchveil;
use crate::host_presets::{HOST_PRESETS, settings_of, state_of};
use crate::params::RecipeSettings;

/// What the host holds a pointer to.
#[repr(C)]
struct Instance {
    /// First, so that a pointer to it is one to the whole.
    plugin: clap_plugin,
    /// The framework's.
    inner: *const clap_plugin,
    host: *const clap_host,
}

static PRESET_LOAD: clap_plugin_preset_load =
    clap_plugin_preset_load { from_location: Some(from_location) };

/// A new instance for this host.
///
/// # Safety
/// `host` is a CLAP host that outlives the instance.
pub(super) unsafe fn create(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: the host is one, as the caller says. The wrapper lives until `destroy` below, which gives the count back through the framework's.
    unsafe {
        let wrapper = Arc::into_raw(Wrapper::<Patchveil>::new(host));
        let inner: *const clap_plugin = (*wrapper).clap_plugin.as_ptr();
        let plugin =
            clap_plugin { destroy: Some(destroy), get_extension: Some(get_extension), ..*inner };
        Box::into_raw(Box::new(Instance { plugin, inner, host })).cast()
    }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: it is a pointer that `create` gave out, and the host's last call with it.
    unsafe {
        let instance = Box::from_raw(plugin.cast::<Instance>().cast_mut());
        if let Some(destroy) = (*instance.inner).destroy {
            destroy(instance.inner);
        }
    }
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    if plugin.is_null() || id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: it is a pointer that `create` gave out, and the text of an id.
    unsafe {
        let name = CStr::from_ptr(id);
        if name == CLAP_EXT_PRESET_LOAD || name == CLAP_EXT_PRESET_LOAD_COMPAT {
            return (&raw const PRESET_LOAD).cast();
        }
        let inner = (*plugin.cast::<Instance>()).inner;
        (*inner).get_extension.map_or(std::ptr::null(), |get| get(inner, id))
    }
}

/// Loads a preset: one of ours by its key, or a recipe from a file.
unsafe extern "C" fn from_location(
    plugin: *const clap_plugin,
    kind: LocationKind,
    location: *const c_char,
    load_key: *const c_char,
) -> bool {
    if plugin.is_null() {
        return false;
    }
    // SAFETY: it is a pointer that `create` gave out, and texts that outlive the call, or null.
    unsafe {
        let instance = &*plugin.cast::<Instance>();
        let loaded = settings_at(kind, text(location), text(load_key))
            .and_then(|settings| instance.load(&settings));
        let host = (*instance.host)
            .get_extension
            .map(|get| get(instance.host, CLAP_EXT_PRESET_LOAD.as_ptr()))
            .map(|found| found.cast::<clap_host_preset_load>())
            .filter(|found| !found.is_null());
        match (&loaded, host) {
            (Ok(()), Some(host)) => {
                if let Some(loaded) = (*host).loaded {
                    loaded(instance.host, kind, location, load_key);
                }
            }
            (Err(why), Some(host)) => {
                let why = c_text(why);
                if let Some(on_error) = (*host).on_error {
                    on_error(instance.host, kind, location, load_key, 0, why.as_ptr());
                }
            }
            _ => {}
        }
        loaded.is_ok()
    }
}

/// The text behind a pointer of the host's.
///
/// # Safety
/// It is null, or a text that outlives `'a`.
pub(super) unsafe fn text<'a>(pointer: *const c_char) -> Option<&'a CStr> {
    // SAFETY: as the caller says.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) })
}

/// A text for the host.
pub(super) fn c_text(text: &str) -> std::ffi::CString {
    let bytes = text.bytes().filter(|byte| *byte != 0).collect::<Vec<_>>();
    std::ffi::CString::new(bytes).unwrap_or_default()
}

/// The settings of the preset at a location.
pub(super) fn settings_at(
    kind: LocationKind,
    location: Option<&CStr>,
    load_key: Option<&CStr>,
) -> Result<RecipeSettings, String> {
    match (kind, location, load_key) {
        (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, _, Some(key)) => {
            let found =
                HOST_PRESETS.iter().find(|(preset, _)| preset.name().as_bytes() == key.to_bytes());
            let (preset, _) = found.ok_or("there is no preset of this key")?;
            Ok(settings_of(*preset))
        }
        (CLAP_PRESET_DISCOVERY_LOCATION_FILE, Some(path), _) => {
            let recipe = read_preset(path_of(path)?.as_ref()).map_err(|error| error.to_string())?;
            RecipeSettings::of_recipe(&recipe, RECIPE_VERSION).ok_or_else(|| {
                "the recipe has settings that the plug-in has not, so it is not loaded".to_owned()
            })
        }
        _ => Err("presets are in the plug-in, or in files".to_owned()),
    }
}

/// The path that a host passes: on Unix any bytes, elsewhere UTF-8.
#[cfg(unix)]
fn path_of(path: &CStr) -> Result<&OsStr, String> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(OsStr::from_bytes(path.to_bytes()))
}

#[cfg(not(unix))]
fn path_of(path: &CStr) -> Result<&OsStr, String> {
    path.to_str().map(OsStr::new).map_err(|_| "the path is not UTF-8".to_owned())
}

impl Instance {
    /// Loads the parameters of a recipe through the framework's own loading of states.
    fn load(&self, settings: &RecipeSettings) -> Result<(), String> {
        let state = state_of(settings).map_err(|error| error.to_string())?;
        // What the framework puts before a state in CLAP.
        let bytes = [&(state.len() as u64).to_le_bytes()[..], &state].concat();
        let mut rest = &bytes[..];
        let stream = clap_istream { ctx: (&raw mut rest).cast(), read: Some(read) };
        // SAFETY: the framework's instance lives as long as this; the stream outlives the call.
        let loaded = unsafe {
            let get = (*self.inner).get_extension.ok_or("the framework has no extensions")?;
            let state = get(self.inner, CLAP_EXT_STATE.as_ptr()).cast::<clap_plugin_state>();
            let load = state.as_ref().and_then(|state| state.load);
            load.is_some_and(|load| load(self.inner, &raw const stream))
        };
        if loaded { Ok(()) } else { Err("the framework does not take the state".to_owned()) }
    }
}

/// Reads from the slice behind the stream.
unsafe extern "C" fn read(from: *const clap_istream, to: *mut c_void, len: u64) -> i64 {
    // SAFETY: `ctx` is the slice in `load`, and the framework states the length of its own buffer.
    unsafe {
        let rest = &mut *(*from).ctx.cast::<&[u8]>();
        let count = rest.len().min(usize::try_from(len).unwrap_or(usize::MAX));
        let (piece, left) = rest.split_at(count);
        std::ptr::copy_nonoverlapping(piece.as_ptr(), to.cast(), count);
        *rest = left;
        count as i64
    }
}
