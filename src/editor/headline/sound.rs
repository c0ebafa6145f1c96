//! The headline depends on sound: what does not go through is neither marked nor restored.

use super::{Conditions, Headline, Tone};
use crate::analyzer::View;
use crate::editor::icons::Icon;
use crate::editor::widgets::sentence;
use crate::route::{Devices, Route, System};
use crate::status::Status;

/// Whether there is sound to do anything to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sound {
    /// It goes through, from input to output.
    Flows,
    /// Blocks come, and are silent.
    Silent,
    /// No blocks come any more.
    Stopped,
    /// None has come yet.
    Awaited,
}

impl Sound {
    /// As `view` states it.
    pub(crate) fn of(view: &View) -> Self {
        match (view.sound, view.running, view.started) {
            (true, ..) => Self::Flows,
            (_, true, _) => Self::Silent,
            (.., true) => Self::Stopped,
            _ => Self::Awaited,
        }
    }
}

impl Headline {
    /// The headline where something is being done, if there is sound to do it to. What does not go
    /// through is neither marked nor restored, and the headline says so.
    pub(crate) fn with_sound(
        self,
        status: &Status,
        conditions: Conditions,
        sound: Sound,
        route: &Route,
    ) -> Self {
        let (class, is_fine) = match status {
            Status::Protecting { class, trouble, .. } => (class, trouble.is_none()),
            Status::Restoring { class, trouble, .. } => (class, trouble.is_none()),
            _ => return self,
        };
        let acts = matches!(self.tone, Tone::Good | Tone::Neutral);
        if !is_fine || !acts {
            return self;
        }
        if sound == Sound::Flows {
            return self.between(route);
        }
        let will = match status {
            Status::Restoring { .. } => format!("restored with “{class}”"),
            _ => format!("{} with “{class}”", conditions.layers.will_be()),
        };
        let ready = format!("Ready: what comes in will be {will}.");
        match (route, sound) {
            (Route::Devices(devices), _) if devices.system == System::Dummy => no_device(devices),
            (Route::Devices(devices), Sound::Silent) => silent(devices, &ready),
            (Route::Devices(devices), _) => stopped(devices, sound),
            (Route::Host, Sound::Silent) => {
                Self::new(Icon::Waiting, Tone::Neutral, "Silence: nothing to do", ready)
            }
            (Route::Host, _) => {
                Self::new(Icon::Waiting, Tone::Neutral, "No audio from the host", ready)
            }
        }
    }

    /// The same, with where sound comes from and goes to.
    fn between(mut self, route: &Route) -> Self {
        if let Route::Devices(devices) = route {
            let way = match (&devices.input, devices.system) {
                (None, System::Jack) => "Through JACK".to_owned(),
                _ => format!("From {} to {}", devices.input_name(), devices.output_name()),
            };
            self.detail = format!("{}. {way}.", self.detail.trim_end_matches('.'));
        }
        self
    }
}

/// The framework fell back to a stand-in for a device.
fn no_device(devices: &Devices) -> Headline {
    let detail = match &devices.trouble {
        Some(trouble) => format!("{} Mend that, and start Patchveil again.", sentence(trouble)),
        None => "Start a JACK server, or name a device, and start Patchveil again.".to_owned(),
    };
    Headline::unprotected("No sound device: nothing comes in or goes out", detail)
}

/// Devices deliver silence.
fn silent(devices: &Devices, ready: &str) -> Headline {
    match (&devices.input, devices.system) {
        (None, System::Jack) => Headline::unprotected(
            "Silence: no input was named",
            "Connect one in JACK, or start with --connect-jack-inputs PORT.",
        ),
        (None, _) => Headline::unprotected(
            "Silence: there is no input",
            "Start with --input-device NAME; an empty name lists the devices.",
        ),
        (Some(name), _) => {
            Headline::new(Icon::Waiting, Tone::Neutral, format!("Silence from {name}"), ready)
        }
    }
}

/// Devices deliver nothing.
fn stopped(devices: &Devices, sound: Sound) -> Headline {
    let system = match devices.system {
        System::Jack => "The JACK server",
        System::Named(name) => name,
        System::Starting | System::Dummy => "The sound system",
    };
    let title = match sound {
        Sound::Awaited => format!("{system} has not started"),
        _ => format!("{system} has stopped"),
    };
    let detail = match &devices.trouble {
        Some(trouble) => sentence(trouble),
        None => "Nothing comes in or goes out. Start it again, and then Patchveil.".to_owned(),
    };
    Headline::unprotected(title, detail)
}
