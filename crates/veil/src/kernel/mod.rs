//! Kernels: from a key to the filters of a class at one sample rate.
//!
//! Everything here is the same to the last bit on every platform: transcendental functions come from
//! `libm`, sums run in a fixed order, and no FFT library with its own choice of instructions takes
//! part.

mod grid;
mod lanes;
mod minimum_phase;
mod pattern;
mod random_taps;

pub(crate) use pattern::{BandPosition, FLAT_FROM_HZ, MEL_BANDS_UP_TO_HZ, SpreadingPattern};

use crate::fir::TAP_GROUP;
use crate::key::{ClassKey, Purpose};
use crate::loudness::{SpeechWeight, power_at};
use crate::partition;
use crate::recipe::{Filter, Spectral, VeilSettings};
use crate::spectrum::{BLOCK, Spectrum};
use grid::Grid;
use pattern::StaticPattern;

/// Taps below this share of the largest are set to 0, so that no product with an audible sample
/// is denormal.
const TAP_FLOOR: f64 = 1e-12;
/// Largest phase a kernel may have at the reference rate, in radians. A blend of the untouched
/// signal and a kernel has a zero on the unit circle only where the kernel's phase is π; this
/// keeps clear of it at the other rates too, where the phase differs by a few per cent.
const PHASE_MAX: f64 = 2.7;
/// Rate at which the phase is limited, in Hz: one for all, so that the class sounds the same at every
/// rate.
const REFERENCE_RATE: u32 = 48_000;

/// One filter of a class at one sample rate: a finite impulse response, causal, no delay.
///
/// A spectral kernel has minimum phase, and its phase stays below π, so that not only the kernel
/// but every blend of it with the untouched signal has its zeros inside the unit circle: the
/// edges of a patch can be undone like its middle.
#[derive(Clone)]
pub struct Kernel {
    /// The taps, padded with zeros to whole groups for [`crate::fir::fir`].
    padded: Vec<f32>,
    len: usize,
    /// The parts of a long kernel behind its head, for [`crate::tail::Tail`].
    parts: Vec<Spectrum>,
}

/// All kernels of a class under one veil.
pub(crate) struct Design {
    /// The static EQ, if there is one.
    pub(crate) static_eq: Option<Kernel>,
    /// The kernels of the patches, by number.
    pub(crate) kernels: Vec<Kernel>,
}

impl Kernel {
    /// The impulse response, first tap first, normalised so that speech keeps its loudness.
    #[must_use]
    pub fn taps(&self) -> &[f32] {
        &self.padded[..self.len]
    }

    /// The taps that are computed directly, padded with zeros to a multiple of [`TAP_GROUP`]: all
    /// taps, or for a long kernel the first [`BLOCK`].
    pub(crate) fn head(&self) -> &[f32] {
        if self.parts.is_empty() { &self.padded } else { &self.padded[..BLOCK] }
    }

    /// The blocks of taps behind the head.
    pub(crate) fn parts(&self) -> &[Spectrum] {
        &self.parts
    }

    /// Gain at `hz` in dB; `sample_rate` is the rate in Hz that the kernel was designed for.
    #[must_use]
    pub fn gain_db(&self, hz: f64, sample_rate: u32) -> f64 {
        let taps: Vec<f64> = self.taps().iter().map(|&tap| f64::from(tap)).collect();
        10.0 * libm::log10(power_at(&taps, hz / f64::from(sample_rate)).max(1e-30))
    }

    /// Normalises for speech, rounds to single precision and clears what could only make denormals.
    fn from_impulse(mut impulse: Vec<f64>, speech: &SpeechWeight) -> Self {
        let gain = speech.gain(&impulse);
        let largest = impulse.iter().fold(0.0, |top: f64, tap| top.max(tap.abs()));
        for tap in &mut impulse {
            if tap.abs() < TAP_FLOOR * largest {
                *tap = 0.0;
            }
        }
        let mut padded: Vec<f32> = impulse.iter().map(|tap| (tap / gain) as f32).collect();
        let parts = partition::parts(&padded);
        padded.resize(impulse.len().next_multiple_of(TAP_GROUP), 0.0);
        Self { padded, len: impulse.len(), parts }
    }
}

impl Design {
    /// The kernels of `key` under valid `settings` at `sample_rate` Hz.
    pub(crate) fn new(key: &ClassKey, settings: &VeilSettings, sample_rate: u32) -> Self {
        let speech = SpeechWeight::new(sample_rate);
        let kernel = |impulse| Kernel::from_impulse(impulse, &speech);
        match &settings.filter {
            Filter::Spectral(spectral) => {
                let cepstra = Cepstra::new(key, spectral, settings, sample_rate);
                let mut kernels = minimum_phase::impulses(&cepstra.all).into_iter().map(kernel);
                let alternating = kernels.by_ref().take(settings.kernels as usize).collect();
                Self { kernels: alternating, static_eq: kernels.next() }
            }
            Filter::Taps(taps) => {
                let seed = key.derive(Purpose::Kernel);
                let impulses = random_taps::impulses(taps, settings, &seed);
                Self { kernels: impulses.map(kernel).collect(), static_eq: None }
            }
        }
    }
}

/// The causal cepstra of a class's minimum-phase kernels.
struct Cepstra {
    /// Those of the alternating kernels, by number, and behind them that of the static EQ, if there is
    /// one.
    all: Vec<Vec<f64>>,
}

impl Cepstra {
    fn new(key: &ClassKey, spectral: &Spectral, settings: &VeilSettings, sample_rate: u32) -> Self {
        let alternating = SpreadingPattern::of(key, spectral, settings);
        let fixed = StaticPattern::of(key, spectral, settings);
        let levels = |grid: &Grid| grid.levels(spectral.bands, &alternating, fixed.as_ref());
        let count = settings.kernels as usize;

        let reference = Grid::new(REFERENCE_RATE, settings.kernel_len(REFERENCE_RATE));
        let mut reference_levels = levels(&reference);
        let is_reference = sample_rate == REFERENCE_RATE;
        if !is_reference {
            // Only the alternating kernels are blended with the untouched signal.
            reference_levels.truncate(count);
        }
        let reference_cepstra = reference.cepstra(&reference_levels);
        let limit = phase_limit(reference.largest_phase(&reference_cepstra[..count]));
        if is_reference && limit == 1.0 {
            return Self { all: reference_cepstra };
        }

        let grid = if is_reference {
            reference
        } else {
            Grid::new(sample_rate, settings.kernel_len(sample_rate))
        };
        let mut levels = if is_reference { reference_levels } else { levels(&grid) };
        levels[..count].iter_mut().flatten().for_each(|db| *db *= limit);
        Self { all: grid.cepstra(&levels) }
    }
}

/// The factor on the levels that keeps the phase within [`PHASE_MAX`], at most 1. Phase is
/// proportional to depth.
fn phase_limit(phase: f64) -> f64 {
    if phase > PHASE_MAX { PHASE_MAX / phase } else { 1.0 }
}

#[cfg(test)]
mod tests;
