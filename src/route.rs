//! Where an instance's sound comes from and goes to.
//!
//! In a host that is the host's affair. The standalone has devices of its own, one set for the process,
//! and its log is what says which: see [`crate::standalone`].

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// Where sound comes from and goes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Route {
    /// From a host's track back into it.
    #[default]
    Host,
    /// From a device to a device.
    Devices(Devices),
}

/// The devices of the standalone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Devices {
    pub(crate) system: System,
    /// The input that was asked for on the command line.
    pub(crate) input: Option<String>,
    /// The output that was asked for on the command line.
    pub(crate) output: Option<String>,
    /// What the sound system reported last.
    pub(crate) trouble: Option<String>,
}

/// What brings the sound.
#[cfg_attr(
    not(any(feature = "standalone", test)),
    expect(dead_code, reason = "only the standalone has devices")
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum System {
    /// Not known yet.
    #[default]
    Starting,
    /// A JACK server, or PipeWire in its place.
    Jack,
    /// The sound system of this name.
    Named(&'static str),
    /// Nothing: blocks are silent, and nothing is played.
    Dummy,
}

impl Devices {
    /// What sound comes from, as users call it.
    pub(crate) fn input_name(&self) -> &str {
        self.input.as_deref().unwrap_or("no input")
    }

    /// What sound goes to, as users call it.
    pub(crate) fn output_name(&self) -> &str {
        match (&self.output, self.system) {
            (Some(name), _) => name,
            (None, System::Jack) => "JACK",
            _ => "the default output",
        }
    }
}

/// The devices of this process, if it is the standalone.
static DEVICES: Mutex<Option<Devices>> = Mutex::new(None);
/// Whether they have a transport: a position that others see, too.
static TRANSPORT: AtomicBool = AtomicBool::new(false);

impl Route {
    /// That of this process.
    pub(crate) fn now() -> Self {
        DEVICES.lock().clone().map_or(Self::Host, Self::Devices)
    }
}

/// Whether the standalone's devices have a transport. One relaxed load.
pub(crate) fn has_transport() -> bool {
    TRANSPORT.load(Ordering::Relaxed)
}

/// Changes the devices of this process, which becomes the standalone by that.
#[cfg(feature = "standalone")]
pub(crate) fn change_devices(change: impl FnOnce(&mut Devices)) {
    let mut devices = DEVICES.lock();
    let devices = devices.get_or_insert_default();
    change(devices);
    TRANSPORT.store(devices.system == System::Jack, Ordering::Relaxed);
}
