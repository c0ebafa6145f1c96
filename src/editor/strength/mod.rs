//! The strip below the headline: one dial, and what it does to this sound.
//!
//! | file | what it does |
//! |---|---|
//! | `dial.rs` | the dial from Mark to Strong |
//! | `effect.rs` | what was measured, in figures and words |
//! | `notice.rs` | whether a listener is likely to notice |

mod dial;
mod effect;
mod notice;

use egui::{Rect, Ui, pos2, vec2};

use self::effect::Situation;
use super::controls;
use super::headline::Layers;
use super::param_control;
use super::param_gesture::ParamGesture;
use super::theme::{GAP, INSET, SMALL_GAP, palette};
use super::widgets;
use crate::analyzer::View;
use crate::params::PatchveilParams;
use crate::status::Status;

/// Height of the strip, in points.
pub(crate) const HEIGHT: f32 = 62.0;
/// From this width on, in points, texts are long.
const WIDE: f32 = 880.0;
/// Width of a switch beside the figures, in points.
const SWITCH: f32 = 66.0;

/// Draws the strip into `rect`; `switches` if delta and bypass belong to it.
pub(crate) fn draw<G: ParamGesture>(
    ui: &mut Ui,
    rect: Rect,
    status: &Status,
    view: &View,
    params: &PatchveilParams,
    gesture: &G,
    switches: bool,
) {
    widgets::outline(ui, rect);
    let wide = rect.width() >= WIDE;
    let dial = Rect::from_min_size(rect.min, vec2((rect.width() * 0.43).min(400.0), rect.height()));
    dial::draw(ui, dial, params, gesture);
    let line = rect.shrink2(vec2(0.0, 8.0));
    ui.painter().vline(dial.right(), line.y_range(), (1.0, palette(ui).border));
    let end = if switches { rect.right() - 2.0 * (SWITCH + SMALL_GAP) - GAP } else { rect.right() };
    let figures = Rect::from_min_max(
        pos2(dial.right() + INSET, rect.top()),
        pos2(end - SMALL_GAP, rect.bottom()),
    );
    let situation = Situation {
        view,
        status,
        layers: Layers::of(&params.recipe_now()),
        bypass: params.bypass.value(),
        delta: params.output.delta.value(),
    };
    effect::draw(ui, figures, &situation, wide);
    if switches {
        let top = rect.center().y - param_control::HEIGHT / 2.0;
        let switch =
            |x: f32| Rect::from_min_size(pos2(x, top), vec2(SWITCH, param_control::HEIGHT));
        let (delta, bypass) = (switch(end), switch(end + SWITCH + SMALL_GAP));
        controls::draw_listening(ui, delta, bypass, params, gesture);
    }
}
