//! Restores the originals of protected files, streamed.
//!
//! Recipe and timeline offset come from the file's record in the manifest, which the hash of its
//! samples proves to be the right one; or else from the audio itself, by detection and alignment. If
//! neither shows that the file carries this key, it is not restored: with another key, or at another
//! position, the result would be one more filter over the recording. Stretches that do not carry it,
//! such as a jingle before a voice, are left as they are.

mod better;
mod block;
mod claim;
mod decide;
mod detected;
mod error;
mod excerpt;
mod integers;
mod locate;
mod noted;
mod outcome;
mod request;
mod rivals;
mod run;
mod sought;
mod source;
mod stretches;

pub use claim::Claim;
pub use decide::restore;
pub use error::RestoreError;
pub use integers::Integers;
pub use outcome::{Evidence, Outcome, Stretch};
pub use request::Request;
