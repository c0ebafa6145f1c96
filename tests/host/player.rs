//! Plays audio in real time, block by block, as a sound card does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::clap::{Audio, Context};

const BLOCK: usize = 256;
const RATE: f64 = 48_000.0;

/// Plays `mono` on both channels from timeline position 0, in a loop, until `stop`.
pub fn play(audio: &mut Audio, mono: &[f32], stop: &AtomicBool) {
    let begun = Instant::now();
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for block in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let position = block * BLOCK;
        for (at, (left, right)) in left.iter_mut().zip(&mut right).enumerate() {
            *left = mono[(position + at) % mono.len()];
            *right = *left;
        }
        let context = Context { position: Some(position as i64), ..Context::default() };
        audio.process(&mut [&mut left[..], &mut right[..]], &context);
        let due = begun + Duration::from_secs_f64((position + BLOCK) as f64 / RATE);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

/// Plays `mono` while `work` runs on this thread.
pub fn while_playing<T>(mut audio: Audio, mono: &[f32], work: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| play(&mut audio, mono, &stop));
        /// Stops playing even if `work` panics.
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let _stop = Stop(&stop);
        work()
    })
}
