//! The mark: an inaudible keyed filter that its owner can find again.
//!
//! `y[n] = x[n] + Σ e[d]·x[n−d] + Σ pₙ[d]·x[n−d]`, where e is the *echo*, the same at all times, and pₙ
//! the *pattern*: one of many kernels, which take turns in a keyed order every patch. All of these
//! taps are small, sparse and delayed, so the filter costs little, has no latency, and its sum of
//! magnitudes is below 1: then the inverse is stable however kernels change (a contraction), and a
//! cross-fade of two kernels needs no care.
//!
//! Positive and negative time-spread echoes: Oh et al., ICASSP 2001; Ko, Nishimura and Suzuki, IEEE
//! Trans. Multimedia 7(2), 2005. Each sign of the key is a pair of opposite echoes 0.125 or 0.25 ms
//! apart, so the mark is weak below some 1 kHz, where a single line would show, and 0 at 0 Hz.

mod adder;
mod bands;
mod detector;
mod inverse;
mod kernel;
mod level;
mod marker;
mod patches;
mod recent;
mod settings;
mod sparse_fir;
mod stage;
mod trace;

pub use detector::{MarkDecoys, MarkDetector, MarkEvidence, MarkFinding, MarkSpan};
pub use inverse::Unmarker;
pub use level::MarkLevel;
pub use marker::Marker;
pub use settings::{EchoSettings, MarkError, MarkSettings, PatternSettings};
pub use trace::{EchoDetector, EchoEvidence, TraceEvidence, TraceFinding};

pub(crate) use stage::MarkStage;

use kernel::{Signs, SparseKernel, Taps};
use patches::Patches;
use settings::slots;

use crate::edge::raised_cosine;
use crate::key::{ClassKey, EchoKey, Purpose};
use crate::sample_rate::{RATE_MAX, RATE_MIN, us_to_samples};

/// Largest sum of magnitudes of all taps that act at once. Below 1 the inverse is stable.
const SUM_MAX: f64 = 0.9;

/// A key and mark settings at one sample rate, designed once and then only read. It holds secrets, so it
/// has no serialised form.
pub struct Mark {
    sample_rate: u32,
    level: MarkLevel,
    echo: Option<SparseKernel>,
    pattern: Option<Pattern>,
    /// Longest delay of any tap, in samples.
    longest: usize,
    /// Shortest delay of any tap, in samples, at least 1.
    shortest: usize,
}

/// The designed pattern.
struct Pattern {
    kernels: Vec<SparseKernel>,
    patches: Patches,
    /// The rising edge of every patch; the patch before falls as its mirror image.
    rise: Vec<f32>,
}

/// The signs of the echo of `key`.
fn echo_signs(key: &ClassKey, echo: &EchoSettings) -> Signs {
    echo_signs_of(&key.echo_key(), echo)
}

/// The signs of the echo of `key`.
fn echo_signs_of(key: &EchoKey, echo: &EchoSettings) -> Signs {
    Signs::draw(key.seed(), 0, slots(echo.first_us, echo.end_us))
}

/// The signs of every kernel of the pattern of `key`.
fn pattern_signs(key: &ClassKey, pattern: &PatternSettings) -> Vec<Signs> {
    let seed = key.derive(Purpose::Pattern);
    let slots = slots(pattern.first_us, pattern.end_us);
    let kernels = 0..u64::from(pattern.patches / 2);
    kernels.map(|kernel| Signs::draw(&seed, kernel, slots.clone())).collect()
}

/// All taps of a mark at the level asked for, before they are held back and laid out at a sample rate.
struct DesignedTaps {
    echo: Option<Taps>,
    /// Of every kernel.
    pattern: Option<Vec<Taps>>,
}

impl DesignedTaps {
    fn new(key: &ClassKey, settings: &MarkSettings) -> Self {
        let scale = libm::pow(10.0, settings.level_db / 20.0);
        let echo = settings
            .echo
            .as_ref()
            .map(|echo| echo_signs(key, echo).taps(echo.level_db, echo.decay_db, scale));
        let pattern = settings.pattern.as_ref().map(|pattern| {
            let signs = pattern_signs(key, pattern);
            signs.iter().map(|signs| signs.taps(pattern.level_db, 0.0, scale)).collect::<Vec<_>>()
        });
        Self { echo, pattern }
    }

    /// The largest sum of magnitudes of all taps that act at once.
    fn sum(&self) -> f64 {
        let of_echo = self.echo.as_ref().map_or(0.0, Taps::sum);
        of_echo + self.pattern.iter().flatten().map(Taps::sum).fold(0.0, f64::max)
    }

    /// What all taps are multiplied by so that they add up to no more than [`SUM_MAX`].
    fn limit(&self) -> f64 {
        (SUM_MAX / self.sum().max(1e-30)).min(1.0)
    }

    fn level(&self, settings: &MarkSettings) -> MarkLevel {
        MarkLevel::new(settings.level_db, self.sum())
    }
}

impl Mark {
    /// Designs the mark of `key` at `sample_rate` Hz ([`RATE_MIN`] ..= [`RATE_MAX`]). Allocates.
    ///
    /// # Errors
    /// What [`MarkSettings::validate`] finds, or a sample rate out of range.
    pub fn new(
        key: &ClassKey,
        settings: &MarkSettings,
        sample_rate: u32,
    ) -> Result<Self, MarkError> {
        settings.validate()?;
        if !(RATE_MIN..=RATE_MAX).contains(&sample_rate) {
            return Err(MarkError::SampleRate(sample_rate));
        }
        let designed = DesignedTaps::new(key, settings);
        let (level, limit) = (designed.level(settings), designed.limit());
        let DesignedTaps { echo, pattern } = designed;

        let echo = echo.map(|taps| taps.at_rate(limit, sample_rate));
        let pattern = pattern.zip(settings.pattern.as_ref()).map(|(taps, settings)| {
            let patches = Patches::new(key, settings, sample_rate);
            Pattern {
                kernels: taps.iter().map(|taps| taps.at_rate(limit, sample_rate)).collect(),
                rise: raised_cosine(patches.fade()),
                patches,
            }
        });
        let kernels = || echo.iter().chain(pattern.iter().flat_map(|pattern| &pattern.kernels));
        let longest = kernels().map(SparseKernel::longest).max().unwrap_or(0);
        let shortest = kernels().filter_map(SparseKernel::shortest).min().unwrap_or(1);
        Ok(Self { sample_rate, level, longest, shortest, echo, pattern })
    }

    /// The sample rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The level asked for and the one that acts.
    #[must_use]
    pub fn level(&self) -> MarkLevel {
        self.level
    }

    /// Length in samples of the cross-fade from one patch of the pattern to the next.
    pub(crate) fn fade(&self) -> Option<usize> {
        self.pattern.as_ref().map(|pattern| pattern.patches.fade())
    }

    /// Samples before a position that the output there depends on.
    #[must_use]
    pub fn reach(&self) -> usize {
        self.longest
    }

    /// The most that [`reach`](Self::reach) can be at `sample_rate` Hz.
    pub(crate) fn reach_max(sample_rate: u32) -> usize {
        us_to_samples(settings::TAP_US_MAX, sample_rate)
    }
}
