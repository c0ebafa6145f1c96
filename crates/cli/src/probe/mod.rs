//! Asks a classifier whether it was trained on a class.
//!
//! A probe is a folder of clips: the same neutral audio under the class's key and under decoy keys, in an
//! order that tells nothing. Whoever runs the model labels the clips. If the model never met the class, its
//! key is one more draw among the decoys, and its rank is uniform whatever the model does.
//!
//! | module | concern |
//! |---|---|
//! | `recordings` | neutral audio: excerpts of recordings that nobody marked |
//! | `voice` | neutral audio: a voice that nobody has |
//! | `make` | from excerpts and keys to a folder of clips |
//! | `clip` | one clip as a file |
//! | `answer_key` | which clip has which key; the decoys' keys; the commitment to it |
//! | `seal` | the answer key, encrypted |
//! | `answers` | what came back, as CSV |
//! | `judge` | the rank of the key |
//! | `draws` | random numbers that follow from a probe's seed |

mod answer_key;
mod answers;
mod clip;
mod draws;
mod error;
mod judge;
mod make;
mod recordings;
mod seal;
mod voice;

pub use answer_key::{AnswerKey, Opened};
pub use answers::{Answers, Statistic};
pub use error::ProbeError;
pub use judge::{FOUND_P, Judgement, Shown, judge};
pub use make::{CLIPS_TOTAL_MAX, Made, Probe, Request};
