//! The library, in this process: what it reads, writes and computes.

mod inputs;
mod inspect;
mod outputs;
mod pcm_container;
mod pcm_samples;
mod probe;
#[expect(dead_code, reason = "the other test programs use the rest of it")]
#[path = "../support/mod.rs"]
mod support;
