//! The arguments of all commands that train generators.

use std::path::PathBuf;

use clap::Args;
use lab::protect::Patchveil;
use lab::trace::{Basis, Corpus, FORMAT, TraceError};

use crate::cli::failure::Failure;

/// Length of a training in full, and in a quick run.
const EFFORT: f64 = 1.0;
const QUICK_EFFORT: f64 = 0.2;

#[derive(Debug, Args)]
pub(in crate::cli) struct CommonArgs {
    /// Folders of WAV files, each a corpus; names like 7_jackson_3.wav tell the speakers
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,
    /// Most minutes of a corpus that are trained on
    #[arg(long, value_name = "MIN", default_value_t = 10.0)]
    minutes: f64,
    /// Trace without the owner's unmarked originals
    #[arg(long)]
    no_originals: bool,
    /// First look: a fifth of the training, one seed unless asked for more
    #[arg(long)]
    pub(in crate::cli) quick: bool,
    /// Continue the results in the output folder
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// The patchveil command to test [default: the one in the folder of this program]
    #[arg(long, value_name = "PROGRAM")]
    patchveil: Option<PathBuf>,
    /// Output folder, for results.jsonl and reports
    #[arg(short, long, value_name = "DIR")]
    pub(in crate::cli) output: PathBuf,
}

impl CommonArgs {
    /// Reads the corpora.
    pub(in crate::cli) fn corpora(&self) -> Result<Vec<Corpus>, Failure> {
        let mut corpora: Vec<Corpus> = Vec::new();
        for folder in &self.data {
            let corpus = Corpus::read(folder, self.minutes).map_err(Failure::usage)?;
            if corpora.iter().any(|known| known.name == corpus.name) {
                return Err(TraceError::DuplicateName(corpus.name).into());
            }
            corpora.push(corpus);
        }
        Ok(corpora)
    }

    /// The command to test.
    pub(in crate::cli) fn patchveil(&self) -> Result<Patchveil, Failure> {
        Ok(Patchveil::at_or_find(self.patchveil.as_deref())?)
    }

    /// How long generators are trained: 1 is in full.
    pub(in crate::cli) fn effort(&self) -> f64 {
        if self.quick { QUICK_EFFORT } else { EFFORT }
    }

    /// What results must have in common to be comparable.
    pub(in crate::cli) fn basis(
        &self,
        corpora: &[Corpus],
        patchveil: &Patchveil,
        effort: f64,
    ) -> Result<Basis, Failure> {
        Ok(Basis {
            format: FORMAT,
            corpora: corpora.iter().map(|c| (c.name.clone(), c.hash.clone())).collect(),
            effort,
            originals: !self.no_originals,
            patchveil: patchveil.version()?,
            lab: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

/// The lengths in rising order, each once.
pub(in crate::cli) fn rising(lengths: &[u32]) -> Vec<u32> {
    let mut lengths = lengths.to_vec();
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}
