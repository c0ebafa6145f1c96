//! Which key to protect with: the session's choice, looked up in the keyring.

use std::sync::Arc;

use patchveil_keyring::{Keyring, resolve_path};
use patchveil_veil::{ClassKey, Fingerprint};

use crate::keys::{UnlockedKeyring, UnlockedState};
use crate::state::{Choice, ChosenClass, ClassField, Saved};
use crate::trouble::{KeyringTrouble, NoProtection};

/// The key of the session's class, as last looked up.
#[derive(Default)]
pub(super) struct ClassKeys {
    /// Held, so that a passphrase that was typed is kept as long as this instance.
    keyring: Option<Arc<UnlockedKeyring>>,
    /// What the last look depended on.
    seen: Option<Seen>,
    found: Option<FoundKey>,
}

/// What a look at the keyring depends on.
#[derive(PartialEq)]
struct Seen {
    saved: Saved,
    /// The file, and the passphrases that were typed in this process.
    keyring: Option<UnlockedState>,
}

/// What a look at the keyring found.
pub(super) struct FoundKey {
    pub(super) key: Result<(ChosenClass, ClassKey), NoKey>,
    /// Why the keyring cannot be read now, where an earlier key stays in use.
    pub(super) trouble: Option<KeyringTrouble>,
}

/// Why there is no key.
#[derive(Clone, PartialEq)]
pub(super) enum NoKey {
    /// No class was chosen, and there is no default.
    Undecided,
    /// A class was chosen, or may have been.
    Missing(NoProtection),
}

impl FoundKey {
    fn missing(reason: NoProtection) -> Self {
        Self { key: Err(NoKey::Missing(reason)), trouble: None }
    }

    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        self.key.as_ref().ok().map(|(class, _)| class.fingerprint)
    }
}

impl ClassKeys {
    /// The key, and the recipe version of the session; `None` before the first look.
    pub(super) fn found(&self) -> Option<(&FoundKey, u32)> {
        Some((self.found.as_ref()?, self.seen.as_ref()?.saved.recipe))
    }

    /// Looks the class up, if class or keyring have changed; returns whether they have.
    pub(super) fn look_up(&mut self, class: &ClassField) -> bool {
        let keyring = resolve_path(None).map(|path| UnlockedKeyring::of(&path));
        self.keyring = keyring.as_ref().ok().cloned();
        // Taken before the file is read, so a change in between is noticed next time.
        let state = self.keyring.as_ref().map(|keyring| keyring.state());
        let seen = Seen { saved: class.get(), keyring: state };
        if self.seen.as_ref() == Some(&seen) {
            return false;
        }
        let opened = keyring.and_then(|keyring| keyring.open());
        let opened = opened.map_err(|error| KeyringTrouble::from(&error));
        let found = self.find(&seen.saved.choice, opened);
        self.seen = match &found.key {
            // If another class was chosen meanwhile, `seen` is out of date, and looked at again.
            Ok((chosen, _)) if class.adopt(chosen) => {
                Some(Seen { saved: class.get(), keyring: state })
            }
            _ => Some(seen),
        };
        self.found = Some(found);
        true
    }

    fn find(&mut self, choice: &Choice, keyring: Result<Arc<Keyring>, KeyringTrouble>) -> FoundKey {
        match choice {
            Choice::Newer(_) => FoundKey::missing(NoProtection::NewerSession),
            Choice::Damaged(_) => FoundKey::missing(NoProtection::DamagedSession),
            Choice::Undecided => self.find_default(keyring),
            Choice::Class(class) => self.find_class(class, keyring),
        }
    }

    fn find_default(&self, keyring: Result<Arc<Keyring>, KeyringTrouble>) -> FoundKey {
        match keyring {
            Ok(keyring) => match keyring.default_entry() {
                Some(entry) => {
                    let (fingerprint, name) = (entry.fingerprint(), entry.name().to_owned());
                    let key = Ok((ChosenClass { fingerprint, name }, entry.key().clone()));
                    FoundKey { key, trouble: None }
                }
                None => FoundKey { key: Err(NoKey::Undecided), trouble: None },
            },
            Err(trouble) => match &self.found {
                // There was none when it could be read: what is on air stays on air.
                Some(FoundKey { key: Err(NoKey::Undecided), .. }) => {
                    FoundKey { key: Err(NoKey::Undecided), trouble: None }
                }
                // There may well be one, and then nothing may leave without it.
                _ => FoundKey::missing(NoProtection::DefaultUnknown(trouble)),
            },
        }
    }

    fn find_class(
        &mut self,
        class: &ChosenClass,
        keyring: Result<Arc<Keyring>, KeyringTrouble>,
    ) -> FoundKey {
        let fingerprint = class.fingerprint;
        let name = || printable(&class.name);
        match keyring {
            Ok(keyring) => match keyring.by_fingerprint(class.fingerprint) {
                Some(entry) => {
                    let name = entry.name().to_owned();
                    let key = Ok((ChosenClass { fingerprint, name }, entry.key().clone()));
                    FoundKey { key, trouble: None }
                }
                None => {
                    FoundKey::missing(NoProtection::NotInKeyring { class: name(), fingerprint })
                }
            },
            Err(trouble) => match self.found.take() {
                // A keyring that is locked or lost while a show is on must not silence it.
                Some(FoundKey { key: Ok((held, key)), .. }) if held.fingerprint == fingerprint => {
                    FoundKey { key: Ok((held, key)), trouble: Some(trouble) }
                }
                _ => FoundKey::missing(NoProtection::Unreadable {
                    class: name(),
                    fingerprint,
                    trouble,
                }),
            },
        }
    }
}

/// A name from a session, made safe to print.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}
