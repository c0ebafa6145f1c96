//! What an open window holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Context, Key, Modifiers, Ui, UiBuilder, Vec2, ViewportBuilder, ViewportCommand, vec2};
use jiff::Zoned;
use patchveil_plugin::keys::Keys;
use patchveil_plugin::{Choice, DirectGesture, EditorView, Status, look};

use patchveil_words::Words;

use super::lists::focus_panel;
use super::welcome::Welcome;
use super::{Action, Fold, Scene, draw_all};
use crate::audio::Wanted;
use crate::program::Program;
use crate::recorder::{Plan, Recording};
use crate::settings::{self, Settings};
use crate::supervisor::State;
use crate::words::whole_route;

/// Smallest window in points: the editor's smallest, and the strip.
const SIZE_MIN: (f32, f32) = (640.0, 492.0);
/// Height of editor and strip where a window that is scaled up scrolls, in points.
const WHOLE: f32 = 522.0;
/// Time between a change and its way to the disk.
const SAVE_AFTER: Duration = Duration::from_secs(2);
/// A status that changes without anybody telling is looked for this often.
const LOOK: Duration = Duration::from_millis(500);

/// Opens the window and runs until it is closed.
///
/// # Errors
/// If there is no window to be had.
pub(crate) fn run(program: &Arc<Program>, scale: f64) -> Result<(), eframe::Error> {
    let (width, height) = program.settings.lock().window;
    let fit =
        |size: f32, least: f32| if size.is_finite() { size.clamp(least, 4_000.0) } else { least };
    let viewport = ViewportBuilder::default()
        .with_title("Patchveil")
        .with_app_id("patchveil")
        .with_inner_size([fit(width, SIZE_MIN.0), fit(height, SIZE_MIN.1)])
        .with_min_inner_size([SIZE_MIN.0, SIZE_MIN.1]);
    let options = eframe::NativeOptions {
        viewport,
        dithering: false,
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    let shared = program.clone();
    eframe::run_native(
        "Patchveil",
        options,
        Box::new(move |context| Ok(Box::new(App::new(shared, context, scale as f32)))),
    )
}

struct App {
    program: Arc<Program>,
    editor: EditorView,
    gesture: DirectGesture,
    settings: Settings,
    /// What is on the disk.
    saved: Settings,
    changed_at: Option<Instant>,
    /// When the session was last compared.
    looked: Instant,
    fold: Fold,
    folder: String,
    welcome: Option<Welcome>,
    /// Whether the welcome is to be opened is not known before the keyring is read.
    asked: bool,
    trouble: Option<settings::Trouble>,
    /// The file could not be read, and is still in its place.
    unreadable: bool,
    status: Status,
}

impl App {
    fn new(program: Arc<Program>, context: &eframe::CreationContext<'_>, scale: f32) -> Self {
        let egui = &context.egui_ctx;
        let wake = program.waker.clone();
        let mut editor = EditorView::new(program.remote.clone(), move || wake.wake());
        editor.set_up(egui, renderer(context).as_deref());
        let zoom = program.remote.params().editor.get().zoom();
        egui.set_zoom_factor(zoom * scale.clamp(0.5, 4.0));
        program.waker.set(egui.clone());
        let mut settings = program.settings.lock().clone();
        // Only what the user changes is to be saved, not what could not be restored.
        settings.session = program.remote.session();
        let supervisor = program.supervisor.lock();
        supervisor.list(settings.devices.backend);
        drop(supervisor);
        Self {
            editor,
            gesture: DirectGesture::new(program.remote.params().clone()),
            folder: settings.recording.folder().display().to_string(),
            saved: settings.clone(),
            settings,
            changed_at: None,
            looked: Instant::now(),
            fold: Fold::None,
            welcome: None,
            asked: false,
            trouble: program.trouble.clone(),
            unreadable: program.trouble.is_some(),
            status: Status::default(),
            program,
        }
    }

    /// Opens the welcome where there is no class yet.
    fn ask_welcome(&mut self) {
        let keyring = self.editor.keyring();
        if self.asked || !keyring.loaded {
            return;
        }
        self.asked = true;
        if keyring.classes.is_empty() && keyring.problem.is_none() && !self.settings.welcomed {
            self.open_welcome(false);
        }
    }

    /// The texts in the language of the window.
    fn editor_words(&self) -> &'static Words {
        self.program.remote.params().editor.get().language().words()
    }

    fn open_welcome(&mut self, backup: bool) {
        let wake = self.program.waker.clone();
        let keys = Keys::new(move || wake.wake());
        let keyring = self.editor.keyring();
        let classes = &keyring.classes;
        let chosen = match self.program.remote.params().class.get().choice {
            Choice::Class(chosen) => {
                classes.iter().find(|class| class.fingerprint == chosen.fingerprint)
            }
            _ => None,
        };
        let used = chosen.or_else(|| classes.iter().find(|class| class.default));
        let class = used.or(classes.first()).filter(|_| backup).cloned();
        let words = self.editor_words();
        self.welcome = Some(Welcome::new(keys, self.program.remote.clone(), class, &words.welcome));
    }

    /// Keys that work everywhere.
    fn shortcuts(&mut self, context: &Context, recording: bool, actions: &mut Vec<Action>) {
        let pressed = |key| context.input_mut(|input| input.consume_key(Modifiers::COMMAND, key));
        if pressed(Key::R) {
            actions.push(if recording { Action::EndRecording } else { Action::Record });
        }
        if pressed(Key::T) {
            actions.push(Action::Tone);
        }
        if pressed(Key::M) {
            self.settings.monitor = !self.settings.monitor;
        }
        for (key, fold) in [(Key::D, Fold::Devices), (Key::O, Fold::Recording)] {
            if pressed(key) {
                self.fold = self.fold.toggled(fold);
                if self.fold == fold {
                    focus_panel(context);
                    actions.push(Action::List(self.settings.devices.backend));
                }
            }
        }
    }

    fn apply(&mut self, actions: Vec<Action>) {
        let program = self.program.clone();
        for action in actions {
            match action {
                Action::Tone => program.switches.play_tone(),
                Action::ClearClip => program.listener.lock().clear_clip(),
                Action::Record => program.listener.lock().record(self.plan()),
                Action::EndRecording => program.listener.lock().end_recording(),
                Action::List(backend) => program.supervisor.lock().list(backend),
                Action::BackUp => self.open_welcome(true),
            }
        }
    }

    /// What is recorded now: a file named by the time.
    fn plan(&self) -> Plan {
        let recording = &self.settings.recording;
        let name = Zoned::now().strftime("Patchveil %Y-%m-%d %H-%M-%S");
        let ending = recording.samples.ending();
        Plan {
            path: recording.folder().join(format!("{name}.{ending}")),
            samples: recording.samples,
            pre_roll: recording.pre_roll,
            split_minutes: recording.split_minutes,
        }
    }

    /// Has what was changed in the panels take effect.
    fn follow(&mut self, devices: &Wanted, monitor: bool) {
        if self.settings.devices != *devices {
            self.program.supervisor.lock().set(self.settings.devices.clone());
        }
        if self.settings.monitor != monitor {
            self.program.switches.set_monitor(self.settings.monitor);
        }
    }

    /// Remembers what has changed, some time after the last change.
    fn remember(&mut self, context: &Context) {
        // What changes without the user, such as a class that was just made, is seen a little later.
        let touched = context.input(|input| !input.events.is_empty());
        if touched || self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.settings.session = self.program.remote.session();
        }
        if self.settings == self.saved {
            self.changed_at = None;
            return;
        }
        let since = self.changed_at.get_or_insert_with(Instant::now).elapsed();
        if since < SAVE_AFTER {
            context.request_repaint_after(SAVE_AFTER - since);
        } else {
            self.save();
        }
    }

    fn save(&mut self) {
        self.changed_at = None;
        self.saved = self.settings.clone();
        let Some(path) = &self.program.path else { return };
        let mut settings = self.settings.clone();
        // What the command line says once is not for every start.
        if settings.devices == self.program.settings.lock().devices {
            settings.devices = self.program.remembered.clone();
        }
        if self.unreadable
            && let Err(trouble) = settings::set_aside(path)
        {
            self.trouble = Some(trouble);
            return;
        }
        self.unreadable = false;
        self.trouble = settings::save(path, &settings).err();
    }
}

impl eframe::App for App {
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        // Minimised or covered, where the system says so.
        let hidden = context.input(|input| input.viewport().visible() == Some(false));
        self.program.waker.painted(hidden, self.editor.frame_interval(&context));
        if self.program.is_stopping() {
            // The signal may have come before there was a window to close.
            context.send_viewport_cmd(ViewportCommand::Close);
        }
        self.ask_welcome();
        let (state, devices, dropouts) = self
            .program
            .supervisor
            .lock()
            .read(|report| (report.state.clone(), report.devices.clone(), report.dropouts));
        let heard = self.program.listener.lock().heard();
        let mut actions = Vec::new();
        let monitor = self.settings.monitor;
        if self.welcome.is_none() {
            let recording = matches!(heard.recording, Recording::Running(_));
            self.shortcuts(&context, recording, &mut actions);
        }
        let words = look::words(ui);
        let trouble = self.trouble.as_ref().map(|trouble| trouble.text(words));
        let notes: Vec<String> =
            self.program.notes.lock().iter().map(|note| note.text(&words.trouble)).collect();
        let note = Some(notes.join("\n")).filter(|note| !note.is_empty());
        let wanted = self.settings.devices.clone();
        let scene = Scene {
            state: &state,
            devices: &devices,
            dropouts,
            heard: &heard,
            wanted: &wanted,
            trouble: trouble.as_deref(),
            note: note.as_deref(),
            has_keys: !self.editor.keyring().classes.is_empty(),
        };
        let Self { settings, fold, folder, editor, gesture, .. } = self;
        editor.set_route(whole_route(&state, settings.monitor, look::words(ui)));
        editor.set_hidden(hidden);
        let smallest = smallest(ui.max_rect().size());
        look::scrolled(ui, smallest, |ui, rect| {
            let ui = &mut ui.new_child(UiBuilder::new().max_rect(rect));
            let editor = |ui: &mut Ui| editor.ui(ui, gesture);
            draw_all(ui, &scene, settings, fold, folder, &mut actions, editor);
        });
        if let Some(mut welcome) = self.welcome.take()
            && welcome.draw(ui, &scene, &mut self.settings, &mut actions)
        {
            self.welcome = Some(welcome);
        }
        self.apply(actions);
        self.follow(&wanted, monitor);
        let size = context.content_rect().size() * context.zoom_factor();
        self.settings.window = (size.x.round(), size.y.round());
        self.remember(&context);
        // Nobody tells of a status that follows from the keyring or a late design.
        if self.status != self.program.remote.status() {
            self.status = self.program.remote.status();
            context.request_repaint();
        }
        // Nobody tells that sound has stopped either.
        let moves = !matches!(state, State::Running(_)) || self.editor.audio().sound;
        if !hidden && (moves || self.welcome.is_some()) {
            context.request_repaint_after(LOOK);
        }
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.settings.session = self.program.remote.session();
        if self.settings != self.saved {
            self.save();
        }
    }
}

/// The least that is drawn into a window with so much room: where it is scaled up, editor and strip whole.
fn smallest(room: Vec2) -> Vec2 {
    let is_scaled = room.x < SIZE_MIN.0 - 1.0 || room.y < SIZE_MIN.1 - 1.0;
    vec2(SIZE_MIN.0, if is_scaled { WHOLE } else { SIZE_MIN.1 })
}

/// What OpenGL calls what paints.
#[expect(unsafe_code, reason = "OpenGL can only be called in unsafe code")]
fn renderer(context: &eframe::CreationContext<'_>) -> Option<String> {
    use eframe::glow::HasContext as _;
    let gl = context.gl.as_ref()?;
    // SAFETY: the context was made on this thread and is current.
    Some(unsafe { gl.get_parameter_string(eframe::glow::RENDERER) })
}
