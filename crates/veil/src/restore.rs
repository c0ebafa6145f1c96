//! The restorer: the exact inverse of the convolver, for whoever has the key.

use std::ops::Range;
use std::sync::Arc;

use crate::kernel::Kernel;
use crate::mark::Unmarker;
use crate::past::Past;
use crate::recipe::RecipeError;
use crate::schedule::{Cursor, Patch};
use crate::veil::Veil;

/// The exact inverse of a [`Convolver`](crate::Convolver) with the same veil, block by block.
///
/// Patches and static EQ are each `y[n] = h₀·x[n] + Σ hₖ·x[n−k]`, with taps h that change with the
/// patches' weights; solved for x this is a recursion, stable because every kernel has minimum
/// phase. The mark is undone first ([`Unmarker`]), then the patches, then the static EQ, in double
/// precision. Where the recipe has neither mark nor static EQ, samples outside patches pass bit for bit.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use patchveil_veil::{ClassKey, Convolver, Preset, Restorer, Veil};
///
/// let veil = Arc::new(Veil::new(&ClassKey::generate()?, &Preset::Strong.recipe(), 44_100)?);
/// let original: Vec<f32> = (0..44_100).map(|n| 0.1 * (n as f32 * 0.05).sin()).collect();
/// let mut audio = original.clone();
/// Convolver::of(veil.clone(), 1).process(0, &mut [&mut audio]);
/// Restorer::new(veil, 1)?.process(0, &mut [&mut audio]);
/// assert!(audio.iter().zip(&original).all(|(y, x)| (y - x).abs() < 2e-6));
/// # Ok(())
/// # }
/// ```
pub struct Restorer {
    veil: Arc<Veil>,
    /// Takes the mark off first, if there is one.
    unmarker: Option<Unmarker>,
    channels: Vec<Channel>,
    /// The taps of each kernel, last tap first: the order of the past samples.
    reversed: Vec<Vec<f64>>,
    /// The static EQ's taps in the same order.
    static_eq: Option<Vec<f64>>,
    patches: Option<(Cursor, Patch)>,
    expected: Option<i64>,
    /// One stretch of a channel without its mark.
    unmarked: Vec<f64>,
}

/// The past of one channel: with the patches undone, and with the static EQ undone too.
struct Channel {
    equalized: Past,
    restored: Past,
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
        let unmarker = veil.mark().map(|mark| Unmarker::new(mark.clone(), channels));
        let past = || Past::new(context);
        let own = (0..channels).map(|_| Channel { equalized: past(), restored: past() }).collect();
        let stretch = unmarker.as_ref().map_or(0, Unmarker::stretch_max);
        Ok(Self {
            veil,
            unmarker,
            channels: own,
            reversed,
            static_eq,
            patches: None,
            expected: None,
            unmarked: vec![0.0; channels * stretch],
        })
    }

    /// Restores `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. Start at the beginning of the protected audio, or outside patches; from the middle
    /// of a patch, errors decay within about twice the kernel's length, and those of a mark within some
    /// times its longest delay. Where `position` does not follow the previous block, the samples so far
    /// still count as those before it, as for the convolver, since a host may round. For another place
    /// altogether, call [`reset`](Self::reset) first. Never allocates, locks or panics.
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        self.run(position, channels, f64::from, |x| x as f32);
    }

    /// Forgets all samples, as if nothing had been fed. Never allocates.
    pub fn reset(&mut self) {
        let context = self.veil.reach();
        self.expected = None;
        if let Some(unmarker) = &mut self.unmarker {
            unmarker.reset();
        }
        for channel in &mut self.channels {
            channel.equalized.clear(context);
            channel.restored.clear(context);
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
        if self.expected != Some(position) {
            self.patches = None;
        }
        self.expected = Some(position.saturating_add(len as i64));
        let mut done = 0;
        while done < len {
            let at = position.saturating_add(done as i64);
            let mut count = len - done;
            if let Some(unmarker) = &mut self.unmarker {
                count = unmarker.stretch(at, count);
                let own = self.unmarked.chunks_mut(unmarker.stretch_max());
                for (index, (unmarked, channel)) in own.zip(channels.iter()).enumerate() {
                    let unmarked = &mut unmarked[..count];
                    for (x, y) in unmarked.iter_mut().zip(&channel[done..]) {
                        *x = widen(*y);
                    }
                    unmarker.restore(index, at, unmarked);
                }
            }
            self.restore_veil(at, channels, done..done + count, &widen, &narrow);
            done += count;
        }
    }

    /// Restores the samples of `range` in `channels`, the first of which lies at `at`, or those from which
    /// the mark was taken off just now.
    fn restore_veil<T: Copy>(
        &mut self,
        at: i64,
        channels: &mut [&mut [T]],
        range: Range<usize>,
        widen: impl Fn(T) -> f64,
        narrow: impl Fn(f64) -> T,
    ) {
        let (schedule, context) = (self.veil.schedule(), self.veil.reach());
        let stretch = self.unmarker.as_ref().map(Unmarker::stretch_max);
        if self.patches.is_none() {
            self.patches = schedule.map(|schedule| {
                let mut cursor = schedule.patches_from(at);
                let now = cursor.next(schedule);
                (cursor, now)
            });
        }
        let static_eq = self.static_eq.as_ref().and_then(|taps| taps.split_last());
        for (n, index) in range.enumerate() {
            let at = at.saturating_add(n as i64);
            let mut weight = 0.0;
            let mut taps = None;
            if let (Some((cursor, now)), Some(schedule)) = (&mut self.patches, schedule) {
                while now.end <= at && now.end < i64::MAX {
                    *now = cursor.next(schedule);
                }
                weight = now.weight(at, self.veil.rise());
                taps = self.reversed.get(now.kernel).and_then(|taps| taps.split_last());
            }
            let patched = taps.filter(|_| weight > 0.0);
            let changes = patched.is_some() || static_eq.is_some() || stretch.is_some();
            for (own, (number, channel)) in
                self.channels.iter_mut().zip(channels.iter_mut().enumerate())
            {
                let mut sample = match stretch {
                    Some(stretch) => self.unmarked[number * stretch + n],
                    None => widen(channel[index]),
                };
                if let Some((first, older)) = patched {
                    let rest = weight * own.equalized.sum(older);
                    sample = (sample - rest) / (1.0 + weight * (first - 1.0));
                }
                own.equalized.push(sample, context);
                if let Some((first, older)) = static_eq {
                    sample = (sample - own.restored.sum(older)) / first;
                    own.restored.push(sample, context);
                }
                if changes {
                    channel[index] = narrow(if sample.is_finite() { sample } else { 0.0 });
                }
            }
        }
    }
}
