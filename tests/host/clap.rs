//! A CLAP host. `clack-host` loads the library and keeps the instance alive; the tests make the raw
//! calls of the format, so that they can also do what a careless host does.

use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::sync::Arc;

use clack_host::prelude::{HostInfo, PluginEntry, PluginInstance};

use patchveil_test_support::Rng;

pub use crate::audio::{Audio, Context};
use crate::build::library;
use crate::keys::keyring;
use crate::requests::{Handlers, HostRequests};
use crate::signal::in_random_blocks;

use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::ext::render::{
    CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};

/// The plug-in's id.
pub const ID: &CStr = c"org.patchveil.patchveil";

/// A loaded library.
pub struct Module(PluginEntry);

/// One instance.
pub struct Instance {
    plugin: PluginInstance<Handlers>,
    requests: Arc<HostRequests>,
    raw: *const clap_plugin,
    rate: f64,
    active: bool,
}

// SAFETY: CLAP lets any thread process audio, one at a time, and the tests keep to that.
unsafe impl Send for Instance {}

/// A parameter as the host sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub id: u32,
    pub name: String,
    pub group: String,
    pub min: f64,
    pub max: f64,
    pub default: f64,
    pub flags: u32,
}

impl Module {
    /// The plug-in that this repository builds, with the test keyring, which has no default class.
    #[must_use]
    pub fn built() -> Self {
        keyring(false);
        Self::load(&library())
    }

    /// An inactive instance that has loaded `session`.
    #[must_use]
    pub fn instance_with(&self, session: &[u8]) -> Instance {
        let mut instance = self.instance();
        assert!(instance.load(session));
        instance
    }

    /// Loads the library at `path`.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        // SAFETY: the library is the plug-in that this repository builds.
        let entry = unsafe { PluginEntry::load(path) }.unwrap();
        // Stays loaded until the process ends, as in most hosts: threads of the framework and of the
        // graphics driver outlive the last instance and still need the code.
        std::mem::forget(entry.clone());
        Self(entry)
    }

    /// Loads the library at `path` until the module and its instances are dropped.
    #[must_use]
    pub fn load_for_now(path: &Path) -> Self {
        // SAFETY: the library is the plug-in that this repository builds.
        Self(unsafe { PluginEntry::load(path) }.unwrap())
    }

    /// The plug-in that is linked into this test.
    #[must_use]
    pub fn linked(entry: &'static clap_sys::entry::clap_plugin_entry) -> Self {
        // SAFETY: the entry is the plug-in's, linked into this test.
        Self(unsafe { PluginEntry::load_from_raw(entry, c"/linked") }.unwrap())
    }

    pub(crate) fn entry(&self) -> &PluginEntry {
        &self.0
    }

    /// Ids of the plug-ins in the library.
    #[must_use]
    pub fn ids(&self) -> Vec<CString> {
        let factory = self.0.get_plugin_factory().unwrap();
        factory.plugin_descriptors().map(|d| d.id().unwrap().to_owned()).collect()
    }

    /// A new instance.
    #[must_use]
    pub fn instance(&self) -> Instance {
        let info = HostInfo::new("test", "test", "https://example.org", "1").unwrap();
        let requests = Arc::new(HostRequests::default());
        let given = requests.clone();
        let plugin = PluginInstance::<Handlers>::new(|_| given.into(), |_| (), &self.0, ID, &info);
        let plugin = plugin.unwrap();
        let raw = std::ptr::from_ref(plugin.raw_instance());
        Instance { plugin, requests, raw, rate: 0.0, active: false }
    }
}

impl Instance {
    /// Processes `signal`, whose first sample lies at `from`, in random blocks of 1 to `most` samples.
    pub fn run(&mut self, from: i64, signal: &mut [Vec<f32>], most: usize, seed: u64) {
        in_random_blocks(signal, from, most, &mut Rng::new(seed), |position, block| {
            self.process(block, &Context { position: Some(position), ..Context::default() });
        });
    }

    pub(crate) fn raw(&self) -> *const clap_plugin {
        self.raw
    }

    /// The requests of the plug-in to its host.
    #[must_use]
    pub fn requests(&self) -> &HostRequests {
        &self.requests
    }

    fn call(&self) -> &clap_plugin {
        // SAFETY: it lives as long as the instance.
        unsafe { &*self.raw }
    }

    pub(crate) fn extension<T>(&self, id: &CStr) -> &T {
        // SAFETY: CLAP defines the type behind each id.
        unsafe {
            let found = self.call().get_extension.unwrap()(self.raw, id.as_ptr());
            assert!(!found.is_null(), "{id:?} is missing");
            &*found.cast()
        }
    }

    /// Whether the plug-in has an extension.
    #[must_use]
    pub fn has(&self, id: &CStr) -> bool {
        // SAFETY: as above.
        unsafe { !self.call().get_extension.unwrap()(self.raw, id.as_ptr()).is_null() }
    }

    /// Activates and starts processing.
    pub fn activate(&mut self, rate: f64, max: u32) {
        assert!(!self.active);
        // SAFETY: the order of the calls is the format's.
        unsafe {
            assert!(self.call().activate.unwrap()(self.raw, rate, 1, max));
            assert!(self.call().start_processing.unwrap()(self.raw));
        }
        self.rate = rate;
        self.active = true;
    }

    /// Stops processing and deactivates.
    pub fn deactivate(&mut self) {
        if std::mem::take(&mut self.active) {
            // SAFETY: the order of the calls is the format's.
            unsafe {
                self.call().stop_processing.unwrap()(self.raw);
                self.call().deactivate.unwrap()(self.raw);
            }
        }
    }

    /// Resets the plug-in: it forgets all past audio.
    pub fn reset(&mut self) {
        // SAFETY: the instance exists.
        unsafe { self.call().reset.unwrap()(self.raw) }
    }

    /// Runs what the plug-in asked to have run on the main thread.
    pub fn idle(&mut self) {
        self.plugin.call_on_main_thread_callback();
    }

    /// The part for the audio thread, so that this thread can look after the editor meanwhile. Only
    /// one thread at a time may use it, and only while the instance is active.
    #[must_use]
    pub fn audio(&self) -> Audio<'_> {
        assert!(self.active);
        Audio::new(self, self.rate)
    }

    /// Processes a block in place.
    pub fn process(&mut self, channels: &mut [&mut [f32]], context: &Context) -> i32 {
        self.audio().process(channels, context)
    }

    /// Processes a block from one buffer into another.
    pub fn process_across(
        &mut self,
        input: &mut [&mut [f32]],
        output: &mut [&mut [f32]],
        context: &Context,
    ) -> i32 {
        self.audio().process_across(input, output, context)
    }

    /// The state, as a session stores it.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        unsafe extern "C" fn write(to: *const clap_ostream, data: *const c_void, len: u64) -> i64 {
            // SAFETY: `ctx` is the vector below, and the plug-in owns `data`.
            unsafe {
                let all = &mut *(*to).ctx.cast::<Vec<u8>>();
                all.extend_from_slice(std::slice::from_raw_parts(data.cast(), len as usize));
            }
            len as i64
        }
        let mut all: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: std::ptr::from_mut(&mut all).cast(), write: Some(write) };
        let state: &clap_plugin_state = self.extension(CLAP_EXT_STATE);
        // SAFETY: the stream outlives the call.
        assert!(unsafe { state.save.unwrap()(self.raw, &stream) });
        all
    }

    /// Loads a state; returns whether the plug-in accepted it.
    pub fn load(&mut self, data: &[u8]) -> bool {
        unsafe extern "C" fn read(from: *const clap_istream, data: *mut c_void, len: u64) -> i64 {
            // SAFETY: `ctx` is the slice below. It is read in small pieces, as by some hosts.
            unsafe {
                let rest = &mut *(*from).ctx.cast::<&[u8]>();
                let (piece, left) = rest.split_at(rest.len().min(len as usize).min(7));
                std::ptr::copy_nonoverlapping(piece.as_ptr(), data.cast(), piece.len());
                *rest = left;
                piece.len() as i64
            }
        }
        let mut rest = data;
        let stream = clap_istream { ctx: std::ptr::from_mut(&mut rest).cast(), read: Some(read) };
        let state: &clap_plugin_state = self.extension(CLAP_EXT_STATE);
        // SAFETY: the stream outlives the call.
        unsafe { state.load.unwrap()(self.raw, &stream) }
    }

    /// All parameters.
    #[must_use]
    pub fn params(&self) -> Vec<Param> {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        // SAFETY: the indices are below the count.
        unsafe {
            (0..params.count.unwrap()(self.raw))
                .map(|index| {
                    let mut info: clap_param_info = std::mem::zeroed();
                    assert!(params.get_info.unwrap()(self.raw, index, &mut info));
                    let text = |chars: &[c_char]| {
                        CStr::from_ptr(chars.as_ptr()).to_str().unwrap().to_owned()
                    };
                    Param {
                        id: info.id,
                        name: text(&info.name),
                        group: text(&info.module),
                        min: info.min_value,
                        max: info.max_value,
                        default: info.default_value,
                        flags: info.flags,
                    }
                })
                .collect()
        }
    }

    /// Whether the plug-in describes a parameter at this place.
    #[must_use]
    pub fn has_param(&self, index: u32) -> bool {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        // SAFETY: zeros are valid in all of its fields, and it outlives the call.
        unsafe {
            let mut info: clap_param_info = std::mem::zeroed();
            params.get_info.unwrap()(self.raw, index, &mut info)
        }
    }

    /// The parameter with this name.
    #[must_use]
    pub fn param(&self, name: &str) -> Param {
        self.params().into_iter().find(|param| param.name == name).unwrap()
    }

    /// The present value of a parameter.
    #[must_use]
    pub fn value(&self, id: u32) -> f64 {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        let mut value = 0.0;
        // SAFETY: the id is the plug-in's.
        assert!(unsafe { params.get_value.unwrap()(self.raw, id, &mut value) });
        value
    }

    /// A value as text.
    #[must_use]
    pub fn text(&self, id: u32, value: f64) -> String {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        let mut text = [0; 128];
        // SAFETY: the id is the plug-in's, and the buffer is as long as stated.
        unsafe {
            assert!(params.value_to_text.unwrap()(self.raw, id, value, text.as_mut_ptr(), 128));
            CStr::from_ptr(text.as_ptr()).to_str().unwrap().to_owned()
        }
    }

    /// The value that a text stands for.
    #[must_use]
    pub fn parse(&self, id: u32, text: &str) -> Option<f64> {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        let text = CString::new(text).unwrap();
        let mut value = 0.0;
        // SAFETY: the id is the plug-in's.
        unsafe {
            params.text_to_value.unwrap()(self.raw, id, text.as_ptr(), &mut value).then_some(value)
        }
    }

    /// Latency in samples.
    #[must_use]
    pub fn latency(&self) -> u32 {
        let latency: &clap_plugin_latency = self.extension(CLAP_EXT_LATENCY);
        // SAFETY: no arguments.
        unsafe { latency.get.unwrap()(self.raw) }
    }

    /// Tail in samples.
    #[must_use]
    pub fn tail(&self) -> u32 {
        let tail: &clap_plugin_tail = self.extension(CLAP_EXT_TAIL);
        // SAFETY: no arguments.
        unsafe { tail.get.unwrap()(self.raw) }
    }

    /// Tells the plug-in whether it renders offline.
    pub fn offline(&mut self, offline: bool) {
        let render: &clap_plugin_render = self.extension(CLAP_EXT_RENDER);
        let mode = if offline { CLAP_RENDER_OFFLINE } else { CLAP_RENDER_REALTIME };
        // SAFETY: the mode is one of the format's.
        assert!(unsafe { render.set.unwrap()(self.raw, mode) });
    }

    /// Whether it is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
    }
}
