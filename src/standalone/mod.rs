//! The standalone: what it adds to the framework's.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | starts it, and ends it where the framework would wait for ever |
//! | `arguments.rs` | the devices that the command line names |
//! | `log.rs` | its log, which also says what became of the devices |
//! | `remembered.rs` | size, scale and colours of the window, from one start to the next |

mod arguments;
mod log;
mod remembered;

use std::process::ExitCode;
use std::time::Duration;

use nice_plug::prelude::nice_export_standalone;

pub(crate) use self::log::set_logger;
pub(crate) use self::remembered::{remember, remembered};
use crate::Patchveil;
use crate::route::{self, Route};

/// How long the sound system has to stop after the window was closed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs the standalone until its window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    route::change_devices(|devices| arguments::read(&arguments, devices));
    if nice_export_standalone::<Patchveil>() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether this process is the standalone.
pub(crate) fn is_running() -> bool {
    Route::now() != Route::Host
}

/// The window has closed: ends the process if it does not end by itself. A JACK server that has gone
/// never calls back, and the framework waits for that.
pub(crate) fn end_soon() {
    let end = || {
        std::thread::sleep(PATIENCE);
        std::process::exit(0);
    };
    // Without a thread it ends as it always did.
    let _ = std::thread::Builder::new().name("patchveil-end".to_owned()).spawn(end);
}
