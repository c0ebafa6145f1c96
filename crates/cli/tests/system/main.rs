//! The `patchveil` command: pipes, signals, killed runs, full disks. Some of it waits for a clock, so it runs apart.

mod many;
mod pcm_large;
mod pipes;
#[expect(dead_code, reason = "the other test programs use the rest of it")]
#[path = "../support/mod.rs"]
mod support;
mod system;
