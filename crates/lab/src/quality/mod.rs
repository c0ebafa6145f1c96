//! What a treatment costs in quality.
//!
//! No single figure is quality: narrow-band PESQ ignores nearly everything above 3.4 kHz, STOI
//! measures intelligibility and not timbre, a signal-to-noise ratio measures neither. Reports show
//! them all.

mod compare;
mod error;
mod figures;
mod files;
mod loudness;
mod lsd;
mod pesq;
mod snr;
mod stoi;
mod summary;
mod thirds;

pub use compare::{Compared, Comparison, compare};
pub use error::QualityError;
pub use figures::{Figures, NARROW_BAND_HZ, measure, measure_all};
pub use files::pairs;
pub(crate) use loudness::integrated as integrated_loudness;
pub use loudness::loudness_change;
pub use lsd::lsd;
pub use pesq::{Pesq, pesq};
pub use snr::{HIGHEST_DB, segmental, snr};
pub use stoi::stoi;
pub use summary::{Spread, Summary, summary};
pub use thirds::{Thirds, thirds};
