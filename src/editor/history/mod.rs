//! Undo and redo of what the user changes in the editor.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | the steps |
//! | `gesture.rs` | takes down every gesture on its way to the host |
//! | `buttons.rs` | the buttons and the keys |
//!
//! One gesture is one step; so is what one click changes at once, such as a preset with all its
//! settings, or another class. Changes that the host makes are no steps: they never come by here. To
//! undo is a gesture like any other, so the host records it.
//!
//! The history belongs to the instance: it outlives the window, holds the last 100 steps, and starts
//! anew where a session is loaded. It is never saved.

mod buttons;
mod gesture;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use nice_plug::prelude::{Param, ParamPtr};
use parking_lot::Mutex;

pub(crate) use self::buttons::{Ask, Buttons, draw_buttons, shortcut};
pub(crate) use self::gesture::Recorded;
use super::param_gesture::ParamGesture;
use crate::params::PatchveilParams;
use crate::state::{Choice, ClassField, Saved};

/// Most steps that are kept.
const STEPS_MAX: usize = 100;

/// What the user has changed in one instance. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct History(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Oldest first.
    done: VecDeque<Step>,
    /// Last undone last.
    undone: Vec<Step>,
    /// What this frame has changed so far.
    open: Step,
    /// Gestures that have begun and not ended.
    begun: Vec<Change>,
    /// The class as the frame began.
    class: Saved,
    /// Sessions loaded by then.
    loads: u64,
    /// The pointer or a key is down.
    held: bool,
    /// It has been since the newest step, so what follows belongs to that.
    goes_on: bool,
}

/// What one gesture changed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Step {
    changes: Vec<Change>,
    /// Before and after.
    class: Option<(Saved, Saved)>,
}

/// How a gesture changed one parameter, 0–1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    param: ParamPtr,
    before: f32,
    after: f32,
}

impl Step {
    /// Adds a change, to one of the same parameter if there is one.
    fn add(&mut self, new: Change) {
        match self.changes.iter_mut().find(|change| change.param == new.param) {
            Some(change) => change.after = new.after,
            None => self.changes.push(new),
        }
        self.changes.retain(|change| change.before != change.after);
    }

    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.class.is_none()
    }

    /// Whether both change the same parameters, and nothing else.
    fn is_like(&self, other: &Self) -> bool {
        let params = |step: &Self| step.changes.iter().map(|c| c.param).collect::<Vec<_>>();
        self.class.is_none() && other.class.is_none() && params(self) == params(other)
    }
}

impl History {
    /// A frame begins; `held` if the pointer or a key is down.
    pub(crate) fn begin_frame(&self, class: &ClassField, held: bool) {
        let mut inner = self.0.lock();
        let loads = class.loads();
        if inner.loads != loads {
            *inner = Inner { loads, ..Inner::default() };
        }
        inner.class = class.get();
        inner.held = held;
        inner.goes_on &= held;
    }

    /// All that the user did in this frame is done: it becomes a step, if it changed something.
    pub(crate) fn end_frame(&self, class: &ClassField) {
        let inner = &mut *self.0.lock();
        let mut step = std::mem::take(&mut inner.open);
        let now = class.get();
        // The design thread takes the default class where nothing was chosen: that is no choice.
        let chosen = now.recipe != inner.class.recipe || inner.class.choice != Choice::Undecided;
        if now != inner.class && chosen && class.loads() == inner.loads {
            step.class = Some((inner.class.clone(), now));
        }
        if step.is_empty() {
            return;
        }
        inner.undone.clear();
        let goes_on = std::mem::replace(&mut inner.goes_on, inner.held);
        match inner.done.back_mut() {
            Some(last) if goes_on && last.is_like(&step) => {
                step.changes.into_iter().for_each(|change| last.add(change));
                if last.is_empty() {
                    inner.done.pop_back();
                }
            }
            _ => inner.done.push_back(step),
        }
        if inner.done.len() > STEPS_MAX {
            inner.done.pop_front();
        }
    }

    /// Whether there is a step to undo, and one to redo.
    pub(crate) fn buttons(&self) -> Buttons {
        let inner = self.0.lock();
        Buttons { undo: !inner.done.is_empty(), redo: !inner.undone.is_empty() }
    }

    /// Undoes or redoes a step, if there is one.
    pub(crate) fn go(&self, ask: Ask, params: &PatchveilParams, gesture: &impl ParamGesture) {
        let step = {
            let inner = &mut *self.0.lock();
            inner.goes_on = false;
            let taken = match ask {
                Ask::Undo => inner.done.pop_back(),
                Ask::Redo => inner.undone.pop(),
            };
            let Some(step) = taken else { return };
            match ask {
                Ask::Undo => inner.undone.push(step.clone()),
                Ask::Redo => inner.done.push_back(step.clone()),
            }
            step
        };
        let undo = ask == Ask::Undo;
        for change in &step.changes {
            let value = if undo { change.before } else { change.after };
            touch(params, change.param, value, gesture);
        }
        if let Some((before, after)) = &step.class {
            params.class.put_back(if undo { before } else { after });
            // Hosts notice only changes of parameters, and save only after one.
            let amount = &params.veil.amount;
            gesture.touch(amount, amount.unmodulated_normalized_value());
        }
    }

    fn begin(&self, param: ParamPtr, value: f32) {
        let inner = &mut *self.0.lock();
        // A host may take a change over later, so the value may be that of before.
        let known = inner.open.changes.iter().find(|change| change.param == param);
        let before = known.map_or(value, |change| change.after);
        inner.begun.retain(|change| change.param != param);
        inner.begun.push(Change { param, before, after: before });
    }

    fn set(&self, param: ParamPtr, value: f32) {
        let mut inner = self.0.lock();
        if let Some(change) = inner.begun.iter_mut().find(|change| change.param == param) {
            change.after = value;
        }
    }

    fn end(&self, param: ParamPtr) {
        let inner = &mut *self.0.lock();
        if let Some(at) = inner.begun.iter().position(|change| change.param == param) {
            let change = inner.begun.swap_remove(at);
            inner.open.add(change);
        }
    }
}

/// Sets the parameter at `at` by a gesture.
fn touch(params: &PatchveilParams, at: ParamPtr, value: f32, gesture: &impl ParamGesture) {
    fn one(param: &impl Param, at: ParamPtr, value: f32, gesture: &impl ParamGesture) {
        if param.as_ptr() == at {
            gesture.touch(param, value);
        }
    }
    let PatchveilParams { bypass, mode, veil, patches, output, recipe, .. } = params;
    one(bypass, at, value, gesture);
    one(mode, at, value, gesture);
    one(&veil.former_preset, at, value, gesture);
    one(&veil.amount, at, value, gesture);
    one(&patches.patch, at, value, gesture);
    one(&patches.period, at, value, gesture);
    one(&patches.count, at, value, gesture);
    one(&output.delta, at, value, gesture);
    one(&output.trim, at, value, gesture);
    one(&recipe.preset, at, value, gesture);
    one(&recipe.mark_level, at, value, gesture);
}
