//! Veils: a key and a recipe designed for one sample rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::edge::raised_cosine;
use crate::kernel::{Design, Kernel};
use crate::key::{ClassKey, Fingerprint};
use crate::mark::Mark;
use crate::partition::reach;
use crate::recipe::{Recipe, RecipeError};
use crate::sample_rate::{RATE_MAX, RATE_MIN};
use crate::schedule::Schedule;

/// The serial number of the next veil.
static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

/// A key and a recipe at one sample rate: schedule and kernels of the veil, and the mark, as far as the
/// recipe has them. Designed once and then only read. Share it between threads and channels in an `Arc`.
///
/// It holds secrets (whoever reads the kernels can undo the veil), so it has no serialised form, and
/// its `Debug` shows none of them.
#[derive(Clone)]
pub struct Veil {
    serial: u64,
    fingerprint: Fingerprint,
    recipe: Recipe,
    sample_rate: u32,
    mark: Option<Arc<Mark>>,
    schedule: Option<Schedule>,
    static_eq: Option<Kernel>,
    kernels: Vec<Kernel>,
    rise: Vec<f32>,
}

impl Veil {
    /// Designs the veil of `key` and `recipe` at `sample_rate` Hz ([`RATE_MIN`] ..=
    /// [`RATE_MAX`]). Allocates, and takes some milliseconds: keep it off the audio thread.
    ///
    /// # Errors
    /// What [`Recipe::validate`] finds, or a sample rate out of range.
    pub fn new(key: &ClassKey, recipe: &Recipe, sample_rate: u32) -> Result<Self, RecipeError> {
        recipe.validate()?;
        if !(RATE_MIN..=RATE_MAX).contains(&sample_rate) {
            return Err(RecipeError::Range {
                field: "the sample rate",
                value: format!("{sample_rate} Hz"),
                range: format!("{RATE_MIN} to {RATE_MAX} Hz"),
            });
        }
        let mark =
            recipe.mark.as_ref().map(|mark| Mark::new(key, mark, sample_rate)).transpose()?;
        let settings = recipe.veil.as_ref();
        let schedule = settings.map(|settings| Schedule::new(key, settings, sample_rate));
        let design = settings.map(|settings| Design::new(key, settings, sample_rate));
        let (static_eq, kernels) =
            design.map(|made| (made.static_eq, made.kernels)).unwrap_or_default();
        Ok(Self {
            serial: NEXT_SERIAL.fetch_add(1, Ordering::Relaxed),
            fingerprint: key.fingerprint(),
            recipe: recipe.clone(),
            sample_rate,
            mark: mark.map(Arc::new),
            static_eq,
            kernels,
            rise: schedule
                .as_ref()
                .map_or_else(Vec::new, |schedule| raised_cosine(schedule.fade())),
            schedule,
        })
    }

    /// A number that no other veil designed in this process has: for telling veils apart.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The public name of the key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The recipe.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The sample rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The mark; `None` where the recipe has none.
    #[must_use]
    pub fn mark(&self) -> Option<&Arc<Mark>> {
        self.mark.as_ref()
    }

    /// Where the patches are; `None` where the recipe has no veil.
    #[must_use]
    pub fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// The filter that acts on every sample, before the patches; `None` where the recipe has none.
    #[must_use]
    pub fn static_eq(&self) -> Option<&Kernel> {
        self.static_eq.as_ref()
    }

    /// The class's kernels, by number.
    #[must_use]
    pub fn kernels(&self) -> &[Kernel] {
        &self.kernels
    }

    /// Gain at `hz` in a patch with this kernel, in dB, static EQ and kernel together. A number without
    /// a kernel adds nothing to the static EQ.
    #[must_use]
    pub fn gain_db(&self, kernel: usize, hz: f64) -> f64 {
        let both = self.kernels.get(kernel).into_iter().chain(&self.static_eq);
        both.map(|kernel| kernel.gain_db(hz, self.sample_rate)).sum()
    }

    /// Length in samples of the shortest edge by which the place on the timeline shows.
    pub(crate) fn fade(&self) -> usize {
        let of_veil = self.schedule.as_ref().map(Schedule::fade);
        let of_mark = self.mark.as_ref().and_then(|mark| mark.fade());
        of_veil.into_iter().chain(of_mark).min().unwrap_or(1)
    }

    /// The rising edge of every patch.
    pub(crate) fn rise(&self) -> &[f32] {
        &self.rise
    }

    /// Samples before a position that the output there depends on, to the last bit: how far the static
    /// EQ, the longest kernel and the mark reach back together. For kernels of more than 128 taps this is a little
    /// more than their length. [`Convolver::feed`](crate::Convolver::feed) takes them.
    #[must_use]
    pub fn context(&self) -> usize {
        let reach = |kernel: &Kernel| reach(kernel.taps().len());
        let static_eq = self.static_eq.as_ref().map_or(0, reach);
        let patches = self.kernels.iter().map(reach).max().unwrap_or(0);
        static_eq + patches + self.mark.as_ref().map_or(0, |mark| mark.reach())
    }

    /// Samples that the veil's longest kernel reaches back, without the mark.
    pub(crate) fn reach(&self) -> usize {
        let all = self.kernels.iter().chain(&self.static_eq);
        all.map(|kernel| reach(kernel.taps().len())).max().unwrap_or(0)
    }

    /// Latency in samples: 0 for every recipe, as the first tap of every kernel acts at once.
    #[must_use]
    pub const fn latency(&self) -> usize {
        0
    }
}

impl std::fmt::Debug for Veil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Veil")
            .field("fingerprint", &self.fingerprint)
            .field("sample_rate", &self.sample_rate)
            .finish_non_exhaustive()
    }
}
