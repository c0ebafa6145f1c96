//! What a session keeps beside the parameters: which class, and which version of the recipe.
//!
//! The key itself is never part of it. The text is versioned: every version that was ever
//! released has a module here that reads it and a golden file under `tests/` that proves so.

use std::sync::Arc;
use std::time::Duration;

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::{PluginState, nice_error};
use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use patchveil_veil::{Fingerprint, RECIPE_VERSION};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::handoff::design_requests::DesignRequests;

/// The version this build writes.
const VERSION: u64 = 1;
/// Name of the field within the framework's state.
const FIELD: &str = "class";
/// How long a load waits until what was loaded is designed. Designs take milliseconds; only a keyring
/// on a disk that does not answer takes longer, and then the output is muted meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// A class as sessions refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenClass {
    /// Which key.
    pub fingerprint: Fingerprint,
    /// What the class was called when it was chosen: for messages only.
    pub name: String,
}

/// What is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Value", into = "Value")]
pub struct Saved {
    /// Recipe version of the session. It stays what it was when the session was made, so that an
    /// update never changes the sound of what is already there.
    pub recipe: u32,
    /// What to protect with.
    pub choice: Choice,
}

/// What to protect with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Nothing was chosen yet: the keyring's default class is taken as soon as there is one.
    Undecided,
    /// This class.
    Class(ChosenClass),
    /// Whatever a newer Patchveil wrote, kept as it is for it to read again.
    Newer(Value),
    /// What no Patchveil wrote, kept as it is: a class may have been meant, and which is not known.
    Damaged(Value),
}

/// Version 1, released with 0.1.0.
mod v1 {
    use super::{ChosenClass, Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct State {
        pub(super) state: u64,
        pub(super) recipe: u32,
        pub(super) class: Option<ChosenClass>,
    }
}

impl Default for Saved {
    fn default() -> Self {
        Self { recipe: RECIPE_VERSION, choice: Choice::Undecided }
    }
}

impl From<Value> for Saved {
    fn from(value: Value) -> Self {
        let version = value.get("state").and_then(Value::as_u64);
        if version == Some(1)
            && let Ok(state) = v1::State::deserialize(&value)
        {
            let choice = state.class.map_or(Choice::Undecided, Choice::Class);
            return Self { recipe: state.recipe, choice };
        }
        let is_newer = version.is_some_and(|version| version > VERSION);
        let choice = if is_newer { Choice::Newer(value) } else { Choice::Damaged(value) };
        Self { recipe: RECIPE_VERSION, choice }
    }
}

impl From<Saved> for Value {
    fn from(saved: Saved) -> Self {
        let class = match saved.choice {
            Choice::Newer(value) | Choice::Damaged(value) => return value,
            Choice::Class(class) => Some(class),
            Choice::Undecided => None,
        };
        let state = v1::State { state: VERSION, recipe: saved.recipe, class };
        serde_json::to_value(state).unwrap_or_default()
    }
}

/// The saved state of one instance, shared by host, editor and designer. Never to be touched on the
/// audio thread: it is behind a lock.
#[derive(Clone)]
pub struct ClassField {
    inner: Arc<Inner>,
}

struct Inner {
    saved: Mutex<Saved>,
    requests: Arc<DesignRequests>,
}

impl Default for ClassField {
    fn default() -> Self {
        Self::new(Arc::new(DesignRequests::new(RepaintNotifier::new())))
    }
}

impl ClassField {
    /// Nothing chosen; changes are announced at `requests`.
    pub(crate) fn new(requests: Arc<DesignRequests>) -> Self {
        Self { inner: Arc::new(Inner { saved: Mutex::new(Saved::default()), requests }) }
    }

    /// What is chosen now.
    #[must_use]
    pub fn get(&self) -> Saved {
        self.inner.saved.lock().clone()
    }

    /// Protects with this class from now on, by the present recipe version.
    pub fn choose(&self, class: ChosenClass) {
        *self.inner.saved.lock() = Saved { recipe: RECIPE_VERSION, choice: Choice::Class(class) };
        self.inner.requests.set_has_class(true);
        self.inner.requests.request();
    }

    /// Chooses the keyring's default class if nothing was chosen yet; says whether it did.
    pub(crate) fn adopt(&self, class: &ChosenClass) -> bool {
        let mut saved = self.inner.saved.lock();
        let undecided = saved.choice == Choice::Undecided;
        if undecided {
            saved.choice = Choice::Class(class.clone());
        }
        undecided
    }
}

impl PersistentField<'_, Saved> for ClassField {
    /// A host loads a session. It tells nobody else of it, so the designer is asked here; and it
    /// may process right after, so this waits until what was loaded is in force.
    fn set(&self, saved: Saved) {
        let chosen = saved.choice != Choice::Undecided;
        *self.inner.saved.lock() = saved;
        // From here on nothing passes unprotected, even if the key takes its time.
        self.inner.requests.set_has_class(chosen);
        let request = self.inner.requests.request();
        self.inner.requests.wait(request, PATIENCE);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Saved) -> R,
    {
        f(&self.get())
    }
}

/// Looks through a state before any of it is loaded. A class that is no JSON becomes JSON: the
/// framework would leave it out, and what should be protected would leave open.
pub(crate) fn check(state: &mut PluginState) {
    let Some(text) = state.fields.get_mut(FIELD) else { return };
    if let Err(error) = serde_json::from_str::<Value>(text) {
        nice_error!("The session's class cannot be read: {error}");
        *text = Value::String(std::mem::take(text)).to_string();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Saved {
        let mut state = PluginState {
            version: String::new(),
            params: Default::default(),
            fields: [(FIELD.to_owned(), text.to_owned())].into(),
        };
        check(&mut state);
        serde_json::from_str(&state.fields[FIELD]).unwrap()
    }

    #[test]
    fn what_is_saved_is_what_is_loaded() {
        let class = ChosenClass {
            fingerprint: "mfrg-gzdf-mztw-q2lk".parse().unwrap(),
            name: "Night Show".to_owned(),
        };
        for choice in [Choice::Undecided, Choice::Class(class)] {
            let saved = Saved { recipe: 1, choice };
            let text = serde_json::to_string(&saved).unwrap();
            assert_eq!(read(&text), saved);
        }
    }

    #[test]
    fn what_a_newer_version_wrote_is_kept_word_for_word() {
        let text = r#"{"colour":"blue","state":7}"#;
        let saved = read(text);
        assert!(matches!(saved.choice, Choice::Newer(_)));
        assert_eq!(serde_json::to_string(&saved).unwrap(), text);
    }

    #[test]
    fn what_nobody_can_read_is_kept_and_not_taken_for_no_choice() {
        for text in ["", "7", "{}", "null", r#"{"state":0}"#, r#"{"recipe":"x","state":1}"#, "{"] {
            let saved = read(text);
            assert!(matches!(saved.choice, Choice::Damaged(_)), "{text}");
            let again = serde_json::to_string(&saved).unwrap();
            assert_eq!(read(&again), saved);
            let as_text = serde_json::to_string(text).unwrap();
            assert!([text, &as_text].contains(&again.as_str()), "{text}");
        }
    }
}
