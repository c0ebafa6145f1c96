//! How well a code fits a stretch, at all places of the period.

use patchveil_spectral::{ForwardFft, InverseFft};

use super::analysis::{Segment, add_to};
use super::code::{Code, SlotPair};
use super::layout::{HOPS, Layout};
use super::spectra::SlotSpectra;

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
}

impl Scorer {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            forward: ForwardFft::new(layout.patches),
            inverse: InverseFft::new(layout.patches),
            products: (vec![0.0; layout.patches / 2 + 1], vec![0.0; layout.patches / 2 + 1]),
            kernels: vec![0.0; layout.patches / 2 * layout.pattern.len()],
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
            let echo = echo_sigmas(&own.echo, &code.echo);
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
        let echo = echo_sigmas(&whiten(&total(&segment.echo[parts.clone()])), &code.echo);
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
            for (shift, &sum) in self.inverse.transform().iter().enumerate() {
                if sum > best.0 {
                    best = (sum, phase, shift);
                }
            }
        }
        Some((best.1, best.2))
    }

    /// The pattern's sum of signs over the root of its squares.
    fn pattern_sigmas(&mut self, phase: &[f32], code: &Code, shift: usize) -> Option<f64> {
        let slots = self.layout.pattern.len();
        self.kernels.fill(0.0);
        let patches = phase.chunks_exact(slots);
        // Patch n of the stretch is patch n + shift of the timeline.
        let (before, from) = code.order.split_at(shift.min(code.order.len()));
        for (row, (kernel, sign)) in patches.zip(from.iter().chain(before)) {
            let sums = &mut self.kernels[kernel * slots..(kernel + 1) * slots];
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += sign * x);
        }
        let kernels = self.kernels.chunks_exact(slots).zip(&code.kernels);
        normalised(kernels.map(|(sums, pairs)| sum_of(sums, pairs)))
    }
}

/// Parts as one.
fn total(parts: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; parts.first().map_or(0, Vec::len)];
    parts.iter().for_each(|part| add_to(&mut sum, part));
    sum
}

/// Σ and Σ² of the pairs' signs times the ripple that each pair would leave.
fn sum_of(ripple: &[f32], pairs: &[SlotPair]) -> (f32, f32) {
    pairs.iter().fold((0.0, 0.0), |(sum, squares), pair| {
        let x = ripple[pair.first] - ripple[pair.second];
        (sum + pair.sign * x, squares + x * x)
    })
}

fn normalised(sums: impl Iterator<Item = (f32, f32)>) -> Option<f64> {
    let (sum, squares) = sums.fold((0.0_f64, 0.0_f64), |(sum, squares), (s, q)| {
        (sum + f64::from(s), squares + f64::from(q))
    });
    (squares > 0.0).then(|| sum / squares.sqrt())
}

fn echo_sigmas(ripple: &[f32], pairs: &[SlotPair]) -> Option<f64> {
    normalised(std::iter::once(sum_of(ripple, pairs)))
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
