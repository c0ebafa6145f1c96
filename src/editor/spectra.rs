//! Spectra before and after the veil, and the difference beside what was designed.

use std::ops::Range;

use egui::{
    Align2, Color32, CursorIcon, Event, EventFilter, Key, Mesh, Painter, Pos2, Rangef, Rect, Role,
    Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::axis::{self, HZ_MIN, LevelAxis, LogAxis};
use super::look::{GAP, INSET, NEAR, Palette, SMALL, TITLE, palette};
use super::parts;
use crate::scope::{Curve, Spectra, SpectrumPoint};

/// Range of the spectra in dBFS.
const LEVELS: (f32, f32) = (-96.0, 0.0);
/// Where both spectra lie below this, in dBFS, their difference is that of noises.
const FLOOR: f32 = -110.0;
/// Ranges of the difference either way, in dB: the smallest that shows the design is taken.
const SPANS: [f32; 5] = [3.0, 6.0, 12.0, 24.0, 48.0];
/// Room for the labels of levels, in points.
const SCALE: f32 = 34.0;
/// Room for the labels of frequencies, in points.
const FOOT: f32 = 16.0;
/// Distance of drawn points, in points.
const STEP: f32 = 1.5;

/// What the panel remembers.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    /// Whether the highest levels are drawn.
    pub(crate) peaks: bool,
    /// What was seen when the picture was frozen, and its sample rate.
    pub(crate) frozen: Option<(Spectra, u32)>,
    /// Where the arrow keys have put the reading, in Hz.
    cursor: Option<f32>,
    /// Which curve is drawn below: a fixed one, or that of the patch under way.
    pub(crate) chosen: Chosen,
    /// Range of the difference, in dB. It only grows, so that the eye keeps its measure.
    span: f32,
}

/// Which of the class's curves is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// Always this one. Its patches come many times a second, too fast to follow.
    Fixed(usize),
    /// That of the patch under way.
    Current,
}

impl Default for Chosen {
    fn default() -> Self {
        Self::Fixed(0)
    }
}

impl Chosen {
    fn curve(self, spectra: &Spectra) -> Option<&Curve> {
        match self {
            Self::Fixed(number) => {
                spectra.curves.get(number.min(spectra.curves.len().saturating_sub(1)))
            }
            Self::Current => spectra.current(),
        }
    }
}

/// What the user asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Forget the highest levels.
    pub(crate) clear_peaks: bool,
    /// Analyse this many samples at a time.
    pub(crate) size: Option<usize>,
}

/// What is analysed, and how finely it can be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes<'a> {
    /// Samples analysed at a time.
    pub(crate) now: usize,
    /// What can be chosen, ascending.
    pub(crate) all: &'a [usize],
}

/// Draws the panel into `rect`.
pub(crate) fn draw(
    ui: &mut Ui,
    rect: Rect,
    spectra: &Spectra,
    sample_rate: u32,
    sizes: Sizes<'_>,
    panel: &mut Panel,
) -> Asked {
    let colours = palette(ui);
    parts::card(ui, rect);
    let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + parts::HEAD));
    let frozen = panel.frozen.clone();
    let asked = head_line(ui, head, spectra, sample_rate, sizes, panel);
    let (spectra, sample_rate) = match &frozen {
        Some((spectra, sample_rate)) => (spectra, *sample_rate),
        None => (spectra, sample_rate),
    };

    let plot = Rect::from_min_max(
        pos2(rect.left() + SCALE + NEAR, head.bottom() + NEAR),
        pos2(rect.right() - INSET, rect.bottom() - FOOT - NEAR),
    );
    let upper_height = ((plot.height() - GAP) * 0.62).round();
    let upper = Rect::from_min_size(plot.min, vec2(plot.width(), upper_height));
    let lower = Rect::from_min_max(pos2(plot.left(), upper.bottom() + GAP), plot.max);
    panel.widen(&spectra.curves);
    let curve = panel.chosen.curve(spectra);
    let axes = Axes {
        hz: LogAxis::new(plot, sample_rate),
        level: LevelAxis::new(upper, LEVELS.0, LEVELS.1),
        change: LevelAxis::new(lower, -panel.span, panel.span),
    };
    axes.draw_grid(ui, upper, lower, colours);

    if spectra.points.is_empty() {
        let quiet = colours.quiet;
        ui.painter().text(upper.center(), Align2::CENTER_CENTER, "No sound yet", TITLE, quiet);
    } else {
        let curves = Curves::new(&spectra.points, &axes.hz, plot.x_range());
        let clip = ui.painter().with_clip_rect(upper.expand(1.0));
        curves.draw_levels(&clip, &axes, upper.bottom(), panel.peaks, colours);
        let clip = ui.painter().with_clip_rect(lower.expand(1.0));
        curves.draw_change(&clip, &axes, colours);
    }
    if let Some(curve) = curve {
        draw_curve(&ui.painter().with_clip_rect(lower.expand(1.0)), &axes, curve, colours);
    }
    read(ui, plot, &axes, spectra, curve, panel, colours);
    asked
}

impl Panel {
    /// Makes room for the designs.
    fn widen(&mut self, curves: &[Curve]) {
        let designed = curves.iter().flat_map(|curve| &curve.designed);
        let most = designed.map(|(_, db)| db.abs()).fold(0.0, f32::max);
        let span = SPANS.iter().find(|&&span| span >= most).unwrap_or(&48.0);
        self.span = match curves.is_empty() {
            true if self.span == 0.0 => 12.0,
            true => self.span,
            false => self.span.max(*span),
        };
    }
}

/// Title, legend and buttons.
fn head_line(
    ui: &mut Ui,
    head: Rect,
    spectra: &Spectra,
    sample_rate: u32,
    sizes: Sizes<'_>,
    panel: &mut Panel,
) -> Asked {
    let colours = palette(ui);
    let mut asked = Asked::default();
    let buttons = parts::right(ui, head, |ui| {
        let frozen = panel.frozen.is_some();
        let freeze = parts::toggle(ui, "Freeze", frozen)
            .on_hover_text("Holds the picture still to look at. The sound goes on.");
        if freeze.clicked() {
            panel.frozen = (!frozen).then(|| (spectra.clone(), sample_rate));
        }
        let peaks = parts::toggle(ui, "Peaks", panel.peaks).on_hover_text(
            "Draws the highest levels so far as thin lines. Switching it on starts anew.",
        );
        if peaks.clicked() {
            panel.peaks = !panel.peaks;
            asked.clear_peaks = panel.peaks;
        }
        asked.size = choose_size(ui, sizes);
        choose_curve(ui, spectra, &mut panel.chosen);
    });
    let mut x = parts::title(ui, head, "Spectra") + INSET;
    let legend = [
        ("Before", colours.before, Line::Plain),
        ("After", colours.after, Line::Strong),
        ("Designed", colours.designed, Line::Dashed),
    ];
    for (name, colour, line) in legend {
        let text = ui.painter().layout_no_wrap(name.to_owned(), SMALL, colours.text);
        if x + 20.0 + text.size().x > buttons - GAP {
            break;
        }
        let y = head.center().y.round() + 0.5;
        line.draw(ui.painter(), &[pos2(x, y), pos2(x + 16.0, y)], colour);
        let width = text.size().x;
        ui.painter().galley(pos2(x + 21.0, y - text.size().y / 2.0), text, colours.text);
        x += 21.0 + width + INSET;
    }
    asked
}

fn choose_size(ui: &mut Ui, sizes: Sizes<'_>) -> Option<usize> {
    let mut chosen = None;
    let label = format!("FFT {}", sizes.now);
    let button = parts::opener(ui, &label).on_hover_text(
        "How much sound is analysed at a time. More tells low notes apart better and follows \
         changes more slowly; fewer show single patches.",
    );
    egui::Popup::menu(&button).width(130.0).show(|ui| {
        for &size in sizes.all {
            if ui.selectable_label(size == sizes.now, format!("{size} samples")).clicked() {
                chosen = Some(size);
            }
        }
    });
    chosen
}

/// How a line is drawn, so that lines are told apart without colours.
#[derive(Clone, Copy)]
enum Line {
    Plain,
    Strong,
    Dashed,
}

impl Line {
    fn draw(self, painter: &Painter, points: &[Pos2], colour: Color32) {
        let stroke = |width| Stroke::new(width, colour);
        match self {
            Self::Plain => painter.add(Shape::line(points.to_vec(), stroke(1.0))),
            Self::Strong => painter.add(Shape::line(points.to_vec(), stroke(1.7))),
            Self::Dashed => painter.add(Shape::dashed_line(points, stroke(1.5), 5.0, 4.0)),
        };
    }
}

struct Axes {
    hz: LogAxis,
    level: LevelAxis,
    change: LevelAxis,
}

impl Axes {
    fn draw_grid(&self, ui: &Ui, upper: Rect, lower: Rect, colours: &Palette) {
        let painter = ui.painter();
        painter.rect_filled(upper, 2.0, colours.ground);
        painter.rect_filled(lower, 2.0, colours.ground);
        let faint = Stroke::new(1.0, colours.grid.gamma_multiply(0.55));
        let plain = Stroke::new(1.0, colours.grid);
        for hz in self.hz.lines() {
            let stroke = if axis::leads(hz) { plain } else { faint };
            for rect in [upper, lower] {
                painter.vline(self.hz.x(hz), rect.y_range(), stroke);
            }
        }
        let mut free = f32::NEG_INFINITY;
        for (hz, text) in self.hz.labels() {
            let text = painter.layout_no_wrap(text, SMALL, colours.quiet);
            let width = text.size().x;
            let left = self.hz.x(hz) - width / 2.0;
            let left = left.clamp(lower.left(), lower.right() - width);
            if left > free {
                painter.galley(pos2(left, lower.bottom() + 2.0), text, colours.quiet);
                free = left + width + NEAR;
            }
        }
        let left = upper.left();
        for (rect, axis, unit, signs) in
            [(upper, &self.level, "dBFS", false), (lower, &self.change, "dB", true)]
        {
            for db in axis.labels(18.0) {
                let y = axis.y(db);
                let stroke = if db == 0.0 && signs { Stroke::new(1.0, colours.rim) } else { plain };
                painter.hline(rect.x_range(), y, stroke);
                let number = format!("{}", db.abs());
                let text = match db {
                    ..0.0 => format!("−{number}"),
                    0.0 => number,
                    _ if signs => format!("+{number}"),
                    _ => number,
                };
                // Labels at the ends stay beside their own picture.
                let y = y.clamp(rect.top() + 5.0, rect.bottom() - 5.0);
                painter.text(
                    pos2(left - NEAR, y),
                    Align2::RIGHT_CENTER,
                    text,
                    SMALL,
                    colours.quiet,
                );
            }
            let corner = rect.left_top() + vec2(6.0, 3.0);
            let name = if signs { format!("Difference, {unit}") } else { unit.to_owned() };
            painter.text(corner, Align2::LEFT_TOP, name, SMALL, colours.quiet);
        }
    }
}

/// Spectra at the places where they are drawn.
struct Curves {
    columns: Vec<(f32, SpectrumPoint)>,
}

impl Curves {
    fn new(points: &[SpectrumPoint], axis: &LogAxis, x: Rangef) -> Self {
        let count = (x.span() / STEP).max(2.0) as usize;
        let columns = (0..=count)
            .map(|n| {
                let x = x.min + n as f32 * STEP;
                (x, at(points, axis.hz(x - STEP / 2.0)..axis.hz(x + STEP / 2.0)))
            })
            .collect();
        Self { columns }
    }

    fn line(&self, level: impl Fn(&SpectrumPoint) -> f32, axis: &LevelAxis) -> Vec<Pos2> {
        self.columns.iter().map(|(x, point)| pos2(*x, axis.y(level(point)))).collect()
    }

    fn draw_levels(
        &self,
        painter: &Painter,
        axes: &Axes,
        bottom: f32,
        peaks: bool,
        colours: &Palette,
    ) {
        let before = self.line(|point| point.before, &axes.level);
        painter.add(area(&before, bottom, colours.before.gamma_multiply(0.22)));
        Line::Plain.draw(painter, &before, colours.before);
        if peaks {
            let thin = |colour: Color32| Stroke::new(1.0, colour.gamma_multiply(0.75));
            let before = self.line(|point| point.before_peak, &axes.level);
            painter.add(Shape::line(before, thin(colours.before)));
            let after = self.line(|point| point.after_peak, &axes.level);
            painter.add(Shape::line(after, thin(colours.after)));
        }
        Line::Strong.draw(painter, &self.line(|point| point.after, &axes.level), colours.after);
    }

    /// The difference over all, where there is sound enough to speak of one.
    fn draw_change(&self, painter: &Painter, axes: &Axes, colours: &Palette) {
        let zero = axes.change.y(0.0);
        for run in self.columns.split(|(_, point)| change(point).is_none()) {
            let line: Vec<Pos2> = run
                .iter()
                .filter_map(|(x, point)| Some(pos2(*x, axes.change.y(change(point)?))))
                .collect();
            painter.add(area(&line, zero, colours.before.gamma_multiply(0.22)));
            Line::Plain.draw(painter, &line, colours.before);
        }
    }
}

/// How much louder it is after than before, in dB, if it is loud enough to tell.
fn change(point: &SpectrumPoint) -> Option<f32> {
    (point.before.max(point.after) > FLOOR).then_some(point.after - point.before)
}

/// The levels between two frequencies: the highest where there are several points, and on a line
/// between the neighbours where there are none.
fn at(points: &[SpectrumPoint], hz: Range<f32>) -> SpectrumPoint {
    let [first, .., last] = points else { return points.first().copied().unwrap_or_default() };
    let spacing = (last.hz - first.hz) / (points.len() - 1) as f32;
    if spacing <= 0.0 {
        return *first;
    }
    let place = |hz: f32| ((hz - first.hz) / spacing).clamp(0.0, (points.len() - 1) as f32);
    let (low, high) = (place(hz.start), place(hz.end));
    let (from, to) = (low.ceil() as usize, high.floor() as usize);
    if from < to {
        let level = |level: fn(&SpectrumPoint) -> f32| {
            points[from..=to].iter().map(level).fold(f32::NEG_INFINITY, f32::max)
        };
        return SpectrumPoint {
            hz: (hz.start + hz.end) / 2.0,
            before: level(|point| point.before),
            after: level(|point| point.after),
            before_peak: level(|point| point.before_peak),
            after_peak: level(|point| point.after_peak),
        };
    }
    let middle = (low + high) / 2.0;
    let left = (middle.floor() as usize).min(points.len() - 2);
    let share = middle - left as f32;
    // A curve through the points and their slopes (Catmull-Rom), as the eye would draw it.
    let around = [left.saturating_sub(1), left, left + 1, (left + 2).min(points.len() - 1)];
    let between = |level: fn(&SpectrumPoint) -> f32| {
        let [a, b, c, d] = around.map(|at| level(&points[at]));
        let (slope_b, slope_c) = ((c - a) / 2.0, (d - b) / 2.0);
        let bend = share * (2.0 * (b - c) + slope_b + slope_c) + 3.0 * (c - b) - 2.0 * slope_b;
        b + share * (slope_b + share * (bend - slope_c))
    };
    SpectrumPoint {
        hz: (hz.start + hz.end) / 2.0,
        before: between(|point| point.before),
        after: between(|point| point.after),
        before_peak: between(|point| point.before_peak),
        after_peak: between(|point| point.after_peak),
    }
}

/// The area between a line and a level place.
fn area(line: &[Pos2], base: f32, colour: Color32) -> Shape {
    let mut mesh = Mesh::default();
    for (n, point) in line.iter().enumerate() {
        mesh.colored_vertex(*point, colour);
        mesh.colored_vertex(pos2(point.x, base), colour);
        if n > 0 {
            let at = 2 * n as u32;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    Shape::mesh(mesh)
}

/// What a kernel does, as heard in its patches and as designed.
fn draw_curve(painter: &Painter, axes: &Axes, curve: &Curve, colours: &Palette) {
    let line = |values: &[(f32, f32)]| -> Vec<Pos2> {
        values
            .iter()
            .filter(|(hz, _)| (HZ_MIN..=axes.hz.top).contains(hz))
            .map(|&(hz, db)| pos2(axes.hz.x(hz), axes.change.y(db)))
            .collect()
    };
    Line::Strong.draw(painter, &line(&curve.measured), colours.after);
    Line::Dashed.draw(painter, &line(&curve.designed), colours.designed);
}

/// Lets the user choose whose curve is drawn, where a class has several.
fn choose_curve(ui: &mut Ui, spectra: &Spectra, chosen: &mut Chosen) {
    let count = spectra.curves.len();
    if count < 2 {
        return;
    }
    let label = match *chosen {
        Chosen::Fixed(number) => format!("Curve {} of {count}", number.min(count - 1) + 1),
        Chosen::Current => "Curve now".to_owned(),
    };
    let button = parts::opener(ui, &label).on_hover_text(
        "The class's curves take turns from patch to patch. This one is drawn below, as designed \
         and as heard in its patches.",
    );
    egui::Popup::menu(&button).width(130.0).show(|ui| {
        if ui.selectable_label(*chosen == Chosen::Current, "The one now").clicked() {
            *chosen = Chosen::Current;
        }
        for number in 0..count {
            let here = *chosen == Chosen::Fixed(number);
            if ui.selectable_label(here, format!("Curve {}", number + 1)).clicked() {
                *chosen = Chosen::Fixed(number);
            }
        }
    });
}

/// The value of a curve at a frequency, in dB.
fn value(curve: &[(f32, f32)], hz: f32) -> Option<f32> {
    let above = curve.iter().position(|&(at, _)| at >= hz)?;
    let (high, high_db) = curve[above];
    let Some(&(low, low_db)) = above.checked_sub(1).and_then(|below| curve.get(below)) else {
        return Some(high_db);
    };
    Some(low_db + (hz - low) / (high - low).max(1e-6) * (high_db - low_db))
}

/// The reading under the pointer, or where the arrow keys have put it.
fn read(
    ui: &mut Ui,
    plot: Rect,
    axes: &Axes,
    spectra: &Spectra,
    curve: Option<&Curve>,
    panel: &mut Panel,
    colours: &Palette,
) {
    let response = ui.interact(plot, ui.scope_id().with("spectra"), Sense::click());
    if response.clicked() {
        response.request_focus();
    }
    if response.has_focus() {
        parts::focus_ring(ui, plot);
        move_cursor(ui, &response, axes, panel);
    } else {
        panel.cursor = None;
    }
    let x = match (response.hover_pos(), panel.cursor) {
        (Some(pointer), _) => Some(pointer.x),
        (None, Some(hz)) => Some(axes.hz.x(hz)),
        (None, None) => None,
    };
    let lines = x.map(|x| readings(axes, spectra, curve, x)).unwrap_or_default();
    response.widget_info(|| {
        let name = "Spectra, to be read with the arrow keys";
        let mut info = WidgetInfo::labeled(Role::Image, true, name);
        info.current_text_value = Some(lines.join(", "));
        info
    });
    let Some(x) = x else { return };
    if response.hovered() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    ui.painter().vline(x, plot.y_range(), Stroke::new(1.0, colours.quiet));
    parts::reading(ui, plot, x, &lines);
}

/// What there is to read at `x`, line by line.
fn readings(axes: &Axes, spectra: &Spectra, curve: Option<&Curve>, x: f32) -> Vec<String> {
    let hz = axes.hz.hz(x);
    let mut lines = vec![format!("{}   {}", axis::reading(hz), axis::note(hz))];
    if !spectra.points.is_empty() {
        let point = at(&spectra.points, axes.hz.hz(x - STEP / 2.0)..axes.hz.hz(x + STEP / 2.0));
        lines.push(format!("Before {} dBFS", axis::level(point.before)));
        lines.push(format!("After {} dBFS", axis::level(point.after)));
        if let Some(change) = change(&point) {
            lines.push(format!("Difference {} dB", axis::signed(change)));
        }
    }
    let curves =
        curve.map(|curve| [("In its patches", &curve.measured), ("Designed", &curve.designed)]);
    for (name, values) in curves.into_iter().flatten() {
        if let Some(db) = value(values, hz) {
            lines.push(format!("{name} {} dB", axis::signed(db)));
        }
    }
    lines
}

fn move_cursor(ui: &Ui, response: &egui::Response, axes: &Axes, panel: &mut Panel) {
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let mut hz = panel.cursor.unwrap_or(1_000.0_f32.min(axes.hz.top));
    ui.input(|input| {
        let step = if input.modifiers.shift { 1.0 / 100.0 } else { 1.0 / 12.0 };
        for event in &input.events {
            match event {
                Event::Key { key: Key::ArrowRight, pressed: true, .. } => hz *= 2.0_f32.powf(step),
                Event::Key { key: Key::ArrowLeft, pressed: true, .. } => hz /= 2.0_f32.powf(step),
                _ => {}
            }
        }
    });
    panel.cursor = Some(hz.clamp(HZ_MIN, axes.hz.top));
}
