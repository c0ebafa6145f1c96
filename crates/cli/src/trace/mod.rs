//! Looks for the echo of a key in what a suspect model made: all files are one body of evidence.
//!
//! | module | concern |
//! |---|---|
//! | `recording` | from one file to its evidence |
//! | `copies` | which files are shown to be copies of marked audio, and whether such are among the others |
//! | `report` | all recordings together: score, p-value, rank |
//! | `curve` | the score against the seconds of audio, and how many more are needed |
//! | `picture` | the curve, drawn |

mod copies;
mod curve;
mod picture;
mod recording;
mod report;

pub use crate::detect::FOUND_P;
pub use copies::{PatternScores, Together};
pub use curve::CurvePoint;
pub(crate) use curve::signal_to_noise;
pub use picture::draw_trace;
pub use recording::{TraceKey, TracedRecording, analyse};
pub use report::{
    FailedRecording, LeftOut, TraceReport, TraceRequest, Unmarked, WithoutCopies, report,
};
