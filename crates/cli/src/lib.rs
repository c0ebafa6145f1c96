//! Files in, files out.
//!
//! | module | concern |
//! |---|---|
//! | [`inputs`] | from the arguments of a command to pairs of input and output path |
//! | [`wav`] | the container: reading samples, rewriting them and nothing else |
//! | [`output`] | files that appear whole or not at all |
//! | [`paths`] | paths on a screen and in JSON |
//! | [`manifest`] | the record of what was protected |
//! | [`recipe_file`] | recipes as JSON |
//! | [`protect`] | the veil over files, streamed, on all cores |
//! | [`restore`] | taking the veil off files again |
//! | [`verify`] | files against their manifests |
//! | [`detect`] | looking for keys in files, published ones too |
//! | [`inspect`] | what the veil did to a recording, in figures and as a picture |

pub mod detect;
mod hear;
pub mod inputs;
pub mod inspect;
pub mod manifest;
pub mod output;
pub mod paths;
pub mod protect;
pub mod recipe_file;
pub mod restore;
mod shared_file;
pub mod verify;
pub mod wav;

pub use paths::shown;
