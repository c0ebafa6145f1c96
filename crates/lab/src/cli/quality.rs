//! `lab quality`

use lab::quality::compare;

use super::args::QualityArgs;
use super::{DONE, Failure, complain, say};

/// Prints the figures of one pair of files or of two folders.
pub(super) fn run(args: &QualityArgs) -> Result<u8, Failure> {
    let comparison = compare(&args.before, &args.after, &args.python).map_err(Failure::usage)?;
    if args.json {
        say(&serde_json::to_string_pretty(&comparison).map_err(Failure::failed)?)?;
        return Ok(DONE);
    }
    say(&comparison.table())?;
    if let Some(reason) = &comparison.no_pesq {
        complain(reason);
    }
    Ok(DONE)
}
