//! An instance without a host around it, for what only its own process can see.
#![allow(dead_code, reason = "not every test uses all of it")]

use nice_plug::context::process::SendEventError;
use nice_plug::prelude::{
    ActivateContext, AudioIOLayout, AuxiliaryBuffers, Buffer, BufferConfig, Plugin, PluginApi,
    PluginNoteEvent, ProcessContext, ProcessMode, Transport,
};
use patchveil_plugin::Patchveil;

/// A host that says nothing but where it is.
pub(crate) struct Host {
    transport: Transport,
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

/// A stereo buffer over two channels, made once.
pub(crate) struct Player<'a> {
    buffer: Buffer<'a>,
    host: Host,
}

impl<'a> Player<'a> {
    pub(crate) fn new(left: &'a mut [f32], right: &'a mut [f32], sample_rate: f32) -> Self {
        let mut buffer = Buffer::default();
        // SAFETY: both are equally long, and live as long as the buffer.
        unsafe {
            assert_eq!(left.len(), right.len());
            buffer.set_slices(left.len(), |slices| *slices = vec![left, right]);
        }
        Self { buffer, host: Host::new(sample_rate) }
    }

    /// One block at `position`, over what lies in the buffer.
    pub(crate) fn block(&mut self, plugin: &mut Patchveil, position: Option<i64>) {
        self.host.transport.pos_samples = position;
        let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
        plugin.process(&mut self.buffer, &mut aux, &mut self.host);
    }

    /// What lies in the buffer.
    pub(crate) fn samples(&mut self) -> &mut [&'a mut [f32]] {
        self.buffer.as_slice()
    }
}
