//! An instance: the framework's, with the extension that loads presets and those that name speakers.
//!
//! The host gets copies of the framework's tables of functions in which some are ours. All others take what
//! they work on from `plugin_data`, which is the framework's.
//!
//! | ours | why |
//! |---|---|
//! | `destroy`, `get_extension` | there is more to destroy, and there are more extensions |
//! | `process` | counts the host's calls: the framework makes several blocks of one |
//! | `load` of the extension for states | an instance without a class mutes where its state cannot be read, because one may have been chosen in it |
//! | `get_info` of the extension for parameters | the framework panics where it is asked for the parameter behind the last one |

use std::ffi::{CStr, OsStr, c_char, c_void};
use std::sync::Arc;

use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
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
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use clap_sys::stream::{clap_istream, clap_ostream};
use nice_plug::prelude::PluginState;
use nice_plug::wrapper::clap::Wrapper;
use patchveil_keyring::read_preset;
use patchveil_veil::{Preset, Recipe};

use super::ports::{self, Selected};
use crate::Patchveil;
use crate::host_presets::{HOST_PRESETS, state_of};
use crate::made::{self, Made};
use crate::params::Fit;
use crate::state::{FIELD, Saved};

/// What the host holds a pointer to.
#[repr(C)]
pub(super) struct Instance {
    /// First, so that a pointer to it is one to the whole.
    plugin: clap_plugin,
    /// The framework's.
    inner: *const clap_plugin,
    host: *const clap_host,
    pub(super) selected: Selected,
    made: Made,
    /// The framework's extensions, with functions of ours.
    state: Option<clap_plugin_state>,
    params: Option<clap_plugin_params>,
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
        let (wrapper, made) = made::watch(|| Wrapper::<Patchveil>::new(host));
        let wrapper = Arc::into_raw(wrapper);
        let inner: *const clap_plugin = (*wrapper).clap_plugin.as_ptr();
        let plugin = clap_plugin {
            destroy: Some(destroy),
            get_extension: Some(get_extension),
            process: Some(process),
            ..*inner
        };
        let state = extension::<clap_plugin_state>(inner, CLAP_EXT_STATE)
            .map(|framework| clap_plugin_state { load: Some(load), ..*framework });
        let params = extension::<clap_plugin_params>(inner, CLAP_EXT_PARAMS)
            .map(|framework| clap_plugin_params { get_info: Some(param_info), ..*framework });
        let selected = Selected::default();
        Box::into_raw(Box::new(Instance { plugin, inner, host, selected, made, state, params }))
            .cast()
    }
}

/// An extension of the framework's, which needs no host to name it.
///
/// # Safety
/// `inner` is the framework's instance, which outlives `'a`; `T` is the extension's type.
unsafe fn extension<'a, T>(inner: *const clap_plugin, name: &CStr) -> Option<&'a T> {
    // SAFETY: as the caller says; the tables lie in the instance.
    unsafe { (*inner).get_extension?(inner, name.as_ptr()).cast::<T>().as_ref() }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    if plugin.is_null() {
        return;
    }
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
        if let Some(ours) = ports::extension(name) {
            return ours;
        }
        let instance = &*plugin.cast::<Instance>();
        match (&instance.state, &instance.params) {
            (Some(state), _) if name == CLAP_EXT_STATE => std::ptr::from_ref(state).cast(),
            (_, Some(params)) if name == CLAP_EXT_PARAMS => std::ptr::from_ref(params).cast(),
            _ => {
                let inner = instance.inner;
                (*inner).get_extension.map_or(std::ptr::null(), |get| get(inner, id))
            }
        }
    }
}

unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status {
    // SAFETY: null, or a pointer that `create` gave out; the host's call, passed on as it is.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return CLAP_PROCESS_ERROR };
        instance.made.calls.count();
        let process = (*instance.inner).process;
        process.map_or(CLAP_PROCESS_ERROR, |process| process(instance.inner, block))
    }
}

unsafe extern "C" fn load(plugin: *const clap_plugin, stream: *const clap_istream) -> bool {
    // SAFETY: null, or a pointer that `create` gave out; the host's call, passed on as it is.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return false };
        let loaded = instance.framework_state().and_then(|state| state.load);
        let loaded = loaded.is_some_and(|load| load(instance.inner, stream));
        if !loaded {
            instance.made.class.load_failed();
        }
        loaded
    }
}

unsafe extern "C" fn param_info(
    plugin: *const clap_plugin,
    index: u32,
    info: *mut clap_param_info,
) -> bool {
    // SAFETY: null, or a pointer that `create` gave out; the host's call, passed on where there is such a parameter.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return false };
        let inner = instance.inner;
        let params = extension::<clap_plugin_params>(inner, CLAP_EXT_PARAMS);
        params.is_some_and(|params| {
            params.count.is_some_and(|count| index < count(inner))
                && params.get_info.is_some_and(|get| get(inner, index, info))
        })
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
        let loaded = preset_at(kind, text(location), text(load_key))
            .and_then(|preset| instance.load(&preset));
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
pub(super) fn c_text(text: impl AsRef<[u8]>) -> std::ffi::CString {
    let bytes = text.as_ref().iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>();
    std::ffi::CString::new(bytes).unwrap_or_default()
}

/// A preset that a host names.
pub(super) enum HostPreset {
    /// One of the dial's.
    Dial(Preset),
    /// A recipe from a file.
    Recipe(Box<Recipe>),
}

impl HostPreset {
    /// How a session of recipe version `present` makes it, as the editor would.
    pub(super) fn fit(&self, present: u32) -> Result<Fit, String> {
        match self {
            Self::Dial(preset) => Ok(Fit::of_preset(*preset, present)),
            Self::Recipe(recipe) => Fit::in_version(recipe, present).ok_or_else(|| {
                "the recipe has settings that the plug-in has not, so it is not loaded".to_owned()
            }),
        }
    }
}

/// The preset at a location.
pub(super) fn preset_at(
    kind: LocationKind,
    location: Option<&CStr>,
    load_key: Option<&CStr>,
) -> Result<HostPreset, String> {
    match (kind, location, load_key) {
        (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, _, Some(key)) => {
            let found =
                HOST_PRESETS.iter().find(|(preset, _)| preset.name().as_bytes() == key.to_bytes());
            let (preset, _) = found.ok_or("there is no preset of this key")?;
            Ok(HostPreset::Dial(*preset))
        }
        (CLAP_PRESET_DISCOVERY_LOCATION_FILE, Some(path), _) => {
            let recipe = read_preset(path_of(path)?.as_ref()).map_err(|error| error.to_string())?;
            Ok(HostPreset::Recipe(Box::new(recipe)))
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
    /// The instance behind a pointer of the host's.
    ///
    /// # Safety
    /// It is null, or one that `create` gave out.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> Option<&'a Self> {
        // SAFETY: as the caller says.
        unsafe { plugin.cast::<Self>().as_ref() }
    }

    /// The framework's instance.
    pub(super) fn inner(&self) -> *const clap_plugin {
        self.inner
    }

    /// Loads a preset through the framework's own loading of states.
    fn load(&self, preset: &HostPreset) -> Result<(), String> {
        let session = self.session()?;
        let fit = preset.fit(session.recipe)?;
        let goes_over = (fit.version != session.recipe).then_some(session);
        let state = state_of(&fit, goes_over).map_err(|error| error.to_string())?;
        // What the framework puts before a state in CLAP.
        let bytes = [&(state.len() as u64).to_le_bytes()[..], &state].concat();
        let mut rest = &bytes[..];
        let stream = clap_istream { ctx: (&raw mut rest).cast(), read: Some(read) };
        // SAFETY: the framework's instance lives as long as this; the stream outlives the call.
        let loaded = unsafe {
            self.framework_state()
                .and_then(|state| state.load)
                .is_some_and(|load| load(self.inner, &raw const stream))
        };
        if loaded { Ok(()) } else { Err("the framework does not take the state".to_owned()) }
    }

    /// What the session has chosen, read through the framework's own saving of states.
    fn session(&self) -> Result<Saved, String> {
        let mut bytes: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        // SAFETY: the framework's instance lives as long as this; the stream outlives the call.
        let saved = unsafe {
            self.framework_state()
                .and_then(|state| state.save)
                .is_some_and(|save| save(self.inner, &raw const stream))
        };
        // The framework writes the length first.
        let state =
            bytes.get(8..).filter(|_| saved).ok_or("the framework does not save a state")?;
        let state: PluginState =
            serde_json::from_slice(state).map_err(|error| error.to_string())?;
        let class = state.fields.get(FIELD).ok_or("the session's class cannot be read")?;
        serde_json::from_str(class).map_err(|error| error.to_string())
    }

    /// The framework's extension for states.
    fn framework_state(&self) -> Option<&clap_plugin_state> {
        // SAFETY: the framework's instance lives as long as this.
        unsafe { extension(self.inner, CLAP_EXT_STATE) }
    }
}

/// Adds to the bytes behind the stream.
unsafe extern "C" fn write(to: *const clap_ostream, from: *const c_void, len: u64) -> i64 {
    // SAFETY: `ctx` is the vector in `session`, and the framework states the length of its own buffer.
    unsafe {
        let bytes = &mut *(*to).ctx.cast::<Vec<u8>>();
        bytes.extend_from_slice(std::slice::from_raw_parts(from.cast(), len as usize));
    }
    len as i64
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
