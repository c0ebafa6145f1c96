//! Options for recordings that come and go through pipes.

use std::path::Path;

use crate::inputs::Selection;
use crate::recording::{RawFormat, Scratch, read_standard_input};
use crate::standard_io;
use clap::Args;

use super::exit::Failure;

/// How samples without a header are stored.
#[derive(Debug, Args)]
pub(super) struct PipeArgs {
    /// Standard input, -, is samples without a header, and so is standard output: 48000:2:s16le (u8, s16le,
    /// s24le, s32le, f32le, f64le) [default: WAV, or any format that can be read]
    #[arg(long, value_name = "RATE:CH:FMT")]
    raw: Option<RawFormat>,
}

impl PipeArgs {
    /// Reads standard input if `-` is among the inputs, and keeps standard output for audio if it is the
    /// output. `reads_back` is whether outputs will be looked at again.
    pub(super) fn prepare(
        &self,
        selection: &Selection,
        output: Option<&Path>,
        reads_back: bool,
    ) -> Result<(), Failure> {
        let is_dash = |path: &Path| path == Path::new(standard_io::NAME);
        let from_pipe = selection.inputs().any(|input| is_dash(input));
        let to_pipe = output.is_some_and(is_dash);
        if self.raw.is_some() && !from_pipe {
            return Err(not_piped());
        }
        if from_pipe && output.is_none() {
            return Err(Failure::usage("where should it go? -o FILE, or -o - for standard output"));
        }
        if to_pipe && reads_back {
            return Err(Failure::usage(
                "what goes to standard output cannot be read again; leave --verify and --resume out, or give a \
                 file with -o",
            ));
        }
        if to_pipe {
            standard_io::claim_output(self.raw.is_some());
        }
        if from_pipe {
            let scratch = output.filter(|_| !to_pipe).map_or(Scratch::SYSTEM, Scratch::near);
            read(&scratch, self.raw)?;
        }
        Ok(())
    }
}

/// The same for commands that write no audio.
#[derive(Debug, Args)]
pub(super) struct RawArgs {
    /// Standard input, -, is samples without a header: 48000:2:s16le (u8, s16le, s24le, s32le, f32le, f64le)
    /// [default: WAV, or any format that can be read]
    #[arg(long, value_name = "RATE:CH:FMT")]
    raw: Option<RawFormat>,
}

impl RawArgs {
    /// Reads standard input if `-` is among the `inputs` or what they are `compared` with.
    pub(super) fn prepare<'a>(
        &self,
        mut inputs: impl Iterator<Item = &'a Path>,
        mut compared: impl Iterator<Item = &'a Path>,
    ) -> Result<(), Failure> {
        let is_dash = |path: &Path| path == Path::new(standard_io::NAME);
        match (inputs.any(is_dash), compared.any(is_dash)) {
            (false, false) if self.raw.is_some() => Err(not_piped()),
            (false, false) => Ok(()),
            (true, true) => Err(Failure::usage(
                "standard input can be one of the recordings that are compared, not both",
            )),
            _ => read(&Scratch::SYSTEM, self.raw),
        }
    }
}

fn not_piped() -> Failure {
    Failure::usage("--raw is about standard input; give - as the input")
}

fn read(scratch: &Scratch, raw: Option<RawFormat>) -> Result<(), Failure> {
    // Before any handler of Ctrl-C is there, so that it ends the waiting too.
    read_standard_input(scratch, raw)
        .map_err(|error| Failure::failed(format!("standard input: cannot be read: {error}")))
}
