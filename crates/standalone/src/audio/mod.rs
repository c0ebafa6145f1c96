//! Sound devices: what there is, and a stream through one input and one output.
//!
//! | file | what it does |
//! |---|---|
//! | `jack.rs`, `patch.rs` | JACK, and PipeWire where it stands in for it; its connections |
//! | `system/` | ALSA, CoreAudio or WASAPI |
//! | `dummy.rs` | silence in real time, only where it is asked for |
//! | `seat.rs` | hands the processor from stream to stream |
//! | `fake.rs` | a backend for tests, whose devices come and go |
//!
//! A stream is never changed, only dropped and opened again: whatever changes, what follows starts
//! silent until its protection is designed.

mod dummy;
#[cfg(test)]
pub(crate) mod fake;
mod jack;
mod patch;
mod reason;
mod seat;
mod system;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use clap::ValueEnum;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

pub(crate) use patch::{Patch, Side};
pub(crate) use reason::Reason;
pub(crate) use seat::Seat;
#[cfg(test)]
pub(crate) use system::bridge;

/// Numbers of channels to choose from.
pub(crate) const CHANNELS: [u16; 5] = [1, 2, 4, 6, 8];
/// Most channels of a stream.
pub(crate) const CHANNELS_MAX: usize = 8;
/// The name of the system's own sound interface, as it is written on the command line.
const SYSTEM: &str = if cfg!(windows) {
    "wasapi"
} else if cfg!(target_os = "macos") {
    "core-audio"
} else {
    "alsa"
};

/// Where sound comes from and goes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BackendKind {
    /// JACK, or PipeWire in its place.
    Jack,
    /// ALSA, CoreAudio or WASAPI.
    #[value(name = SYSTEM)]
    System,
    /// Silence in real time: no sound goes in or out.
    Dummy,
    /// JACK if its server runs, else the system's own.
    #[default]
    #[serde(other)]
    Auto,
}

impl BackendKind {
    /// The name on screen.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "Automatic",
            Self::Jack => "JACK / PipeWire",
            Self::System if cfg!(windows) => "WASAPI",
            Self::System if cfg!(target_os = "macos") => "CoreAudio",
            Self::System => "ALSA",
            Self::Dummy => "None (silence)",
        }
    }
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(crate) backend: BackendKind,
    /// Id of the input; `None` for no input, so that nobody's microphone howls by surprise.
    pub(crate) input: Option<String>,
    /// Id of the output; `None` for the default one, empty for none.
    pub(crate) output: Option<String>,
    pub(crate) channels: u16,
    /// In Hz. JACK's server has the last word.
    pub(crate) sample_rate: u32,
    /// Frames in a block. JACK's server has the last word.
    pub(crate) period: u32,
    /// Seconds of sound that lie between input and output where they are two streams.
    pub(crate) input_latency: f32,
    /// Ports of JACK to connect the inputs to, in the place of `input`: one for all, or a list.
    #[serde(skip)]
    pub(crate) jack_inputs: Option<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            backend: BackendKind::Auto,
            input: None,
            output: None,
            channels: 2,
            sample_rate: 48_000,
            period: 512,
            input_latency: 0.05,
            jack_inputs: None,
        }
    }
}

impl Wanted {
    /// What can be had of it: numbers out of range become the nearest that there is.
    pub(crate) fn checked(mut self) -> Self {
        if !CHANNELS.contains(&self.channels) {
            self.channels = 2;
        }
        self.sample_rate = self.sample_rate.clamp(8_000, 384_000);
        self.period = self.period.clamp(16, 8_192);
        let fits = self.input_latency.is_finite();
        self.input_latency = if fits { self.input_latency.clamp(0.0, 2.0) } else { 0.05 };
        self
    }

    /// Whether sound is to come in from somewhere.
    pub(crate) fn has_input(&self) -> bool {
        self.input.is_some() || self.jack_inputs.is_some()
    }
}

/// A device that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    /// What is remembered.
    pub(crate) id: String,
    /// What is shown.
    pub(crate) name: String,
}

/// The devices of a backend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeviceList {
    pub(crate) inputs: Vec<Device>,
    pub(crate) outputs: Vec<Device>,
}

/// What a stream runs at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) channels: usize,
    /// In Hz.
    pub(crate) sample_rate: u32,
}

/// What is connected to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) backend: BackendKind,
    /// Name of the input; `None` if nothing is connected.
    pub(crate) from: Option<String>,
    /// Name of the output; `None` if nothing is connected.
    pub(crate) to: Option<String>,
    /// What is wanted and not there: it is connected as soon as it is.
    pub(crate) missing: Option<String>,
    /// The input gives nothing but zeros, where it gave sound before.
    pub(crate) quiet: bool,
    pub(crate) format: Format,
    /// Frames in a block, 0 before the first.
    pub(crate) block: u32,
}

/// What a stream's callbacks report. No call waits.
#[derive(Debug, Default)]
pub(crate) struct Health {
    lost: AtomicBool,
    blocks: AtomicU64,
    block: AtomicU32,
    sample_rate: AtomicU32,
    dropouts: AtomicU64,
    /// Blocks of the input so far.
    heard: AtomicU64,
    /// Frames of the input with sound or noise in their block, and frames of zeros since the last such.
    noisy: AtomicU64,
    quiet: AtomicU64,
    /// Written where a system call is allowed.
    reason: Mutex<Option<Reason>>,
}

impl Health {
    /// A block of `frames` was processed at `sample_rate` Hz.
    pub(crate) fn count(&self, frames: usize, sample_rate: u32) {
        self.block.store(u32::try_from(frames).unwrap_or(u32::MAX), Ordering::Relaxed);
        self.sample_rate.store(sample_rate, Ordering::Relaxed);
        self.blocks.fetch_add(1, Ordering::Relaxed);
    }

    /// A block of `frames` came in; `quiet` if all its samples are zero.
    pub(crate) fn hear(&self, frames: usize, quiet: bool) {
        self.heard.fetch_add(1, Ordering::Relaxed);
        if quiet {
            self.quiet.fetch_add(frames as u64, Ordering::Relaxed);
        } else {
            self.noisy.fetch_add(frames as u64, Ordering::Relaxed);
            self.quiet.store(0, Ordering::Relaxed);
        }
    }

    /// Blocks of the input so far.
    pub(crate) fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Frames of the input in blocks with any sound or noise.
    pub(crate) fn noisy_frames(&self) -> u64 {
        self.noisy.load(Ordering::Relaxed)
    }

    /// Frames of zeros since the last block that had others.
    pub(crate) fn quiet_frames(&self) -> u64 {
        self.quiet.load(Ordering::Relaxed)
    }

    /// Sound was lost between device and program.
    pub(crate) fn drop_out(&self) {
        self.dropouts.fetch_add(1, Ordering::Relaxed);
    }

    /// The stream is over. For the audio thread and for signal handlers.
    pub(crate) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
    }

    /// The stream is over, and this is why. For other threads.
    pub(crate) fn lose_because(&self, reason: Reason) {
        *self.reason.lock() = Some(reason);
        self.lose();
    }

    /// Why the stream is over; where nobody said, its server has stopped.
    pub(crate) fn lost(&self) -> Option<Reason> {
        let lost = self.lost.load(Ordering::Acquire);
        lost.then(|| self.reason.lock().clone().unwrap_or(Reason::ServerStopped))
    }

    /// Blocks so far.
    pub(crate) fn blocks(&self) -> u64 {
        self.blocks.load(Ordering::Relaxed)
    }

    /// Frames in the last block.
    pub(crate) fn block(&self) -> u32 {
        self.block.load(Ordering::Relaxed)
    }

    /// What the last block ran at in Hz, 0 before the first.
    pub(crate) fn sample_rate(&self) -> u32 {
        self.sample_rate.load(Ordering::Relaxed)
    }

    /// Times that sound was lost.
    pub(crate) fn dropouts(&self) -> u64 {
        self.dropouts.load(Ordering::Relaxed)
    }
}

/// One way to sound devices.
pub(crate) trait Backend {
    /// The devices there are now.
    ///
    /// # Errors
    /// Why they cannot be listed.
    fn devices(&mut self) -> Result<DeviceList, Reason>;

    /// Opens a stream. `begin` is called once, with what it will run at, before any sound: it prepares
    /// the processor and seats it.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(
        &mut self,
        wanted: &Wanted,
        begin: &mut dyn FnMut(Format) -> Seat,
    ) -> Result<Box<dyn Stream>, Reason>;
}

/// An open stream; dropping it ends it.
pub(crate) trait Stream {
    /// What is connected now. May reconnect what has come back.
    fn connection(&mut self) -> Connection;

    /// What its callbacks report.
    fn health(&self) -> &Health;

    /// What is known of its connections, for the stream after it.
    fn patch(&mut self) -> Patch {
        Patch::default()
    }

    /// Makes the connections of the stream before it again. Called before anything else.
    fn restore(&mut self, _patch: Patch) {}
}

/// The backend of this kind; of [`BackendKind::Auto`] there is none.
pub(crate) fn backend(kind: BackendKind) -> Option<Box<dyn Backend>> {
    match kind {
        BackendKind::Auto => None,
        BackendKind::Jack => Some(Box::new(jack::Jack)),
        BackendKind::System => Some(Box::new(system::System)),
        BackendKind::Dummy => Some(Box::new(dummy::Dummy)),
    }
}
