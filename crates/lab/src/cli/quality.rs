//! `lab quality`

use lab::quality::compare;

use super::args::QualityArgs;
use super::failure::{DONE, Failure};
use super::print::{print, print_error};

/// Prints the figures of two files or two folders.
pub(super) fn run(args: &QualityArgs) -> Result<u8, Failure> {
    let comparison = compare(&args.before, &args.after, &args.python).map_err(Failure::usage)?;
    if args.json {
        print(&serde_json::to_string_pretty(&comparison).map_err(Failure::failed)?)?;
        return Ok(DONE);
    }
    print(&comparison.table())?;
    if let Some(reason) = &comparison.no_pesq {
        print_error(reason);
    }
    Ok(DONE)
}
