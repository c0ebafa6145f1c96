//! How a mark is laid out in time for its detection: hops, patches and slots.

use std::ops::Range;

use super::super::kernel::Signs;
use super::super::settings::{MarkSettings, PAIR_SLOTS_MAX, slots};
use super::super::{echo_signs, pattern_signs};
use crate::key::ClassKey;
use crate::mark::patches::order;

/// Frames of the spectrogram to a patch.
pub(super) const HOPS: usize = 4;
/// Time between frames where there is no pattern, in µs.
const HOP_US: f64 = 5_000.0;

/// The layout that all keys share.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) settings: MarkSettings,
    /// Patches in a period, 0 without a pattern.
    pub(super) patches: usize,
    /// From one frame to the next, in µs.
    pub(super) hop_us: f64,
    /// The slots that any echo lies on.
    pub(super) slots: Range<u32>,
    /// Those of the pattern, counted from the first of `slots`.
    pub(super) pattern: Range<usize>,
    /// Those of the echo, counted from the first of `slots`.
    pub(super) echo: Range<usize>,
}

impl Layout {
    pub(super) fn new(settings: &MarkSettings) -> Self {
        let reach = |first_us, end_us| {
            let slots = slots(first_us, end_us);
            slots.start..slots.end + PAIR_SLOTS_MAX
        };
        let pattern = settings.pattern.as_ref().map(|own| reach(own.first_us, own.end_us));
        let echo = settings.echo.as_ref().map(|own| reach(own.first_us, own.end_us));
        let both = || pattern.iter().chain(&echo);
        let first = both().map(|slots| slots.start).min().unwrap_or(0);
        let end = both().map(|slots| slots.end).max().unwrap_or(0);
        let within = |slots: &Option<Range<u32>>| {
            let slots = slots.clone().unwrap_or(first..first);
            (slots.start - first) as usize..(slots.end - first) as usize
        };
        Self {
            patches: settings.pattern.as_ref().map_or(0, |own| own.patches as usize),
            hop_us: settings
                .pattern
                .as_ref()
                .map_or(HOP_US, |own| f64::from(own.patch_us) / HOPS as f64),
            slots: first..end,
            pattern: within(&pattern),
            echo: within(&echo),
            settings: settings.clone(),
        }
    }

    /// Frames in a period.
    pub(super) fn period_hops(&self) -> usize {
        self.patches * HOPS
    }

    /// Length of a period in µs, 0 without a pattern.
    pub(super) fn period_us(&self) -> f64 {
        self.period_hops() as f64 * self.hop_us
    }

    /// The signs of `key`.
    pub(super) fn signs(&self, key: &ClassKey) -> KeySigns {
        let pattern = self.settings.pattern.as_ref();
        KeySigns {
            order: pattern.map(|pattern| order(key, pattern)).unwrap_or_default(),
            kernels: pattern.map(|pattern| pattern_signs(key, pattern)).unwrap_or_default(),
            echo: self.settings.echo.as_ref().map(|echo| echo_signs(key, echo)),
        }
    }
}

/// The signs of one key.
pub(super) struct KeySigns {
    /// Kernel and sign of each patch.
    pub(super) order: Vec<(usize, f32)>,
    /// One for each kernel.
    pub(super) kernels: Vec<Signs>,
    /// Those of the echo.
    pub(super) echo: Option<Signs>,
}
