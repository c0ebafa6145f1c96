//! What the panel keeps from frame to frame, and what answers change in it.

use patchveil_veil::Fingerprint;
use patchveil_words as words;

use super::secret::Secret;
use crate::editor::widgets::sentence;
use crate::keys::{Class, Keys, Outcome, Problem, Remedy, Request, RequestId};
use crate::state::ChosenClass;
use crate::trouble::NoProtection;

/// What the user asks for.
#[derive(Debug)]
pub(crate) enum KeysAction {
    /// A request to the keyring.
    Request(Request),
    /// Use this class in this instance.
    Use(ChosenClass),
}

/// How this instance uses its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClassUse<'a> {
    /// There is no class.
    None,
    /// It uses this class.
    Active(Fingerprint),
    /// It is muted, for this reason.
    Muted(&'a NoProtection),
    /// It cannot restore, for this reason, so audio passes unchanged.
    NotRestoring(&'a NoProtection),
}

/// State of the panel. Secrets in it are overwritten when they are no longer needed.
#[derive(Debug, Default)]
pub(crate) struct KeysPanel {
    pub(super) search: String,
    /// The class whose row is open.
    pub(super) open: Option<Fingerprint>,
    pub(super) form: Form,
    /// The outcome of the last request.
    pub(super) message: Option<Message>,
    /// The request that is being processed.
    waiting: Option<RequestId>,
    /// The user wants to know which of the keys the input carries.
    pub(crate) listening: bool,
    /// This instance has no class yet.
    pub(super) undecided: bool,
    /// A key that is shown because the user asked for it.
    pub(super) shown_key: Option<Secret>,
    /// Typed to unlock the keyring.
    pub(super) passphrase: Secret,
}

/// The form that is open.
#[derive(Debug, Default)]
pub(super) enum Form {
    #[default]
    None,
    New {
        name: String,
    },
    Import {
        /// A key, the content of an exported file, or the path of one.
        source: Secret,
        name: String,
        passphrase: Secret,
        /// The key turned out to be locked.
        locked: bool,
    },
    Rename {
        name: String,
    },
    Export {
        path: String,
        passphrase: Secret,
    },
    Remove {
        typed: String,
    },
    /// A new passphrase for the keyring.
    Passphrase {
        new: Secret,
        again: Secret,
    },
}

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) success: bool,
    pub(super) text: String,
}

impl KeysPanel {
    /// Passes the user's actions on and shows the answers of the keyring. `choose` puts a class into
    /// use.
    pub(crate) fn handle(
        &mut self,
        actions: Vec<KeysAction>,
        keys: &mut Keys,
        all_words: &words::Words,
        choose: impl Fn(ChosenClass),
    ) {
        let words = &all_words.keys;
        for action in actions {
            match action {
                KeysAction::Request(request) => self.waiting = Some(keys.ask(request)),
                KeysAction::Use(class) => choose(class),
            }
        }
        while let Some((id, answer)) = keys.next_answer() {
            if self.waiting == Some(id) {
                self.waiting = None;
            }
            match answer {
                // It is the default because it is the first of all: here it is used, too.
                Ok(Outcome::Added(class)) if self.undecided && class.default => {
                    let Class { name, fingerprint, .. } = class;
                    self.added(fingerprint, &(words.first_used)(&name), words);
                    choose(ChosenClass { fingerprint, name });
                }
                Ok(outcome) => self.succeeded(outcome, words),
                Err(problem) => self.failed(&problem, all_words),
            }
        }
    }

    /// A class was added; `what` says what became of it.
    fn added(&mut self, class: Fingerprint, what: &str, words: &words::Keys) {
        self.open = Some(class);
        self.form = Form::None;
        let text = format!("{what} {}", words.back_up);
        self.message = Some(Message { success: true, text });
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    fn succeeded(&mut self, outcome: Outcome, words: &words::Keys) {
        let text = match outcome {
            Outcome::Added(class) => {
                self.added(class.fingerprint, &(words.added)(&class.name), words);
                return;
            }
            Outcome::Changed => {
                self.form = Form::None;
                self.message = None;
                return;
            }
            Outcome::Removed { name } => {
                self.close();
                (words.removed)(&name)
            }
            Outcome::Exported { class, text } => {
                // If another class is open by now, the key must not be taken for that class's.
                if self.open == Some(class) && matches!(self.form, Form::Export { .. }) {
                    self.shown_key = Some(Secret(text.0));
                    self.message = None;
                }
                return;
            }
            Outcome::Saved { path } => {
                self.form = Form::None;
                (words.saved)(&path.display().to_string())
            }
            Outcome::Unlocked => words.unlocked.to_owned(),
            Outcome::Locked => words.locked.to_owned(),
            Outcome::PassphraseSet { has_passphrase } => {
                self.form = Form::None;
                let text =
                    if has_passphrase { words.passphrase_set } else { words.passphrase_removed };
                text.to_owned()
            }
        };
        self.message = Some(Message { success: true, text });
    }

    pub(in crate::editor) fn failed(&mut self, problem: &Problem, words: &words::Words) {
        if let (Remedy::ImportPassphrase, Form::Import { locked, .. }) =
            (problem.remedy, &mut self.form)
        {
            *locked = true;
        }
        let text = sentence(&problem.trouble.text(words));
        self.message = Some(Message { success: false, text });
    }

    /// Closes everything and forgets what was typed and shown.
    pub(super) fn close(&mut self) {
        self.open = None;
        self.show(Form::None);
    }

    /// Opens the row of `class`.
    #[cfg(test)]
    pub(in crate::editor) fn open_row(&mut self, class: Fingerprint) {
        self.open = Some(class);
    }

    /// Opens form number 0 to 4: new, import, rename, export, remove.
    #[cfg(test)]
    pub(in crate::editor) fn open_form(&mut self, number: usize, class: &Class) {
        self.open = (number > 1).then_some(class.fingerprint);
        self.form = match number {
            0 => Form::New { name: String::new() },
            1 => super::forms::import(),
            2 => Form::Rename { name: class.name.clone() },
            3 => super::forms::export(class),
            _ => Form::Remove { typed: String::new() },
        };
    }

    pub(super) fn show(&mut self, form: Form) {
        self.form = form;
        self.shown_key = None;
        self.message = None;
    }

    /// Shows a form that belongs to no class, or closes it if it is shown.
    pub(super) fn toggle_top(&mut self, is_shown: bool, form: Form) {
        self.open = None;
        self.show(if is_shown { Form::None } else { form });
    }
}
