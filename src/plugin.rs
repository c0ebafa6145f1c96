//! The plug-in as the formats want it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use nice_plug::prelude::*;
use nice_plug_egui::RepaintNotifier;

use crate::analyzer::Analyzer;
use crate::editor::Window;
use crate::engine::{Audio, Controls, EngineCommand};
use crate::handoff::analyzer_ring::{AnalyzerPort, AnalyzerWriter, analyzer_ring};
use crate::handoff::command_slot::{CommandSender, slot};
use crate::handoff::design_requests::{Activation, DesignRequests};
use crate::params::PatchveilParams;
use crate::state::{self, ChosenClass, ClassField};
use crate::status::Status;
use crate::veil_designer::VeilDesigner;

/// How long activation and offline renders wait for a design. It takes milliseconds; only a
/// keyring on a disk that does not answer takes longer, and then the output is muted meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// One instance of the plug-in. Making one starts no thread and touches no file.
pub struct Patchveil {
    params: Arc<PatchveilParams>,
    requests: Arc<DesignRequests>,
    designer: VeilDesigner,
    /// The designer's end of the slot, until there is a designer.
    unclaimed: Option<CommandSender<EngineCommand>>,
    audio: Audio,
    writer: AnalyzerWriter,
    port: AnalyzerPort,
    epoch: u64,
    /// The host renders at its own pace, and may be kept waiting.
    patient: bool,
}

impl Default for Patchveil {
    fn default() -> Self {
        let news = RepaintNotifier::new();
        let requests = Arc::new(DesignRequests::new(news.clone()));
        let (sender, receiver) = slot();
        let (writer, port) = analyzer_ring(news);
        Self {
            params: Arc::new(PatchveilParams::new(ClassField::new(requests.clone()))),
            requests,
            designer: VeilDesigner::default(),
            unclaimed: Some(sender),
            audio: Audio::new(receiver),
            writer,
            port,
            epoch: 0,
            patient: false,
        }
    }
}

/// What an editor, or anyone else outside the audio thread, can ask and tell an instance. It may
/// outlive the instance.
#[derive(Clone)]
pub struct Remote {
    params: Arc<PatchveilParams>,
    requests: Arc<DesignRequests>,
    port: AnalyzerPort,
}

impl Remote {
    /// What the instance is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        self.requests.status()
    }

    /// The parameters.
    #[must_use]
    pub fn params(&self) -> &Arc<PatchveilParams> {
        &self.params
    }

    /// Protects with this class from now on: as soon as its key is read, from the next patch on.
    /// Returns at once. Touch a parameter as well to have the host notice that there is something
    /// to save.
    pub fn choose_class(&self, class: ChosenClass) {
        self.params.class.choose(class);
    }

    /// What is heard from now on, for an editor to show. While one is there, the audio thread
    /// writes down what goes through it; so drop it when the window closes.
    #[must_use]
    pub fn analyzer(&self) -> Analyzer {
        Analyzer::new(self.port.clone(), self.requests.clone())
    }

    /// Set whenever there is something new to draw: audio while a [`Analyzer`] is open, or another
    /// status. Setting it is one atomic store.
    #[must_use]
    pub fn news(&self) -> RepaintNotifier {
        self.port.news().clone()
    }
}

impl Patchveil {
    /// A remote control for this instance.
    #[must_use]
    pub fn remote(&self) -> Remote {
        let (params, requests) = (self.params.clone(), self.requests.clone());
        Remote { params, requests, port: self.port.clone() }
    }
}

/// A layout with as many inputs as outputs.
const fn layout(channels: u32, name: &'static str) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(channels),
        main_output_channels: NonZeroU32::new(channels),
        names: PortNames { layout: Some(name), ..PortNames::const_default() },
        ..AudioIOLayout::const_default()
    }
}

impl Plugin for Patchveil {
    const NAME: &'static str = "Patchveil";
    const VENDOR: &'static str = "Patchveil";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        layout(2, "Stereo"),
        layout(1, "Mono"),
        layout(4, "Quad"),
        layout(6, "5.1"),
        layout(8, "7.1"),
    ];

    // Blocks are not cut at parameter changes: veils change at patches and the rest fades anyway,
    // and the framework's positions of cut blocks are wrong where the host states no tempo.
    const SAMPLE_ACCURATE_AUTOMATION: bool = false;

    type Editor = Window;
    type SysExMessage = ();
    // The framework's worker is shared by all instances and can end the host; ours is our own.
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _: AsyncExecutor<Self>) -> Option<Window> {
        Some(Window::new(self.remote()))
    }

    fn filter_state(state: &mut PluginState) {
        state::check(state);
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let sample_rate = config.sample_rate.round() as u32;
        let channels = layout.main_output_channels.map_or(0, NonZeroU32::get) as usize;
        self.epoch += 1;
        self.audio.prepare(channels, sample_rate, self.epoch);
        self.writer.prepare(sample_rate);
        // In VST3 the framework states the mode of the activation before, so only CLAP's counts.
        self.patient =
            config.process_mode == ProcessMode::Offline && context.plugin_api() == PluginApi::Clap;
        if let Some(slot) = self.unclaimed.take() {
            self.designer = VeilDesigner::start(self.params.clone(), self.requests.clone(), slot);
        }
        let request =
            self.requests.engage(Some(Activation { sample_rate, channels, epoch: self.epoch }));
        // The very first block must be protected, so the veil has to be here before it.
        self.requests.wait(request, PATIENCE);
        true
    }

    fn reset(&mut self) {
        self.audio.reset();
    }

    fn deactivate(&mut self) {
        self.requests.engage(None);
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        if self.patient
            && self.audio.settings() != Some(self.params.settings())
            && self.designer.is_running()
        {
            // Automation in an offline render acts when it is due, however fast the render is.
            let request = self.requests.ask();
            self.requests.wait(request, PATIENCE);
        }
        let controls = Controls {
            bypass: self.params.bypass.value(),
            delta: self.params.output.delta.value(),
            gain: self.params.gain(),
        };
        let position = position(context.transport());
        let standalone = context.plugin_api() == PluginApi::Standalone;
        let samples = buffer.samples();
        let channels = buffer.as_slice();
        let passed = {
            let record = self.writer.before(channels);
            let mut passed = self.audio.process(position, &controls, channels);
            // Without a host the framework counts samples from the start and says that it plays.
            passed.host &= !standalone;
            if let Some(record) = record {
                record.after(channels, &passed);
            }
            passed
        };
        if passed.veil.is_some() && !passed.restored && !controls.delta {
            self.writer.count(samples);
        }
        match self.audio.tail() {
            0 => ProcessStatus::Normal,
            tail => ProcessStatus::Tail(tail),
        }
    }
}

/// The host's position in samples, if it plays and states one. A position in beats would move
/// with the tempo while the audio does not, so it does not count.
fn position(transport: &Transport) -> Option<i64> {
    if !transport.playing {
        return None;
    }
    transport.pos_samples.or_else(|| {
        let seconds = transport.pos_seconds?;
        Some((seconds * f64::from(transport.sample_rate)).round() as i64)
    })
}

impl ClapPlugin for Patchveil {
    const CLAP_ID: &'static str = "org.patchveil.patchveil";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Protects recordings from being learned, with a key of your own");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Mastering,
        ClapFeature::Mono,
        ClapFeature::Stereo,
        ClapFeature::Surround,
    ];
}

impl Vst3Plugin for Patchveil {
    const VST3_CLASS_ID: [u8; 16] = *b"PatchveilProtect";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Mastering, Vst3SubCategory::Tools];
}
