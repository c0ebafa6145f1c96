//! The last ten seconds: level before and after, patches as they fell, and the frames.

use egui::{Align2, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::axis::{self, LevelAxis};
use super::icons::{self, Icon};
use super::mesh::{Fill, area, thinned};
use super::theme::{GAP, INSET, NEAR, Palette, SMALL, TITLE, palette};
use super::widgets;
use crate::analyzer::{Column, View};

/// Range of the levels in dBFS.
const LEVELS: (f32, f32) = (-60.0, 0.0);
/// Room for the labels of levels, in points.
const SCALE: f32 = 34.0;
/// Below this height, in points, times are not labelled.
const TALL: f32 = 100.0;
/// Frames nearer to each other than this, in points, are not drawn.
const FRAMES_APART: f32 = 12.0;
/// Narrowest patch that is drawn by itself, in points.
const SMALLEST: f64 = 3.0;
/// Width of one place of the band that stands for smaller ones, in points.
const BAND: f32 = 2.0;

/// What the panel remembers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Panel {
    /// Show the last second only.
    pub(crate) near: bool,
}

/// Draws the panel into `rect`.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, view: &View, panel: &mut Panel) {
    let colours = palette(ui);
    let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + widgets::HEAD));
    let foot = if rect.height() >= TALL { 16.0 } else { 2.0 };
    let plot = Rect::from_min_max(
        pos2(rect.left() + SCALE + NEAR, head.bottom() + NEAR),
        pos2(rect.right() - INSET, rect.bottom() - foot - NEAR),
    );
    let tall_enough = plot.height() >= 12.0;
    let lane = (plot.height() * 0.28).clamp(8.0, 28.0).round();
    let levels = Rect::from_min_max(plot.min, pos2(plot.right(), plot.bottom() - lane - 2.0));
    let lane = Rect::from_min_max(pos2(plot.left(), plot.bottom() - lane), plot.max);
    let pictures = [levels, lane];
    widgets::card_around(ui, rect, if tall_enough { &pictures } else { &[] });
    let buttons = widgets::right(ui, head, |ui| {
        let near = widgets::toggle(ui, "1 s", panel.near)
            .on_hover_text("Shows the last second, so that single patches can be seen.");
        let far =
            widgets::toggle(ui, "10 s", !panel.near).on_hover_text("Shows the last ten seconds.");
        if near.clicked() || far.clicked() {
            panel.near = near.clicked();
        }
    });
    let x = widgets::title(ui, head, "Timeline") + INSET;
    marker(ui, head, x, buttons, view.running && view.patch_active, colours);

    if !tall_enough {
        return;
    }
    let seconds = if panel.near { 1.0 } else { 10.0 };
    let time = Time::new(plot, view, seconds);
    let axis = LevelAxis::new(levels, LEVELS.0, LEVELS.1);
    grid(ui, levels, lane, &axis, &time, foot > 10.0, colours);
    frames(ui.painter(), plot, view, &time, colours);
    if view.strip.columns.is_empty() {
        ui.painter().text(
            levels.center(),
            Align2::CENTER_CENTER,
            "No sound yet",
            TITLE,
            colours.quiet,
        );
    } else {
        let painter = ui.painter().with_clip_rect(levels);
        draw_levels(&painter, levels, view, &time, &axis, colours);
        draw_patches(&ui.painter().with_clip_rect(lane), lane, view, &time, colours);
    }
    if view.running && view.patch_active {
        let now = Rect::from_min_max(pos2(lane.right() - 2.0, plot.top()), lane.max);
        ui.painter().rect_filled(now, 0.0, colours.patch);
    }
    read(ui, plot, view, &time, colours);
}

/// Says whether a patch is being laid right now.
fn marker(ui: &mut Ui, head: Rect, x: f32, end: f32, active: bool, colours: &Palette) {
    let (icon, ink, text) = match active {
        true => (Icon::Active, colours.patch, "In a patch"),
        false => (Icon::Inactive, colours.quiet, "No patch now"),
    };
    let label = ui.painter().layout_no_wrap(text.to_owned(), SMALL, colours.text);
    if x + 16.0 + label.size().x > end {
        return;
    }
    let dot = Rect::from_center_size(pos2(x + 5.0, head.center().y), vec2(9.0, 9.0));
    icons::paint(ui.painter(), dot, icon, ink, colours.panel);
    let top = head.center().y - label.size().y / 2.0;
    ui.painter().galley(pos2(x + 14.0, top), label, colours.text);
    let place = Rect::from_x_y_ranges(x..=x + 80.0, head.y_range());
    let response = ui.interact(place, ui.scope_id().with("patch now"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
        .on_hover_text("Whether the newest sample lies in a patch: filtered with the class's key.");
}

/// Positions from left to right.
struct Time {
    left: f32,
    right: f32,
    /// Points a sample.
    scale: f64,
    now: i64,
    sample_rate: u32,
    seconds: f64,
}

impl Time {
    fn new(plot: Rect, view: &View, seconds: f64) -> Self {
        let samples = seconds * f64::from(view.sample_rate.max(1));
        Self {
            left: plot.left(),
            right: plot.right(),
            scale: f64::from(plot.width()) / samples,
            now: view.position,
            sample_rate: view.sample_rate,
            seconds,
        }
    }

    fn x(&self, position: i64) -> f32 {
        let ago = self.now.saturating_sub(position) as f64 * self.scale;
        (f64::from(self.right) - ago) as f32
    }

    fn position(&self, x: f32) -> i64 {
        let ago = f64::from(self.right - x) / self.scale;
        self.now.saturating_sub(ago as i64)
    }
}

fn grid(
    ui: &Ui,
    levels: Rect,
    lane: Rect,
    axis: &LevelAxis,
    time: &Time,
    labelled: bool,
    colours: &Palette,
) {
    let painter = ui.painter();
    let mut lines = Fill::new(painter);
    for db in axis.labels(18.0) {
        lines.hline(levels.x_range(), axis.y(db), colours.grid);
    }
    lines.paint(painter);
    for db in axis.labels(18.0) {
        let y = axis.y(db).clamp(levels.top() + 5.0, levels.bottom() - 5.0);
        let text = if db < 0.0 { format!("−{}", -db) } else { format!("{db}") };
        painter.text(
            pos2(levels.left() - NEAR, y),
            Align2::RIGHT_CENTER,
            text,
            SMALL,
            colours.quiet,
        );
    }
    if lane.height() >= 12.0 {
        let at = pos2(lane.left() - NEAR, lane.center().y);
        painter.text(at, Align2::RIGHT_CENTER, "Patch", SMALL, colours.quiet);
    }
    if !labelled {
        return;
    }
    let step = time.seconds / 5.0;
    for n in 0..=5 {
        let ago = f64::from(n) * step;
        let share = (ago / time.seconds) as f32;
        let x = time.right - share * (time.right - time.left);
        let (text, align) = match n {
            0 => ("now".to_owned(), Align2::RIGHT_TOP),
            5 => (format!("−{ago} s"), Align2::LEFT_TOP),
            _ => (format!("−{ago:.1} s").replace(".0 ", " "), Align2::CENTER_TOP),
        };
        painter.text(pos2(x, lane.bottom() + 2.0), align, text, SMALL, colours.quiet);
    }
}

/// A line where each frame begins, if they are not too many.
fn frames(painter: &Painter, plot: Rect, view: &View, time: &Time, colours: &Palette) {
    let ink = colours.rim.gamma_multiply(0.5);
    let frames = &view.strip.frames;
    let apart = frames.windows(2).map(|two| two[1] - two[0]).min().unwrap_or(i64::MAX);
    if (apart as f64 * time.scale) < f64::from(FRAMES_APART) {
        return;
    }
    let mut lines = Fill::new(painter);
    for x in frames.iter().map(|&frame| time.x(frame)) {
        if plot.x_range().contains(x) {
            lines.vline(x, plot.y_range(), ink);
        }
    }
    lines.paint(painter);
}

fn draw_levels(
    painter: &Painter,
    levels: Rect,
    view: &View,
    time: &Time,
    axis: &LevelAxis,
    colours: &Palette,
) {
    let columns = &view.strip.columns;
    let first = columns.partition_point(|column| time.x(column.position) < levels.left() - 20.0);
    let columns = &columns[first..];
    let columns = merge(columns, time);
    let line = |level: fn(&Column) -> f32| -> Vec<Pos2> {
        columns.iter().map(|column| pos2(time.x(column.position), axis.y(level(column)))).collect()
    };
    let fill = colours.before.gamma_multiply(0.45);
    painter.add(area(&line(|column| column.before), levels.bottom(), fill));
    let after = thinned(&line(|column| column.after), 0.2);
    painter.add(Shape::line(after, Stroke::new(1.3, colours.after)));
}

/// Joins columns that lie within a point of each other, keeping the highest level.
fn merge(columns: &[Column], time: &Time) -> Vec<Column> {
    let mut merged: Vec<Column> = Vec::with_capacity(columns.len());
    for column in columns {
        match merged.last_mut() {
            Some(last) if time.x(column.position) - time.x(last.position) < 1.5 => {
                last.before = last.before.max(column.before);
                last.after = last.after.max(column.after);
            }
            _ => merged.push(*column),
        }
    }
    merged
}

/// The patches: each at the height of its curve's number, or, where they are too small to see, as
/// a band that is the stronger the more of the sound they take.
fn draw_patches(painter: &Painter, lane: Rect, view: &View, time: &Time, colours: &Palette) {
    let patches = &view.strip.patches;
    let longest = patches.iter().map(|patch| patch.end - patch.start).max().unwrap_or(0);
    if longest as f64 * time.scale < SMALLEST {
        draw_band(painter, lane, view, time, colours);
        return;
    }
    let curves = patches.iter().map(|patch| patch.kernel + 1).max().unwrap_or(1);
    let row = lane.height() / curves as f32;
    let mut laid = Fill::new(painter);
    for patch in patches {
        let (from, to) = (time.x(patch.start), time.x(patch.end).min(time.right));
        if to >= lane.left() && from <= lane.right() {
            let top = lane.top() + row * patch.kernel as f32;
            let rect = Rect::from_min_max(pos2(from, top), pos2(to, top + row));
            laid.rect(rect.shrink2(vec2(0.5, 0.0)), colours.patch);
        }
    }
    laid.paint(painter);
}

/// How much of the sound patches take, place by place.
fn draw_band(painter: &Painter, lane: Rect, view: &View, time: &Time, colours: &Palette) {
    let places = (lane.width() / BAND).ceil().max(1.0) as usize;
    let mut taken = vec![0.0_f32; places];
    for patch in &view.strip.patches {
        let share = |position| f64::from(time.x(position) - lane.left()) / f64::from(BAND);
        let (from, to) = (share(patch.start).max(0.0), share(patch.end).min(places as f64));
        let mut at = from;
        while at < to {
            let next = (at.floor() + 1.0).min(to);
            taken[(at as usize).min(places - 1)] += (next - at) as f32;
            at = next;
        }
    }
    let band = lane.shrink2(vec2(0.0, lane.height() * 0.2));
    let mut places = Fill::new(painter);
    for (n, taken) in taken.into_iter().enumerate().filter(|(_, taken)| *taken > 0.0) {
        let left = lane.left() + n as f32 * BAND;
        let rect = Rect::from_x_y_ranges(left..=left + BAND, band.y_range());
        places.rect(rect, colours.patch.gamma_multiply(taken.min(1.0)));
    }
    places.paint(painter);
}

/// The reading under the pointer.
fn read(ui: &mut Ui, plot: Rect, view: &View, time: &Time, colours: &Palette) {
    let response = ui.interact(plot, ui.scope_id().with("strip"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Timeline"));
    let Some(pointer) = response.hover_pos() else { return };
    if view.strip.columns.is_empty() || time.sample_rate == 0 {
        return;
    }
    let position = time.position(pointer.x);
    ui.painter().vline(pointer.x, plot.y_range(), Stroke::new(1.0, colours.quiet));
    let ago = (time.now - position) as f64 / f64::from(time.sample_rate);
    let mut lines = vec![format!("{ago:.2} s ago   sample {position}")];
    let columns = &view.strip.columns;
    let after = columns.partition_point(|column| column.position <= position);
    if let Some(column) = after.checked_sub(1).map(|at| columns[at]) {
        let before = axis::level(column.before);
        lines.push(format!("Before {before}, after {} dBFS", axis::level(column.after)));
    }
    let patch =
        view.strip.patches.iter().find(|patch| (patch.start..patch.end).contains(&position));
    let text = match patch {
        Some(patch) => format!("In a patch, curve {}", patch.kernel + 1),
        None => "Between patches".to_owned(),
    };
    lines.push(text);
    let plot = plot.translate(vec2(0.0, -GAP));
    widgets::reading(ui, plot, pointer.x, &lines);
}
