//! The restorer: whoever has the key takes the veil off again.

use std::sync::Arc;

use crate::kernel::Kernel;
use crate::processor::for_this_processor;
use crate::recipe::RecipeError;
use crate::schedule::{Cursor, Patch};
use crate::veil::Veil;

/// Independent sums in the dot product over the past, so that it runs at the speed of the
/// multipliers and not of one addition after another.
const SUMS: usize = 8;
/// Far below what any output can tell from 0.
const TINY: f64 = 1e-100;

/// The exact inverse of a [`Convolver`](crate::Convolver) with the same veil, block by block.
///
/// Patches and static EQ are each `y[n] = h₀·x[n] + Σ hₖ·x[n−k]`, with taps h that change with the
/// patches' weights; solved for x this is a recursion, stable because every kernel has minimum
/// phase. The patches come off first, then the static EQ. It runs in double precision. Where the recipe
/// lays no static EQ, samples outside patches leave bit for bit as they came.
pub struct Restorer {
    veil: Arc<Veil>,
    channels: Vec<Channel>,
    /// Each curve's taps, newest sample last: the order in which the past is kept.
    reversed: Vec<Vec<f64>>,
    /// The static EQ's taps in the same order.
    static_eq: Option<Vec<f64>>,
    lane: Option<(Cursor, Patch)>,
    expected: Option<i64>,
}

/// What is kept of one channel: without the patches, and without the static EQ as well.
struct Channel {
    equalized: Past,
    bare: Past,
}

/// The restored samples of one channel, contiguous.
struct Past {
    samples: Vec<f64>,
    end: usize,
}

impl Restorer {
    /// A restorer for `channels` channels. Allocates all it will ever need.
    ///
    /// # Errors
    /// [`RecipeError::NotInvertible`] for the papers' baselines.
    pub fn new(veil: Arc<Veil>, channels: usize) -> Result<Self, RecipeError> {
        if !veil.recipe().is_restorable() {
            return Err(RecipeError::NotInvertible);
        }
        let context = veil.reach();
        let reverse =
            |kernel: &Kernel| kernel.taps().iter().rev().map(|&tap| f64::from(tap)).collect();
        let reversed = veil.kernels().iter().map(reverse).collect();
        let static_eq = veil.static_eq().map(reverse);
        let past = || Past { samples: vec![0.0; context + (4 * context).max(4_096)], end: context };
        let channels = (0..channels).map(|_| Channel { equalized: past(), bare: past() }).collect();
        Ok(Self { veil, channels, reversed, static_eq, lane: None, expected: None })
    }

    /// Restores `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. The file must be restored from its beginning, or from a place outside patches;
    /// from the middle of a patch on, errors die away within about twice the kernel's length. Where
    /// `position` does not follow on the block before, the samples before still count as those before
    /// it, as they do for the convolver: a host may round. Where it is another place altogether, call
    /// [`reset`](Self::reset) first. Never allocates, locks or panics.
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        self.run(position, channels, f64::from, |x| x as f32);
    }

    /// Forgets all samples, as if nothing had been fed. Never allocates.
    pub fn reset(&mut self) {
        let context = self.veil.reach();
        self.expected = None;
        for channel in &mut self.channels {
            channel.equalized.clear(context);
            channel.bare.clear(context);
        }
    }

    /// [`process`](Self::process) in double precision.
    pub fn process_f64(&mut self, position: i64, channels: &mut [&mut [f64]]) {
        self.run(position, channels, |x| x, |x| x);
    }

    fn run<T: Copy>(
        &mut self,
        position: i64,
        channels: &mut [&mut [T]],
        widen: impl Fn(T) -> f64,
        narrow: impl Fn(f64) -> T,
    ) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let (schedule, context) = (self.veil.schedule(), self.veil.reach());
        if self.expected != Some(position) {
            self.lane = None;
        }
        self.expected = Some(position.saturating_add(len as i64));
        let (cursor, now) = self.lane.get_or_insert_with(|| {
            let mut cursor = schedule.patches_from(position);
            let now = cursor.next(schedule);
            (cursor, now)
        });
        let static_eq = self.static_eq.as_ref().and_then(|taps| taps.split_last());
        for index in 0..len {
            let at = position.saturating_add(index as i64);
            while now.end <= at && now.end < i64::MAX {
                *now = cursor.next(schedule);
            }
            let weight = now.weight(at, self.veil.rise());
            let taps = self.reversed.get(now.kernel).and_then(|taps| taps.split_last());
            for (own, channel) in self.channels.iter_mut().zip(channels.iter_mut()) {
                let mut sample = widen(channel[index]);
                let patched = taps.filter(|_| weight > 0.0);
                if let Some((first, older)) = patched {
                    let rest = weight * own.equalized.sum(older);
                    sample = (sample - rest) / (1.0 + weight * (first - 1.0));
                }
                own.equalized.push(sample, context);
                if let Some((first, older)) = static_eq {
                    sample = (sample - own.bare.sum(older)) / first;
                    own.bare.push(sample, context);
                }
                if patched.is_some() || static_eq.is_some() {
                    channel[index] = narrow(if sample.is_finite() { sample } else { 0.0 });
                }
            }
        }
    }
}

impl Patch {
    /// The patch's weight at a position, 0 ..= 1, exactly as the convolver has it.
    pub(crate) fn weight(&self, at: i64, rise: &[f32]) -> f64 {
        let edge = |from: i64| {
            let place = usize::try_from(at.saturating_sub(from)).ok()?;
            rise.get(place).copied()
        };
        if at < self.start || at >= self.end {
            return 0.0;
        }
        let rising = if self.rises { edge(self.start) } else { None };
        let fall = self.end.saturating_sub(rise.len() as i64);
        let falling = if self.falls { edge(fall).map(|w| 1.0 - w) } else { None };
        f64::from(rising.or(falling).unwrap_or(1.0))
    }
}

impl Past {
    /// Sum of products of `taps` and the newest samples.
    fn sum(&self, taps: &[f64]) -> f64 {
        dot(taps, &self.samples[self.end - taps.len()..self.end])
    }

    /// As if silence had come before.
    fn clear(&mut self, context: usize) {
        self.samples[..context].fill(0.0);
        self.end = context;
    }

    fn push(&mut self, sample: f64, context: usize) {
        if self.end == self.samples.len() {
            self.samples.copy_within(self.end - context..self.end, 0);
            self.end = context;
        }
        // What is no audio must not stay in the recursion for ever, and what dies away in it must
        // not become denormal, which is slow.
        let stays = sample.is_finite() && sample.abs() > TINY;
        self.samples[self.end] = if stays { sample } else { 0.0 };
        self.end += 1;
    }
}

for_this_processor! {
    /// Sum of products.
    dot = dot_anywhere, (a: &[f64], b: &[f64]) -> f64
}

#[inline(always)]
fn dot_anywhere(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; SUMS];
    let (a_whole, a_rest) = a.as_chunks::<SUMS>();
    let (b_whole, b_rest) = b.as_chunks::<SUMS>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..SUMS {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
