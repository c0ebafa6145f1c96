//! Compares a recording with its protected version: in figures, in a picture, and on a page to hear the two.
//!
//! Both files are read in parallel, block by block. Memory use does not grow with their length: spectra
//! are averaged, everything over time is kept for as many columns as a picture has, and the list of
//! changed runs ends at [`MAX_RUNS`]. (The loudness meter keeps one number for every tenth of a second,
//! 0.3 MB an hour. A page holds its excerpt in memory.)

mod columns;
mod compare;
mod draw;
mod error;
mod figures;
mod loudness;
mod page;
mod report;
mod runs;
mod spectrogram;
mod spectrum;
mod thirds;

pub use compare::compare;
pub use draw::draw;
pub use error::InspectError;
pub use page::{Excerpt, SECONDS_DEFAULT, SECONDS_MAX, SECONDS_MIN, page_path, write_page};
pub use report::{FileFacts, Report};
pub use runs::{MAX_RUNS, Run};
