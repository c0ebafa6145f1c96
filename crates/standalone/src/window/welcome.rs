//! The welcome: a class, its backup, devices.

use std::path::PathBuf;

use directories::UserDirs;
use egui::{Id, Key, Modal, Popup, RichText, ScrollArea, Ui};
use patchveil_plugin::keys::{Class, Keys, Outcome, Request, RequestId};
use patchveil_plugin::look::{self, HEADLINE, SMALL, colours};
use patchveil_plugin::{ChosenClass, KeyringTrouble, Remote};
use patchveil_veil::Fingerprint;
use patchveil_words as words;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Action, Scene, devices};
use crate::settings::Settings;

/// Width of the welcome in points.
const WIDTH: f32 = 560.0;
/// Space above and below it in points.
const MARGIN: f32 = 24.0;

/// Where the user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Class,
    Backup,
    Devices,
}

/// The welcome, while it is open.
pub(super) struct Welcome {
    pub(super) step: Step,
    keys: Keys,
    remote: Remote,
    waits: Option<RequestId>,
    name: String,
    class: Option<Class>,
    path: String,
    passphrase: Zeroizing<String>,
    problem: Option<KeyringTrouble>,
    /// The field of the step gets the focus with its first frame.
    fresh: bool,
}

impl Welcome {
    /// A welcome at its first step, or at the backup of `class`.
    pub(super) fn new(
        keys: Keys,
        remote: Remote,
        class: Option<Class>,
        words: &words::Welcome,
    ) -> Self {
        let mut new = Self {
            step: Step::Class,
            keys,
            remote,
            waits: None,
            name: String::new(),
            class: None,
            path: String::new(),
            passphrase: Zeroizing::default(),
            problem: None,
            fresh: true,
        };
        if let Some(class) = class {
            new.go_to_backup(class, words);
        }
        new
    }

    /// At this step, with a class.
    #[cfg(test)]
    pub(super) fn show_for_test(&mut self, step: Step) {
        let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
        if step != Step::Class {
            self.go_to_backup(
                Class {
                    name: "Night Show".to_owned(),
                    fingerprint,
                    created: patchveil_keyring::Timestamp::default(),
                    default: true,
                },
                &words::Language::English.words().welcome,
            );
            self.path = "/home/anna/Documents/Patchveil key Night Show.txt".to_owned();
        }
        self.go_to(step);
    }

    fn go_to(&mut self, step: Step) {
        self.step = step;
        self.passphrase.zeroize();
        self.problem = None;
        self.fresh = true;
    }

    fn go_to_backup(&mut self, class: Class, words: &words::Welcome) {
        self.path = backup_path(&class.name, words).display().to_string();
        self.class = Some(class);
        self.go_to(Step::Backup);
    }

    /// Draws it; says whether it stays open.
    pub(super) fn draw(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        settings: &mut Settings,
        actions: &mut Vec<Action>,
    ) -> bool {
        self.take_answers(settings, actions, &look::words(ui).welcome);
        // Escape closes an open list first.
        let listed = Popup::is_any_open(ui.ctx());
        let modal = Modal::new(Id::unique("welcome")).show(ui.ctx(), |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 60.0));
            ui.spacing_mut().item_spacing.y = 8.0;
            // A window that is scaled up may be too low.
            let room = ui.ctx().content_rect().height() - 2.0 * MARGIN;
            // Else no step could be higher than the one before it.
            ui.set_max_height(room);
            let scroll = ScrollArea::vertical().max_height(room);
            let step = |ui: &mut Ui| {
                let open = match self.step {
                    Step::Class => self.draw_class(ui),
                    Step::Backup => self.draw_backup(ui, settings),
                    Step::Devices => self.draw_devices(ui, scene, settings, actions),
                };
                look::follow_focus(ui);
                open
            };
            scroll.show(ui, step).inner
        });
        let escaped = !listed && ui.input(|input| input.key_pressed(Key::Escape));
        let open = modal.inner && !escaped;
        settings.welcomed |= !open;
        open
    }

    fn take_answers(
        &mut self,
        settings: &mut Settings,
        actions: &mut Vec<Action>,
        words: &words::Welcome,
    ) {
        while let Some((id, answer)) = self.keys.next_answer() {
            if Some(id) != self.waits {
                continue;
            }
            self.waits = None;
            match answer {
                Ok(Outcome::Added(class)) => {
                    // One question instead of three: who makes the first class wants to use it.
                    let fingerprint = class.fingerprint;
                    self.keys.ask(Request::SetDefault { class: Some(fingerprint) });
                    self.remote.choose_class(ChosenClass { fingerprint, name: class.name.clone() });
                    self.go_to_backup(class, words);
                }
                Ok(Outcome::Saved { .. }) => {
                    settings.backed_up = true;
                    actions.push(Action::List(settings.devices.backend));
                    self.go_to(Step::Devices);
                }
                Ok(_) => {}
                Err(problem) => {
                    self.problem = Some(problem.trouble);
                    self.fresh = true;
                }
            }
        }
    }

    fn heading(&self, ui: &mut Ui, number: usize, title: &str, text: &str) {
        let (colours, words) = (colours(ui), &look::words(ui).welcome);
        ui.label(RichText::new((words.step)(number)).font(SMALL).color(colours.accent));
        ui.label(RichText::new(title).font(HEADLINE).color(colours.text));
        ui.label(RichText::new(text).color(colours.weak));
        if let Some(problem) = &self.problem {
            let text = look::sentence(&problem.text(look::words(ui)));
            ui.label(RichText::new(text).color(colours.bad));
        }
    }

    /// A field that has the focus at first; says whether Enter was pressed in it.
    fn entered(&mut self, ui: &Ui, field: &egui::Response) -> bool {
        if std::mem::take(&mut self.fresh) {
            field.request_focus();
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    }

    fn draw_class(&mut self, ui: &mut Ui) -> bool {
        let words = &look::words(ui).welcome;
        self.heading(ui, 1, words.class, words.class_text);
        let field = look::field(ui, words.class_name, &mut self.name, words.example, false);
        let mut make = self.entered(ui, &field);
        let mut open = true;
        ui.horizontal_wrapped(|ui| {
            make |= look::button(ui, words.make, true).clicked();
            if look::button(ui, words.skip, false).clicked() {
                open = false;
            }
        });
        if make && self.waits.is_none() {
            let name = match self.name.trim() {
                "" => words.example.to_owned(),
                name => name.to_owned(),
            };
            self.waits = Some(self.keys.ask(Request::New { name }));
        }
        open
    }

    fn draw_backup(&mut self, ui: &mut Ui, settings: &mut Settings) -> bool {
        let name = self.class.as_ref().map_or("", |class| class.name.as_str()).to_owned();
        let words = &look::words(ui).welcome;
        self.heading(ui, 2, words.backup, &(words.backup_text)(&name));
        let field = look::field(ui, words.file, &mut self.path, "", false);
        let mut save = self.entered(ui, &field);
        let (label, hint) = (words.passphrase, words.passphrase_hint);
        let passphrase = look::field(ui, label, &mut self.passphrase, hint, true);
        save |= passphrase.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        ui.horizontal_wrapped(|ui| {
            save |= look::button(ui, words.save, true).clicked();
            if look::button(ui, words.have_one, false).clicked() {
                settings.backed_up = true;
                self.go_to(Step::Devices);
            }
            if look::button(ui, words.later, false).clicked() {
                self.go_to(Step::Devices);
            }
        });
        if let Some(class) = self.fingerprint().filter(|_| save && self.waits.is_none()) {
            let path = PathBuf::from(self.path.trim());
            if let Some(folder) = path.parent() {
                // What fails here fails with a message when the file is written.
                let _ = std::fs::create_dir_all(folder);
            }
            let passphrase = Some(self.passphrase.clone()).filter(|_| !self.passphrase.is_empty());
            self.waits = Some(self.keys.ask(Request::ExportFile { class, path, passphrase }));
        }
        true
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.class.as_ref().map(|class| class.fingerprint)
    }

    fn draw_devices(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        settings: &mut Settings,
        actions: &mut Vec<Action>,
    ) -> bool {
        let words = &look::words(ui).welcome;
        self.heading(ui, 3, words.devices, words.devices_text);
        if std::mem::take(&mut self.fresh) {
            actions.push(Action::List(settings.devices.backend));
        }
        devices::draw(ui, scene, &mut settings.devices, actions);
        let mut open = true;
        ui.horizontal(|ui| {
            if look::button(ui, words.done, true).clicked() {
                open = false;
            }
        });
        open
    }
}

/// Where a backup goes if nobody says otherwise.
fn backup_path(name: &str, words: &words::Welcome) -> PathBuf {
    let dirs = UserDirs::new();
    let documents = dirs.as_ref().and_then(|dirs| dirs.document_dir().map(PathBuf::from));
    let folder = documents.or_else(|| dirs.map(|dirs| dirs.home_dir().to_owned()));
    let plain: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c } else { '-' }).collect();
    folder.unwrap_or_default().join((words.file_name)(&plain))
}
