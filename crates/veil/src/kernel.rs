//! Kernels: from a key to the filters of a class at one sample rate.
//!
//! Everything here is deterministic to the last bit on every platform: transcendental functions
//! come from `libm`, sums run in a fixed order, and no FFT library with its own choice of
//! instructions takes part.

use std::f64::consts::PI;

use crate::fir::TAP_GROUP;
use crate::key::{ClassKey, KeyStream, Purpose};
use crate::loudness;
use crate::recipe::{Depth, Filter, Recipe, Spectral, Taps};
use crate::spectrum::{BLOCK, Spectrum};
use crate::tail;

/// Points on which a curve is laid out from 0 Hz to half the sample rate.
const GRID: usize = 4_096;
/// Bands for which the key always draws, whatever the sample rate: up to 400 kHz and more.
const BANDS_DRAWN: usize = 256;
/// Frequency up to which [`Spectral::bands`] are counted, in Hz.
pub(crate) const BANDS_TO_HZ: f64 = 4_000.0;
/// Taps below this share of the largest are set to 0, so that no product with an audible sample
/// is a denormal.
const TAP_FLOOR: f64 = 1e-12;
/// The curve begins to flatten at this many Hz …
const FADE_FROM_HZ: f64 = 18_000.0;
/// … and is flat from this many on, so that all rates from 44.1 kHz up carry the same curve.
pub(crate) const FADE_TO_HZ: f64 = 20_000.0;
/// Largest phase a kernel may have at the reference rate, in radians. A blend of the untouched
/// signal and a kernel has a zero on the unit circle only where the kernel's phase is π; this
/// keeps clear of it, at the other rates too, where the phase is a few per cent off.
const PHASE_MAX: f64 = 2.7;
/// Rate at which the phase is looked at, in Hz.
const REFERENCE_RATE: u32 = 48_000;
/// Frequencies at which the phase is looked at.
const PHASE_POINTS: usize = 512;
/// Share of the kernel's length that the cepstrum takes; the rest is for the products of its
/// parts, which would otherwise be cut off, differently at every sample rate.
const CEPSTRUM_SHARE: f64 = 0.75;
/// How much a kernel's zeros are drawn inward when cutting it to length pushed one outside.
const SHRINK: f64 = 0.999;

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
    /// What lies behind the head of a long kernel, for [`crate::tail::Tail`].
    parts: Vec<Spectrum>,
}

impl Kernel {
    /// The impulse response, first tap first, energy-normalised for speech.
    #[must_use]
    pub fn taps(&self) -> &[f32] {
        &self.padded[..self.len]
    }

    /// The taps that act directly and zeros behind them, up to a multiple of [`TAP_GROUP`]: all
    /// taps, but for a long kernel its first [`BLOCK`].
    pub(crate) fn head(&self) -> &[f32] {
        if self.parts.is_empty() { &self.padded } else { &self.padded[..BLOCK] }
    }

    /// The blocks of taps behind the head.
    pub(crate) fn parts(&self) -> &[Spectrum] {
        &self.parts
    }

    /// Gain at `hz` for the sample rate `sample_rate` Hz it was designed for, in dB.
    #[must_use]
    pub fn gain_db(&self, hz: f64, sample_rate: u32) -> f64 {
        let taps: Vec<f64> = self.taps().iter().map(|&tap| f64::from(tap)).collect();
        10.0 * libm::log10(power_at(&taps, hz / f64::from(sample_rate)).max(1e-30))
    }
}

/// All kernels of a class under a valid recipe, in the order of their curve numbers.
pub(crate) fn design(key: &ClassKey, recipe: &Recipe, sample_rate: u32) -> Vec<Kernel> {
    let seed = key.derive(Purpose::Kernel);
    let scale = recipe.amount / 100.0;
    let count = recipe.kernels as usize;
    match &recipe.filter {
        Filter::Spectral(spectral) => {
            let code = Code::of(key, spectral, recipe);
            let limit = code.phase_limit(recipe, count);
            let grid = Grid::new(sample_rate, recipe.kernel_len(sample_rate));
            (0..count).map(|curve| grid.kernel(|hz| limit * code.db_at(curve, hz))).collect()
        }
        Filter::Taps(taps) => (0..count)
            .map(|curve| {
                let random = random_taps(taps, scale, &mut seed.stream(curve as u64));
                finish(random, sample_rate)
            })
            .collect(),
    }
}

/// CUDA's filter: a unit tap, then U(0, spread) taps (arXiv 2303.04278, section 3, in one
/// dimension as in arXiv 2401.02135).
fn random_taps(taps: &Taps, scale: f64, stream: &mut KeyStream) -> Vec<f64> {
    let mut impulse = vec![1.0];
    impulse.resize_with(taps.count as usize, || taps.spread * scale * stream.unit());
    impulse
}

/// The filter that a class lays under its patches, at one sample rate; `None` where the recipe
/// lays none.
pub(crate) fn static_eq(key: &ClassKey, recipe: &Recipe, sample_rate: u32) -> Option<Kernel> {
    let Filter::Spectral(spectral) = &recipe.filter else {
        return None;
    };
    let scale = recipe.amount / 100.0;
    if scale * spectral.static_eq.db == 0.0 {
        return None;
    }
    let bands = spectral.bands as usize;
    let mut stream = key.derive(Purpose::StaticEq).stream(0);
    let mut signs = vec![0.0; BANDS_DRAWN];
    for four in signs.chunks_exact_mut(4) {
        // Of four neighbours two go up and two down: a voice keeps its balance, and its loudness
        // as nearly as a colour that is the same for all voices can keep it.
        four.copy_from_slice(&[1.0, 1.0, -1.0, -1.0]);
        stream.shuffle(four);
    }
    let grid = Grid::new(sample_rate, recipe.kernel_len(sample_rate));
    Some(grid.kernel(|hz| scale * depth_at(&spectral.static_eq, hz) * between(&signs, bands, hz)))
}

/// Which bands a class turns, and which way in each curve.
pub(crate) struct Code<'a> {
    spectral: &'a Spectral,
    /// The recipe's amount, 1 for 100 %.
    scale: f64,
    /// Signs of each curve by band, 0 where the band is not the class's.
    signs: Vec<Vec<f64>>,
}

impl<'a> Code<'a> {
    /// The code of `key` under a valid `recipe` whose filter is `spectral`.
    pub(crate) fn of(key: &ClassKey, spectral: &'a Spectral, recipe: &Recipe) -> Self {
        let seed = key.derive(Purpose::Kernel);
        let (curves, scale) = (recipe.kernels as usize, recipe.amount / 100.0);
        Self::draw(spectral, curves, scale, |stream| seed.stream(stream))
    }

    /// Draws the code: stream 0 chooses the bands, stream 1 + n the signs of the n-th pair of
    /// opposite curves.
    fn draw(
        spectral: &'a Spectral,
        curves: usize,
        scale: f64,
        stream: impl Fn(u64) -> KeyStream,
    ) -> Self {
        let group = spectral.bands as usize;
        let mut choice = stream(0);
        let mut chosen = vec![false; BANDS_DRAWN];
        for bands in chosen.chunks_mut(group) {
            let mut order: Vec<usize> = (0..group).collect();
            choice.shuffle(&mut order);
            for &band in &order[..spectral.active as usize] {
                if let Some(band) = bands.get_mut(band) {
                    *band = true;
                }
            }
        }
        let signs = (0..curves)
            .map(|curve| {
                let mut drawn = stream(1 + curve as u64 / 2);
                let way = if curve % 2 == 0 { 1.0 } else { -1.0 };
                let sign = |&chosen: &bool| {
                    let sign = way * sign(drawn.bits());
                    if chosen { sign } else { 0.0 }
                };
                chosen.iter().map(sign).collect()
            })
            .collect();
        Self { spectral, scale, signs }
    }

    /// The designed gain of a curve at `hz`, in dB.
    pub(crate) fn db_at(&self, curve: usize, hz: f64) -> f64 {
        let (signed, even) = self.parts_at(curve, hz);
        signed + even
    }

    /// The designed gain of a curve at `hz`, in dB, in two parts that add up to it: what the
    /// key's signs turn, and what is the same for all signs.
    pub(crate) fn parts_at(&self, curve: usize, hz: f64) -> (f64, f64) {
        let spectral = self.spectral;
        let signed = self.scale
            * depth_at(&spectral.alternating_eq, hz)
            * between(&self.signs[curve], spectral.bands as usize, hz);
        (signed, -power_of_swing(signed))
    }

    /// The factor that keeps the phase of all curves within [`PHASE_MAX`], at most 1. Phase grows
    /// with depth, so one factor does it; it is found at one rate for all, so that the class
    /// sounds the same at every rate.
    fn phase_limit(&self, recipe: &Recipe, curves: usize) -> f64 {
        let grid = Grid::new(REFERENCE_RATE, recipe.kernel_len(REFERENCE_RATE));
        let phase = (0..curves)
            .map(|curve| grid.largest_phase(|hz| self.db_at(curve, hz)))
            .fold(0.0, f64::max);
        if phase > PHASE_MAX { PHASE_MAX / phase } else { 1.0 }
    }
}

/// The mean power gain, in dB, of turning a band up by `db` half of the time and down by as much
/// the other half: 10·log₁₀ cosh(db·ln 10 / 10). Taken off both, it leaves the power of every band
/// as it was, whatever the voice, and so its loudness.
fn power_of_swing(db: f64) -> f64 {
    10.0 * libm::log10(libm::cosh(db * std::f64::consts::LN_10 / 10.0))
}

/// How deep a curve may be at `hz`, in dB.
fn depth_at(depth: &Depth, hz: f64) -> f64 {
    let profile = depth.low + (depth.high - depth.low) * (mel(hz) / mel(BANDS_TO_HZ)).min(1.0);
    let audible = 1.0 - raised_cosine((hz - FADE_FROM_HZ) / (FADE_TO_HZ - FADE_FROM_HZ));
    depth.db * profile * audible
}

/// The value at `hz` of a curve that has the value `signs[n]` in the middle of band n, `group`
/// bands to [`BANDS_TO_HZ`]. From one middle to the next it goes by a raised cosine: a steep edge
/// would ring, and turn the phase by more than can be undone.
fn between(signs: &[f64], group: usize, hz: f64) -> f64 {
    let place = mel(hz) / mel(BANDS_TO_HZ) * group as f64 - 0.5;
    let below = libm::floor(place);
    let level = |band: f64| signs[(band.max(0.0) as usize).min(BANDS_DRAWN - 1)];
    level(below) + (level(below + 1.0) - level(below)) * raised_cosine(place - below)
}

/// 0 up to 0, 1 from 1 on, a raised cosine between.
fn raised_cosine(part: f64) -> f64 {
    0.5 - 0.5 * libm::cos(PI * part.clamp(0.0, 1.0))
}

fn sign(bits: u32) -> f64 {
    if bits >> 31 == 0 { 1.0 } else { -1.0 }
}

/// Hz → mel (O'Shaughnessy's formula, as in HTK).
pub(crate) fn mel(hz: f64) -> f64 {
    2_595.0 * libm::log10(1.0 + hz / 700.0)
}

/// The frequency grid of one sample rate, and what turns a curve on it into a kernel.
struct Grid {
    sample_rate: u32,
    /// Taps to make.
    len: usize,
    /// cos(π·i / (2·[`GRID`])) for i in 0 .. 4·[`GRID`]: one full turn.
    cosine: Vec<f64>,
}

impl Grid {
    fn new(sample_rate: u32, len: usize) -> Self {
        let step = PI / (2 * GRID) as f64;
        let cosine = (0..4 * GRID).map(|i| libm::cos(i as f64 * step)).collect();
        Self { sample_rate, len, cosine }
    }

    /// The kernel whose gain is `curve` (Hz → dB), but for its loudness.
    fn kernel(&self, curve: impl Fn(f64) -> f64) -> Kernel {
        finish(minimum_phase(&self.cepstrum(curve)), self.sample_rate)
    }

    /// The middles of the grid's cells, in Hz.
    fn hz(&self) -> impl Iterator<Item = f64> + '_ {
        let sample_rate = f64::from(self.sample_rate);
        (0..GRID).map(move |i| (i as f64 + 0.5) / GRID as f64 * sample_rate / 2.0)
    }

    /// The causal cepstrum, in nepers, of the minimum-phase filter whose log magnitude is `curve`
    /// (Hz → dB): the real cepstrum folded to its causal half (Oppenheim and Schafer,
    /// Discrete-Time Signal Processing, chapter on the cepstrum). It is tapered by a raised cosine
    /// over a share of the kernel's length, in seconds the same at every rate, which smooths the
    /// curve to what the kernel can follow.
    fn cepstrum(&self, curve: impl Fn(f64) -> f64) -> Vec<f64> {
        let nepers_per_db = std::f64::consts::LN_10 / 20.0;
        let reach = CEPSTRUM_SHARE * self.len as f64;
        let levels: Vec<f64> = self.hz().map(curve).collect();
        (0..self.len)
            .map(|n| {
                let taper = 1.0 - raised_cosine(n as f64 / reach);
                if taper == 0.0 {
                    return 0.0;
                }
                let mut sum = 0.0;
                let mut angle = n;
                for &db in &levels {
                    sum += db * self.cosine[angle];
                    angle = (angle + 2 * n) % (4 * GRID);
                }
                let folded = if n == 0 { 1.0 } else { 2.0 };
                folded * taper * nepers_per_db * sum / GRID as f64
            })
            .collect()
    }

    /// The largest phase of that filter, in radians: φ(ω) = −Σ c[n]·sin(nω).
    fn largest_phase(&self, curve: impl Fn(f64) -> f64) -> f64 {
        let cepstrum = self.cepstrum(curve);
        (1..PHASE_POINTS)
            .map(|point| {
                let turn = 2 * GRID / PHASE_POINTS * point;
                let sine = |n: usize| self.cosine[(n * turn + 3 * GRID) % (4 * GRID)];
                let sum: f64 = cepstrum.iter().enumerate().map(|(n, c)| c * sine(n)).sum();
                sum.abs()
            })
            .fold(0.0, f64::max)
    }
}

/// The impulse response of a causal cepstrum, as many taps as it has: h[0] = exp c[0] and
/// h[n] = Σ (k/n)·c[k]·h[n−k] for k = 1 … n (Oppenheim and Schafer, as above).
fn minimum_phase(cepstrum: &[f64]) -> Vec<f64> {
    let len = cepstrum.len();
    let mut impulse = vec![0.0; len];
    impulse[0] = libm::exp(cepstrum[0]);
    for n in 1..len {
        let sum: f64 = (1..=n).map(|k| k as f64 * cepstrum[k] * impulse[n - k]).sum();
        impulse[n] = sum / n as f64;
    }
    // Cutting to length can, for deep curves, push a zero out. Scaling tap n by rⁿ scales all
    // zeros by r, so a few steps bring it back at almost no change of the curve.
    let mut reach = 1.0;
    while !is_minimum_phase(&impulse) && reach > 0.5 {
        reach *= SHRINK;
        let mut power = 1.0;
        for tap in &mut impulse {
            *tap *= power;
            power *= SHRINK;
        }
    }
    impulse
}

/// Whether all zeros lie inside the unit circle: the step-down recursion finds a reflection
/// coefficient of magnitude 1 or more as soon as one does not (Schur–Cohn).
pub(crate) fn is_minimum_phase(impulse: &[f64]) -> bool {
    let Some(&first) = impulse.first() else {
        return false;
    };
    if first == 0.0 {
        return false;
    }
    let mut poly: Vec<f64> = impulse.iter().map(|tap| tap / first).collect();
    while poly.len() > 1 {
        let last = poly.len() - 1;
        let reflection = poly[last];
        if reflection.abs() >= 1.0 {
            return false;
        }
        let scale = 1.0 / (1.0 - reflection * reflection);
        let mut lower: Vec<f64> =
            (0..last).map(|i| (poly[i] - reflection * poly[last - i]) * scale).collect();
        lower[0] = 1.0;
        poly = lower;
    }
    true
}

/// Normalises for speech, rounds to single precision and clears what could only make denormals.
fn finish(mut impulse: Vec<f64>, sample_rate: u32) -> Kernel {
    let gain =
        loudness::speech_gain(sample_rate, |hz| power_at(&impulse, hz / f64::from(sample_rate)));
    let largest = impulse.iter().fold(0.0, |top: f64, tap| top.max(tap.abs()));
    for tap in &mut impulse {
        if tap.abs() < TAP_FLOOR * largest {
            *tap = 0.0;
        }
    }
    let mut padded: Vec<f32> = impulse.iter().map(|tap| (tap / gain) as f32).collect();
    let parts = tail::parts(&padded);
    padded.resize(impulse.len().next_multiple_of(TAP_GROUP), 0.0);
    Kernel { padded, len: impulse.len(), parts }
}

/// |H|² at `turn` cycles a sample, by Horner's rule.
fn power_at(taps: &[f64], turn: f64) -> f64 {
    let (sin, cos) = libm::sincos(-2.0 * PI * turn);
    let (mut re, mut im) = (0.0, 0.0);
    for &tap in taps.iter().rev() {
        (re, im) = (re * cos - im * sin + tap, re * sin + im * cos);
    }
    re * re + im * im
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Preset;

    const RATES: [u32; 7] = [8_000, 16_000, 44_100, 48_000, 88_200, 96_000, 192_000];

    fn key(byte: u8) -> ClassKey {
        ClassKey::from_bytes([byte; 32])
    }

    fn deepest() -> Recipe {
        let mut recipe = Preset::Strong.recipe();
        recipe.amount = 150.0;
        if let Filter::Spectral(spectral) = &mut recipe.filter {
            spectral.static_eq = Depth { db: 10.0, low: 0.5, high: 1.5 };
        }
        recipe
    }

    #[test]
    fn every_spectral_kernel_has_minimum_phase() {
        for recipe in [Preset::Light, Preset::Balanced, Preset::Strong]
            .map(Preset::recipe)
            .into_iter()
            .chain([deepest()])
        {
            for byte in 0..6 {
                for kernel in design(&key(byte), &recipe, RATES[byte as usize]) {
                    let taps: Vec<f64> = kernel.taps().iter().map(|&t| f64::from(t)).collect();
                    assert!(is_minimum_phase(&taps));
                    assert!(taps[0] > 0.0);
                }
            }
        }
    }

    #[test]
    fn the_zero_test_tells_inside_from_outside() {
        assert!(is_minimum_phase(&[1.0, -0.5]));
        assert!(!is_minimum_phase(&[1.0, -2.0]));
        assert!(!is_minimum_phase(&[0.5, 1.0]));
        // (1 − 0.9z⁻¹)(1 − 1.1z⁻¹)
        assert!(!is_minimum_phase(&[1.0, -2.0, 0.99]));
        assert!(!is_minimum_phase(&[0.0, 1.0]));
        assert!(!is_minimum_phase(&[]));
    }

    #[test]
    fn the_curve_is_the_same_at_every_rate() {
        let recipe = Preset::Balanced.recipe();
        for byte in 0..4 {
            let at = |rate| design(&key(byte), &recipe, rate);
            let (low, mid, high) = (at(44_100), at(48_000), at(96_000));
            for curve in 0..low.len() {
                for step in 1..=400 {
                    let hz = 0.4 * 44_100.0 * f64::from(step) / 400.0;
                    let base = low[curve].gain_db(hz, 44_100);
                    for (other, rate) in [(&mid[curve], 48_000), (&high[curve], 96_000)] {
                        let apart = (other.gain_db(hz, rate) - base).abs();
                        assert!(apart < 0.5, "{apart} dB apart at {hz} Hz and {rate} Hz");
                    }
                }
            }
        }
    }

    #[test]
    fn two_keys_give_uncorrelated_curves() {
        let recipe = Preset::Balanced.recipe();
        let mut curves: Vec<Vec<f64>> = (0..40)
            .map(|byte| {
                let kernel = &design(&key(byte), &recipe, 48_000)[0];
                (1..200).map(|i| kernel.gain_db(f64::from(i) * 100.0, 48_000)).collect()
            })
            .collect();
        // What all keys have in common, by the recipe, is no secret and no resemblance.
        for point in 0..curves[0].len() {
            let mean = curves.iter().map(|curve| curve[point]).sum::<f64>() / curves.len() as f64;
            curves.iter_mut().for_each(|curve| curve[point] -= mean);
        }
        let mut sum = 0.0;
        let mut pairs = 0.0;
        for (i, a) in curves.iter().enumerate() {
            for b in &curves[..i] {
                let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f64>();
                let r = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
                assert!(r.abs() < 0.95, "two keys share a curve: {r}");
                sum += r;
                pairs += 1.0;
            }
        }
        assert!(f64::abs(sum / pairs) < 0.05, "curves lean one way: {}", sum / pairs);
    }

    #[test]
    fn opposite_curves_keep_the_power_of_every_band() {
        let recipe = Preset::Light.recipe();
        for byte in 0..8 {
            let kernels = design(&key(byte), &recipe, 48_000);
            for pair in kernels.chunks(2) {
                let levels: Vec<f64> = (1..160)
                    .map(|i| {
                        let hz = f64::from(i) * 100.0;
                        let power = |n: usize| 10.0_f64.powf(pair[n].gain_db(hz, 48_000) / 10.0);
                        10.0 * ((power(0) + power(1)) / 2.0).log10()
                    })
                    .collect();
                // Exact but for what the kernel's length smooths and the loudness correction.
                let worst = levels.iter().fold(0.0, |worst: f64, db| worst.max(db.abs()));
                let mean = levels.iter().sum::<f64>() / levels.len() as f64;
                assert!(worst < 2.0 && mean.abs() < 0.7, "worst {worst} dB, mean {mean} dB");
            }
        }
    }

    #[test]
    fn no_amount_is_no_filter() {
        for preset in Preset::ALL {
            let mut recipe = preset.recipe();
            recipe.amount = 0.0;
            for kernel in design(&key(1), &recipe, 48_000) {
                assert_eq!(kernel.taps()[0], 1.0);
                assert!(kernel.taps()[1..].iter().all(|&tap| tap == 0.0));
            }
        }
    }

    #[test]
    fn the_papers_taps_are_a_unit_tap_and_small_ones() {
        let kernel = &design(&key(1), &Preset::Poscuda.recipe(), 48_000)[0];
        let taps = kernel.taps();
        assert_eq!(taps.len(), 32);
        assert!(taps[1..].iter().all(|&tap| tap >= 0.0 && tap < 0.3 * taps[0]));
        assert!(taps[1..].iter().any(|&tap| tap > 0.2 * taps[0]));
    }
}
