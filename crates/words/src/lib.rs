//! The texts of the editor and of the standalone's window, in one table.
//!
//! [`Words`] has one field for each text, and each language fills in all of them: a missing translation
//! does not compile. A text with something to fill in is a function, so each language has its own order
//! of words and its own plural. Numbers keep the decimal point in every language, as meters, hosts and
//! the command write them; a typed value may have a comma.
//!
//! Here are texts for the screen and for screen readers alone. What hosts, sessions, logs and the
//! command line read stays English: names of parameters and their values, ids, `standalone.json`. So does
//! what the system says of a rare failure, behind a text of ours.
//!
//! # A new text
//! Add a field in `texts/`, and the compiler names the four places that lack it.
//!
//! # A new language
//! 1. Copy the folder `english/`, and translate its four files. What stands in “{}” is filled in.
//! 2. Add the language to [`Language`]: the variant, [`Language::ALL`], its code, its own name, its words.
//! 3. `cargo test -p patchveil-words`, then `cargo test -p patchveil-plugin editor::tests::languages` and
//!    `cargo test -p patchveil-standalone languages`: they name every text that does not fit its place, at
//!    640 × 400 too, and every letter that the fonts lack.
//!
//! The product's own terms have one word in each language:
//!
//! | English | German | French | Spanish |
//! |---|---|---|---|
//! | mark, marked | Markierung, markiert | marque, marqué | marca, marcado |
//! | veil, veiled | Schleier, verschleiert | voile, voilé | velo, velado |
//! | class, class key | Klasse, Klassenschlüssel | classe, clé de classe | clase, clave de clase |
//! | keyring | Schlüsselbund | trousseau | llavero |
//! | fingerprint | Fingerabdruck | empreinte | huella |
//! | patch | Patch | patch | tramo |
//! | period | Periode | période | período |
//! | kernel | Kernel | noyau | núcleo |
//! | recipe, preset | Rezept, Preset | recette, preset | receta, preset |
//! | to protect, to restore | schützen, wiederherstellen | protéger, restaurer | proteger, restaurar |

mod english;
mod french;
mod german;
mod language;
mod spanish;
mod texts;

#[cfg(test)]
mod tests;

pub use language::Language;
pub use texts::{
    Controls, DeviceTrouble, Devices, Figures, Files, Headline, KeyringTrouble, Keys, Live,
    NoProtection, Original, PresetTrouble, Presets, Receipts, RecordingWords, SettingsTrouble,
    Spectra, Steps, Strength, Timeline, Trouble, UserPresets, Welcome, Window, Words,
};
