//! Compares a recording with its protected version, in figures and in a picture.
//!
//! Both files are read in parallel, block by block. Memory use does not grow with their length: spectra
//! are averaged, everything over time is kept for as many columns as a picture has, and the list of
//! changed runs ends at [`MAX_RUNS`]. (The loudness meter keeps one number for every tenth of a second,
//! 0.3 MB an hour.)

mod columns;
mod compare;
mod draw;
mod error;
mod figures;
mod loudness;
mod report;
mod runs;
mod spectrogram;
mod spectrum;

pub use compare::compare;
pub use draw::draw;
pub use error::InspectError;
pub use report::{FileFacts, Report};
pub use runs::{MAX_RUNS, Run};
