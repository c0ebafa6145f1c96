//! How well a code fits a stretch, at all places of the period.

use patchveil_spectral::{ForwardFft, InverseFft};

use super::analysis::{Segment, add_to};
use super::code::Code;
use super::layout::{HOPS, Layout};
use super::spectra::SlotSpectra;
use crate::processor::for_this_processor;

/// Weights of pattern and echo in the score: about what each contributes in speech with noise, squares summing to 1.
const WEIGHTS: (f64, f64) = (0.96, 0.28);
/// Slots over which the echo's ripple is compared with its neighbours, either side.
const ECHO_AROUND: usize = 4;
/// Largest ripple of the echo, in multiples of its variation.
const ECHO_CLIP: f32 = 3.0;

/// A stretch, made ready for all keys: one entry for each set of parts.
pub(super) struct Prepared {
    sets: Vec<PreparedSet>,
}

/// The parts of one set together.
struct PreparedSet {
    /// For each hop that a patch may begin at: patches × slots.
    phases: Vec<Vec<f32>>,
    /// For each phase its spectra over patches.
    spectra: Vec<SlotSpectra>,
    /// The echo's ripple, slots.
    echo: Vec<f32>,
}

/// Where a code fits best and how well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    /// A sum of random signs with squared weights that add up to 1, for a key that is not there.
    pub(super) sigmas: f64,
    /// The set that was used.
    pub(super) set: usize,
    /// The patch of the timeline that patch 0 of the stretch's clock is.
    pub(super) shift: usize,
    /// The hop at which patch 0 begins.
    pub(super) phase: usize,
}

impl Fit {
    pub(super) const NONE: Self = Self { sigmas: 0.0, set: 0, shift: 0, phase: 0 };

    /// The hop of the period of so many hops at which the recording's first sample lies.
    pub(super) fn place_hops(&self, period: usize) -> usize {
        (self.shift * HOPS + period - self.phase.min(period)) % period.max(1)
    }
}

/// Scores codes.
pub(super) struct Scorer {
    layout: Layout,
    forward: ForwardFft,
    inverse: InverseFft,
    /// Real and imaginary parts of a correlation's spectrum, bins.
    products: (Vec<f32>, Vec<f32>),
    kernels: Vec<f32>,
    /// Scratch of the pairs' sums.
    left: Vec<f32>,
}

impl Scorer {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            forward: ForwardFft::new(layout.patches),
            inverse: InverseFft::new(layout.patches),
            products: (vec![0.0; layout.patches / 2 + 1], vec![0.0; layout.patches / 2 + 1]),
            kernels: vec![0.0; layout.patches / 2 * layout.pattern.len()],
            left: Vec::with_capacity(layout.patches / 2 * layout.pattern.len()),
            layout: layout.clone(),
        }
    }

    /// Places that [`best`](Self::best) tries in a stretch of so many sets.
    pub(super) fn places(&self, sets: usize) -> f64 {
        (sets * self.layout.period_hops().max(1)) as f64
    }

    /// Makes `segment` ready.
    pub(super) fn prepare(&mut self, segment: &Segment) -> Prepared {
        let sets = (0..segment.parts.sets()).map(|set| {
            let pattern = total(&segment.pattern[segment.parts.set(set)]);
            let echo = total(&segment.echo[segment.parts.set(set)]);
            let phases: Vec<_> = (0..HOPS).map(|phase| self.phase(&pattern, phase)).collect();
            let slots = self.layout.pattern.len();
            let spectrum = |phase: &Vec<f32>| SlotSpectra::of(phase, slots, &mut self.forward);
            let spectra = phases.iter().map(spectrum).collect();
            PreparedSet { phases, spectra, echo: whiten(&echo) }
        });
        Prepared { sets: sets.collect() }
    }

    /// The sum of the hops of each patch, where patches begin at hop `phase`: patches × slots.
    fn phase(&self, hops: &[f32], phase: usize) -> Vec<f32> {
        let slots = self.layout.pattern.len();
        let period = self.layout.period_hops();
        let mut sums = vec![0.0; self.layout.patches * slots];
        for (patch, sums) in sums.chunks_exact_mut(slots.max(1)).enumerate() {
            for hop in 0..HOPS {
                let at = (patch * HOPS + phase + hop) % period;
                add_to(sums, &hops[at * slots..(at + 1) * slots]);
            }
        }
        sums
    }

    /// Where `code` fits best.
    pub(super) fn best(&mut self, prepared: &Prepared, code: &Code) -> Fit {
        let mut best = Fit { sigmas: f64::MIN, ..Fit::NONE };
        for (set, own) in prepared.sets.iter().enumerate() {
            let echo = normalised(code.echo.sums(&own.echo, &mut self.left));
            let fit = match self.highest(own, code) {
                Some((phase, shift)) => {
                    let pattern = self.pattern_sigmas(&own.phases[phase], code, shift);
                    Fit { sigmas: joint(pattern, echo), set, shift, phase }
                }
                None => Fit { sigmas: joint(None, echo), set, ..Fit::NONE },
            };
            if fit.sigmas > best.sigmas {
                best = fit;
            }
        }
        best
    }

    /// How well `code` fits `segment` at the place of `fit`.
    pub(super) fn at(&mut self, segment: &Segment, code: &Code, fit: &Fit) -> f64 {
        let parts = segment.parts.set(fit.set);
        let ripple = whiten(&total(&segment.echo[parts.clone()]));
        let echo = normalised(code.echo.sums(&ripple, &mut self.left));
        if self.layout.patches == 0 {
            return joint(None, echo);
        }
        let phase = self.phase(&total(&segment.pattern[parts]), fit.phase);
        joint(self.pattern_sigmas(&phase, code, fit.shift), echo)
    }

    /// The phase and shift at which the sum over all signs is highest.
    fn highest(&mut self, set: &PreparedSet, code: &Code) -> Option<(usize, usize)> {
        if self.layout.patches == 0 {
            return None;
        }
        let mut best = (f32::MIN, 0, 0);
        let (re, im) = &mut self.products;
        for (phase, spectrum) in set.spectra.iter().enumerate() {
            spectrum.correlate(&code.spectra, re, im);
            for ((to, re), im) in self.inverse.bins_mut().iter_mut().zip(&*re).zip(&*im) {
                (to.re, to.im) = (*re, *im);
            }
            let sums = self.inverse.transform();
            let top = highest(sums);
            if top > best.0 {
                let shift = sums.iter().position(|&sum| sum == top).unwrap_or(0);
                best = (top, phase, shift);
            }
        }
        Some((best.1, best.2))
    }

    /// The pattern's sum of signs over the root of its squares.
    fn pattern_sigmas(&mut self, phase: &[f32], code: &Code, shift: usize) -> Option<f64> {
        let slots = self.layout.pattern.len();
        // Patch n of the stretch is patch n + shift of the timeline.
        let (before, from) = code.order.split_at(shift.min(code.order.len()));
        let (earlier, later) = phase.split_at((from.len() * slots).min(phase.len()));
        self.kernels.fill(0.0);
        for (rows, order) in [(earlier, from), (later, before)] {
            sum_rows(rows, order, slots, &mut self.kernels);
        }
        normalised(code.pattern.sums(&self.kernels, &mut self.left))
    }
}

for_this_processor! {
    /// Adds each row, times its sign, to those of its kernel: patches × slots to kernels × slots.
    sum_rows = sum_rows_anywhere,
    (rows: &[f32], order: &[(usize, f32)], slots: usize, kernels: &mut [f32])
}

#[inline(always)]
fn sum_rows_anywhere(rows: &[f32], order: &[(usize, f32)], slots: usize, kernels: &mut [f32]) {
    for (row, (kernel, sign)) in rows.chunks_exact(slots.max(1)).zip(order) {
        let sums = &mut kernels[kernel * slots..(kernel + 1) * slots];
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += sign * x);
    }
}

for_this_processor! {
    /// The highest of the values.
    highest = highest_anywhere, (values: &[f32]) -> f32
}

#[inline(always)]
fn highest_anywhere(values: &[f32]) -> f32 {
    const LANES: usize = 8;
    let (chunks, odd) = values.as_chunks::<LANES>();
    let mut tops = [f32::MIN; LANES];
    for chunk in chunks {
        for (top, x) in tops.iter_mut().zip(chunk) {
            *top = if x > top { *x } else { *top };
        }
    }
    tops.iter().chain(odd).fold(f32::MIN, |top, x| if *x > top { *x } else { top })
}

/// Parts as one.
fn total(parts: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; parts.first().map_or(0, Vec::len)];
    parts.iter().for_each(|part| add_to(&mut sum, part));
    sum
}

/// A sum of signs over the root of its squares.
fn normalised((sum, squares): (f64, f64)) -> Option<f64> {
    (squares > 0.0).then(|| sum / squares.sqrt())
}

fn joint(pattern: Option<f64>, echo: Option<f64>) -> f64 {
    match (pattern, echo) {
        (Some(pattern), Some(echo)) => WEIGHTS.0 * pattern + WEIGHTS.1 * echo,
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => 0.0,
    }
}

/// What of a long-term ripple differs from its neighbours, at unit variation: speech leaves slow curves.
fn whiten(ripple: &[f32]) -> Vec<f32> {
    let around = |values: &[f32], n: usize| -> f32 {
        let near = &values[n.saturating_sub(ECHO_AROUND)..(n + ECHO_AROUND + 1).min(values.len())];
        near.iter().sum::<f32>() / near.len() as f32
    };
    let flat: Vec<f32> = (0..ripple.len()).map(|n| ripple[n] - around(ripple, n)).collect();
    let squares: Vec<f32> = flat.iter().map(|x| x * x).collect();
    let scaled = |(n, x): (usize, &f32)| {
        (x / (around(&squares, n) + 1e-20).sqrt()).clamp(-ECHO_CLIP, ECHO_CLIP)
    };
    flat.iter().enumerate().map(scaled).collect()
}
