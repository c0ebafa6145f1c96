//! The standalone's log on standard error. What the framework says there about devices is the only
//! statement of what became of them, so it also goes to the window.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::arguments;
use crate::route::{self, Devices, Route, System};

/// How the framework's message that lists devices goes on.
const LIST: &str = "Available devices are:";

/// Takes over the log of the standalone. `None`, and so the framework's own, in a host and where
/// `NICE_LOG` sends the log elsewhere.
pub(crate) fn set_logger() -> Option<bool> {
    if Route::now() == Route::Host || std::env::var_os("NICE_LOG").is_some() {
        return None;
    }
    Some(tracing::subscriber::set_global_default(Log).is_ok())
}

/// Writes one line an event.
struct Log;

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        let Message(message) = message;
        let mut asked = false;
        route::change_devices(|devices| {
            note(devices, &message);
            asked = arguments::ask_for_list(devices);
        });
        match message.split_once(LIST).filter(|_| asked) {
            Some((_, list)) => show_list(list),
            None => eprintln!("{} {message}", event.metadata().level()),
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        // Nothing here is timed; all spans may have one number.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The text of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // A string takes whatever is written.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// Prints the list that was asked for, and ends: there is nothing to start with.
fn show_list(list: &str) -> ! {
    println!("Devices:");
    for device in list.lines().filter(|line| !line.is_empty()) {
        println!("  {device}");
    }
    std::process::exit(1);
}

/// Notes what a message says about the devices.
fn note(devices: &mut Devices, message: &str) {
    for (start, system) in [
        ("Using the JACK", System::Jack),
        ("Using the ALSA", System::Named("ALSA")),
        ("Using the CoreAudio", System::Named("CoreAudio")),
        ("Using the WASAPI", System::Named("WASAPI")),
        ("Falling back to the dummy", System::Dummy),
    ] {
        if message.starts_with(start) {
            devices.system = system;
        }
    }
    if message.starts_with("Could not connect to") {
        devices.input = None;
    }
    let troubles = ["Could not", "Error during", "Error connecting", "JACK buffer size"];
    if troubles.iter().any(|start| message.starts_with(start)) {
        devices.trouble = message.lines().next().map(str::to_owned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_learns_what_became_of_the_devices() {
        let mut devices =
            Devices { input: Some("system:capture_9".to_owned()), ..Devices::default() };
        note(&mut devices, "Using the JACK backend");
        assert_eq!((devices.system, &devices.trouble), (System::Jack, &None));
        note(&mut devices, "Could not connect to 'system:capture_9': unknown port\nmore");
        assert_eq!(devices.input, None);
        let trouble = devices.trouble.as_deref();
        assert_eq!(trouble, Some("Could not connect to 'system:capture_9': unknown port"));
        note(&mut devices, "Falling back to the dummy audio backend, audio and MIDI will not work");
        assert_eq!(devices.system, System::Dummy);
        let before = devices.clone();
        note(&mut devices, "Patchveil is protecting “Night Show”");
        assert_eq!(devices, before);
    }
}
