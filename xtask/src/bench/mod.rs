//! `cargo xtask bench`

mod convolvers;
mod detection;
mod listen;
mod window;

use clap::{Args, Subcommand};

/// What to measure.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BenchArgs {
    /// Only benches whose name contains this
    filter: Option<String>,
    /// Print the table of the last run without measuring
    #[arg(long)]
    table_only: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Compare detection, quality and cost with audiowmark, in two hours or so
    Detection(detection::Settings),
    /// Let the plug-in listen to recordings, and print after how much sound it names their keys
    Listen(listen::Settings),
    /// Measure what the windows cost without a graphics card, in four minutes
    Window,
}

/// Measures and prints tables.
pub(crate) fn bench(args: &BenchArgs) -> Result<(), String> {
    match &args.what {
        Some(What::Detection(settings)) => detection::detection(settings),
        Some(What::Listen(settings)) => listen::listen(settings),
        Some(What::Window) => window::window(),
        None => convolvers::convolvers(args.filter.as_deref(), args.table_only),
    }
}
