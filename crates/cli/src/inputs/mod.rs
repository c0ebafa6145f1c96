//! From a command's arguments to the files it works on.
//!
//! | module | concern |
//! |---|---|
//! | `names` | which names recordings, protected and restored files have |
//! | `audio` | what holds audio under another name |
//! | `find` | the walk over inputs and folders, the same for every command |
//! | `formats` | which format an output has |
//! | `selection`, `shard` | lists of inputs, patterns, and a part of the files |
//! | `plan` | where the output of each file goes |
//! | `notes`, `error` | what the user is told about inputs |

mod audio;
mod error;
mod find;
mod formats;
mod names;
mod notes;
mod plan;
mod selection;
mod shard;

pub use error::{InputError, PlanError};
pub use find::{Found, Recording, find};
pub(crate) use names::is_named_protected;
pub use names::is_recording;
pub use notes::Note;
pub(crate) use plan::is_named_as_original;
pub use plan::{Job, Plan, Task};
pub use selection::{Selection, expand, read_list};
pub use shard::{NotAShard, Shard};
