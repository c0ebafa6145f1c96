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

const fn plot(top: f32, bottom: f32) -> Area {
    Area { left: LEFT, top, right: RIGHT, bottom }
}
