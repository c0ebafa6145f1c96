//! The difference over time and frequency, in as many columns and rows as a picture has.

use patchveil_spectral::PowerStream;

use super::columns::columns_of;
use crate::pcm::PcmInfo;

/// Rows along frequency; the height of the plot in pixels.
pub(super) const ROWS: usize = 270;
/// Lowest frequency shown, unless the sample rate is very low.
const LOWEST_HZ: f64 = 40.0;
/// Share of half the sample rate that the lowest frequency may be.
const LOWEST_SHARE: f64 = 1.0 / 50.0;
/// Length of a window: long enough to show a kernel's response, short enough for a patch's edges.
const WINDOW_SECONDS: f64 = 0.03;

/// Keeps the highest power of each cell.
pub(super) struct Spectrogram {
    stream: PowerStream,
    len: usize,
    hop: usize,
    frames: u64,
    rows: Vec<Row>,
    heat: Heat,
}

/// A picture of power.
#[derive(Debug, Clone)]
pub(super) struct Heat {
    /// Power (a full-scale sine is 1), column by column, from low frequencies to high.
    pub(super) cells: Vec<f32>,
    /// Columns along time.
    pub(super) columns: usize,
    /// Ends of the logarithmic frequency axis in Hz.
    pub(super) range_hz: (f64, f64),
}

/// The bins that a row shows.
struct Row {
    /// Centre in bins.
    centre: f64,
    /// First and last bin inside the row, if any is.
    inside: Option<(usize, usize)>,
}

impl Row {
    fn power(&self, bins: &[f32]) -> f32 {
        match self.inside {
            Some((first, last)) => bins[first..=last].iter().copied().fold(0.0, f32::max),
            None => {
                let below = self.centre as usize;
                let share = (self.centre - below as f64) as f32;
                let at = |i: usize| bins.get(i).copied().unwrap_or(0.0);
                at(below) * (1.0 - share) + at(below + 1) * share
            }
        }
    }
}

impl Spectrogram {
    pub(super) fn new(info: &PcmInfo) -> Self {
        let rate = f64::from(info.sample_rate);
        let len = ((WINDOW_SECONDS * rate) as usize).next_power_of_two().max(16);
        let frames = info.frames();
        let columns = columns_of(frames);
        let per_column = usize::try_from(frames / columns as u64).unwrap_or(usize::MAX);
        let hop = per_column.clamp(1, len / 2);

        let nyquist = rate / 2.0;
        let lowest = LOWEST_HZ.min(nyquist * LOWEST_SHARE);
        let edge = |i: f64| lowest * (nyquist / lowest).powf(i / ROWS as f64) / rate * len as f64;
        let row = |i: usize| {
            let (low, high) = (edge(i as f64), edge(i as f64 + 1.0));
            let (first, last) = (low.ceil() as usize, (high.floor() as usize).min(len / 2));
            Row {
                centre: edge(i as f64 + 0.5),
                // Rows narrower than a bin are interpolated, which looks smoother.
                inside: (high - low >= 1.0 && first <= last).then_some((first, last)),
            }
        };
        Self {
            // Half a window of silence first, so that a window's centre is its time.
            stream: PowerStream::new(len, hop, len / 2, usize::from(info.channels)),
            len,
            hop,
            frames,
            rows: (0..ROWS).map(row).collect(),
            heat: Heat { cells: vec![0.0; columns * ROWS], columns, range_hz: (lowest, nyquist) },
        }
    }

    pub(super) fn push(&mut self, block: &[Vec<f32>]) {
        let heat = &mut self.heat;
        self.stream.push(block, |window, power| {
            let centre = window * self.hop as u64;
            if power.is_empty() || centre >= self.frames {
                return;
            }
            let column = (centre * heat.columns as u64 / self.frames) as usize;
            let cells = heat.cells.iter_mut().skip(column * ROWS);
            for (cell, row) in cells.zip(&self.rows) {
                *cell = cell.max(row.power(power));
            }
        });
    }

    pub(super) fn finish(mut self) -> Heat {
        let channels = self.stream.channels();
        // Silence for the window around the last frame.
        self.push(&vec![vec![0.0; self.len / 2]; channels]);
        self.heat
    }
}
