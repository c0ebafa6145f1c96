//! An owner's case: a trace that was found, and what became of it.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::owner::{AudioFiles, Found, NAME, Owner};
use crate::protect::ProtectError;

/// A case in which a trace was found.
pub struct Case<'a> {
    owner: &'a Owner<'a>,
    folder: PathBuf,
}

/// What `patchveil case recheck` found, as it reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rechecked {
    /// `gone`, `weaker`, `still_there` or `cannot_tell`.
    pub outcome: String,
    /// The former and the new result side by side.
    pub comparison: Compared,
    /// The new result.
    pub trace: Found,
}

/// How much of a trace is left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Score to be expected at the former strength, at least.
    pub expected_sigmas: f64,
    /// What is left of the strength, as a share of 1.
    pub ratio: f64,
    /// Where its 95 % interval begins.
    pub ratio_low: f64,
    /// Where it ends.
    pub ratio_high: f64,
}

impl<'a> Case<'a> {
    /// Traces the owner's key in the first `seconds` of the suspects' files, compared with `originals`, and opens a case
    /// if it is found there.
    ///
    /// # Errors
    /// [`ProtectError`] if a command fails or prints what cannot be read.
    pub fn open(
        owner: &'a Owner<'a>,
        suspects: &AudioFiles,
        seconds: f64,
        originals: Option<&AudioFiles>,
    ) -> Result<(Found, Option<Self>), ProtectError> {
        #[derive(Deserialize)]
        struct Judgement {
            found: bool,
        }
        let json = owner.traced(suspects, seconds, originals)?;
        let found: Found = owner.parsed(&json)?;
        if !owner.parsed::<Judgement>(&json)?.found {
            return Ok((found, None));
        }
        let (folder, file) = (owner.folder().join("case"), owner.folder().join("trace.json"));
        fs::write(&file, &json).map_err(ProtectError::Folder)?;
        let mut open = owner.command("case");
        owner.judged(
            open.args(["open", "case", "--key", NAME, "--preset", "mark", "-o"]).arg(&folder),
        )?;
        owner.judged(owner.command("case").arg("add").arg(&folder).arg(&file))?;
        Ok((found, Some(Self { owner, folder })))
    }

    /// Looks for the trace again in the first `seconds` of a new model's files, compared with the same `originals`.
    ///
    /// # Errors
    /// [`ProtectError`] if the command fails or prints what cannot be read.
    pub fn recheck(
        &self,
        suspects: &AudioFiles,
        seconds: f64,
        originals: Option<&AudioFiles>,
    ) -> Result<Rechecked, ProtectError> {
        let mut recheck = self.owner.command("case");
        recheck.args(["recheck", "--json"]).arg(&self.folder).args(suspects.first(seconds));
        if let Some(originals) = originals {
            recheck.arg("--unmarked").arg(originals.folder());
        }
        self.owner.parsed(&self.owner.judged(&mut recheck)?)
    }
}
