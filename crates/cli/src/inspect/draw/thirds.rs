//! The plot of what changed in third-octave bands.

use patchveil_spectral::axis::{level_step, level_ticks};

use super::Plot;
use super::layout::{THIRDS, THIRDS_HEIGHT, WIDTH};
use super::plots::{frequency_grid, nothing};
use crate::inspect::report::Report;
use crate::inspect::thirds::Third;
use crate::plot::axis::Axis;
use crate::plot::canvas::{Align, Area, Canvas};
use crate::plot::grid::{axis_title, heading, horizontal_grid};
use crate::plot::style::{AFTER, FRAME, GRID, INK, LABEL_SIZE, MUTED};

const TITLE: &str = "Spectrum change by third octave";
const TEXT: &str =
    "By how many dB the mean level in each third-octave band is higher or lower after than before";
/// Least change that the axis reaches, in dB, so that changes nobody hears look small.
const LEAST_DB: f64 = 1.0;
/// Distance of ticks in pixels.
const TICKS_APART: f64 = 30.0;
/// Gap between bars in pixels.
const GAP: f32 = 3.0;

/// Draws a bar for every band.
pub(super) fn plot(report: &Report) -> Result<Plot, String> {
    let mut canvas = Canvas::new(WIDTH, THIRDS_HEIGHT)?;
    heading(&mut canvas, THIRDS, TITLE);
    let thirds = &report.picture.thirds;
    let range = report.picture.before.range_hz;
    let across = Axis::logarithmic(range, (THIRDS.left, THIRDS.right));
    let summary = thirds.summary();
    let largest = summary.and_then(|(_, most)| most.change_db).unwrap_or(0.0).abs();
    let limit = largest.ceil().max(LEAST_DB);
    let up = Axis::linear((-limit, limit), (THIRDS.bottom, THIRDS.top));

    for third in &thirds.0 {
        quiet(&mut canvas, third, across);
    }
    frequency_grid(&mut canvas, THIRDS, across, range);
    let step = level_step(2.0 * limit, f64::from(THIRDS.height()), TICKS_APART);
    horizontal_grid(&mut canvas, THIRDS, up, &level_ticks(-limit, limit, step));
    axis_title(&mut canvas, THIRDS, "dB");
    for third in &thirds.0 {
        bar(&mut canvas, third, across, up);
    }
    let zero = up.at(0.0);
    canvas.line(&[(THIRDS.left, zero), (THIRDS.right, zero)], MUTED, 1.0);
    canvas.frame(THIRDS, FRAME);
    if summary.is_none() {
        nothing(&mut canvas, THIRDS, "nothing to compare");
    }
    legend(&mut canvas);
    let png = canvas.to_png()?;
    Ok(Plot { title: TITLE, text: TEXT, png, width: WIDTH, height: THIRDS_HEIGHT })
}

/// Greys out a band that is not compared.
fn quiet(canvas: &mut Canvas, third: &Third, across: Axis) {
    if third.change_db.is_none() {
        let (left, right) = (across.at(third.edges_hz.0), across.at(third.edges_hz.1));
        canvas.rect(Area { left, right, ..THIRDS }, GRID, 0.5);
    }
}

fn bar(canvas: &mut Canvas, third: &Third, across: Axis, up: Axis) {
    let Some(change) = third.change_db else { return };
    let (left, right) = (across.at(third.edges_hz.0), across.at(third.edges_hz.1));
    let (zero, end) = (up.at(0.0), up.at(change));
    let (top, bottom) = (zero.min(end), zero.max(end));
    canvas.rect(Area { left: left + GAP / 2.0, right: right - GAP / 2.0, top, bottom }, AFTER, 1.0);
}

/// What the two colours are, above the plot.
fn legend(canvas: &mut Canvas) {
    let mut x = THIRDS.right;
    let y = THIRDS.top - 14.0;
    for (name, colour, opacity) in
        [("too quiet to compare", GRID, 0.5), ("after \u{2212} before", AFTER, 1.0)]
    {
        x -= canvas.text_width(name, LABEL_SIZE);
        canvas.text((x, y), name, LABEL_SIZE, Align::Left, INK);
        let swatch = Area { left: x - 36.0, right: x - 10.0, top: y - 15.0, bottom: y + 1.0 };
        canvas.rect(swatch, colour, opacity);
        canvas.frame(swatch, FRAME);
        x -= 36.0 + 28.0;
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::Path;

    use patchveil_test_support::signal::noise;
    use tiny_skia::Pixmap;

    use super::*;
    use crate::inspect::compare;

    fn write(path: &Path, samples: impl Iterator<Item = f32>) {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        samples.for_each(|sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
    }

    #[test]
    fn bars_rise_where_the_level_rose_and_fall_where_it_fell() {
        let folder = tempfile::tempdir().unwrap();
        let [before, louder, quieter] =
            ["before.wav", "louder.wav", "quieter.wav"].map(|name| folder.path().join(name));
        let noise = noise(1, 48_000);
        for (path, gain) in [(&before, 0.5), (&louder, 0.75), (&quieter, 0.25)] {
            write(path, noise.iter().map(|x| x * gain));
        }
        // +3.52 dB on an axis to 4 dB, and −6.02 dB on one to 7 dB.
        for (after, side, rows) in [(&louder, 1, 95), (&quieter, -1, 86)] {
            let report = compare(&before, after, |_, _| ControlFlow::Continue(())).unwrap();
            let picture = Pixmap::decode_png(&plot(&report).unwrap().png).unwrap();
            let zero = THIRDS.top as i32 + 100;
            let blue = |rows_above: i32| {
                let row = (zero - rows_above) as u32;
                // The middle of the band of 1 kHz on an axis from 20 Hz to 24 kHz.
                let x = THIRDS.left + THIRDS.width() * 50_f32.ln() / 1_200_f32.ln();
                let pixel = picture.pixel(x as u32, row).unwrap();
                (pixel.red(), pixel.green(), pixel.blue()) == AFTER
            };
            assert!(blue(side * 5) && blue(side * (rows - 15)), "{}", after.display());
            assert!(!blue(side * (rows + 5)) && !blue(-side * 5), "{}", after.display());
        }
    }
}
