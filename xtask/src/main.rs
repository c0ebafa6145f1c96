//! `cargo xtask COMMAND`: everything that is done with this repository.

mod bench;
mod bundle;
mod demo;
mod deny;
mod docs;
mod fuzz;
mod listen;
mod newcomer;
mod package;
mod packages;
mod plist;
mod python;
mod release;
mod run;
mod screenshots;
mod synth;
mod test;
mod wheel;
mod workspaces;

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
    /// Run everything that has to hold; installs by apt-get what the tests need
    Test {
        /// Format, lints and unit tests of what changed, in a few minutes
        #[arg(long)]
        quick: bool,
        /// Only what needs neither Debian's packages nor Linux hosts, for macOS and Windows
        #[arg(long, conflicts_with = "quick")]
        portable: bool,
        /// Revision since which something counts as changed [default: where this branch left main]
        #[arg(long, value_name = "REVISION", requires = "quick")]
        since: Option<String>,
    },
    /// Check spelling and links of the docs, and build their site into target/book
    Docs {
        /// Build mdbook first if it is missing
        #[arg(long)]
        install: bool,
    },
    /// Check licences and sources of all dependencies
    Deny {
        /// Check for known security holes too; needs the net, and builds cargo-deny if it is missing
        #[arg(long)]
        advisories: bool,
    },
    /// Fuzz what parses files, keys and sessions
    Fuzz {
        /// Only this target
        target: Option<String>,
        /// Minutes for each target
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        minutes: u32,
    },
    /// Check the workflows in .github
    Workflows,
    /// Measure the speed of convolvers, or compare detection with audiowmark, and print tables
    Bench(bench::BenchArgs),
    /// Synthesise speech and music, and write a page for each preset and sound that plays it before and
    /// after, into target/listen and the built docs
    Listen {
        /// Presets to hear [default: all]
        presets: Vec<String>,
    },
    /// Play a newcomer's first minute with the standalone: from an empty home to a marked recording that
    /// is found. Leaves pictures of it in target/newcomer
    Newcomer,
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
    /// Build what is published for this system, with checksums, into target/dist
    Release {
        /// First check that this tag belongs to the version
        #[arg(long, value_name = "NAME", env = "PATCHVEIL_RELEASE_TAG")]
        tag: Option<String>,
    },
    /// Build Debian packages and the wheel into target/packages
    Package(package::PackageArgs),
    /// Build the wheel of the Python package into target/wheels, and test it in an environment of its own
    PythonPackage(wheel::PythonPackageArgs),
    /// Print the Python interpreter that tests use; its environment is made in target/ if need be
    Python,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo => demo::demo(),
        Command::Test { quick: true, since, .. } => test::quick(since.as_deref()),
        Command::Test { portable: true, .. } => test::portable(),
        Command::Test { .. } => test::full(),
        Command::Docs { install } => docs::docs(install),
        Command::Deny { advisories } => deny::deny(advisories),
        Command::Fuzz { target, minutes } => fuzz::fuzz(target.as_deref(), minutes),
        Command::Workflows => docs::workflows(),
        Command::Bench(args) => bench::bench(&args),
        Command::Listen { presets } => listen::listen(&presets),
        Command::Newcomer => newcomer::newcomer(),
        Command::Screenshots => screenshots::screenshots(),
        Command::Bundle { args } => bundle::bundle(&args),
        Command::Install => bundle::install(),
        Command::Uninstall => bundle::uninstall(),
        Command::Release { tag } => release::release(tag.as_deref()),
        Command::Package(args) => package::package(&args),
        Command::PythonPackage(args) => wheel::python_package(&args),
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
