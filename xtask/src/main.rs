//! `cargo xtask COMMAND`: everything that is done with this repository.

mod bench;
mod demo;
mod run;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything that is done with this repository")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Protect the bundled recording: audio, picture and figures in target/demo
    Demo,
    /// Format, lints, tests and documentation; installs by apt-get what the tests need
    Test,
    /// Measure speed beside the peers and print a table of ratios
    Bench {
        /// Only benches whose name contains this
        filter: Option<String>,
        /// Print the table of the last run without measuring
        #[arg(long)]
        table_only: bool,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo => demo::demo(),
        Command::Test => test::test(),
        Command::Bench { filter, table_only } => bench::bench(filter.as_deref(), table_only),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
