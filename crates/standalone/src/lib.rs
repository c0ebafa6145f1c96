//! Patchveil live, without a host: sound from an input, protected, to an output.
//!
//! | file | what it does |
//! |---|---|
//! | `args.rs`, `settings.rs` | what is asked for, and what is remembered |
//! | `audio/` | sound devices |
//! | `supervisor/` | keeps a stream open, whatever becomes of its device |
//! | `processor.rs` | the audio thread: protection, test tone, monitor |
//! | `tap.rs`, `listener.rs` | from there to meters and recorder |
//! | `meters.rs` | levels |
//! | `recorder/` | files of what is sent |
//! | `program.rs` | all of it together, without a window |
//! | `words.rs` | what happens, in words |
//! | `window/` | the window: the plug-in's editor, and around it what a host would have |
//!
//! Nothing here allocates, locks or waits on the audio thread. Where there is no sound, or none that is
//! protected, the window says so; a silent stand-in for a device is used only where it is asked for.

mod args;
mod audio;
mod headless;
mod listener;
mod meters;
mod processor;
mod program;
#[cfg(test)]
mod quiet;
mod recorder;
mod settings;
#[cfg(test)]
mod soak;
mod supervisor;
mod tap;
mod window;
mod words;

use std::process::ExitCode;

use clap::Parser as _;
use patchveil_words::Language;

use self::args::Args;
use self::audio::BackendKind;
use self::program::Program;

/// Runs the program until its window is closed or it is interrupted.
#[must_use]
pub fn run() -> ExitCode {
    let args = Args::parse();
    if args.lists() {
        list_devices(args.backend);
        return ExitCode::SUCCESS;
    }
    patchveil_plugin::start_log();
    let program = match Program::start(&args) {
        Ok(program) => program,
        Err(error) => {
            eprintln!("Patchveil: {error}");
            return ExitCode::FAILURE;
        }
    };
    let program = std::sync::Arc::new(program);
    headless::stop_on_signals(&program);
    if !headless::has_display() {
        return headless::run(&program);
    }
    match window::run(&program, args.dpi_scale) {
        Ok(()) => {
            program.shut_down();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Patchveil: there is no window ({error}), so it runs without one.");
            headless::run(&program)
        }
    }
}

/// Prints the devices of one backend, or of all.
fn list_devices(backend: Option<BackendKind>) {
    let kinds = match backend {
        Some(kind) if kind != BackendKind::Auto => vec![kind],
        _ => vec![BackendKind::Jack, BackendKind::System],
    };
    let english = Language::English.words();
    for kind in kinds {
        let Some(mut backend) = audio::backend(kind) else { continue };
        println!("{}", kind.name());
        match backend.devices() {
            Ok(list) => {
                for (what, devices) in [("input", list.inputs), ("output", list.outputs)] {
                    for device in devices {
                        if device.id == device.name {
                            println!("  {what}  {}", device.id);
                        } else {
                            println!("  {what}  {}  ({})", device.id, device.name);
                        }
                    }
                }
            }
            Err(reason) => println!("  {}", reason.text(english)),
        }
    }
}
