//! The devices that the command line names. The framework reads it for itself; here it is read for the
//! window, which says where sound comes from.

use crate::route::{Devices, System};

/// Reads what names devices; the rest is the framework's.
pub(super) fn read(arguments: &[String], devices: &mut Devices) {
    let value = |names: &[&str]| value(arguments, names);
    devices.system = match value(&["--backend", "-b"]).as_deref() {
        Some("jack") => System::Jack,
        Some("alsa") => System::Named("ALSA"),
        Some("core-audio") => System::Named("CoreAudio"),
        Some("wasapi") => System::Named("WASAPI"),
        Some("dummy") => System::Dummy,
        _ => System::Starting,
    };
    devices.input = value(&["--input-device", "--connect-jack-inputs"]);
    devices.output = value(&["--output-device"]);
}

/// Whether the user asks for the list of devices, by an empty name.
pub(super) fn ask_for_list(devices: &Devices) -> bool {
    [&devices.input, &devices.output].into_iter().flatten().any(String::is_empty)
}

/// The value of an argument, behind it or behind its `=`.
fn value(arguments: &[String], names: &[&str]) -> Option<String> {
    arguments.iter().enumerate().find_map(|(at, argument)| {
        if names.contains(&argument.as_str()) {
            return arguments.get(at + 1).cloned();
        }
        let (name, value) = argument.split_once('=')?;
        names.contains(&name).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices(arguments: &[&str]) -> Devices {
        let arguments: Vec<String> =
            arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut devices = Devices::default();
        read(&arguments, &mut devices);
        devices
    }

    #[test]
    fn the_devices_on_the_command_line_are_named() {
        let jack = devices(&["--backend", "jack", "--connect-jack-inputs=system:capture_1"]);
        assert_eq!((jack.system, jack.input_name()), (System::Jack, "system:capture_1"));
        assert_eq!(jack.output_name(), "JACK");
        let alsa = devices(&["-b", "alsa", "--input-device", "Microphone"]);
        assert_eq!((alsa.system, alsa.input_name()), (System::Named("ALSA"), "Microphone"));
        assert!(!ask_for_list(&alsa) && ask_for_list(&devices(&["--input-device", ""])));
        assert_eq!(devices(&[]), Devices::default());
        assert_eq!(devices(&["--backend"]).input_name(), "no input");
    }
}
