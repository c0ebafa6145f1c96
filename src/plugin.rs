//! The plug-in as the formats want it.

use std::num::NonZeroU32;
use std::sync::Arc;

use nice_plug::prelude::*;
use nice_plug_egui::RepaintNotifier;

use crate::editor::Window;
use crate::engine::{Block, Controls, DesignerLink, Engine};
use crate::handoff::BlockReport;
use crate::handoff::analyzer_ring::{AnalyzerPort, AnalyzerWriter, analyzer_ring};
use crate::handoff::design_requests::{Activation, DesignRequests, PATIENCE};
use crate::handoff::link::link;
use crate::handoff::rendered::{RenderedReader, RenderedWriter, rendered};
use crate::host_block::{HostBlock, HostPosition, Part};
use crate::made::{self, HostCalls, Made};
use crate::params::PatchveilParams;
use crate::remote::Remote;
use crate::state::{self, ClassField};
use crate::veil_designer::VeilDesigner;

/// Where the project lives, with its manual. Releases state it; a build from a checkout does not
/// know.
const HOMEPAGE: Option<&str> = option_env!("PATCHVEIL_HOMEPAGE");

/// One instance of the plug-in. Making one starts no thread and touches no file.
pub struct Patchveil {
    params: Arc<PatchveilParams>,
    requests: Arc<DesignRequests>,
    designer: VeilDesigner,
    /// The design thread's end of the link, until there is a design thread.
    designer_link: Option<(DesignerLink, RenderedReader)>,
    engine: Engine,
    writer: AnalyzerWriter,
    port: AnalyzerPort,
    rendered: RenderedWriter,
    epoch: u64,
    /// Channels that come in. Where more go out, these repeat the first.
    inputs: usize,
    outputs: usize,
    calls: HostCalls,
    host_block: HostBlock,
    position: HostPosition,
}

impl Default for Patchveil {
    fn default() -> Self {
        let repaint = RepaintNotifier::new();
        let requests = Arc::new(DesignRequests::new(repaint.clone()));
        let (designer_link, engine_link) = link();
        let (writer, port) = analyzer_ring(repaint);
        let (rendered, rendered_reader) = rendered();
        let class = ClassField::new(requests.clone());
        let made = Made { class: class.clone(), calls: HostCalls::default() };
        made::announce(&made);
        Self {
            params: Arc::new(PatchveilParams::new(class)),
            designer: VeilDesigner::default(),
            designer_link: Some((designer_link, rendered_reader)),
            rendered,
            engine: Engine::new(engine_link, requests.clone()),
            requests,
            writer,
            port,
            epoch: 0,
            inputs: 0,
            outputs: 0,
            calls: made.calls,
            host_block: HostBlock::default(),
            position: HostPosition::default(),
        }
    }
}

/// A layout with as many inputs as outputs.
const fn layout(channels: u32, name: &'static str) -> AudioIOLayout {
    layout_between(channels, channels, name)
}

const fn layout_between(inputs: u32, outputs: u32, name: &'static str) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(inputs),
        main_output_channels: NonZeroU32::new(outputs),
        names: PortNames { layout: Some(name), ..PortNames::const_default() },
        ..AudioIOLayout::const_default()
    }
}

/// What became of a block that was processed without a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiveBlock {
    /// Timeline position of its first sample.
    pub position: i64,
    /// Serial number of the mark and veil that were applied at its end, or taken off; `None` where they change
    /// nothing.
    pub veil: Option<u64>,
    /// Whether it is the input with that mark and veil, and nothing else: neither restored, nor delta,
    /// nor at another gain than 1, nor while one of these fades.
    pub processed: bool,
}

impl Patchveil {
    /// A remote control for this instance.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote::new(self.params.clone(), self.requests.clone(), self.port.clone())
    }

    /// Starts without a host, as a host would: `channels` (1–64) at `sample_rate` Hz. Waits up to two
    /// seconds for the first design. The timeline starts at 0.
    pub fn start(&mut self, channels: usize, sample_rate: u32) {
        self.outputs = channels;
        self.start_engine(channels, sample_rate, false);
        self.engine.reset();
    }

    /// Stops what [`start`](Self::start) started.
    pub fn stop(&mut self) {
        self.rendered.end();
        self.designer.watch(false);
        self.requests.activate(None);
    }

    /// Processes a block in place, without a host: `channels` are equally long and as many as started
    /// with, at most 64. `sample_rate` in Hz is what the sound runs at now, and `position` that of the
    /// first sample where a transport runs; otherwise samples are counted. Never allocates, locks or
    /// waits.
    pub fn process_live(
        &mut self,
        sample_rate: u32,
        position: Option<i64>,
        channels: &mut [&mut [f32]],
    ) -> LiveBlock {
        // What is heard without a host is what is sent: there the original is never heard instead.
        let report = self.process_block(sample_rate, position, false, channels, None);
        let BlockReport { position, gain, changing, .. } = report;
        let veil = report.veil.filter(|_| !report.without_effect);
        LiveBlock { position, veil, processed: report.protects() && gain == 1.0 && !changing }
    }

    /// Prepares the engine and has its veil designed.
    fn start_engine(&mut self, channels: usize, sample_rate: u32, offline: bool) {
        self.epoch += 1;
        self.engine.prepare(channels, sample_rate, self.epoch, offline);
        self.writer.prepare(sample_rate);
        self.writer.end_original();
        if let Some((link, rendered)) = self.designer_link.take() {
            let (params, requests) = (self.params.clone(), self.requests.clone());
            self.designer = VeilDesigner::start(params, requests, link, rendered);
        }
        self.designer.watch(true);
        let activation = Activation { sample_rate, channels, epoch: self.epoch };
        let request = self.requests.activate(Some(activation));
        // The very first block must be protected, so the veil has to be here before it.
        self.requests.wait(request, PATIENCE);
    }

    /// Processes one block, or part of one, whoever the host is, and shows it to an open editor.
    fn process_block(
        &mut self,
        sample_rate: u32,
        host: Option<i64>,
        goes_on: bool,
        channels: &mut [&mut [f32]],
        original: Option<f32>,
    ) -> BlockReport {
        let controls = Controls {
            bypass: self.params.bypass.value(),
            delta: self.params.output.delta.value(),
            gain: self.params.gain(),
            original,
        };
        let settings = self.params.settings();
        let block = Block { host, goes_on, sample_rate, settings, controls };
        self.writer.prepare(sample_rate);
        let report = {
            let record = self.writer.before(channels);
            let report = self.engine.process(&block, channels);
            if let Some(record) = record {
                record.after(channels, &report);
            }
            report
        };
        self.writer.count(channels, report.protects());
        let frames = channels.first().map_or(0, |channel| channel.len());
        let renders = self.engine.renders();
        self.rendered.block(&report, frames, self.outputs, sample_rate, renders);
        report
    }
}

impl Plugin for Patchveil {
    const NAME: &'static str = "Patchveil";
    const VENDOR: &'static str = "Patchveil";
    const URL: &'static str = match HOMEPAGE {
        Some(homepage) => homepage,
        None => "",
    };
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        layout(2, "Stereo"),
        layout(1, "Mono"),
        layout(4, "Quad"),
        layout(6, "5.1"),
        layout(8, "7.1"),
        // Hosts save the place in this list: what is new stands behind the rest.
        layout_between(1, 2, "Mono to Stereo"),
        layout(3, "LCR"),
        layout(5, "5.0"),
        layout(7, "6.1"),
        layout(10, "7.1.2"),
        layout(12, "7.1.4"),
        layout(16, "9.1.6"),
        layout(4, "Ambisonic 1st Order"),
        layout(9, "Ambisonic 2nd Order"),
        layout(16, "Ambisonic 3rd Order"),
        layout(25, "Ambisonic 4th Order"),
        layout(36, "Ambisonic 5th Order"),
        layout(49, "Ambisonic 6th Order"),
        layout(64, "Ambisonic 7th Order"),
    ];

    // Blocks are cut where a parameter changes, so it does not matter how long the host's blocks are.
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

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
        _: &mut impl ActivateContext<Self>,
    ) -> bool {
        let sample_rate = config.sample_rate.round() as u32;
        let channels = layout.main_input_channels.map_or(0, NonZeroU32::get) as usize;
        self.inputs = channels;
        self.outputs = layout.main_output_channels.map_or(0, NonZeroU32::get) as usize;
        self.host_block = HostBlock::new(config.max_buffer_size as usize);
        // The engine notices a host that renders without saying so.
        self.start_engine(channels, sample_rate, config.process_mode == ProcessMode::Offline);
        true
    }

    fn reset(&mut self) {
        // What follows may be a render.
        self.writer.end_original();
        self.rendered.end();
        self.engine.reset();
        self.position = HostPosition::default();
    }

    fn deactivate(&mut self) {
        self.stop();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let transport = context.transport();
        let sample_rate = transport.sample_rate.round() as u32;
        let samples = buffer.samples();
        let original = self.writer.original();
        let channels = buffer.as_slice();
        let call = self.calls.get();
        let part = channels.first().map(|channel| self.host_block.part(call, channel));
        let Part { before, goes_on } = part.unwrap_or_default();
        let position = self.position.of_part(transport, before, samples);
        let (inputs, copies) = channels.split_at_mut(self.inputs.min(channels.len()));
        self.process_block(sample_rate, position, goes_on, inputs, original);
        if original.is_some() && self.engine.renders() {
            self.writer.end_original();
        }
        if let Some(first) = inputs.first() {
            for copy in copies.iter_mut().filter(|copy| copy.len() == first.len()) {
                copy.copy_from_slice(first);
            }
        }
        match self.engine.tail() {
            0 => ProcessStatus::Normal,
            tail => ProcessStatus::Tail(tail),
        }
    }
}

impl ClapPlugin for Patchveil {
    const CLAP_ID: &'static str = "org.patchveil.patchveil";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Protects recordings from being learned, with a key of your own");
    const CLAP_MANUAL_URL: Option<&'static str> = HOMEPAGE;
    const CLAP_SUPPORT_URL: Option<&'static str> = HOMEPAGE;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Mastering,
        ClapFeature::Mono,
        ClapFeature::Stereo,
        ClapFeature::Surround,
        ClapFeature::Ambisonic,
    ];
}

impl Vst3Plugin for Patchveil {
    const VST3_CLASS_ID: [u8; 16] = *b"PatchveilProtect";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Mastering, Vst3SubCategory::Tools];
}
