//! What screen readers and switches can do with a value, besides reading it.

use egui::accesskit::{Action, ActionData};
use egui::{Id, Response, Ui};
use nice_plug::prelude::Param;

use super::number::{moved, step_of};
use crate::editor::param_gesture::ParamGesture;

/// Says that the value, 0–1, can be set and moved by a step.
pub(super) fn declare(ui: &Ui, id: Id) {
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        for action in [Action::Increment, Action::Decrement, Action::SetValue] {
            node.add_action(action);
        }
    });
}

/// Does what was asked for with one of these actions.
pub(super) fn step<P: Param>(ui: &Ui, response: &Response, param: &P, gesture: &impl ParamGesture) {
    let now = param.unmodulated_normalized_value();
    let step = step_of(param, false);
    let next = ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action);
        let mut next = now;
        for _ in 0..count(Action::Increment) {
            next = moved(param, next, step);
        }
        for _ in 0..count(Action::Decrement) {
            next = moved(param, next, -step);
        }
        for request in input.accesskit_action_requests(response.id, Action::SetValue) {
            if let Some(ActionData::NumericValue(value)) = request.data {
                next = (value as f32).clamp(0.0, 1.0);
            }
        }
        next
    });
    if next != now {
        gesture.touch(param, next);
    }
}
