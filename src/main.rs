//! The standalone: Patchveil without a host, on JACK, ALSA, CoreAudio or WASAPI.

use std::process::ExitCode;

use nice_plug::prelude::nice_export_standalone;
use patchveil_plugin::Patchveil;

fn main() -> ExitCode {
    if nice_export_standalone::<Patchveil>() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
