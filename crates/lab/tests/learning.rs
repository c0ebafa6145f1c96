//! Learners learn what is there to be learnt, and nothing else.
#![allow(clippy::unwrap_used, reason = "tests may")]

use std::f32::consts::TAU;
use std::sync::atomic::AtomicBool;

use lab::attack::Attack;
use lab::clip::Clip;
use lab::learn::{Learner, Lesson, Outcome, Settings, train};

/// Clips of a warble whose pitch is the class, in noise.
fn clips(count: usize, salt: u32) -> Vec<Clip> {
    let mut state = salt;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32
    };
    let clip = |n: usize| {
        let label = n % 3;
        let (pitch, place) = ([500.0, 1_100.0, 2_300.0][label], random());
        let sample = |t: usize| {
            let t = t as f32 / 8_000.0;
            let tone = (TAU * (pitch * t + 3.0 * (TAU * 5.0 * t).sin() + place)).sin();
            0.3 * tone * (TAU * 4.0 * t).sin().abs() + 0.1 * (random() - 0.5)
        };
        let samples = (0..2_000).map(sample).collect();
        Clip { samples, rate: 8_000, label, group: String::new(), name: format!("{n}") }
    };
    (0..count).map(clip).collect()
}

fn learn(learner: Learner, teach: &[Clip], seed: u64) -> Outcome {
    let lesson = Lesson {
        learner,
        settings: Settings { epochs: 12, batch: 16, ..Settings::of(learner) },
        classes: 3,
        rate: 8_000,
        seconds: 0.24,
        drawn: Attack::None,
        train: teach,
        test: &clips(30, 99),
        seed,
    };
    train(&lesson, &AtomicBool::new(false)).unwrap()
}

#[test]
fn every_learner_tells_tones_apart() {
    let teach = clips(96, 1);
    for &learner in Learner::ALL {
        // Mean and variance of a steady tone are most of what there is of it.
        let wanted = if learner == Learner::TransformerNormalised { 0.7 } else { 0.9 };
        let outcome = learn(learner, &teach, 0);
        assert!(outcome.accuracy >= wanted, "{learner}: {:?}", outcome.epochs);
        assert!(outcome.epochs.last().unwrap().loss < outcome.epochs[0].loss);
    }
}

#[test]
fn labels_that_mean_nothing_teach_nothing() {
    let mut teach = clips(96, 1);
    for (n, clip) in teach.iter_mut().enumerate() {
        // All labels occur equally often with every tone.
        clip.label = n / 3 % 3;
    }
    let accuracy = learn(Learner::Cnn, &teach, 0).accuracy;
    assert!(accuracy < 0.7, "{accuracy}");
}

#[test]
fn labels_that_are_exchanged_are_learnt_exchanged() {
    let mut teach = clips(96, 1);
    for clip in &mut teach {
        clip.label = (clip.label + 1) % 3;
    }
    assert!(learn(Learner::Cnn, &teach, 0).accuracy < 0.1);
}

#[test]
fn the_same_seed_gives_the_same_model_whatever_else_is_running() {
    let teach = clips(48, 1);
    for learner in [Learner::Transformer, Learner::Raw] {
        let alone = learn(learner, &teach, 5);
        let together = std::thread::scope(|scope| {
            let other = scope.spawn(|| learn(Learner::Cnn, &teach, 6));
            let outcome = learn(learner, &teach, 5);
            other.join().unwrap();
            outcome
        });
        assert_eq!(alone.epochs, together.epochs, "{learner}");
        assert_ne!(alone.epochs, learn(learner, &teach, 6).epochs, "{learner}");
    }
}

#[test]
fn a_lesson_that_is_stopped_has_no_outcome() {
    let teach = clips(12, 1);
    let lesson = Lesson {
        learner: Learner::Probe,
        settings: Settings::of(Learner::Probe),
        classes: 3,
        rate: 8_000,
        seconds: 0.24,
        drawn: Attack::None,
        train: &teach,
        test: &teach,
        seed: 0,
    };
    assert!(train(&lesson, &AtomicBool::new(true)).is_none());
}
