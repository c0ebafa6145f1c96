//! The text of the class in a session.
//!
//! The key itself is never part of it. The text is versioned: every version can be read here, and has a
//! golden file under `tests/` that proves so.
//!
//! Free of the framework, so that the fuzz targets can compile this file alone.

use patchveil_veil::{Fingerprint, RECIPE_VERSION};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The newest version that this build reads and writes. Version 2 has the fields of version 1 and says
/// that the recipe may have a mark: builds that know none then mute and ask for an update. Sessions of
/// recipe version 1 are still written as version 1, which every build reads.
const VERSION: u64 = 2;

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

/// The fields of versions 1 and 2.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    state: u64,
    recipe: u32,
    class: Option<ChosenClass>,
}

impl Saved {
    /// In the place of a session that cannot be read: a class may have been chosen in it.
    #[must_use]
    pub fn unreadable() -> Self {
        Self { recipe: RECIPE_VERSION, choice: Choice::Damaged(Value::String(String::new())) }
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
        if matches!(version, Some(1..=VERSION))
            && let Ok(state) = State::deserialize(&value)
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
        let state = if saved.recipe == 1 { 1 } else { VERSION };
        serde_json::to_value(State { state, recipe: saved.recipe, class }).unwrap_or_default()
    }
}

/// Turns a text that is not JSON into JSON that contains it.
///
/// # Errors
/// Why it was not JSON. The text can be read nevertheless: as [`Choice::Damaged`].
pub(super) fn make_json(text: &mut String) -> Result<(), serde_json::Error> {
    let read = serde_json::from_str::<Value>(text);
    if read.is_err() {
        *text = Value::String(std::mem::take(text)).to_string();
    }
    read.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Saved {
        let mut text = text.to_owned();
        let _ = make_json(&mut text);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_is_saved_is_what_is_loaded() {
        let class = ChosenClass {
            fingerprint: "mfrg-gzdf-mztw-q2lk".parse().unwrap(),
            name: "Night Show".to_owned(),
        };
        for recipe in [1, 2] {
            for choice in [Choice::Undecided, Choice::Class(class.clone())] {
                let saved = Saved { recipe, choice };
                let text = serde_json::to_string(&saved).unwrap();
                assert_eq!(read(&text), saved);
            }
        }
    }

    #[test]
    fn a_session_of_recipe_version_1_is_written_so_that_every_build_reads_it() {
        let former = r#"{"class":null,"recipe":1,"state":1}"#;
        assert_eq!(read(former), Saved { recipe: 1, choice: Choice::Undecided });
        assert_eq!(serde_json::to_string(&read(former)).unwrap(), former);
        let new = serde_json::to_string(&Saved::default()).unwrap();
        assert_eq!(new, r#"{"class":null,"recipe":2,"state":2}"#);
    }

    #[test]
    fn what_a_newer_version_wrote_is_kept_word_for_word() {
        for text in [
            r#"{"colour":"blue","state":7}"#,
            r#"{"amounts":[101.88148857674413,1.3855555555555555e+46],"state":7}"#,
        ] {
            let saved = read(text);
            assert!(matches!(saved.choice, Choice::Newer(_)));
            assert_eq!(serde_json::to_string(&saved).unwrap(), text);
        }
    }

    #[test]
    fn what_nobody_can_read_is_kept_and_not_taken_for_no_choice() {
        for text in [
            "",
            "7",
            "{}",
            "null",
            r#"{"state":0}"#,
            r#"{"recipe":"x","state":1}"#,
            r#"{"colour":"blue","recipe":2,"state":2}"#,
            "{",
        ] {
            let saved = read(text);
            assert!(matches!(saved.choice, Choice::Damaged(_)), "{text}");
            let again = serde_json::to_string(&saved).unwrap();
            assert_eq!(read(&again), saved);
            let as_text = serde_json::to_string(text).unwrap();
            assert!([text, &as_text].contains(&again.as_str()), "{text}");
        }
    }
}
