//! `patchveil recipe`

use clap::Args;
use patchveil_keyring::UserPresets;
use patchveil_veil::PresetVersion;

use crate::{recipe_file, shown};

use super::exit::{DONE, FAILED, Failure};
use super::mark_level;
use super::recipe_args::RecipeArgs;
use super::terminal::{complain, say};

/// What is done with a recipe.
#[derive(Debug, Args)]
pub(super) struct RecipeCommandArgs {
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Keep it as a preset of your own, for --preset NAME and for the plug-in
    #[arg(long, value_name = "NAME", conflicts_with_all = ["remove", "list"])]
    save: Option<String>,
    /// Remove a preset of your own
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["list", "preset", "file", "amount", "mark_level", "patch", "period", "patches"]
    )]
    remove: Option<String>,
    /// List the names of all presets, your own last
    #[arg(
        long,
        conflicts_with_all = ["preset", "file", "amount", "mark_level", "patch", "period", "patches"]
    )]
    list: bool,
}

/// Prints a recipe as JSON, or looks after the user's presets.
pub(super) fn run(args: &RecipeCommandArgs) -> Result<u8, Failure> {
    if args.list {
        return list();
    }
    if let Some(name) = &args.remove {
        UserPresets::of_user()?.remove(name).map_err(Failure::usage)?;
        say(&format!("removed the preset {}", name.trim()))?;
        return Ok(DONE);
    }
    let recipe = args.recipe.recipe()?;
    if let Some(line) = recipe.mark.as_ref().and_then(mark_level::line_without_key) {
        complain(&line);
    }
    if let Some(name) = &args.save {
        let path = UserPresets::of_user()?.save(name, &recipe).map_err(Failure::usage)?;
        say(&format!("saved {}", shown(&path)))?;
        return Ok(DONE);
    }
    say(&recipe_file::to_json(&recipe).map_err(Failure::failed)?)?;
    Ok(DONE)
}

/// Prints the names, one a line; says of files that are no recipes why not.
fn list() -> Result<u8, Failure> {
    for preset in PresetVersion::all() {
        say(&preset.to_string())?;
    }
    let mut code = DONE;
    for preset in UserPresets::of_user()?.list().map_err(Failure::failed)? {
        match preset.recipe {
            Ok(_) => say(&preset.name)?,
            Err(why) => {
                complain(&why.to_string());
                code = FAILED;
            }
        }
    }
    Ok(code)
}
