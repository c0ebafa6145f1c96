//! Where the plots are.

use crate::inspect::columns::COLUMNS;
use crate::inspect::spectrogram::ROWS;
use crate::plot::canvas::Area;

pub(super) const WIDTH: u32 = 1600;
pub(super) const HEIGHT: u32 = 1120;

const LEFT: f32 = 104.0;
const RIGHT: f32 = LEFT + COLUMNS as f32;

/// The plots; those over time share their left and right.
pub(super) const SPECTRA: Area = plot(232.0, 500.0);
pub(super) const HEAT: Area = plot(602.0, 602.0 + ROWS as f32);
pub(super) const LEVEL: Area = plot(926.0, 1008.0);
pub(super) const CHANGED: Area = plot(1016.0, 1040.0);

/// The plot that is a picture of its own, and that picture's height.
pub(super) const THIRDS: Area = plot(36.0, 236.0);
pub(super) const THIRDS_HEIGHT: u32 = 276;

/// Title and meaning of each plot, and the rows of the picture that it fills.
pub(super) const PLOTS: [(&str, &str, (u32, u32)); 3] = [
    (
        "Mean spectrum",
        "Level over frequency of the recording before and after, and of their difference",
        (196, 540),
    ),
    (
        "Spectrogram of the difference (after \u{2212} before)",
        "Level of the difference over time and frequency",
        (556, 884),
    ),
    (
        "Level over time, and where it changed",
        "Peak level of the recording and of the difference over time, and the stretches that changed",
        (884, HEIGHT),
    ),
];

const fn plot(top: f32, bottom: f32) -> Area {
    Area { left: LEFT, top, right: RIGHT, bottom }
}
