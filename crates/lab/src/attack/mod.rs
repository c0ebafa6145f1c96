//! What a trainer may do to the clips before training to remove a veil.
//!
//! There are three kinds. A *front end* treats every recording alike and without randomness
//! (resampling, a codec, whitening). A model trained behind it is also used behind it, so it treats
//! the test clips as well, each by itself. *Random* treatments, and those that need labels, change
//! the training clips only. Only the attacks that are about clean data see untouched recordings.

mod apply;
mod bands;
mod catalogue;
mod channel;
mod class;
mod clean;
mod codebook;
mod error;
mod gate;
mod lossy;
mod period_average;
mod periodic;
mod random;
mod spec_augment;
mod vector_codec;
mod whiten;

pub use apply::Material;
pub use catalogue::Attack;
pub use error::AttackError;

#[cfg(test)]
mod tests;
