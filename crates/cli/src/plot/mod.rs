//! What pictures are drawn with: canvas, axes, grids, colours.

pub(crate) mod axis;
pub(crate) mod canvas;
pub(crate) mod grid;
pub(crate) mod style;
