//! Text.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Rect, RichText, Stroke, StrokeKind, Ui, pos2,
    vec2,
};

use crate::editor::theme::{GAP, ROUND_SMALL, SMALL, SMALL_GAP, TITLE, palette};
use crate::editor::words::words;

/// Says in the middle of `area` that there is nothing to plot.
pub(crate) fn no_audio_yet(ui: &Ui, area: Rect) {
    let text = words(ui).window.no_audio_yet;
    ui.painter().text(area.center(), Align2::CENTER_CENTER, text, TITLE, palette(ui).weak);
}

/// A note in small type.
pub(crate) fn note(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(SMALL).color(palette(ui).weak));
}

/// One line of text, which ends in “…” if it is wider than `width`.
pub(crate) fn elided(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    ui.painter().layout_job(job)
}

/// An upper bound for a p-value, as a power of ten.
pub(crate) fn probability(p: f64) -> String {
    // Below the smallest number there is no power of ten any more.
    let exponent = if p > 0.0 { p.log10().ceil() as i32 } else { -307 };
    match exponent {
        0.. => "p ≤ 1".to_owned(),
        _ => format!("p ≤ 1e−{}", -exponent),
    }
}

/// The text with a capital letter at its start and a full stop at its end.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut sentence: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    sentence.push_str(chars.as_str());
    if !sentence.ends_with(['.', '!', '?', '`']) {
        sentence.push('.');
    }
    sentence
}

/// Draws a box of lines next to `x` inside `plot`: to the right of it, or to the left where there is
/// no room.
pub(crate) fn readout(ui: &Ui, plot: Rect, x: f32, lines: &[String]) {
    let colours = palette(ui);
    let painter = ui.painter();
    let layout = |text: &String| painter.layout_no_wrap(text.clone(), SMALL, colours.text);
    let lines: Vec<_> = lines.iter().map(layout).collect();
    let width = lines.iter().map(|line| line.size().x).fold(0.0, f32::max) + 2.0 * GAP;
    let height = lines.iter().map(|line| line.size().y).sum::<f32>() + 2.0 * SMALL_GAP + 2.0;
    let left = if x + GAP + width <= plot.right() { x + GAP } else { x - GAP - width };
    let rect = Rect::from_min_size(pos2(left, plot.top() + GAP), vec2(width, height));
    painter.rect(
        rect,
        CornerRadius::same(ROUND_SMALL),
        colours.raised,
        Stroke::new(1.0, colours.outline),
        StrokeKind::Inside,
    );
    let mut y = rect.top() + SMALL_GAP + 1.0;
    for line in lines {
        let height = line.size().y;
        painter.galley(pos2(rect.left() + GAP, y), line, colours.text);
        y += height;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_p_value_is_rounded_up_to_a_power_of_ten() {
        assert_eq!(probability(4e-21), "p ≤ 1e−20");
        assert_eq!(probability(1e-6), "p ≤ 1e−6");
        assert_eq!(probability(0.0), "p ≤ 1e−307");
        assert_eq!(probability(1.0), "p ≤ 1");
    }
}
