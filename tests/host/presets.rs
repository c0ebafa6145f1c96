//! The presets that a CLAP host finds and loads.

use std::ffi::{CStr, CString};
use std::path::Path;

use clack_extensions::preset_discovery::prelude::*;
use clack_host::prelude::{HostError, HostInfo};
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, clap_plugin_preset_load};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
};

use crate::clap::{Instance, Module};

/// What a plug-in says of its presets.
#[derive(Debug, Default)]
pub struct Found {
    /// Name and load key.
    pub presets: Vec<(String, Option<String>)>,
    pub errors: Vec<String>,
    /// Folders with presets of the user's.
    pub folders: Vec<String>,
}

fn text(text: Option<&CStr>) -> Option<String> {
    text.map(|text| text.to_str().unwrap().to_owned())
}

#[derive(Default)]
struct Indexer {
    built_in: bool,
    folders: Vec<String>,
}

impl IndexerImpl for Indexer {
    fn declare_filetype(&mut self, kind: FileType) -> Result<(), HostError> {
        assert_eq!(kind.file_extension, Some(c"json"));
        Ok(())
    }

    fn declare_location(&mut self, info: LocationInfo) -> Result<(), HostError> {
        match info.location {
            Location::Plugin => self.built_in = true,
            Location::File { path } => self.folders.extend(text(Some(path))),
        }
        Ok(())
    }

    fn declare_soundpack(&mut self, _: Soundpack) -> Result<(), HostError> {
        Ok(())
    }
}

impl MetadataReceiverImpl for Found {
    fn on_error(&mut self, _: i32, message: Option<&CStr>) {
        self.errors.extend(text(message));
    }

    fn begin_preset(&mut self, name: Option<&CStr>, key: Option<&CStr>) -> Result<(), HostError> {
        self.presets.push((text(name).unwrap(), text(key)));
        Ok(())
    }

    fn add_plugin_id(&mut self, id: UniversalPluginId) {
        assert_eq!(id.id, crate::clap::ID);
    }

    fn set_soundpack_id(&mut self, _: &CStr) {}
    fn set_flags(&mut self, _: Flags) {}
    fn add_creator(&mut self, _: &CStr) {}
    fn set_description(&mut self, _: &CStr) {}
    fn set_timestamps(&mut self, _: Option<Timestamp>, _: Option<Timestamp>) {}
    fn add_feature(&mut self, _: &CStr) {}
    fn add_extra_info(&mut self, _: &CStr, _: &CStr) {}
}

impl Module {
    /// The presets in the plug-in, or those in a file.
    #[must_use]
    pub fn presets(&self, file: Option<&Path>) -> Found {
        let info = HostInfo::new("test", "test", "https://example.org", "1").unwrap();
        let entry = self.entry();
        let factory: PresetDiscoveryFactory = entry.get_factory().unwrap();
        let ids: Vec<CString> =
            factory.provider_descriptors().map(|d| d.id().unwrap().to_owned()).collect();
        let mut found = Found::default();
        for id in ids {
            let mut provider =
                Provider::instantiate(Indexer::default(), entry, &id, &info).unwrap();
            let path = file.map(|path| CString::new(path.to_str().unwrap()).unwrap());
            let location = match &path {
                Some(path) => Location::File { path },
                None => Location::Plugin,
            };
            let Indexer { built_in, folders } = provider.indexer();
            found.folders.extend(folders.iter().cloned());
            // A host asks a provider only for what it declared.
            let declared = if file.is_some() { !folders.is_empty() } else { *built_in };
            if declared {
                provider.get_metadata(location, &mut found);
            }
        }
        found
    }
}

impl Instance {
    /// Loads a preset: of the plug-in's by its key, or from a file. Returns whether it was loaded.
    pub fn load_preset(&mut self, key: Option<&str>, file: Option<&Path>) -> bool {
        let load: &clap_plugin_preset_load = self.extension(CLAP_EXT_PRESET_LOAD);
        let text = |text: &str| CString::new(text).unwrap();
        let (key, file) = (key.map(text), file.map(|file| text(file.to_str().unwrap())));
        let pointer =
            |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
        let kind = match file {
            Some(_) => CLAP_PRESET_DISCOVERY_LOCATION_FILE,
            None => CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
        };
        // SAFETY: the instance exists, and the texts outlive the call.
        unsafe { load.from_location.unwrap()(self.raw(), kind, pointer(&file), pointer(&key)) }
    }
}
