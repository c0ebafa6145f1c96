//! The class keys: the keyring as a list, and what can be done with it.

mod forms;
mod lock;
mod row;

use std::fmt;

use egui::{Align, Layout, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2};
use patchveil_veil::Fingerprint;
use zeroize::Zeroizing;

use super::icons::Icon;
use super::status::sentence;
use super::theme::{BODY, GAP, INSET, NEAR, SMALL, palette};
use super::widgets::{self, Weight};
use crate::keys::{Class, KeyringView, Keys, Outcome, Refusal, Request, RequestId, WayOut};
use crate::state::ChosenClass;

/// From this many classes on they can be searched.
const SEARCH_FROM: usize = 7;

/// What the user wants.
#[derive(Debug)]
pub(crate) enum Act {
    /// Something of the keyring.
    Ask(Request),
    /// This class, for what this instance protects.
    Use(ChosenClass),
}

/// What the instance protects with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here<'a> {
    /// No class.
    Nothing,
    /// This class.
    Uses(Fingerprint),
    /// A class that it cannot protect with, for this reason: it is mute.
    Lacks(&'a str),
    /// It cannot restore, for this reason: audio passes unchanged.
    Passes(&'a str),
}

/// What the panel remembers. Secrets in it are overwritten when they are no longer needed.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    search: String,
    /// The class whose row is unfolded.
    open: Option<Fingerprint>,
    form: Form,
    /// What came of the last request.
    said: Option<Said>,
    /// The request that is under way.
    waiting: Option<RequestId>,
    /// A key that is shown because the user asked for it.
    shown: Option<Secret>,
    /// Typed to open a locked keyring.
    passphrase: Secret,
}

/// What is being filled in.
#[derive(Debug, Default)]
enum Form {
    #[default]
    None,
    New {
        name: String,
    },
    Import {
        /// A key, what an exported file holds, or the path of such a file.
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
    /// What the keyring is locked with from now on.
    Passphrase {
        new: Secret,
        again: Secret,
    },
}

/// A text that is overwritten when dropped. Room for any key is taken at once, because growing
/// would leave copies behind.
struct Secret(Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(4 * 1024)))
    }
}

impl Secret {
    /// What was typed, and nothing left here.
    fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(self).0
    }

    /// The same, if there is anything.
    fn take_some(&mut self) -> Option<Zeroizing<String>> {
        (!self.0.is_empty()).then(|| self.take())
    }
}

/// An answer, to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    well: bool,
    text: String,
}

impl Panel {
    /// Passes what the user wants on to the keyring; `choose` takes a class into use.
    pub(crate) fn serve(&mut self, acts: Vec<Act>, keys: &mut Keys, choose: impl Fn(ChosenClass)) {
        for act in acts {
            match act {
                Act::Ask(request) => self.waiting = Some(keys.ask(request)),
                Act::Use(class) => choose(class),
            }
        }
        while let Some((id, answer)) = keys.next_answer() {
            if self.waiting == Some(id) {
                self.waiting = None;
            }
            match answer {
                Ok(outcome) => self.done(outcome),
                Err(refusal) => self.refused(&refusal),
            }
        }
    }

    fn done(&mut self, outcome: Outcome) {
        let text = match outcome {
            Outcome::Added(class) => {
                self.open = Some(class.fingerprint);
                self.form = Form::None;
                format!(
                    "“{}” is in the keyring. Export a copy of its key to keep elsewhere.",
                    class.name
                )
            }
            Outcome::Changed => {
                self.form = Form::None;
                self.said = None;
                return;
            }
            Outcome::Removed { name } => {
                self.close();
                format!("“{name}” and its key are gone.")
            }
            Outcome::Exported { class, text } => {
                // Who has turned to another class meanwhile must not take it for that one's.
                if self.open == Some(class) && matches!(self.form, Form::Export { .. }) {
                    self.shown = Some(Secret(text.0));
                    self.said = None;
                }
                return;
            }
            Outcome::Saved { path } => {
                self.form = Form::None;
                format!("The key was saved to {}. Only you can read the file.", path.display())
            }
            Outcome::Unlocked => "The keyring is open, in all instances here.".to_owned(),
            Outcome::Locked => {
                "The keyring is locked. What is being protected stays protected.".to_owned()
            }
            Outcome::PassphraseSet { sealed } => {
                self.form = Form::None;
                let now = match sealed {
                    true => "is locked with the new passphrase now",
                    false => "has no passphrase any more",
                };
                format!("The keyring {now}.")
            }
        };
        self.said = Some(Said { well: true, text });
    }

    pub(super) fn refused(&mut self, refusal: &Refusal) {
        if let (WayOut::ImportPassphrase, Form::Import { locked, .. }) =
            (refusal.way_out, &mut self.form)
        {
            *locked = true;
        }
        self.said = Some(Said { well: false, text: sentence(&refusal.sentence) });
    }

    /// Folds everything up and forgets what was typed and shown.
    fn close(&mut self) {
        self.open = None;
        self.begin(Form::None);
    }

    /// Unfolds the row of `class`.
    #[cfg(test)]
    pub(super) fn unfold(&mut self, class: Fingerprint) {
        self.open = Some(class);
    }

    fn begin(&mut self, form: Form) {
        self.form = form;
        self.shown = None;
        self.said = None;
    }
}

/// Draws the panel into `rect`. `here` is what this instance protects with.
pub(crate) fn draw(
    ui: &mut Ui,
    rect: Rect,
    view: &KeyringView,
    here: Here<'_>,
    panel: &mut Panel,
) -> Vec<Act> {
    widgets::card(ui, rect);
    let mut acts = Vec::new();
    let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + widgets::HEAD));
    let readable = view.trouble.is_none() && view.looked;
    widgets::right(ui, head, |ui| {
        if !readable {
            return;
        }
        let importing = matches!(panel.form, Form::Import { .. });
        if widgets::toggle(ui, "Import", importing)
            .on_hover_text("Takes a key in that was exported here or elsewhere.")
            .clicked()
        {
            panel.open = None;
            panel.begin(if importing { Form::None } else { forms::import() });
        }
        let making = matches!(panel.form, Form::New { .. });
        if widgets::toggle(ui, "New", making)
            .on_hover_text("Makes a class with a new secret key.")
            .clicked()
        {
            panel.open = None;
            panel.begin(if making { Form::None } else { Form::New { name: String::new() } });
        }
    });
    widgets::title(ui, head, "Class keys");

    let body = Rect::from_min_max(
        pos2(rect.left() + INSET, head.bottom() + NEAR),
        pos2(rect.right() - NEAR, rect.bottom() - GAP),
    );
    let mut ui = ui.new_child(UiBuilder::new().max_rect(body).layout(Layout::top_down(Align::Min)));
    ui.set_clip_rect(body.expand2(vec2(NEAR, 0.0)));
    ScrollArea::vertical().auto_shrink([false, false]).show(&mut ui, |ui| {
        ui.set_width(body.width() - GAP);
        ui.spacing_mut().item_spacing.y = 6.0;
        message(ui, panel);
        if !view.looked {
            widgets::note(ui, "Looking at the keyring …");
        } else if let Some(trouble) = &view.trouble {
            unreadable(ui, view, trouble, panel, &mut acts);
        } else {
            forms::top(ui, panel, &mut acts);
            lacking(ui, here);
            list(ui, view, here, panel, &mut acts);
            lock::draw(ui, view, panel, &mut acts);
        }
    });
    acts
}

/// What came of the last request, until it is put away.
fn message(ui: &mut Ui, panel: &mut Panel) {
    if panel.waiting.is_some() {
        widgets::note(ui, "Working …");
        return;
    }
    let Some(said) = panel.said.clone() else { return };
    let colours = palette(ui);
    let (icon, ink) =
        if said.well { (Icon::Done, colours.good) } else { (Icon::Warning, colours.warn) };
    let response = widgets::notice(ui, icon, ink, |ui| {
        ui.label(RichText::new(&said.text).font(SMALL).color(colours.text));
        widgets::button(ui, "OK", Weight::Plain)
    });
    if response.clicked() {
        panel.said = None;
    }
}

/// The instance cannot do what it is to do, for want of a key as a rule: why, and the way out.
fn lacking(ui: &mut Ui, here: Here<'_>) {
    let colours = palette(ui);
    let (icon, ink, reason) = match here {
        Here::Lacks(reason) => (Icon::Muted, colours.bad, reason),
        Here::Passes(reason) => (Icon::Open, colours.warn, reason),
        Here::Nothing | Here::Uses(_) => return,
    };
    widgets::notice(ui, icon, ink, |ui| {
        ui.label(RichText::new(sentence(reason)).font(SMALL).color(colours.text));
    });
}

/// The keyring cannot be read: why, and the way out.
fn unreadable(
    ui: &mut Ui,
    view: &KeyringView,
    trouble: &Refusal,
    panel: &mut Panel,
    acts: &mut Vec<Act>,
) {
    let colours = palette(ui);
    widgets::notice(ui, Icon::Warning, colours.warn, |ui| {
        ui.label(RichText::new(sentence(&trouble.sentence)).font(SMALL).color(colours.text));
    });
    if trouble.way_out == WayOut::Unlock {
        let field = widgets::field(ui, "Passphrase", &mut panel.passphrase.0, "", true);
        let enter = widgets::entered(ui, &field);
        if widgets::button(ui, "Unlock", Weight::Main).clicked() || enter {
            panel.said = None;
            acts.push(Act::Ask(Request::Unlock { passphrase: panel.passphrase.take() }));
        }
        widgets::note(
            ui,
            "It opens the keyring in all instances of this program, and is forgotten when the last of them is closed.",
        );
        return;
    }
    if let Some(path) = &view.path {
        let path = path.display().to_string();
        if widgets::button(ui, "Copy the keyring's path", Weight::Plain).clicked() {
            ui.ctx().copy_text(path);
        }
    }
    widgets::note(ui, "The list comes back by itself when the file has changed.");
}

fn list(ui: &mut Ui, view: &KeyringView, here: Here<'_>, panel: &mut Panel, acts: &mut Vec<Act>) {
    if view.classes.is_empty() {
        empty(ui, panel);
        return;
    }
    if view.classes.len() >= SEARCH_FROM {
        let hint = format!("Search {} classes", view.classes.len());
        widgets::search(ui, &mut panel.search, &hint);
    } else {
        panel.search.clear();
    }
    let wanted = panel.search.trim().to_lowercase();
    let fits = |class: &&Class| {
        class.name.to_lowercase().contains(&wanted)
            || class.fingerprint.to_string().contains(&wanted)
    };
    let found: Vec<&Class> = view.classes.iter().filter(fits).collect();
    if found.is_empty() {
        widgets::note(
            ui,
            &format!("No class has “{}” in its name or fingerprint.", panel.search.trim()),
        );
    }
    for class in found {
        row::draw(ui, class, here == Here::Uses(class.fingerprint), panel, acts);
    }
}

/// What a keyring without keys is good for.
fn empty(ui: &mut Ui, panel: &mut Panel) {
    if !matches!(panel.form, Form::None) {
        return;
    }
    let colours = palette(ui);
    ui.add_space(GAP);
    ui.label(RichText::new("No class keys yet").font(BODY).color(colours.text));
    widgets::note(
        ui,
        "A class is what you protect as one: a show, a voice, an artist. Each has a secret key of \
         its own, which never leaves this computer unless you export it.",
    );
    ui.horizontal(|ui| {
        if widgets::button(ui, "New class key", Weight::Main).clicked() {
            panel.begin(Form::New { name: String::new() });
        }
        if widgets::button(ui, "Import a key", Weight::Plain).clicked() {
            panel.begin(forms::import());
        }
    });
}
