//! Signal processing that several modules share.

pub mod filter;
pub mod level;
pub mod resample;
pub mod rng;
