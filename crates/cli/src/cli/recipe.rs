//! `patchveil recipe`

use patchveil::recipe_file;

use super::args::RecipeArgs;
use super::{DONE, Failure, say};

/// Prints a recipe as JSON.
pub(super) fn run(args: &RecipeArgs) -> Result<u8, Failure> {
    let text = recipe_file::to_json(&args.recipe()?).map_err(Failure::failed)?;
    say(&text)?;
    Ok(DONE)
}
