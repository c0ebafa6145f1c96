//! The entry of the library for VST3 hosts: the framework's plug-in, corrected where the framework does not
//! follow the format (`instance.rs`).
#![expect(unsafe_code, reason = "VST3 is a C++ interface")]

mod instance;

use std::ffi::c_void;

use nice_plug::wrapper::vst3::PluginInfo;
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kNoInterface, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComWrapper};

use self::instance::Instance;
use crate::Patchveil;

/// What tells hosts which plug-ins are in the library: one.
struct Factory {
    plugin: PluginInfo,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

/// Writes what `made` gives to where a host wants it; the format's code for whether it could.
///
/// # Safety
/// `place` is null or can be written.
unsafe fn give<T>(index: int32, place: *mut T, made: impl FnOnce() -> T) -> tresult {
    if index != 0 || place.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: by the contract of this function.
    unsafe { place.write(made()) };
    kResultOk
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: a host passes a place for the information.
        unsafe { give(0, info, || self.plugin.create_factory_info()) }
    }

    unsafe fn countClasses(&self) -> int32 {
        1
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: a host passes a place for the information.
        unsafe { give(index, info, || self.plugin.create_class_info()) }
    }

    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if class.is_null() || interface.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: a host passes the 16 bytes of two ids, and a place for the object.
        unsafe {
            object.write(std::ptr::null_mut());
            if *class.cast::<[u8; 16]>() != *self.plugin.cid {
                return kNoInterface;
            }
            let instance = ComWrapper::new(Instance::default());
            let Some(unknown) = instance.as_com_ref::<FUnknown>() else { return kNoInterface };
            let unknown = unknown.as_ptr();
            ((*(*unknown).vtbl).queryInterface)(unknown, interface.cast::<TUID>(), object)
        }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: a host passes a place for the information.
        unsafe { give(index, info, || self.plugin.create_class_info_2()) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: a host passes a place for the information.
        unsafe { give(index, info, || self.plugin.create_class_info_unicode()) }
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// The factory, by the name that VST3 hosts look for.
#[unsafe(no_mangle)]
extern "system" fn GetPluginFactory() -> *mut c_void {
    let factory = Factory { plugin: PluginInfo::for_plugin::<Patchveil>() };
    match ComWrapper::new(factory).to_com_ptr::<IPluginFactory>() {
        Some(factory) => factory.into_raw().cast(),
        None => std::ptr::null_mut(),
    }
}

/// What a host calls after it has loaded the library: on Linux, on macOS, on Windows.
#[cfg(all(unix, not(target_os = "macos")))]
#[unsafe(no_mangle)]
extern "C" fn ModuleEntry(_library: *mut c_void) -> bool {
    crate::start_log();
    true
}

#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
extern "C" fn bundleEntry(_bundle: *mut c_void) -> bool {
    crate::start_log();
    true
}

#[cfg(windows)]
#[unsafe(no_mangle)]
extern "system" fn InitDll() -> bool {
    crate::start_log();
    true
}

/// What a host calls before it unloads the library.
#[cfg(all(unix, not(target_os = "macos")))]
#[unsafe(no_mangle)]
extern "C" fn ModuleExit() -> bool {
    true
}

#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
extern "C" fn bundleExit() -> bool {
    true
}

#[cfg(windows)]
#[unsafe(no_mangle)]
extern "system" fn ExitDll() -> bool {
    true
}
