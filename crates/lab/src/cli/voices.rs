//! `lab make-voices`

use std::path::PathBuf;

use clap::Args;
use lab::voices::make;

use super::failure::{DONE, Failure};
use super::print::print;

#[derive(Debug, Args)]
pub(super) struct VoicesArgs {
    /// Output folder; must be new or empty
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Sentences of each of six voices, some 5 s each; the first five are held out
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(6..=9_999))]
    sentences: u32,
    /// Seed of the sentences
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Renders the synthetic speech corpus.
pub(super) fn run(args: &VoicesArgs) -> Result<u8, Failure> {
    let made = make(&args.output, args.sentences, args.seed).map_err(Failure::failed)?;
    let folder = args.output.display();
    print(&format!(
        "{folder}: {made} sentences of six voices; next: cargo lab trace {folder} -o DIR"
    ))?;
    Ok(DONE)
}
