//! What format an output has.

use std::path::Path;

use super::error::PlanError;
use crate::codec::{Format, Stored, ending_of};
use crate::standard_io;

/// Endings of containers that are copied, and not made anew.
const COPIED: [&str; 5] = ["w64", "aiff", "aif", "aifc", "caf"];

/// What an output is to be.
pub(super) struct Wanted {
    /// None for a copy of the input with other samples.
    pub(super) format: Option<Format>,
    /// How its name ends.
    pub(super) ending: String,
}

/// Chooses the format of the output of `input`: that asked for, else that of the name `output`, if the user gave one,
/// else that of the input where it is lossless, else FLAC.
///
/// # Errors
/// If these contradict each other, or the name is that of nothing that is written.
pub(super) fn choose(
    input: &Path,
    format: Option<Format>,
    output: Option<&Path>,
) -> Result<Wanted, PlanError> {
    let stored = Stored::of(input);
    // Down a pipe goes what everybody reads.
    let is_piped = output.is_some_and(standard_io::is_output);
    let by_default = stored.default_output().filter(|_| !is_piped);
    let ending = output.and_then(ending_of);
    let format = match (format, ending.as_deref().zip(output)) {
        (Some(format), Some((ending, output))) if !format.endings().contains(&ending) => {
            return Err(PlanError::Disagree { output: output.to_owned(), format: format.name() });
        }
        (Some(format), _) => Some(format),
        (None, None) => by_default,
        (None, Some((ending, _))) if stored.endings().contains(&ending) => by_default,
        (None, Some((ending, output))) => match Format::of_ending(ending) {
            Some(format) => Some(format),
            None if COPIED.contains(&ending) => {
                return Err(PlanError::OnlyCopied(output.to_owned()));
            }
            None => return Err(PlanError::UnknownEnding(output.to_owned())),
        },
    };
    // A WAV file stays what it is, whatever that is called.
    let format = format.filter(|format| !(*format == Format::Wav && stored == Stored::Wav));
    let endings = format.map_or(stored.endings(), Format::endings);
    let own = ending_of(input).filter(|own| endings.contains(&own.as_str()));
    let usual = endings.first().copied().unwrap_or("wav");
    Ok(Wanted { format, ending: own.unwrap_or_else(|| usual.to_owned()) })
}
