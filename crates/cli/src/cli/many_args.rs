//! Options for many files, the same for all commands that take them.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::inputs::{Selection, Shard, expand, read_list};
use crate::{shown, standard_io};
use clap::Args;

use super::exit::Failure;

/// Which files a run is about, and how many are worked on at a time.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// File with more inputs, one path a line; - for standard input. Below an output folder, files of the
    /// list keep their whole path
    #[arg(long, value_name = "FILE", help_heading = "Many files")]
    files_from: Option<PathBuf>,
    /// The paths of --files-from end with a NUL byte instead of a line end, as find -print0 writes them
    #[arg(long, requires = "files_from", help_heading = "Many files")]
    null: bool,
    /// Take part I of N of the files, so that N machines with the same line share them: each file is in
    /// exactly one part, by the hash of its path
    #[arg(long, value_name = "I/N", help_heading = "Many files")]
    shard: Option<Shard>,
    /// Threads to use [default: one a core]
    #[arg(long, value_name = "N", help_heading = "Many files")]
    jobs: Option<NonZeroUsize>,
}

impl ListArgs {
    /// The part of the files to take.
    pub(super) fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// Sets the number of threads; before anything uses them.
    pub(super) fn set_threads(&self) -> Result<(), Failure> {
        let Some(jobs) = self.jobs else { return Ok(()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.get());
        pool.build_global().map_err(Failure::failed)
    }

    /// The files: `inputs`, with patterns expanded, and those of the list. Sets the
    /// number of threads too.
    pub(super) fn selection(&self, inputs: &[PathBuf]) -> Result<Selection, Failure> {
        self.set_threads()?;
        let dash = Path::new(standard_io::NAME);
        if self.files_from.as_deref() == Some(dash) && inputs.iter().any(|input| input == dash) {
            return Err(Failure::usage("standard input is either a recording or a list, not both"));
        }
        let named = expand(inputs).map_err(Failure::usage)?;
        let listed = match &self.files_from {
            None => Vec::new(),
            Some(file) => read_list(file, self.null).map_err(|error| {
                Failure::usage(format!("list {}: cannot be read: {error}", shown(file)))
            })?,
        };
        if named.is_empty() && listed.is_empty() && self.files_from.is_some() {
            return Err(Failure::usage("the list of --files-from is empty"));
        }
        Ok(Selection { named, listed, shard: self.shard, root: None })
    }
}

/// How a run that writes many files goes about it.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Finish a run that was stopped or killed: skip what is done and verified, accept outputs that are what
    /// would be written, and remove the unfinished ones that it left
    #[arg(long, help_heading = "Many files")]
    pub(super) resume: bool,
    /// Say what would be done and where it would go, and do nothing
    #[arg(long, help_heading = "Many files")]
    pub(super) dry_run: bool,
    /// Read every output back from the disk, and fail if it is not what was written
    #[arg(long, help_heading = "Many files")]
    pub(super) verify: bool,
}
