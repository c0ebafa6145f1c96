//! Tools for signals that several parts of the laboratory share.

pub mod dice;
pub mod resample;
pub mod shape;
pub mod stft;
