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
use super::ab::{self, OriginalChoice};
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
/// From this width of the figures on, in points, they are written out.
const LONG: f32 = 325.0;
/// Where the switches begin in a narrow window, below the top.
const COMPACT_TOP: f32 = 7.0;
/// Width of a switch beside the figures, in points.
const SWITCH: f32 = 66.0;

/// Which switches belong to the strip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switches {
    /// Delta and bypass too.
    pub(crate) all: bool,
    pub(crate) original: OriginalChoice,
}

/// Draws the strip into `rect`. Returns whether the user wants to hear the original, if that changes.
pub(crate) fn draw<G: ParamGesture>(
    ui: &mut Ui,
    rect: Rect,
    status: &Status,
    view: &View,
    params: &PatchveilParams,
    gesture: &G,
    switches: Switches,
) -> Option<bool> {
    widgets::outline(ui, rect);
    let wide = rect.width() >= WIDE;
    let dial = Rect::from_min_size(rect.min, vec2((rect.width() * 0.43).min(400.0), rect.height()));
    dial::draw(ui, dial, params, gesture);
    let line = rect.shrink2(vec2(0.0, 8.0));
    ui.painter().vline(dial.right(), line.y_range(), (1.0, palette(ui).border));
    let compact = switches.all && !wide;
    let two = if switches.all { 2.0 * (SWITCH + SMALL_GAP) } else { 0.0 };
    let offers = switches.original != OriginalChoice::Hidden;
    let third = if offers && !compact { ab::WIDTH + SMALL_GAP } else { 0.0 };
    let margin = if two + third > 0.0 { GAP } else { 0.0 };
    let end = rect.right() - two - third - margin;
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
        original: view.original.is_some(),
    };
    effect::draw(ui, figures, &situation, figures.width() >= LONG);
    if compact {
        let corner = pos2(end, rect.top() + COMPACT_TOP);
        let area = Rect::from_min_max(corner, rect.max);
        return ab::draw_compact(ui, area, switches.original, params, gesture);
    }
    let top = rect.center().y - param_control::HEIGHT / 2.0;
    let place =
        |x: f32, width| Rect::from_min_size(pos2(x, top), vec2(width, param_control::HEIGHT));
    let asked = ab::draw(ui, place(end, ab::WIDTH), switches.original);
    if switches.all {
        let delta = end + third;
        let bypass = place(delta + SWITCH + SMALL_GAP, SWITCH);
        controls::draw_listening(ui, place(delta, SWITCH), bypass, params, gesture);
    }
    asked
}
