//! French. A space before `:`, `;`, `»` and `%`, and behind `«`, is a no-break space.

mod editor;
mod keys;
mod live;
mod trouble;

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
    files: trouble::FILES,
    keyring_trouble: trouble::KEYRING,
    no_protection: trouble::NO_PROTECTION,
    preset_trouble: trouble::PRESET,
    device_trouble: trouble::DEVICE,
    settings_trouble: trouble::SETTINGS,
    devices: live::DEVICES,
    recording: live::RECORDING,
    welcome: live::WELCOME,
};
