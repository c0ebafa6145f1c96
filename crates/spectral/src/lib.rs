//! Spectra: Fourier transforms of real signals, Hann windows, short-time transforms, the mel scale,
//! and the ticks of axes they are drawn on. One implementation for the veil, the command, the plug-in's
//! analyzer and the lab.
//!
//! The level of a tone, read from its spectrum:
//!
//! ```
//! use patchveil_spectral::{WindowedPower, window};
//!
//! let rate = 48_000.0;
//! let tone: Vec<f32> = (0..4_800)
//!     .map(|n| 0.5 * (n as f32 * std::f32::consts::TAU * 1_000.0 / rate).sin())
//!     .collect();
//! let mut spectrum = WindowedPower::new(window::hann(4_800), 4_800);
//! let scale = spectrum.full_scale();
//! let power = spectrum.power(&tone);
//! let bin = (1_000.0 / rate * 4_800.0) as usize;
//! let dbfs = 10.0 * (power[bin] * scale).log10();
//! assert!((dbfs + 6.02).abs() < 0.01);
//! ```
#![deny(unsafe_code)]

pub mod axis;
mod fft;
pub mod mel;
mod stft;
pub mod window;
mod windowed;

pub use fft::{ForwardFft, InverseFft, Real};
pub use realfft::num_complex::{Complex, Complex32};
pub use stft::Stft;
pub use windowed::{PowerStream, WindowedPower};
