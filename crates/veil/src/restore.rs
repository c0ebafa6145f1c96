//! The restorer: the exact inverse of the convolver, for whoever has the key.

use std::sync::Arc;

use crate::kernel::Kernel;
use crate::past::Past;
use crate::recipe::RecipeError;
use crate::schedule::{Cursor, Patch};
use crate::veil::Veil;

/// The exact inverse of a [`Convolver`](crate::Convolver) with the same veil, block by block.
///
/// Patches and static EQ are each `y[n] = h₀·x[n] + Σ hₖ·x[n−k]`, with taps h that change with the
/// patches' weights; solved for x this is a recursion, stable because every kernel has minimum
/// phase. The patches are undone first, then the static EQ, in double precision. Where the recipe has no
/// static EQ, samples outside patches pass bit for bit.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use patchveil_veil::{ClassKey, Convolver, Preset, Restorer, Veil};
///
/// let veil = Arc::new(Veil::new(&ClassKey::generate()?, &Preset::Strong.recipe(), 44_100)?);
/// let original: Vec<f32> = (0..44_100).map(|n| 0.3 * (n as f32 * 0.05).sin()).collect();
/// let mut audio = original.clone();
/// Convolver::of(veil.clone(), 1).process(0, &mut [&mut audio]);
/// Restorer::new(veil, 1)?.process(0, &mut [&mut audio]);
/// assert!(audio.iter().zip(&original).all(|(y, x)| (y - x).abs() < 1e-6));
/// # Ok(())
/// # }
/// ```
pub struct Restorer {
    veil: Arc<Veil>,
    channels: Vec<Channel>,
    /// The taps of each kernel, last tap first: the order of the past samples.
    reversed: Vec<Vec<f64>>,
    /// The static EQ's taps in the same order.
    static_eq: Option<Vec<f64>>,
    patches: Option<(Cursor, Patch)>,
    expected: Option<i64>,
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
        let past = || Past::new(context);
        let channels =
            (0..channels).map(|_| Channel { equalized: past(), restored: past() }).collect();
        Ok(Self { veil, channels, reversed, static_eq, patches: None, expected: None })
    }

    /// Restores `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. Start at the beginning of the protected audio, or outside patches; from the middle
    /// of a patch, errors decay within about twice the kernel's length. Where `position` does not follow
    /// the previous block, the samples so far still count as those before it, as for the convolver, since
    /// a host may round. For another place altogether, call [`reset`](Self::reset) first. Never
    /// allocates, locks or panics.
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        self.run(position, channels, f64::from, |x| x as f32);
    }

    /// Forgets all samples, as if nothing had been fed. Never allocates.
    pub fn reset(&mut self) {
        let context = self.veil.reach();
        self.expected = None;
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
        let Some(schedule) = self.veil.schedule() else { return };
        let context = self.veil.reach();
        if self.expected != Some(position) {
            self.patches = None;
        }
        self.expected = Some(position.saturating_add(len as i64));
        let (cursor, now) = self.patches.get_or_insert_with(|| {
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
                    sample = (sample - own.restored.sum(older)) / first;
                    own.restored.push(sample, context);
                }
                if patched.is_some() || static_eq.is_some() {
                    channel[index] = narrow(if sample.is_finite() { sample } else { 0.0 });
                }
            }
        }
    }
}
