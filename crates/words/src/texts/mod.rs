//! Which texts there are. What they say stands in `english/`.

mod editor;
mod keys;
mod live;
mod trouble;

pub use editor::{
    Controls, Figures, Headline, Original, Presets, Receipts, Spectra, Steps, Strength, Timeline,
    UserPresets, Window,
};
pub use keys::Keys;
pub use live::{Devices, Live, RecordingWords, Trouble, Welcome};
pub use trouble::{
    DeviceTrouble, Files, KeyringTrouble, NoProtection, PresetTrouble, SettingsTrouble,
};

/// A text.
pub(crate) type Text = &'static str;
/// A text with a name or another text in it.
pub(crate) type With = fn(&str) -> String;
/// A text with two of them in it.
pub(crate) type WithTwo = fn(&str, &str) -> String;

/// All texts of one language.
#[expect(missing_docs, reason = "the fields are named after what shows them")]
pub struct Words {
    pub window: Window,
    pub headline: Headline,
    pub strength: Strength,
    pub controls: Controls,
    pub presets: Presets,
    pub original: Original,
    pub steps: Steps,
    pub user_presets: UserPresets,
    pub receipts: Receipts,
    pub spectra: Spectra,
    pub timeline: Timeline,
    pub figures: Figures,
    pub keys: Keys,
    pub live: Live,
    pub trouble: Trouble,
    pub files: Files,
    pub keyring_trouble: KeyringTrouble,
    pub no_protection: NoProtection,
    pub preset_trouble: PresetTrouble,
    pub device_trouble: DeviceTrouble,
    pub settings_trouble: SettingsTrouble,
    pub devices: Devices,
    pub recording: RecordingWords,
    pub welcome: Welcome,
}
