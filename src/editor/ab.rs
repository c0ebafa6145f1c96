//! A/B: the original against the processed sound, equally loud.
//!
//! What is louder sounds better, so the original is changed in level until both are equally loud by LUFS
//! short-term. It is heard in a host only, while the window is open (on X11: can be seen) and the host runs in
//! real time; a render never contains it, and whatever starts the host's processing anew ends it.

use egui::{Rect, Ui, UiBuilder, vec2};
use nice_plug::prelude::BoolParam;
use patchveil_words::Original;

use super::headline::{Headline, Tone};
use super::icons::Icon;
use super::param_control::ControlText;
use super::param_gesture::ParamGesture;
use super::theme::SMALL_GAP;
use super::words::words;
use super::{param_control, widgets};
use crate::analyzer::View;
use crate::params::PatchveilParams;
use crate::route::Route;
use crate::status::Status;

/// In every language.
const NAME: &str = "A/B";

/// Width of the switch, in points.
pub(super) const WIDTH: f32 = 78.0;

/// What can be done with the comparison now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum OriginalChoice {
    /// It is not offered.
    Hidden,
    /// Loudness is not known, or nothing is protected.
    Waiting,
    /// It would be changed by so many dB.
    Ready(f32),
    /// It is heard, changed by so many dB.
    On(f32),
}

/// What can be done now.
pub(super) fn choice(
    status: &Status,
    route: &Route,
    view: &View,
    params: &PatchveilParams,
) -> OriginalChoice {
    let protects = matches!(status, Status::Protecting { .. });
    let plain = !params.bypass.value() && !params.output.delta.value();
    match (route, view.original, view.match_db) {
        (Route::Host, Some(db), _) => OriginalChoice::On(db),
        (Route::Host, None, Some(db)) if protects && plain => OriginalChoice::Ready(db),
        (Route::Host, ..) => OriginalChoice::Waiting,
        // What is heard there is what is sent.
        _ => OriginalChoice::Hidden,
    }
}

/// The headline while the original is heard, which is only where the output would be protected.
pub(super) fn headline(status: &Status, view: &View, words: &Original) -> Option<Headline> {
    let db = view.original.filter(|_| matches!(status, Status::Protecting { .. }))?;
    Some(Headline {
        icon: Icon::Unprotected,
        tone: Tone::Warning,
        title: words.title.to_owned(),
        detail: (words.title_hint)(&decibels(db)),
    })
}

fn decibels(db: f32) -> String {
    // What is applied is in steps of a tenth.
    match format!("{:.1}", db.abs()).as_str() {
        "0.0" => "0.0 dB".to_owned(),
        digits if db < 0.0 => format!("−{digits} dB"),
        digits => format!("+{digits} dB"),
    }
}

/// What the switch reads, whether it is on, whether it can be used, and its tip.
fn parts(choice: OriginalChoice, words: &Original) -> (String, bool, bool, &'static str) {
    match choice {
        OriginalChoice::On(db) => (decibels(db), true, true, words.tip),
        OriginalChoice::Ready(db) => (decibels(db), false, true, words.tip),
        _ => (words.waiting.to_owned(), false, false, words.waiting_tip),
    }
}

/// Draws the switch into `rect`. Returns whether the original is to be heard, if that changes.
pub(super) fn draw(ui: &mut Ui, rect: Rect, choice: OriginalChoice) -> Option<bool> {
    if choice == OriginalChoice::Hidden {
        return None;
    }
    let words = &words(ui).original;
    let (level, on, enabled, tip) = parts(choice, words);
    let label = if enabled { format!("{NAME} {level}") } else { NAME.to_owned() };
    let text = ControlText {
        name: NAME,
        label: &label,
        tip,
        value: if on { words.original } else { words.output }.to_owned(),
        note: &level,
        follows: false,
        no_effect: !enabled,
        centred: false,
    };
    param_control::state(ui, rect, &text, on).clicked().then_some(!on)
}

/// Draws delta, bypass and the comparison as small buttons in two rows, for narrow windows.
pub(super) fn draw_compact(
    ui: &mut Ui,
    area: Rect,
    choice: OriginalChoice,
    params: &PatchveilParams,
    gesture: &impl ParamGesture,
) -> Option<bool> {
    let mut asked = None;
    let (texts, original) = (&words(ui).controls, &words(ui).original);
    let ui = &mut ui.new_child(UiBuilder::new().max_rect(area));
    ui.spacing_mut().item_spacing = vec2(SMALL_GAP, SMALL_GAP);
    ui.horizontal(|ui| {
        let mut switch = |name, param: &BoolParam, tip: &str| {
            let on = param.value();
            if widgets::toggle(ui, name, on).on_hover_text(tip).clicked() {
                gesture.touch(param, if on { 0.0 } else { 1.0 });
            }
        };
        switch(texts.delta, &params.output.delta, texts.delta_tip);
        switch(texts.bypass, &params.bypass, texts.bypass_tip);
    });
    if choice != OriginalChoice::Hidden {
        let (level, on, enabled, tip) = parts(choice, original);
        ui.add_enabled_ui(enabled, |ui| {
            let button = widgets::toggle(ui, &format!("{NAME}  {level}"), on).on_hover_text(tip);
            asked = button.clicked().then_some(!on);
        });
    }
    asked
}
