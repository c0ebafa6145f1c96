//! A level meter, painted.

use egui::{Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use patchveil_plugin::look::{self, SMALL, colours};

use crate::meters::{Levels, SILENCE};

/// What the left end of a bar stands for, in dBFS.
const LOWEST: f32 = -60.0;
/// From here on a bar warns, in dBFS.
const LOUD: f32 = -6.0;
/// Height of the bar of a channel in points, and the space below it.
const BAR: (f32, f32) = (6.0, 2.0);
/// Bars that are painted; further channels are shown by the highest.
const BARS: usize = 2;

/// Where a level is on a bar, 0–1.
fn place(level: f32) -> f32 {
    ((level - LOWEST) / -LOWEST).clamp(0.0, 1.0)
}

/// The level as text.
fn figure(level: f32) -> String {
    if level <= SILENCE { "−∞".to_owned() } else { format!("{level:.1}").replace('-', "−") }
}

/// Paints bars of this width, figures beside them and the clip lamp. Returns whether the lamp was
/// clicked.
pub(super) fn draw(ui: &mut Ui, name: &str, levels: &Levels, width: f32) -> bool {
    let (colours, words) = (colours(ui), &look::words(ui).live);
    // Before the row begins: it is no lower than that.
    ui.spacing_mut().interact_size.y = 16.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(44.0, 16.0), Sense::hover());
        let left = egui::Align2::LEFT_CENTER;
        ui.painter().text(rect.left_center(), left, name, SMALL, colours.text);
        bar(ui, name, levels, width);
        let weak = egui::RichText::new(format!(
            "{} dBTP   {} LUFS",
            figure(levels.true_peak),
            figure(levels.short_term)
        ));
        ui.add_sized(
            vec2(132.0, 16.0),
            egui::Label::new(weak.font(SMALL).color(colours.weak)).halign(egui::Align::Min),
        )
        .on_hover_text(words.meter_tip);
        lamp(ui, name, levels.clipped).clicked()
    })
    .inner
}

/// Paints the bars alone.
pub(super) fn bar(ui: &mut Ui, name: &str, levels: &Levels, width: f32) -> Response {
    let colours = colours(ui);
    let highest = levels.peaks.iter().copied().fold(SILENCE, f32::max);
    let shown: Vec<f32> =
        if levels.peaks.len() > BARS { vec![highest] } else { levels.peaks.clone() };
    let count = shown.len().max(1) as f32;
    let height = count * (BAR.0 + BAR.1) - BAR.1;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height.max(14.0)), Sense::hover());
    let top = rect.center().y - height / 2.0;
    let x = |level: f32| rect.left() + place(level) * rect.width();
    for (number, level) in shown.iter().enumerate() {
        let y = top + number as f32 * (BAR.0 + BAR.1);
        let line = |from: f32, to: f32| Rect::from_min_max(pos2(from, y), pos2(to, y + BAR.0));
        let painter = ui.painter();
        painter.rect_filled(line(rect.left(), rect.right()), 2.0, colours.border);
        painter.rect_filled(line(rect.left(), x(level.min(LOUD))), 2.0, colours.good);
        if *level > LOUD {
            let colour = if *level >= -0.1 { colours.bad } else { colours.warn };
            painter.rect_filled(line(x(LOUD), x(*level)), 0.0, colour);
        }
        if levels.hold > LOWEST {
            painter.rect_filled(
                line(x(levels.hold) - 1.0, x(levels.hold) + 1.0),
                0.0,
                colours.text,
            );
        }
    }
    let value = format!("{} dBFS", figure(levels.hold));
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Meter, true, name);
        info.current_text_value = Some(value.clone());
        info
    });
    response.on_hover_text((look::words(ui).live.level)(name, &figure(levels.hold)))
}

/// The clip lamp: lit, it can be put out.
fn lamp(ui: &mut Ui, name: &str, lit: bool) -> Response {
    let colours = colours(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(34.0, 16.0), Sense::click());
    let words = &look::words(ui).live;
    // Filled or an outline, so that colour alone says nothing.
    let text = if lit { colours.background } else { colours.weak };
    if lit {
        ui.painter().rect_filled(rect, 3.0, colours.bad);
    } else {
        let edge = Stroke::new(1.0, colours.border);
        ui.painter().rect_stroke(rect, 3.0, edge, StrokeKind::Inside);
    }
    if response.has_focus() {
        look::focus_ring(ui, rect);
    }
    let centre = egui::Align2::CENTER_CENTER;
    ui.painter().text(rect.center(), centre, words.clip, egui::FontId::proportional(9.5), text);
    let label = if lit { (words.clipped)(name) } else { (words.not_clipped)(name) };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, lit, &label));
    response.on_hover_text(label)
}
