//! `patchveil recipe`

use crate::recipe_file;

use super::exit::{DONE, Failure};
use super::recipe_args::RecipeArgs;
use super::terminal::say;

/// Prints a recipe as JSON.
pub(super) fn run(args: &RecipeArgs) -> Result<u8, Failure> {
    let text = recipe_file::to_json(&args.recipe()?).map_err(Failure::failed)?;
    say(&text)?;
    Ok(DONE)
}
