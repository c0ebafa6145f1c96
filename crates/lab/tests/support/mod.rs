//! Helpers of several tests.

use std::sync::OnceLock;

use lab::clip::Clip;
use lab::data::Dataset;
use lab::protect::Patchveil;

/// A task of two tones in noise, 0.2 s at 8 kHz.
pub(crate) fn tones() -> Dataset {
    let mut state = 7u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32 - 0.5
    };
    let mut clips = |count: usize, what: &str| -> Vec<Clip> {
        (0..count)
            .map(|n| {
                let pitch = [0.3, 1.1][n % 2];
                let tone = |t: usize| 0.2 * (pitch * t as f32).sin() + 0.1 * random();
                Clip {
                    samples: (0..1_600).map(tone).collect(),
                    rate: 8_000,
                    label: n % 2,
                    group: String::new(),
                    name: format!("{what}-{n}"),
                }
            })
            .collect()
    };
    let (train, test) = (clips(16, "train"), clips(8, "test"));
    Dataset { classes: vec!["low".into(), "high".into()], rate: 8_000, train, test }
}

/// The patchveil command, built first.
pub(crate) fn patchveil() -> Patchveil {
    static FOUND: OnceLock<Patchveil> = OnceLock::new();
    FOUND.get_or_init(|| Patchveil::find().unwrap()).clone()
}
