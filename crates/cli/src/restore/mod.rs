//! Restores the originals of protected files, streamed.
//!
//! Recipe and timeline offset come from the file's record in the manifest, which the hash of its samples
//! proves to be the right one; or else from the audio itself, by detection and alignment. If neither
//! shows that the file carries this key, it is not restored: with another key, or at another position,
//! the result would be one more filter over the recording.

mod block;
mod decide;
mod error;
mod excerpt;
mod integers;
mod locate;
mod outcome;
mod request;
mod run;
mod source;

pub use decide::restore;
pub use error::RestoreError;
pub use outcome::{Claim, Evidence, Outcome};
pub use request::Request;
