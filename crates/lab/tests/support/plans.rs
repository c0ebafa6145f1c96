//! What tests of several kinds of runs share.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use lab::data::{Dataset, Label};
use lab::learn::{Learner, Settings};
use lab::run::{Basis, FORMAT, fingerprint};

/// The basis of results from `data` with one epoch of training.
pub(crate) fn basis(data: &Dataset) -> Basis {
    let settings = Settings { epochs: 1, ..Settings::of(Learner::Probe) };
    Basis {
        format: FORMAT,
        label: Label::Digit,
        classes: data.classes.clone(),
        rate: data.rate,
        train: data.train.len(),
        test: data.test.len(),
        data: fingerprint(data),
        seconds: data.seconds(),
        quick: false,
        settings: [(Learner::Probe, settings)].into(),
        patchveil: "any".into(),
        lab: "any".into(),
    }
}

/// A user who stops after so many results.
pub(crate) struct Impatient {
    pub(crate) stop: AtomicBool,
    pub(crate) abort: AtomicBool,
    left: AtomicUsize,
}

impl Impatient {
    pub(crate) fn after(most: usize) -> Self {
        let (stop, abort) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { stop, abort, left: AtomicUsize::new(most) }
    }

    /// Sees a result.
    pub(crate) fn sees_one(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) <= 1 {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}
