//! Schedules: where the key puts patches on the timeline. Every position costs the same to reach.

use crate::key::{ClassKey, Purpose, Seed};
use crate::recipe::{Offsets, PATCHES_MAX, Placement, VeilSettings};

/// One patch on the timeline of one sample rate. Positions are samples.
///
/// Its weight rises during its first `fade` samples, is 1, and falls during its last `fade`
/// samples. Patches never overlap, and between two different kernels the weight goes through 0: a
/// blend of two minimum-phase filters need not have minimum phase, while a blend with the untouched
/// signal has (see [`Kernel`](crate::Kernel)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// First sample with a weight above 0.
    pub start: i64,
    /// First sample behind the patch.
    pub end: i64,
    /// Length of each edge in samples, at least 1 and at most half the patch.
    pub fade: i64,
    /// Number of its kernel.
    pub kernel: usize,
    /// Whether it has a rising edge. It has none where the patch before ends at `start` with the same
    /// kernel: the two are then one.
    pub rises: bool,
    /// Whether it has a falling edge; as `rises`, for the next patch.
    pub falls: bool,
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

/// Random access to the patches of one key and veil at one sample rate.
#[derive(Clone)]
pub struct Schedule {
    seed: Seed,
    placement: Placement,
    kernels: u32,
    sample_rate: u32,
    /// Length of a patch's edges in samples, at least 1, at most half the shortest patch that rounding
    /// can make.
    fade: i64,
    /// The layout of every period where they are all the same, so that the audio thread need not draw
    /// it again.
    fixed: Option<Layout>,
}

/// Offsets in µs from the period's start, and kernels, of one period's patches.
#[derive(Clone, Copy)]
struct Layout {
    offset_us: [u32; PATCHES_MAX as usize],
    kernel: [u8; PATCHES_MAX as usize],
}

impl Schedule {
    /// The schedule of `key` under valid `settings` at `sample_rate` Hz.
    pub(crate) fn new(key: &ClassKey, settings: &VeilSettings, sample_rate: u32) -> Self {
        let seed = key.derive(Purpose::Schedule);
        let placement = settings.placement.clone();
        let fixed = match placement.offsets {
            Offsets::Fixed => Some(Layout::draw(&seed, &placement, settings.kernels, 0)),
            Offsets::Scattered => None,
        };
        let rate = u64::from(sample_rate);
        let shortest = u64::from(placement.patch_us) * rate / 1_000_000;
        let fade = (u64::from(placement.fade_us) * rate + 500_000) / 1_000_000;
        let fade = fade.min(shortest / 2).max(1) as i64;
        Self { seed, placement, kernels: settings.kernels, sample_rate, fade, fixed }
    }

    /// The patches from the first that ends after `position` (samples; any value,
    /// negative ones too). Costs the same wherever `position` is, and never allocates.
    #[must_use]
    pub fn patches_from(&self, position: i64) -> Cursor {
        let us = i128::from(position) * 1_000_000 / i128::from(self.sample_rate);
        // One period early, so that rounding loses no patch and every patch has its neighbour.
        let period = us.div_euclid(i128::from(self.placement.period_us)) - 1;
        let mut cursor = Cursor { period, layout: self.layout(period), index: 0, drawn: None };
        // Two periods contain the patch, except at the last positions of all, where every patch
        // saturates; any patch will do there.
        for _ in 0..2 * PATCHES_MAX {
            let here = cursor.clone();
            if cursor.next(self).end > position {
                return here;
            }
        }
        cursor
    }

    /// Length of a patch's edge in samples, at least 1.
    pub(crate) fn fade(&self) -> usize {
        self.fade as usize
    }

    fn layout(&self, period: i128) -> Layout {
        match self.fixed {
            Some(layout) => layout,
            None => Layout::draw(&self.seed, &self.placement, self.kernels, period as u64),
        }
    }

    /// The next patch in order, as if it stood alone.
    fn draw(&self, cursor: &mut Cursor) -> Patch {
        if cursor.index >= self.placement.patches as usize {
            cursor.index = 0;
            cursor.period += 1;
            cursor.layout = self.layout(cursor.period);
        }
        let period_start_us = cursor.period * i128::from(self.placement.period_us);
        let start_us = period_start_us + i128::from(cursor.layout.offset_us[cursor.index]);
        let end_us = start_us + i128::from(self.placement.patch_us);
        let start = self.sample_at(start_us);
        let end = self.sample_at(end_us);
        let kernel = usize::from(cursor.layout.kernel[cursor.index]);
        cursor.index += 1;
        Patch { start, end, fade: self.fade, kernel, rises: true, falls: true }
    }

    /// The sample nearest to a time in µs. Two patches that share a time share the sample.
    fn sample_at(&self, us: i128) -> i64 {
        let samples = (us * i128::from(self.sample_rate) + 500_000).div_euclid(1_000_000);
        samples.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }
}

impl Layout {
    /// Draws one period: places uniform among all that do not overlap, and the order of kernels.
    fn draw(seed: &Seed, placement: &Placement, kernels: u32, period: u64) -> Self {
        let mut stream = seed.stream(period);
        let count = placement.patches as usize;
        let mut offset_us = [0; PATCHES_MAX as usize];
        let mut kernel = [0; PATCHES_MAX as usize];
        // Sorted uniform gaps, each patch shifted by those before it: every arrangement that
        // does not overlap is equally likely.
        let room = placement.period_us.saturating_sub(placement.patches * placement.patch_us);
        for offset in &mut offset_us[..count] {
            *offset = stream.below(room + 1);
        }
        offset_us[..count].sort_unstable();
        for (before, offset) in offset_us[..count].iter_mut().enumerate() {
            *offset += before as u32 * placement.patch_us;
        }
        for (number, kernel) in kernel[..count].iter_mut().enumerate() {
            *kernel = (number as u32 % kernels) as u8;
        }
        stream.shuffle(&mut kernel[..count]);
        Self { offset_us, kernel }
    }
}

/// A place in a schedule. It does not borrow the schedule, so that both can be kept and exchanged
/// together; every call needs the schedule it was made from.
#[derive(Clone)]
pub struct Cursor {
    period: i128,
    layout: Layout,
    index: usize,
    /// The next patch, already drawn to see whether the previous one joins it.
    drawn: Option<Patch>,
}

impl Cursor {
    /// The patch at the cursor; the cursor moves behind it. There is always one more. Never
    /// allocates.
    pub fn next(&mut self, schedule: &Schedule) -> Patch {
        let mut patch = match self.drawn {
            Some(patch) => patch,
            None => schedule.draw(self),
        };
        let mut after = schedule.draw(self);
        let joined = patch.end == after.start && patch.kernel == after.kernel;
        patch.falls = !joined;
        after.rises = !joined;
        self.drawn = Some(after);
        patch
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recipe::{Preset, Recipe};

    fn schedule(recipe: &Recipe, byte: u8, rate: u32) -> Schedule {
        recipe.validate().unwrap();
        Schedule::new(&ClassKey::from_bytes([byte; 32]), recipe.veil.as_ref().unwrap(), rate)
    }

    fn take(schedule: &Schedule, from: i64, count: usize) -> Vec<Patch> {
        let mut cursor = schedule.patches_from(from);
        (0..count).map(|_| cursor.next(schedule)).collect()
    }

    prop_compose! {
        fn any_recipe()(
            patches in 1..=PATCHES_MAX,
            patch_us in 2_000_u32..60_000,
            slack in 0_u32..200_000,
            fade in 0.0..1.0_f64,
            kernels in 1_u32..=16,
            scattered: bool,
        ) -> Recipe {
            let mut recipe = Preset::Balanced.recipe_of_version(1).unwrap();
            let veil = recipe.veil.as_mut().unwrap();
            veil.kernels = kernels;
            veil.placement = Placement {
                period_us: (patches * patch_us + slack).max(4_000),
                patches,
                patch_us,
                fade_us: (250.0 + fade * f64::from(patch_us / 2 - 250)) as u32,
                offsets: if scattered { Offsets::Scattered } else { Offsets::Fixed },
            };
            recipe
        }
    }

    fn any_rate() -> impl Strategy<Value = u32> {
        prop::sample::select(vec![2_000, 8_000, 44_100, 44_056, 48_000, 96_000, 192_000, 768_000])
    }

    proptest! {
        #[test]
        fn patches_come_in_order_and_never_overlap(
            recipe in any_recipe(), rate in any_rate(), from in -1_000_000_000_i64..1_000_000_000
        ) {
            let schedule = schedule(&recipe, 1, rate);
            let patches = take(&schedule, from, 200);
            prop_assert!(patches[0].end > from);
            for pair in patches.windows(2) {
                prop_assert!(pair[0].end - pair[0].start >= 2 * pair[0].fade);
                prop_assert!(pair[0].end <= pair[1].start);
                prop_assert_eq!(pair[0].falls, pair[1].rises);
            }
        }

        #[test]
        fn a_seek_finds_what_a_walk_finds(
            recipe in any_recipe(), rate in any_rate(), from in -1_000_000_000_i64..1_000_000_000,
            jump in 0_i64..2_000_000
        ) {
            let schedule = schedule(&recipe, 2, rate);
            let walked: Vec<Patch> = take(&schedule, from, 2_000)
                .into_iter().filter(|patch| patch.end > from + jump).collect();
            let sought = take(&schedule, from + jump, walked.len());
            prop_assert_eq!(walked, sought);
        }

        #[test]
        fn seconds_are_the_same_at_every_rate(recipe in any_recipe(), period in -5_000_i64..5_000) {
            let seconds = period * recipe.period_us() as i64 / 1_000_000;
            let at = |rate: u32| {
                let patches = take(&schedule(&recipe, 3, rate), seconds * i64::from(rate), 10);
                patches.into_iter().map(|p| p.start as f64 / f64::from(rate)).collect::<Vec<_>>()
            };
            let low = at(44_100);
            for time in at(96_000).into_iter().take(9).skip(1) {
                let nearest = low.iter().map(|t| (t - time).abs()).fold(f64::MAX, f64::min);
                prop_assert!(nearest <= 1.0 / 44_100.0, "{nearest} s apart");
            }
        }
    }

    #[test]
    fn any_position_up_to_i64_is_answered() {
        for recipe in Preset::ALL.into_iter().filter_map(|preset| preset.recipe_of_version(1)) {
            let schedule = schedule(&recipe, 4, 48_000);
            for position in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
                take(&schedule, position, 300);
            }
        }
    }

    #[test]
    fn two_keys_place_patches_independently() {
        let mut recipe = Preset::Poscuda.recipe();
        recipe.veil.as_mut().unwrap().placement.offsets = Offsets::Scattered;
        let offsets = |byte| -> Vec<f64> {
            take(&schedule(&recipe, byte, 48_000), 0, 2_000)
                .iter()
                .enumerate()
                .map(|(n, p)| (p.start - n as i64 * 24_000) as f64)
                .collect()
        };
        let (a, b) = (offsets(5), offsets(6));
        assert!(correlation(&a, &b).abs() < 0.1);
        // And they use all the room there is: 450 of 500 ms.
        let reach = a.iter().copied().fold(0.0, f64::max);
        assert!(reach > 0.98 * 21_600.0 && reach <= 21_600.0, "{reach}");
    }

    fn correlation(a: &[f64], b: &[f64]) -> f64 {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (ma, mb) = (mean(a), mean(b));
        let dot = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
            x.iter().zip(y).map(|(p, q)| (p - mx) * (q - my)).sum()
        };
        dot(a, ma, b, mb) / (dot(a, ma, a, ma) * dot(b, mb, b, mb)).sqrt()
    }

    #[test]
    fn a_patch_over_the_whole_period_never_falls() {
        let schedule = schedule(&Preset::Cuda.recipe(), 7, 48_000);
        for patch in take(&schedule, 0, 20).into_iter().skip(1) {
            assert!(!patch.rises && !patch.falls);
        }
    }
}
