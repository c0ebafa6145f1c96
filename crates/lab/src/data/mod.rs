//! Recordings on disk: which there are, their classes, and which are for testing.

mod dataset;
mod error;
mod label;
mod names;
mod recordings;
mod wav;

pub use dataset::Dataset;
pub use error::DataError;
pub use label::Label;
pub use recordings::{Recordings, read_recordings};
pub use wav::{read as read_wav, write as write_wav};
