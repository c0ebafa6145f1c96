//! Title, legend and buttons.

use egui::{Rect, Ui, pos2};

use super::lines::LineStyle;
use super::state::{AnalyzerPanel, AnalyzerRequests, FftSizes, KernelChoice};
use crate::analyzer::Spectra;
use crate::editor::theme::{GAP, INSET, Palette, SMALL, palette};
use crate::editor::widgets;
use crate::editor::words::words;

/// Width of the lists, in points.
const MENU: f32 = 150.0;

/// Draws the header.
pub(super) fn draw(
    ui: &mut Ui,
    header: Rect,
    spectra: &Spectra,
    sample_rate: u32,
    sizes: FftSizes<'_>,
    panel: &mut AnalyzerPanel,
) -> AnalyzerRequests {
    let words = &words(ui).spectra;
    let mut requests = AnalyzerRequests::default();
    let buttons = widgets::header_buttons(ui, "spectra", header, |ui| {
        choose_kernel(ui, spectra, &mut panel.kernel);
        requests.fft_size = choose_fft_size(ui, sizes);
        let peaks = widgets::toggle(ui, words.peaks, panel.peaks).on_hover_text(words.peaks_tip);
        if peaks.clicked() {
            panel.peaks = !panel.peaks;
            requests.clear_peaks = panel.peaks;
        }
        let frozen = panel.frozen.is_some();
        let freeze = widgets::toggle(ui, words.freeze, frozen).on_hover_text(words.freeze_tip);
        if freeze.clicked() {
            panel.frozen = (!frozen).then(|| (spectra.clone(), sample_rate));
        }
    });
    let x = widgets::title(ui, header, words.title) + INSET;
    draw_legend(ui, header, x, buttons - GAP, !spectra.kernels.is_empty(), palette(ui));
    requests
}

/// Draws the legend from `x` on, as much as fits before `end`. Without a veil nothing is `designed`.
fn draw_legend(ui: &Ui, header: Rect, mut x: f32, end: f32, designed: bool, colours: &Palette) {
    let words = &words(ui).spectra;
    let legend = [
        (words.before, colours.before, LineStyle::Thin),
        (words.after, colours.after, LineStyle::Thick),
        (words.designed, colours.designed, LineStyle::Dashed),
    ];
    for &(name, colour, style) in &legend[..if designed { 3 } else { 2 }] {
        let text = ui.painter().layout_no_wrap(name.to_owned(), SMALL, colours.text);
        if x + 20.0 + text.size().x > end {
            break;
        }
        let y = header.center().y.round() + 0.5;
        style.draw(ui.painter(), &[pos2(x, y), pos2(x + 16.0, y)], colour);
        let width = text.size().x;
        ui.painter().galley(pos2(x + 21.0, y - text.size().y / 2.0), text, colours.text);
        x += 21.0 + width + INSET;
    }
}

fn choose_fft_size(ui: &mut Ui, sizes: FftSizes<'_>) -> Option<usize> {
    let mut chosen = None;
    let words = &words(ui).spectra;
    let label = format!("FFT {}", sizes.current);
    let button = widgets::choice_button(ui, words.fft_size, &label).on_hover_text(words.fft_tip);
    widgets::menu(&button, MENU, |ui| {
        for &size in sizes.all {
            let text = (words.samples)(size);
            if widgets::menu_option(ui, &text, size == sizes.current).clicked() {
                chosen = Some(size);
            }
        }
    });
    chosen
}

/// Lets the user choose which kernel is drawn, if the class has several.
fn choose_kernel(ui: &mut Ui, spectra: &Spectra, chosen: &mut KernelChoice) {
    let count = spectra.kernels.len();
    if count < 2 {
        return;
    }
    let words = &words(ui).spectra;
    let label = match *chosen {
        KernelChoice::Fixed(number) => (words.kernel_of)(number.min(count - 1) + 1, count),
        KernelChoice::Current => words.current_kernel.to_owned(),
    };
    let button = widgets::choice_button(ui, words.kernel, &label).on_hover_text(words.kernel_tip);
    widgets::menu(&button, MENU, |ui| {
        if widgets::menu_option(ui, words.current_kernel, *chosen == KernelChoice::Current)
            .clicked()
        {
            *chosen = KernelChoice::Current;
        }
        for number in 0..count {
            let is_chosen = *chosen == KernelChoice::Fixed(number);
            if widgets::menu_option(ui, &(words.kernel_number)(number + 1), is_chosen).clicked() {
                *chosen = KernelChoice::Fixed(number);
            }
        }
    });
}
