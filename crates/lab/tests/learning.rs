//! Learners learn what the data contains, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::f32::consts::TAU;
use std::sync::atomic::AtomicBool;

use lab::attack::Attack;
use lab::clip::Clip;
use lab::learn::{Learner, Outcome, Settings, TrainingJob, train};

/// Clips of a tone with vibrato in noise; its pitch is the class.
fn tones(count: usize, salt: u32) -> Vec<Clip> {
    let mut state = salt;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32
    };
    let clip = |n: usize| {
        let label = n % 3;
        let (pitch, phase) = ([500.0, 1_100.0, 2_300.0][label], random());
        let sample = |t: usize| {
            let t = t as f32 / 8_000.0;
            let tone = (TAU * (pitch * t + 3.0 * (TAU * 5.0 * t).sin() + phase)).sin();
            0.3 * tone * (TAU * 4.0 * t).sin().abs() + 0.1 * (random() - 0.5)
        };
        let samples = (0..2_000).map(sample).collect();
        Clip { samples, rate: 8_000, label, group: String::new(), name: format!("{n}") }
    };
    (0..count).map(clip).collect()
}

fn learn(learner: Learner, train_clips: &[Clip], seed: u64) -> Outcome {
    let job = TrainingJob {
        learner,
        settings: Settings { epochs: 12, batch: 16, ..Settings::of(learner) },
        classes: 3,
        rate: 8_000,
        seconds: 0.24,
        drawn: Attack::None,
        train: train_clips,
        test: &tones(30, 99),
        seed,
    };
    train(&job, &AtomicBool::new(false)).unwrap()
}

#[test]
fn every_learner_learns_to_classify_tones() {
    let clips = tones(96, 1);
    for &learner in Learner::ALL {
        // Normalisation removes most of a steady tone.
        let wanted = if learner == Learner::TransformerNormalised { 0.7 } else { 0.9 };
        let outcome = learn(learner, &clips, 0);
        assert!(outcome.accuracy >= wanted, "{learner}: {:?}", outcome.epochs);
        assert!(outcome.epochs.last().unwrap().loss < outcome.epochs[0].loss);
    }
}

#[test]
fn random_labels_teach_nothing() {
    let mut clips = tones(96, 1);
    for (n, clip) in clips.iter_mut().enumerate() {
        // Every label is equally frequent for every tone.
        clip.label = n / 3 % 3;
    }
    let accuracy = learn(Learner::Cnn, &clips, 0).accuracy;
    assert!(accuracy < 0.7, "{accuracy}");
}

#[test]
fn swapped_labels_are_learned_swapped() {
    let mut clips = tones(96, 1);
    for clip in &mut clips {
        clip.label = (clip.label + 1) % 3;
    }
    assert!(learn(Learner::Cnn, &clips, 0).accuracy < 0.1);
}

#[test]
fn the_same_seed_gives_the_same_model_whatever_else_runs() {
    let clips = tones(48, 1);
    for learner in [Learner::Transformer, Learner::Raw] {
        let alone = learn(learner, &clips, 5);
        let together = std::thread::scope(|scope| {
            let other = scope.spawn(|| learn(Learner::Cnn, &clips, 6));
            let outcome = learn(learner, &clips, 5);
            other.join().unwrap();
            outcome
        });
        assert_eq!(alone.epochs, together.epochs, "{learner}");
        assert_ne!(alone.epochs, learn(learner, &clips, 6).epochs, "{learner}");
    }
}

#[test]
fn a_stopped_job_has_no_outcome() {
    let clips = tones(12, 1);
    let job = TrainingJob {
        learner: Learner::Probe,
        settings: Settings::of(Learner::Probe),
        classes: 3,
        rate: 8_000,
        seconds: 0.24,
        drawn: Attack::None,
        train: &clips,
        test: &clips,
        seed: 0,
    };
    assert!(train(&job, &AtomicBool::new(true)).is_none());
}
