//! Music that is played here, by fluidsynth with a soundfont of Debian's.

pub(crate) mod midi;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::output;

/// Packages without which nothing can be played.
pub(crate) const PACKAGES: [&str; 2] = ["fluid-soundfont-gm", "fluidsynth"];
/// What plays, with its licences: see `/usr/share/doc/fluid-soundfont-gm/copyright`.
pub(crate) const LICENCES: &str =
    "fluidsynth (LGPL 2.1) and the soundfont FluidR3 GM by Frank Wen and others (MIT licence)";
const SOUNDFONT: &str = "/usr/share/sounds/sf2/FluidR3_GM.sf2";

/// Plays a Standard MIDI File into a WAV file of 16 bits, 48 kHz, stereo. Its notes are left beside it.
pub(crate) fn play(notes: &[u8], wav: &Path) -> Result<(), String> {
    let score = wav.with_extension("mid");
    fs::write(&score, notes).map_err(|e| format!("{}: {e}", score.display()))?;
    let options = ["-ni", "-q", "-g", "0.4", "-r", "48000", "-F"];
    output(Command::new("fluidsynth").args(options).args([wav, Path::new(SOUNDFONT), &score]))
        .map(drop)
}
