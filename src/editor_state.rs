//! Size, scale, colours and language of the editor, saved with the session.

use std::sync::Arc;

use nice_plug::params::persist::PersistentField;
use parking_lot::Mutex;
use patchveil_words::Language;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Smallest size, in points.
pub(crate) const SIZE_MIN: (f32, f32) = (640.0, 400.0);
/// Largest size, in points.
const SIZE_MAX: (f32, f32) = (4_000.0, 3_000.0);
/// Scales to choose from, in percent.
pub(crate) const SCALES: [u16; 8] = [100, 125, 150, 175, 200, 225, 250, 300];

/// What is saved. What is missing gets its default; what is out of range is clamped when read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditorState {
    /// At a scale of 100 %, in points.
    width: f32,
    /// At a scale of 100 %, in points.
    height: f32,
    /// In percent, 100–300.
    scale: u16,
    /// The light theme instead of the dark one.
    light: bool,
    /// The row of all controls is shown. Left out where it is not, as in sessions from before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    all_controls: bool,
    /// The language that was chosen. Left out while that is the system's, as in sessions from before.
    #[serde(
        serialize_with = "write_language",
        deserialize_with = "read_language",
        skip_serializing_if = "Option::is_none"
    )]
    language: Option<Language>,
}

fn write_language<S: Serializer>(
    language: &Option<Language>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    language.map(Language::code).serialize(serializer)
}

/// A language that this build does not have becomes the system's.
fn read_language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Language>, D::Error> {
    let code = Option::<String>::deserialize(deserializer)?;
    Ok(code.and_then(|code| Language::from_tag(&code)))
}

impl Default for EditorState {
    fn default() -> Self {
        Self {
            width: 1_000.0,
            height: 640.0,
            scale: 100,
            light: false,
            all_controls: false,
            language: None,
        }
    }
}

impl EditorState {
    /// Width and height in points, before the scale.
    pub(crate) fn size(&self) -> (f32, f32) {
        let fit = |size: f32, min: f32, max: f32, default: f32| {
            if size.is_finite() { size.clamp(min, max) } else { default }
        };
        let default = Self::default();
        (
            fit(self.width, SIZE_MIN.0, SIZE_MAX.0, default.width),
            fit(self.height, SIZE_MIN.1, SIZE_MAX.1, default.height),
        )
    }

    /// The scale as a factor.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        f32::from(self.scale.clamp(100, 300)) / 100.0
    }

    /// Whether the row of all controls is shown.
    pub(crate) fn all_controls(&self) -> bool {
        self.all_controls
    }

    /// The language that was chosen; `None` for the system's.
    pub(crate) fn chosen_language(&self) -> Option<Language> {
        self.language
    }

    /// The language: the one chosen, or the system's.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language.unwrap_or_else(Language::of_system)
    }

    /// The theme.
    pub(crate) fn theme(&self) -> egui::Theme {
        if self.light { egui::Theme::Light } else { egui::Theme::Dark }
    }
}

/// The state of one instance's editor, shared by host and editor.
#[derive(Debug, Clone, Default)]
pub struct EditorStateField(Arc<Mutex<EditorState>>);

impl EditorStateField {
    /// The current state.
    #[must_use]
    pub fn get(&self) -> EditorState {
        *self.0.lock()
    }

    /// Sets the size in points, before the scale.
    pub fn set_size(&self, width: f32, height: f32) {
        let mut state = self.0.lock();
        (state.width, state.height) = (width, height);
    }

    /// Sets the scale in percent.
    pub(crate) fn set_scale(&self, scale: u16) {
        self.0.lock().scale = scale;
    }

    /// Shows the row of all controls, or folds it away.
    pub(crate) fn set_all_controls(&self, shown: bool) {
        self.0.lock().all_controls = shown;
    }

    /// Sets the language; `None` for the system's.
    pub(crate) fn set_language(&self, language: Option<Language>) {
        self.0.lock().language = language;
    }

    /// Sets the theme.
    pub(crate) fn set_theme(&self, theme: egui::Theme) {
        self.0.lock().light = theme == egui::Theme::Light;
    }
}

impl<'a> PersistentField<'a, EditorState> for EditorStateField {
    fn set(&self, state: EditorState) {
        *self.0.lock() = state;
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&EditorState) -> R,
    {
        f(&self.0.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_is_visible_whatever_the_session_says() {
        let read = |text: &str| serde_json::from_str::<EditorState>(text).unwrap();
        assert_eq!(read("{}"), EditorState::default());
        let tiny = read(r#"{"width": -3.0, "height": 1e30, "scale": 7, "newer": true}"#);
        assert_eq!((tiny.size(), tiny.zoom()), ((640.0, 3_000.0), 1.0));
        let huge = read(r#"{"scale": 60000}"#);
        assert_eq!(huge.zoom(), 3.0);
        let french = read(r#"{"language": "fr"}"#);
        assert_eq!(french.language(), Language::French);
        let text = serde_json::to_string(&french).unwrap();
        assert_eq!(serde_json::from_str::<EditorState>(&text).unwrap(), french);
        assert_eq!(read(r#"{"language": "nl"}"#), EditorState::default());
        // Sessions from before all controls could be folded away are written as they were.
        let text = serde_json::to_string(&EditorState::default()).unwrap();
        assert_eq!(text, r#"{"width":1000.0,"height":640.0,"scale":100,"light":false}"#);
    }
}
