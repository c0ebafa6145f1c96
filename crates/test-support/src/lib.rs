//! What the tests, examples and benches of all crates share: reproducible random numbers, test
//! signals, a block driver, comparisons, fixed keys, and work on all cores. It depends on no other crate, so every crate
//! can have it as a dev-dependency.
//!
//! ```
//! use patchveil_test_support::{blocks, compare, signal};
//!
//! let input = vec![signal::noise(1, 1_000); 2];
//! let mut output = input.clone();
//! blocks::process(&mut output, -500, &[64, 1, 480], |_position, block| {
//!     for channel in block.iter_mut() {
//!         channel.iter_mut().for_each(|x| *x *= 1.0);
//!     }
//! });
//! compare::assert_same_bits(&output[0], &input[0]);
//! ```

pub mod blocks;
pub mod compare;
mod cores;
pub mod keys;
mod rng;
pub mod signal;

pub use cores::on_all_cores;
pub use rng::Rng;
