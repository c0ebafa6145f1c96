//! Spectra before and after the veil, and the difference beside what was designed.

mod curves;
mod grid;
mod reading;

use egui::{Align2, Rect, Ui, pos2, vec2};

use self::curves::{Curves, Line, draw_curve};
use self::grid::Axes;
use super::axis::{LevelAxis, LogAxis};
use super::theme::{GAP, INSET, NEAR, SMALL, TITLE, palette};
use super::widgets;
use crate::analyzer::{Curve, Spectra};

/// Range of the spectra in dBFS.
const LEVELS: (f32, f32) = (-96.0, 0.0);
/// Ranges of the difference either way, in dB: the smallest that shows the design is taken.
const SPANS: [f32; 5] = [3.0, 6.0, 12.0, 24.0, 48.0];
/// Room for the labels of levels, in points.
const SCALE: f32 = 34.0;
/// Room for the labels of frequencies, in points.
const FOOT: f32 = 16.0;

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
    let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + widgets::HEAD));
    let plot = Rect::from_min_max(
        pos2(rect.left() + SCALE + NEAR, head.bottom() + NEAR),
        pos2(rect.right() - INSET, rect.bottom() - FOOT - NEAR),
    );
    let upper_height = ((plot.height() - GAP) * 0.62).round();
    let upper = Rect::from_min_size(plot.min, vec2(plot.width(), upper_height));
    let lower = Rect::from_min_max(pos2(plot.left(), upper.bottom() + GAP), plot.max);
    widgets::card_around(ui, rect, &[upper, lower]);
    let frozen = panel.frozen.clone();
    let asked = head_line(ui, head, spectra, sample_rate, sizes, panel);
    let (spectra, sample_rate) = match &frozen {
        Some((spectra, sample_rate)) => (spectra, *sample_rate),
        None => (spectra, sample_rate),
    };

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
    reading::read(ui, plot, &axes, spectra, curve, panel, colours);
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
    let buttons = widgets::right(ui, head, |ui| {
        let frozen = panel.frozen.is_some();
        let freeze = widgets::toggle(ui, "Freeze", frozen)
            .on_hover_text("Holds the picture still to look at. The sound goes on.");
        if freeze.clicked() {
            panel.frozen = (!frozen).then(|| (spectra.clone(), sample_rate));
        }
        let peaks = widgets::toggle(ui, "Peaks", panel.peaks).on_hover_text(
            "Draws the highest levels so far as thin lines. Switching it on starts anew.",
        );
        if peaks.clicked() {
            panel.peaks = !panel.peaks;
            asked.clear_peaks = panel.peaks;
        }
        asked.size = choose_size(ui, sizes);
        choose_curve(ui, spectra, &mut panel.chosen);
    });
    let mut x = widgets::title(ui, head, "Spectra") + INSET;
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
    let button = widgets::opener(ui, &label).on_hover_text(
        "How much sound is analysed at a time. More tells low notes apart better and follows \
         changes more slowly; fewer show single patches.",
    );
    egui::Popup::menu(&button).width(130.0).show(|ui| {
        for &size in sizes.all {
            if widgets::option(ui, &format!("{size} samples"), size == sizes.now).clicked() {
                chosen = Some(size);
            }
        }
    });
    chosen
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
    let button = widgets::opener(ui, &label).on_hover_text(
        "The class's curves take turns from patch to patch. This one is drawn below, as designed \
         and as heard in its patches.",
    );
    egui::Popup::menu(&button).width(130.0).show(|ui| {
        if widgets::option(ui, "The one now", *chosen == Chosen::Current).clicked() {
            *chosen = Chosen::Current;
        }
        for number in 0..count {
            let here = *chosen == Chosen::Fixed(number);
            if widgets::option(ui, &format!("Curve {}", number + 1), here).clicked() {
                *chosen = Chosen::Fixed(number);
            }
        }
    });
}
