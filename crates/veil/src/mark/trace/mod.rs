//! Trace: whether what a model made carries the echo of a key, because it was trained on recordings that do.
//!
//! Only the echo is looked for: it is the same at all times, so it needs no place on a timeline and comes
//! out of models, which the pattern does not. An [`EchoDetector`] takes in one recording and keeps
//! [`EchoEvidence`], some spectra without a key. [`TraceEvidence`] joins any number of these, of any
//! rate and length, and tests keys.
//!
//! | part | what it does |
//! |---|---|
//! | `detector.rs` | the long-term mean of the log power spectrum's fine structure |
//! | `grid.rs` | the frequencies that spectra of all sample rates are kept at |
//! | `ripple.rs` | from there to the ripple at each delay, made white in frequency and in delay |
//! | `evidence.rs` | what is kept of a recording, and of all of them |
//! | `signs.rs` | the estimate of each of a key's signs |
//! | `tail.rs` | how likely their sum is without the key: all cases counted |
//!
//! **p-values.** All that is done to the audio knows no key. Where a key's pairs lie goes into the estimates,
//! their signs do not, and the signs are independent of where they lie. So for a key that had nothing to do
//! with the recordings the score is a sum of random signs with given weights, whose distribution
//! is counted out; the p-value is that times the sets of bands that were tried. Nothing is fitted.

mod detector;
mod evidence;
mod grid;
mod ripple;
mod signs;
mod tail;

pub use detector::EchoDetector;
pub use evidence::{EchoEvidence, TraceEvidence, TraceFinding};
