//! German.

mod editor;
mod keys;
mod live;

use crate::texts::Words;

/// All texts.
pub(crate) static WORDS: Words = Words {
    window: editor::WINDOW,
    headline: editor::HEADLINE,
    strength: editor::STRENGTH,
    controls: editor::CONTROLS,
    presets: editor::PRESETS,
    original: editor::ORIGINAL,
    steps: editor::STEPS,
    user_presets: editor::USER_PRESETS,
    receipts: editor::RECEIPTS,
    spectra: editor::SPECTRA,
    timeline: editor::TIMELINE,
    figures: editor::FIGURES,
    keys: keys::KEYS,
    live: live::LIVE,
    trouble: live::TROUBLE,
    devices: live::DEVICES,
    recording: live::RECORDING,
    welcome: live::WELCOME,
};
