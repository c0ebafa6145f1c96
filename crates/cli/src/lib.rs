//! Files in, files out: what the `patchveil` command does, as a library.
//!
//! | module | concern |
//! |---|---|
//! | [`inputs`] | from a command's arguments to the files it works on |
//! | [`cli`] | the command line: arguments in, exit code out |
//! | [`pcm`] | the container: reads samples, rewrites them and nothing else |
//! | `codec` | compressed formats, decoded |
//! | [`recording`] | recordings of any format, as plain samples |
//! | [`output`] | files that appear whole or not at all |
//! | [`leftovers`] | unfinished outputs of runs that were killed |
//! | [`paths`] | paths on screen and in JSON |
//! | [`manifest`] | the record of what was protected |
//! | [`recipe_file`] | recipes as JSON files |
//! | [`protect`] | protects files, streamed, on all cores |
//! | [`restore`] | restores the originals of protected files |
//! | [`verify`] | checks files against their manifests |
//! | [`detect`] | looks for keys in files, published ones too |
//! | [`trace`] | looks for the echo of a key in what a model made |
//! | [`probe`] | clips that ask a classifier whether it knows a key, and the judgement of its answers |
//! | [`inspect`] | compares a recording with its protected version, in figures and in a picture |
//! | [`case`] | the dossier: what was published when, what was found, and a report of it |

pub mod case;
pub mod cli;
mod codec;
pub mod detect;
mod detector;
mod html;
pub mod inputs;
pub mod inspect;
pub mod leftovers;
pub mod manifest;
mod open;
pub mod output;
pub mod paths;
pub mod pcm;
mod plot;
pub mod probe;
pub mod protect;
mod receipts;
pub mod recipe_file;
pub mod recording;
pub mod restore;
mod shared_file;
mod standard_io;
pub mod trace;
mod veil_cache;
pub mod verify;
mod watch;

#[doc(hidden)]
pub use codec::check_metadata;
pub use paths::shown;
pub use receipts::ReceiptsCache;
pub use veil_cache::VeilCache;
pub use watch::Watch;
