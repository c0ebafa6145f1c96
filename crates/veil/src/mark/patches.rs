//! Where the pattern's patches lie. They follow each other without a gap.

use super::settings::PatternSettings;
use crate::key::{ClassKey, Purpose};

/// The patches of one key at one sample rate.
pub(super) struct Patches {
    /// Kernel and sign of each patch of a period.
    order: Vec<(usize, f32)>,
    patch_us: u32,
    sample_rate: u32,
    /// Length of the cross-fade in samples.
    fade: usize,
}

/// One patch on the timeline. Positions are samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Patch {
    number: i128,
    /// First sample; here the cross-fade from the patch before begins.
    pub(super) start: i64,
    /// First sample behind it.
    pub(super) end: i64,
    /// Kernel and sign.
    pub(super) kernel: (usize, f32),
    /// Those of the patch before.
    pub(super) before: (usize, f32),
}

impl Patches {
    /// The patches of `key` under valid settings.
    pub(super) fn new(key: &ClassKey, settings: &PatternSettings, sample_rate: u32) -> Self {
        let order = order(key, settings);
        let half_us = u64::from(settings.patch_us) / 2;
        let fade = (half_us * u64::from(sample_rate) / 1_000_000).max(1) as usize;
        Self { order, patch_us: settings.patch_us, sample_rate, fade }
    }

    /// Length of the cross-fade in samples: at most half a patch.
    pub(super) fn fade(&self) -> usize {
        self.fade
    }

    /// The patch at `position`, any value. Costs the same everywhere and never allocates.
    pub(super) fn at(&self, position: i64) -> Patch {
        let us = i128::from(position) * 1_000_000;
        let number = us.div_euclid(i128::from(self.sample_rate) * i128::from(self.patch_us));
        // Rounding puts a patch's first sample up to half a sample early.
        let next = self.numbered(number + 1);
        if position >= next.start { next } else { self.numbered(number) }
    }

    /// The patch behind `patch`.
    pub(super) fn after(&self, patch: &Patch) -> Patch {
        self.numbered(patch.number + 1)
    }

    fn numbered(&self, number: i128) -> Patch {
        let kernel = |number: i128| {
            let place = number.rem_euclid(self.order.len().max(1) as i128) as usize;
            self.order.get(place).copied().unwrap_or((0, 0.0))
        };
        Patch {
            number,
            start: self.start(number),
            end: self.start(number + 1),
            kernel: kernel(number),
            before: kernel(number - 1),
        }
    }

    /// The sample nearest to the beginning of a patch.
    fn start(&self, number: i128) -> i64 {
        let parts = number * i128::from(self.patch_us) * i128::from(self.sample_rate);
        let samples = (parts + 500_000).div_euclid(1_000_000);
        samples.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }
}

/// Kernel and sign of each patch of a period.
pub(super) fn order(key: &ClassKey, settings: &PatternSettings) -> Vec<(usize, f32)> {
    let count = settings.patches as usize;
    let entry = |n: usize| (n / 2, if n.is_multiple_of(2) { 1.0 } else { -1.0 });
    let mut order: Vec<(usize, f32)> = (0..count).map(entry).collect();
    key.derive(Purpose::PatternOrder).stream(0).shuffle(&mut order);
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mark::MarkSettings;

    fn patches(rate: u32) -> Patches {
        let settings = MarkSettings::default().pattern.unwrap();
        Patches::new(&ClassKey::from_bytes([3; 32]), &settings, rate)
    }

    proptest! {
        #[test]
        fn every_position_lies_in_its_patch_and_patches_follow_each_other(
            position: i64, rate in prop::sample::select(vec![2_000_u32, 8_000, 44_100, 48_000, 768_000])
        ) {
            let patches = patches(rate);
            let patch = patches.at(position);
            // At the last positions of all, patches saturate.
            if patch.start > i64::MIN && patch.end < i64::MAX {
                prop_assert!(patch.start <= position && position < patch.end);
                let next = patches.after(&patch);
                prop_assert_eq!(next, patches.at(patch.end));
                prop_assert_eq!(next.start, patch.end);
                prop_assert_eq!(next.before, patch.kernel);
                prop_assert!(patch.end - patch.start >= patches.fade() as i64);
            }
        }
    }

    #[test]
    fn a_period_holds_every_kernel_once_with_each_sign() {
        let mut order = patches(48_000).order;
        order.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let expected: Vec<(usize, f32)> = (0..32).flat_map(|k| [(k, -1.0), (k, 1.0)]).collect();
        assert_eq!(order, expected);
    }
}
