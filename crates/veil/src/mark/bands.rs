//! The bands in which detectors look for echoes.

/// Edges of the bands in Hz. A codec, a narrow channel or a model leaves the lower bands intact.
pub(super) const BANDS_HZ: [f64; 5] = [100.0, 4_000.0, 8_000.0, 12_000.0, 20_000.0];
/// Highest usable frequency as a share of the sample rate.
pub(super) const USABLE: f64 = 0.47;
