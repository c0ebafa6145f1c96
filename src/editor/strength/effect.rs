//! What the present strength does to this sound, in figures and words.

use egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use super::notice::{Notice, RULE};
use crate::analyzer::View;
use crate::editor::headline::Layers;
use crate::editor::theme::{BODY, Palette, SMALL, palette};
use crate::editor::widgets::elided;

/// What decides about the text.
pub(super) struct Situation<'a> {
    pub(super) view: &'a View,
    pub(super) layers: Layers,
    /// Sound is being marked or veiled, as far as there is any.
    pub(super) protects: bool,
    /// Only the difference is heard.
    pub(super) delta: bool,
}

/// Three lines: the verdict, and the figures behind it.
struct Text {
    title: &'static str,
    colour: Color32,
    lines: [String; 2],
}

/// Draws the text into `rect`.
pub(super) fn draw(ui: &mut Ui, rect: Rect, situation: &Situation<'_>, wide: bool) {
    let colours = palette(ui);
    let text = text(situation, wide, colours);
    let width = rect.width();
    let mut y = rect.top() + 6.0;
    let title = elided(ui, text.title, BODY, text.colour, width);
    let height = title.size().y;
    ui.painter().galley(pos2(rect.left(), y), title, text.colour);
    y += height + 1.0;
    for line in &text.lines {
        let line = elided(ui, line, SMALL, colours.text, width);
        let height = line.size().y;
        ui.painter().galley(pos2(rect.left(), y), line, colours.text);
        y += height;
    }
    let response = ui.interact(rect, ui.scope_id().with("effect"), Sense::hover());
    let label = format!("{}. {} {}", text.title, text.lines[0], text.lines[1]);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label.trim()));
    response.on_hover_text(RULE);
}

fn text(situation: &Situation<'_>, wide: bool, colours: &Palette) -> Text {
    let quiet = |title, line: &str| Text {
        title,
        colour: colours.weak,
        lines: [line.to_owned(), String::new()],
    };
    if situation.delta {
        return quiet("Not measured", "While Delta is on, only the changes are heard.");
    }
    if !situation.protects {
        return quiet("Nothing is changed", "");
    }
    let Some(effect) = &situation.view.effect else {
        let line = match situation.view.sound {
            true => "Measuring: this takes a second of sound.",
            false => "Measured as soon as there is sound.",
        };
        return quiet("What a listener notices", line);
    };
    let notice = Notice::of(situation.layers, effect);
    let colour = match notice {
        Notice::Unlikely => colours.good,
        Notice::May => colours.text,
        Notice::Will => colours.warn,
    };
    let (mean, most, seconds) = (effect.mean_db, effect.most_db, effect.seconds);
    let levels = match wide {
        true => format!("Third-octave levels move {mean:.2} dB on average, {most:.2} dB at most"),
        false => format!("Third octaves {mean:.2} dB, at most {most:.2}"),
    };
    let loudness = match effect.loudness_lu {
        Some(lu) => format!("Loudness {} LU, last {seconds} s", signed(lu)),
        None => format!("Last {seconds} s"),
    };
    Text { title: notice.text(), colour, lines: [levels, loudness] }
}

/// A number with its sign; 0.00 has none.
fn signed(number: f32) -> String {
    match format!("{:.2}", number.abs()).as_str() {
        "0.00" => "0.00".to_owned(),
        digits if number < 0.0 => format!("−{digits}"),
        digits => format!("+{digits}"),
    }
}
