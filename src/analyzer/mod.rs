//! What an open editor shows of the audio.
//!
//! [`View`] and its parts are all that the panels know about the audio. They are plain data, so a
//! test can draw any situation. An [`Analyzer`] fills them from what the audio thread records.
//!
//! | file | what it does |
//! |---|---|
//! | `view.rs` | [`View`]: the data shown |
//! | `live.rs` | [`Analyzer`]: from the audio thread's records to the view |
//! | `spectrum.rs` | levels by frequency |
//! | `kernel_gain.rs` | the gain of each kernel, designed and measured |
//! | `patch_tracker.rs`, `timeline.rs` | the last ten seconds |
//! | `effect.rs` | how much mark and veil change the sound |
//! | `finder/` | the marks that input and output carry |
//! | `load.rs` | load of the audio thread |

mod effect;
mod finder;
mod kernel_gain;
mod live;
mod load;
mod patch_tracker;
mod spectrum;
mod timeline;
mod view;

#[cfg(test)]
mod tests;

pub use live::{Analyzer, FFT_SIZE, FFT_SIZES};
pub use view::{
    Effect, Found, Heard, HeardKey, KernelGain, LevelColumn, PatchSpan, Spectra, SpectrumPoint,
    Timeline, View,
};
