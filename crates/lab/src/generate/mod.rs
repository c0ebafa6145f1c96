//! Generators that a trainer might train on published recordings, each small enough to train on one
//! core in minutes. They work at 8 kHz.
//!
//! A generator is trained on recordings and then makes audio from *other* recordings: it takes their
//! course (mel spectrum, pitch, loudness, tokens) and none of their samples. A filter that all training
//! recordings share and the others lack can be in the output only because the weights learned it.

mod codec;
mod ddsp;
mod features;
mod kind;
mod layers;
mod optimise;
mod overlap;
mod spectral_loss;
mod vocoder;

pub use kind::{Audio, Direction, Generator, Job, Kind, Source, Training, UnknownKind, train};

/// Sample rate of all generators in Hz.
pub const RATE: u32 = 8_000;
