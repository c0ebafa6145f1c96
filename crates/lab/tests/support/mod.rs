//! What several tests use.
#![allow(dead_code, unreachable_pub, reason = "not every test uses all")]
#![allow(clippy::unwrap_used, reason = "tests may")]

use std::path::PathBuf;

use lab::clip::Clip;
use lab::data::Dataset;
use lab::protect::Patchveil;

/// A task of two tones in noise, 0.2 s at 8 kHz.
pub fn tones() -> Dataset {
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

/// The patchveil command: the one that was built beside these tests, else built now.
pub fn patchveil() -> Patchveil {
    let here = std::env::current_exe().unwrap();
    let beside: PathBuf = here.ancestors().nth(2).unwrap().join("patchveil");
    let beside = beside.with_extension(std::env::consts::EXE_EXTENSION);
    if beside.is_file() { Patchveil::at(&beside) } else { Patchveil::find() }.unwrap()
}
