//! The standalone: Patchveil without a host, on JACK, ALSA, CoreAudio or WASAPI.

use std::process::ExitCode;

fn main() -> ExitCode {
    patchveil_standalone::run()
}
