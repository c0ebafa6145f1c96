//! A minimal host for an instance that is linked into the test, with no format in between.

use nice_plug::context::process::SendEventError;
use nice_plug::prelude::{
    ActivateContext, AudioIOLayout, BufferConfig, Plugin, PluginApi, PluginNoteEvent,
    ProcessContext, ProcessMode, Transport,
};
use patchveil_plugin::Patchveil;

/// A host that provides a timeline position and nothing else.
pub(crate) struct Host {
    pub(crate) transport: Transport,
}

impl Host {
    pub(crate) fn new(sample_rate: f32) -> Self {
        let mut transport = Transport::new(sample_rate);
        transport.playing = true;
        Self { transport }
    }
}

impl ActivateContext<Patchveil> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute(&self, (): ()) {}
    fn set_latency_samples(&self, _: u32) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

impl ProcessContext<Patchveil> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute_background(&self, (): ()) {}
    fn execute_gui(&self, (): ()) {}
    fn transport(&self) -> &Transport {
        &self.transport
    }
    fn next_event(&mut self) -> Option<PluginNoteEvent<Patchveil>> {
        None
    }
    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<Patchveil>,
    ) -> Result<(), (PluginNoteEvent<Patchveil>, SendEventError)> {
        Err((event, SendEventError::NoOutputBuffer))
    }
    fn set_latency_samples(&self, _: u32) {}
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

/// Activates for stereo blocks of up to 512 samples.
pub(crate) fn activate(plugin: &mut Patchveil, sample_rate: f32) {
    let layout: &AudioIOLayout = &Patchveil::AUDIO_IO_LAYOUTS[0];
    let config = BufferConfig {
        sample_rate,
        min_buffer_size: None,
        max_buffer_size: 512,
        process_mode: ProcessMode::Realtime,
    };
    assert!(plugin.activate(layout, &config, &mut Host::new(sample_rate)));
}
