//! The figures at the bottom of the window.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2};
use patchveil_words::Figures;

use super::theme::{BODY, INSET, SMALL, SMALL_GAP, palette};
use super::words::words;
use crate::analyzer::View;
use crate::route::Route;

/// Draws the figures into `rect`, from the left, as many as fit.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, view: &View, route: &Route) {
    let colours = palette(ui);
    let mut x = rect.left() + INSET;
    for figure in figures(view, route, &words(ui).figures) {
        let colour = if figure.warn { colours.warn } else { colours.weak };
        let text = ui.painter().layout_no_wrap(figure.text.clone(), SMALL, colour);
        let width = text.size().x;
        if x + width > rect.right() - SMALL_GAP {
            break;
        }
        let top = (rect.center().y - text.size().y / 2.0).round();
        ui.painter().galley(pos2(x, top), text, colour);
        let area = Rect::from_x_y_ranges(x..=x + width, rect.y_range());
        let response = ui.interact(area, ui.scope_id().with(figure.name), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &figure.text));
        response.on_hover_ui(|ui| {
            ui.label(egui::RichText::new(figure.name).font(BODY));
            ui.label(egui::RichText::new(figure.tip).font(SMALL));
        });
        x += width + 2.0 * INSET;
    }
}

struct Figure {
    name: &'static str,
    text: String,
    tip: &'static str,
    warn: bool,
}

fn figures(view: &View, route: &Route, words: &'static Figures) -> Vec<Figure> {
    let plain = |name, text, tip| Figure { name, text, tip, warn: false };
    let protected = (words.protected_for)(&duration(view.protected_seconds));
    let mut figures = vec![
        plain(words.protected, protected, words.protected_tip),
        plain(words.latency, words.no_latency.to_owned(), words.latency_tip),
    ];
    if view.sample_rate == 0 {
        return figures;
    }
    figures.push(plain(words.load, (words.load_of)(view.load * 100.0), words.load_tip));
    if view.late > 0 {
        let text = (words.late_times)(view.late);
        figures.push(Figure { name: words.late, text, tip: words.late_tip, warn: true });
    }
    let rate = format!("{} kHz", f64::from(view.sample_rate) / 1_000.0);
    figures.push(plain(words.rate, rate, words.rate_tip));
    let source = match (view.host_timeline, route) {
        (true, Route::Host) => words.host_timeline,
        (true, _) => words.jack_transport,
        (false, _) => words.sample_count,
    };
    // A position that moves costs a picture each time, so in silence it is left out.
    let at = if view.sound { timecode(view.position, view.sample_rate) } else { String::new() };
    let text = format!("{source} {at}").trim_end().to_owned();
    figures.push(plain(words.timeline, text, words.timeline_tip));
    figures
}

/// Seconds in words.
fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match (whole / 3_600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}

/// A position as hours, minutes and seconds.
fn timecode(position: i64, sample_rate: u32) -> String {
    let sign = if position < 0 { "−" } else { "" };
    let tenths = position.unsigned_abs() / (u64::from(sample_rate.max(10)) / 10);
    let (seconds, tenth) = (tenths / 10, tenths % 10);
    format!("{sign}{}:{:02}:{:02}.{tenth}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(duration(0.0), "0 s");
        assert_eq!(duration(59.9), "59 s");
        assert_eq!(duration(754.0), "12 min 34 s");
        assert_eq!(duration(7_260.0), "2 h 01 min");
        assert_eq!(timecode(0, 48_000), "0:00:00.0");
        assert_eq!(timecode(48_000 * 3_723 + 24_000, 48_000), "1:02:03.5");
        assert_eq!(timecode(-22_050, 44_100), "−0:00:00.5");
    }
}
