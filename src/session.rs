//! What the standalone remembers of an instance from one start to the next.

use std::collections::BTreeMap;

use nice_plug::prelude::{Params, PluginState};
use serde::{Deserialize, Serialize};

use crate::remote::Remote;
use crate::state::{self, Saved};

/// Parameters that are not remembered: a program that starts bypassed, or with the mark taken off,
/// would send unprotected what its user believes protected.
const FORGOTTEN: [&str; 3] = ["bypass", "mode", "delta"];

/// Class, recipe and look of an instance. Keys are never part of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Parameters by their id, 0–1.
    params: BTreeMap<String, f32>,
    /// The class and the editor, as hosts save them.
    fields: BTreeMap<String, String>,
}

impl Session {
    /// In the place of a session that cannot be read: a class may have been chosen in it, so it mutes
    /// until one is chosen.
    #[must_use]
    pub fn unreadable() -> Self {
        let class = serde_json::to_string(&Saved::unreadable()).unwrap_or_default();
        let fields = BTreeMap::from([(state::FIELD.to_owned(), class)]);
        Self { params: BTreeMap::new(), fields }
    }
}

impl Remote {
    /// What to remember of this instance.
    #[must_use]
    #[expect(unsafe_code, reason = "the framework reads parameters through pointers")]
    pub fn session(&self) -> Session {
        let params = self.params();
        let values = params.param_map().into_iter().filter(|(id, ..)| !is_forgotten(id));
        // SAFETY: the pointers lead into `params`, which lives here.
        let value = |pointer: nice_plug::prelude::ParamPtr| unsafe {
            pointer.unmodulated_normalized_value()
        };
        Session {
            params: values.map(|(id, pointer, _)| (id, value(pointer))).collect(),
            fields: params.serialize_fields(),
        }
    }

    /// Makes this instance as it was when `session` was taken. What is missing there stays as it is;
    /// a class that cannot be read mutes, as in a host.
    #[expect(unsafe_code, reason = "the framework sets parameters through pointers")]
    pub fn restore_session(&self, session: &Session) {
        let params = self.params();
        for (id, pointer, _) in params.param_map() {
            let value = session.params.get(&id).filter(|value| (0.0..=1.0).contains(*value));
            if let Some(value) = value.filter(|_| !is_forgotten(&id)) {
                // SAFETY: the pointers lead into `params`, which lives here.
                unsafe { pointer._internal_set_normalized_value(*value) };
            }
        }
        let mut state = PluginState {
            version: String::new(),
            params: BTreeMap::new(),
            fields: session.fields.clone(),
        };
        state::check(&mut state);
        // The class is JSON now, whatever it was; the framework takes nothing else.
        state.fields.retain(|_, text| serde_json::from_str::<serde_json::Value>(text).is_ok());
        params.deserialize_fields(&state.fields);
    }
}

fn is_forgotten(id: &str) -> bool {
    FORGOTTEN.contains(&id)
}

#[cfg(test)]
mod tests {
    use patchveil_veil::Fingerprint;

    use super::Session;
    use crate::Patchveil;
    use crate::editor::{DirectGesture, ParamGesture as _};
    use crate::state::{Choice, ChosenClass};

    #[test]
    fn a_session_brings_back_class_recipe_and_look_but_no_bypass() {
        let fingerprint: Fingerprint = "mfrg-gzdf-mztw-q2lk".parse().unwrap();
        let class = ChosenClass { fingerprint, name: "Night Show".to_owned() };
        let instance = Patchveil::default();
        let remote = instance.remote();
        let gesture = DirectGesture::new(remote.params().clone());
        gesture.touch(&remote.params().veil.amount, 0.25);
        gesture.touch(&remote.params().bypass, 1.0);
        gesture.touch(&remote.params().output.delta, 1.0);
        remote.params().editor.set_theme(egui::Theme::Light);
        remote.choose_class(class.clone());
        let text = serde_json::to_string(&remote.session()).unwrap();

        let again = Patchveil::default().remote();
        again.restore_session(&serde_json::from_str(&text).unwrap());
        assert_eq!(again.params().class.get().choice, Choice::Class(class));
        assert_eq!(again.params().veil.amount.value(), remote.params().veil.amount.value());
        assert_eq!(again.params().editor.get().theme(), egui::Theme::Light);
        assert!(!again.params().bypass.value() && !again.params().output.delta.value());
    }

    #[test]
    fn a_damaged_session_changes_nothing_but_never_opens_what_was_protected() {
        let remote = Patchveil::default().remote();
        let damaged = r#"{"params":{"amount":7.5},"fields":{"class":"{","editor":"{"}}"#;
        let before = remote.params().veil.amount.value();
        remote.restore_session(&serde_json::from_str(damaged).unwrap());
        assert_eq!(remote.params().veil.amount.value(), before);
        assert!(matches!(remote.params().class.get().choice, Choice::Damaged(_)));
    }

    #[test]
    fn an_unreadable_session_mutes_and_so_does_what_is_remembered_of_it() {
        let mut session = Session::unreadable();
        for _ in 0..2 {
            let remote = Patchveil::default().remote();
            remote.restore_session(&session);
            assert!(matches!(remote.params().class.get().choice, Choice::Damaged(_)));
            session = remote.session();
        }
    }
}
