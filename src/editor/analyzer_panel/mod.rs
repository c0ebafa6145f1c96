//! Spectra before and after the veil, and their difference over the designed gain.

mod axes;
mod header;
mod lines;
mod readout;
mod state;

use egui::{Rect, Ui, pos2, vec2};

use self::axes::Axes;
use self::lines::{Columns, draw_kernel};
pub(crate) use self::state::{AnalyzerPanel, AnalyzerRequests, FftSizes};
use super::axis::{LevelAxis, LogAxis};
use super::theme::{GAP, INSET, SMALL_GAP, palette};
use super::widgets;
use crate::analyzer::Spectra;

/// Range of the spectra in dBFS.
const LEVELS: (f32, f32) = (-96.0, 0.0);
/// Width of the level labels, in points.
const LABELS: f32 = 34.0;
/// Height of the frequency labels, in points.
const FREQUENCIES: f32 = 16.0;

/// Draws the panel into `rect`.
pub(crate) fn draw(
    ui: &mut Ui,
    rect: Rect,
    spectra: &Spectra,
    sample_rate: u32,
    sizes: FftSizes<'_>,
    panel: &mut AnalyzerPanel,
) -> AnalyzerRequests {
    let colours = palette(ui);
    let header = Rect::from_min_size(rect.min, vec2(rect.width(), widgets::header(rect)));
    let plot = Rect::from_min_max(
        pos2(rect.left() + LABELS + SMALL_GAP, header.bottom() + SMALL_GAP),
        pos2(rect.right() - INSET, rect.bottom() - FREQUENCIES - SMALL_GAP),
    );
    let upper_height = ((plot.height() - GAP) * 0.62).round();
    let upper = Rect::from_min_size(plot.min, vec2(plot.width(), upper_height));
    let lower = Rect::from_min_max(pos2(plot.left(), upper.bottom() + GAP), plot.max);
    widgets::card_around(ui, rect, &[upper, lower]);
    let frozen = panel.frozen.clone();
    let requests = header::draw(ui, header, spectra, sample_rate, sizes, panel);
    let (spectra, sample_rate) = match &frozen {
        Some((spectra, sample_rate)) => (spectra, *sample_rate),
        None => (spectra, sample_rate),
    };

    let span = panel.widen_span(&spectra.kernels);
    let kernel = panel.kernel.of(spectra);
    let axes = Axes {
        hz: LogAxis::new(plot, sample_rate),
        level: LevelAxis::new(upper, LEVELS.0, LEVELS.1),
        difference: LevelAxis::new(lower, -span, span),
    };
    axes.draw(ui, upper, lower, colours);
    let lower_painter = ui.painter().with_clip_rect(lower.expand(1.0));
    if spectra.points.is_empty() {
        widgets::no_audio_yet(ui, upper);
    } else {
        let columns = Columns::new(&spectra.points, &axes.hz, plot.x_range());
        let upper_painter = ui.painter().with_clip_rect(upper.expand(1.0));
        columns.draw_levels(&upper_painter, &axes, upper.bottom(), panel.peaks, colours);
        columns.draw_difference(&lower_painter, &axes, colours);
    }
    if let Some(kernel) = kernel {
        draw_kernel(&lower_painter, &axes, kernel, colours);
    }
    readout::draw(ui, plot, &axes, spectra, kernel, panel, colours);
    requests
}
