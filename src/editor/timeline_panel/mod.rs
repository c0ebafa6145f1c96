//! The last ten seconds: levels before and after, patches, and periods.

mod plots;
mod time_axis;

use egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use self::time_axis::TimeAxis;
use super::axis::{self, LevelAxis};
use super::mesh::RectMesh;
use super::theme::{GAP, INSET, Palette, SMALL, SMALL_GAP, palette};
use super::widgets;
use super::words::words;
use crate::analyzer::{PatchSpan, Timeline, View};

/// Range of the levels in dBFS.
const LEVELS: (f32, f32) = (-60.0, 0.0);
/// Width of the level labels, in points.
const LABELS: f32 = 34.0;
/// Height of the time labels, in points.
const TIMES: f32 = 16.0;
/// Below this height, in points, times are not labelled.
const TALL: f32 = 90.0;
/// Below this height, in points, plots are not drawn.
const LEAST: f32 = 12.0;
/// Smallest distance of level labels, in points.
const LABEL_DISTANCE: f32 = 18.0;

/// State of the panel.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimelinePanel {
    /// Show the last second only.
    pub(crate) last_second: bool,
}

impl TimelinePanel {
    /// How many seconds are shown.
    fn seconds(self) -> f64 {
        if self.last_second { 1.0 } else { 10.0 }
    }
}

/// Where the parts of the panel are.
struct Areas {
    header: Rect,
    /// Levels and patches together.
    plot: Rect,
    levels: Rect,
    patches: Rect,
    times: bool,
}

impl Areas {
    /// Without `patches` their row is left out.
    fn of(rect: Rect, patches: bool) -> Self {
        let header = Rect::from_min_size(rect.min, vec2(rect.width(), widgets::header(rect)));
        let times = rect.height() >= TALL;
        let footer = if times { TIMES } else { 2.0 };
        let plot = Rect::from_min_max(
            pos2(rect.left() + LABELS + SMALL_GAP, header.bottom() + SMALL_GAP),
            pos2(rect.right() - INSET, rect.bottom() - footer - SMALL_GAP),
        );
        let row = (plot.height() * 0.28).clamp(8.0, 28.0).round();
        let (row, gap) = if patches { (row, 2.0) } else { (0.0, 0.0) };
        let levels = Rect::from_min_max(plot.min, pos2(plot.right(), plot.bottom() - row - gap));
        let patches = Rect::from_min_max(pos2(plot.left(), plot.bottom() - row), plot.max);
        Self { header, plot, levels, patches, times }
    }

    fn are_tall_enough(&self) -> bool {
        self.plot.height() >= LEAST
    }
}

/// Draws the panel into `rect`.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, view: &View, panel: &mut TimelinePanel) {
    let colours = palette(ui);
    let has_patches = !view.timeline.patches.is_empty();
    let areas = Areas::of(rect, has_patches);
    let plots = [areas.levels, areas.patches];
    let plots = if has_patches { &plots[..] } else { &plots[..1] };
    widgets::card_around(ui, rect, if areas.are_tall_enough() { plots } else { &[] });
    draw_header(ui, areas.header, view, panel, colours);
    let seconds = panel.seconds();
    if !areas.are_tall_enough() {
        return;
    }
    let time = TimeAxis::new(areas.plot, view, seconds);
    let axis = LevelAxis::new(areas.levels, LEVELS.0, LEVELS.1);
    draw_level_grid(ui, areas.levels, &axis, colours);
    draw_labels(ui, &areas, &time, colours);
    plots::draw_periods(ui.painter(), areas.plot, &view.timeline, &time, colours);
    if view.timeline.columns.is_empty() {
        widgets::no_audio_yet(ui, areas.levels);
    } else {
        let painter = ui.painter().with_clip_rect(areas.levels);
        plots::draw_levels(&painter, areas.levels, &view.timeline, &time, &axis, colours);
        let painter = ui.painter().with_clip_rect(areas.patches);
        plots::draw_patches(&painter, areas.patches, &view.timeline, &time, colours);
    }
    if view.running && view.patch_active {
        let corner = pos2(areas.plot.right() - 2.0, areas.plot.top());
        let now = Rect::from_min_max(corner, areas.plot.max);
        ui.painter().rect_filled(now, 0.0, colours.patch);
    }
    draw_readout(ui, areas.plot, view, &time, colours);
}

/// Draws title, summary and buttons.
fn draw_header(
    ui: &mut Ui,
    header: Rect,
    view: &View,
    panel: &mut TimelinePanel,
    colours: &Palette,
) {
    let words = &words(ui).timeline;
    let buttons = widgets::header_buttons(ui, "timeline", header, |ui| {
        let ten =
            widgets::toggle(ui, "10 s", !panel.last_second).on_hover_text(words.ten_seconds_tip);
        let one = widgets::toggle(ui, "1 s", panel.last_second).on_hover_text(words.one_second_tip);
        if one.clicked() || ten.clicked() {
            panel.last_second = one.clicked();
        }
    });
    let x = widgets::title(ui, header, words.title) + INSET;
    draw_summary(ui, header, (x, buttons), view, panel.seconds(), colours);
}

/// Says what acts in the seconds shown, if there is room between `x` and `end`.
fn draw_summary(
    ui: &mut Ui,
    header: Rect,
    (x, end): (f32, f32),
    view: &View,
    seconds: f64,
    colours: &Palette,
) {
    let words = &words(ui).timeline;
    let text = match (view.marked, covered(view, seconds)) {
        (_, Some(share)) => (words.covered)(share * 100.0),
        (true, None) => words.mark_acts.to_owned(),
        (false, None) => return,
    };
    let label = ui.painter().layout_no_wrap(text.clone(), SMALL, colours.weak);
    if x + label.size().x > end {
        return;
    }
    let rect = Rect::from_x_y_ranges(x..=x + label.size().x, header.y_range());
    let top = header.center().y - label.size().y / 2.0;
    ui.painter().galley(pos2(x, top), label, colours.weak);
    let response = ui.interact(rect, ui.scope_id().with("summary"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    response.on_hover_text(words.covered_tip);
}

/// Which part of the time shown lies in patches, if there are any.
fn covered(view: &View, seconds: f64) -> Option<f64> {
    let Timeline { patches, columns, .. } = &view.timeline;
    let shown = (seconds * f64::from(view.sample_rate)) as i64;
    let from = columns.first()?.position.max(view.position.saturating_sub(shown));
    let inside = |patch: &PatchSpan| (patch.end.min(view.position) - patch.start.max(from)).max(0);
    let samples = patches.iter().map(inside).sum::<i64>();
    let whole = view.position.saturating_sub(from);
    (!patches.is_empty() && whole > 0).then(|| (samples as f64 / whole as f64).min(1.0))
}

fn draw_level_grid(ui: &Ui, levels: Rect, axis: &LevelAxis, colours: &Palette) {
    let painter = ui.painter();
    let mut lines = RectMesh::new(painter);
    for db in axis.labels(LABEL_DISTANCE) {
        lines.hline(levels.x_range(), axis.y(db), colours.grid);
    }
    lines.paint(painter);
    for db in axis.labels(LABEL_DISTANCE) {
        let y = axis.y(db).clamp(levels.top() + 5.0, levels.bottom() - 5.0);
        let text = if db < 0.0 { format!("−{}", -db) } else { format!("{db}") };
        let at = pos2(levels.left() - SMALL_GAP, y);
        painter.text(at, Align2::RIGHT_CENTER, text, SMALL, colours.weak);
    }
}

/// Labels the row of patches and the times.
fn draw_labels(ui: &Ui, areas: &Areas, time: &TimeAxis, colours: &Palette) {
    let (painter, words) = (ui.painter(), &words(ui).timeline);
    let row = areas.patches;
    if row.height() >= LEAST {
        let at = pos2(row.left() - SMALL_GAP, row.center().y);
        painter.text(at, Align2::RIGHT_CENTER, words.patch, SMALL, colours.weak);
    }
    if !areas.times {
        return;
    }
    let step = time.seconds / 5.0;
    for n in 0..=5 {
        let ago = f64::from(n) * step;
        let x = time.right - (ago / time.seconds) as f32 * (time.right - time.left);
        let (text, align) = match n {
            0 => (words.now.to_owned(), Align2::RIGHT_TOP),
            5 => (format!("−{ago} s"), Align2::LEFT_TOP),
            _ => (format!("−{ago:.1} s").replace(".0 ", " "), Align2::CENTER_TOP),
        };
        painter.text(pos2(x, row.bottom() + 2.0), align, text, SMALL, colours.weak);
    }
}

/// Draws what is under the pointer.
fn draw_readout(ui: &mut Ui, plot: Rect, view: &View, time: &TimeAxis, colours: &Palette) {
    let words = &words(ui).timeline;
    let response = ui.interact(plot, ui.scope_id().with("timeline"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, words.title));
    let Some(pointer) = response.hover_pos() else { return };
    let columns = &view.timeline.columns;
    if columns.is_empty() || time.sample_rate == 0 {
        return;
    }
    let position = time.position(pointer.x);
    ui.painter().vline(pointer.x, plot.y_range(), Stroke::new(1.0, colours.weak));
    let ago = (time.now - position) as f64 / f64::from(time.sample_rate);
    let mut lines = vec![(words.ago)(ago, position)];
    let next = columns.partition_point(|column| column.position <= position);
    if let Some(column) = next.checked_sub(1).map(|at| columns[at]) {
        lines.push((words.levels)(&axis::level(column.before), &axis::level(column.after)));
    }
    let mut patches = view.timeline.patches.iter();
    lines.push(match patches.find(|patch| (patch.start..patch.end).contains(&position)) {
        Some(patch) => (words.in_patch)(patch.kernel + 1),
        None if view.timeline.patches.is_empty() && view.marked => words.marked.to_owned(),
        None => words.between.to_owned(),
    });
    widgets::readout(ui, plot.translate(vec2(0.0, -GAP)), pointer.x, &lines);
}
