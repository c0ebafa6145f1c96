//! `cargo xtask COMMAND`: everything that is done with this repository.

mod bench;
mod bundle;
mod demo;
mod python;
mod run;
mod screenshots;
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
    /// Picture the editor for the README, into docs/images
    Screenshots,
    /// Build the plug-in as CLAP, VST3 and standalone into target/bundled
    Bundle {
        /// Arguments for cargo build instead of --release
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Bundle, and put CLAP and VST3 into your plug-in folders
    Install,
    /// Take CLAP and VST3 out of your plug-in folders
    Uninstall,
    /// Print the Python interpreter with the hosts that tests use; made in target/ if need be
    Python,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo => demo::demo(),
        Command::Test => test::test(),
        Command::Bench { filter, table_only } => bench::bench(filter.as_deref(), table_only),
        Command::Screenshots => screenshots::screenshots(),
        Command::Bundle { args } => bundle::bundle(&args),
        Command::Install => bundle::install(),
        Command::Uninstall => bundle::uninstall(),
        Command::Python => python::python().map(|python| println!("{}", python.display())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
