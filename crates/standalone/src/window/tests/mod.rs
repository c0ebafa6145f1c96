//! Pictures of what stands around the editor. `UPDATE_SNAPSHOTS=true` makes new ones.

mod languages;
// The same questions as to the editor.
#[path = "../../../../../src/editor/tests/seen.rs"]
mod seen;

use egui::{Theme, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder};
use patchveil_plugin::keys::Keys;
use patchveil_plugin::{Patchveil, look};
use patchveil_words::Language;

use super::welcome::{Step, Welcome};
use super::*;
use crate::audio::{Connection, Device, Format, Reason};
use crate::meters::Levels;
use crate::recorder::{Failure, Kept, Mended, Progress, Recording, Samples};

/// A situation, and what the user did in it.
struct Fixture {
    state: State,
    devices: Result<DeviceList, Reason>,
    dropouts: u64,
    heard: Heard,
    settings: Settings,
    fold: Fold,
    folder: String,
    welcome: Option<Welcome>,
    has_keys: bool,
    note: Option<Mended>,
    actions: Vec<Action>,
    language: Language,
}

fn device(id: &str, name: &str) -> Device {
    Device { id: id.to_owned(), name: name.to_owned() }
}

fn levels(peak: f32, clipped: bool) -> Levels {
    Levels {
        peaks: vec![peak, peak - 3.0],
        hold: peak + 4.0,
        true_peak: peak + 4.4,
        short_term: peak - 9.0,
        clipped,
        heard: true,
    }
}

impl Fixture {
    fn running() -> Self {
        let connection = Connection {
            // Its name is the same on every system.
            backend: BackendKind::Jack,
            from: Some("Built-in Microphone".to_owned()),
            to: Some("BlackHole 2ch".to_owned()),
            quiet: false,
            missing: None,
            format: Format { channels: 2, sample_rate: 48_000 },
            block: 512,
        };
        let devices = DeviceList {
            inputs: vec![device("mic", "Built-in Microphone"), device("usb", "USB Interface")],
            outputs: vec![device("out", "Built-in Output"), device("hole", "BlackHole 2ch")],
        };
        let mut settings = Settings { backed_up: true, ..Settings::default() };
        settings.devices.input = Some("mic".to_owned());
        settings.devices.output = Some("hole".to_owned());
        Self {
            state: State::Running(connection),
            devices: Ok(devices),
            dropouts: 0,
            heard: Heard {
                input: levels(-16.0, false),
                output: levels(-15.5, false),
                recording: Recording::Idle,
            },
            settings,
            fold: Fold::None,
            folder: "/home/anna/Music/Patchveil".to_owned(),
            welcome: None,
            has_keys: true,
            note: None,
            actions: Vec::new(),
            language: Language::English,
        }
    }

    fn recording() -> Self {
        let progress = Progress {
            path: "/home/anna/Music/Patchveil/Patchveil 2027-03-01 20-15-00.wav".into(),
            seconds: 754.2,
            files: 1,
            lost: 0.12,
            waits: false,
            unrecorded: None,
            ..Progress::default()
        };
        let heard = Heard {
            input: levels(-4.0, true),
            output: levels(-4.0, true),
            recording: Recording::Running(progress),
        };
        Self { heard, dropouts: 3, ..Self::running() }
    }

    fn nothing() -> Self {
        let silent = Levels::silent(2);
        let mut settings = Settings::default();
        settings.devices.input = Some("mic".to_owned());
        Self {
            state: State::Waiting { reason: Reason::NoServer.and(Reason::NoOutput), lost: false },
            devices: Err(Reason::NoServer),
            heard: Heard { input: silent.clone(), output: silent, recording: Recording::Idle },
            settings,
            fold: Fold::Devices,
            ..Self::running()
        }
    }

    fn welcome(step: Step) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::at(folder.path().join("keyring"), || {});
        let mut welcome = Welcome::new(
            keys,
            Patchveil::default().remote(),
            None,
            &Language::English.words().welcome,
        );
        welcome.show_for_test(step);
        Self { welcome: Some(welcome), ..Self::running() }
    }

    fn draw(&mut self, ui: &mut Ui) {
        ui.painter().rect_filled(ui.max_rect(), 0.0, colours(ui).background);
        let Self { state, devices, heard, settings, fold, folder, actions, .. } = self;
        let wanted = settings.devices.clone();
        let note = self.note.as_ref().map(|note| note.text(&look::words(ui).trouble));
        let scene = Scene {
            state,
            devices,
            dropouts: self.dropouts,
            heard,
            wanted: &wanted,
            trouble: None,
            note: note.as_deref(),
            has_keys: self.has_keys,
        };
        draw_all(ui, &scene, settings, fold, folder, actions, |_| ());
        if let Some(mut welcome) = self.welcome.take()
            && welcome.draw(ui, &scene, settings, actions)
        {
            self.welcome = Some(welcome);
        }
    }

    fn window(self, size: (f32, f32), scale: f32, theme: Theme) -> Harness<'static, Self> {
        let mut window = self
            .builder(size, scale, theme)
            .wgpu()
            .build_ui_state(|ui, fixture: &mut Self| fixture.draw(ui), self);
        window.run_steps(4);
        window
    }

    /// A window of this size in points that is never made into a picture.
    fn unpainted(self, size: (f32, f32)) -> Harness<'static, Self> {
        let mut window = self
            .builder(size, 1.0, Theme::Dark)
            .build_ui_state(|ui, fixture: &mut Self| fixture.draw(ui), self);
        window.run_steps(4);
        window
    }

    fn builder(&self, size: (f32, f32), scale: f32, theme: Theme) -> HarnessBuilder<Self> {
        let language = self.language;
        Harness::builder()
            .with_size(vec2(size.0, size.1))
            .with_pixels_per_point(scale)
            .with_theme(theme)
            .with_max_steps(16)
            .with_context_setup(move |context| {
                look::apply(context);
                look::set_language(context, language);
            })
    }
}

/// Draws the situation and compares.
fn compare(name: &str, fixture: Fixture, size: (f32, f32), scale: f32, theme: Theme) {
    fixture.window(size, scale, theme).snapshot(name);
}

#[test]
fn the_strip_shows_what_runs() {
    compare("strip-dark", Fixture::running(), (1_000.0, 128.0), 1.0, Theme::Dark);
}

#[test]
fn the_strip_in_a_small_window_while_recording_with_clipping() {
    compare("recording-small-light-2x", Fixture::recording(), (640.0, 128.0), 2.0, Theme::Light);
}

#[test]
fn a_quiet_input_and_a_completed_recording_are_said() {
    let path = "/home/anna/Music/Patchveil/show.flac".into();
    let note = Some(Mended::Complete { path, seconds: 754.2 });
    let mut fixture = Fixture { note, language: Language::German, ..Fixture::running() };
    if let State::Running(connection) = &mut fixture.state {
        connection.quiet = true;
    }
    compare("quiet-small-dark-de", fixture, (640.0, 128.0), 1.0, Theme::Dark);
}

#[test]
fn the_devices_fold_out() {
    let fixture = Fixture { fold: Fold::Devices, ..Fixture::running() };
    compare("devices-dark", fixture, (1_000.0, 300.0), 1.0, Theme::Dark);
}

#[test]
fn without_a_device_it_says_what_to_do() {
    compare("no-device-small-light", Fixture::nothing(), (640.0, 300.0), 1.0, Theme::Light);
}

#[test]
fn how_to_record_folds_out() {
    let fixture = Fixture { fold: Fold::Recording, ..Fixture::running() };
    compare("recording-options-dark", fixture, (1_000.0, 260.0), 1.0, Theme::Dark);
}

#[test]
fn the_welcome_makes_a_class() {
    compare("welcome-1-dark", Fixture::welcome(Step::Class), (800.0, 500.0), 1.0, Theme::Dark);
}

#[test]
fn the_welcome_backs_its_key_up() {
    compare("welcome-2-light", Fixture::welcome(Step::Backup), (800.0, 500.0), 1.0, Theme::Light);
}

#[test]
fn the_welcome_chooses_devices() {
    compare("welcome-3-dark", Fixture::welcome(Step::Devices), (800.0, 500.0), 1.0, Theme::Dark);
}

#[test]
fn every_step_of_the_welcome_has_the_room_that_it_needs() {
    let size = (1_000.0, 720.0);
    let place = |window: &Harness<'static, Fixture>| {
        ["Choose the devices", "Done"].map(|label| window.get_by_label(label).rect())
    };
    let mut window = Fixture::welcome(Step::Class).unpainted(size);
    if let Some(welcome) = &mut window.state_mut().welcome {
        welcome.show_for_test(Step::Devices);
    }
    window.run_steps(8);
    assert_eq!(place(&window), place(&Fixture::welcome(Step::Devices).unpainted(size)));
}

/// The welcome with the device panel, in another language.
fn compare_in(language: Language) {
    let name = format!("welcome-3-dark-{}", language.code());
    let fixture = Fixture { language, ..Fixture::welcome(Step::Devices) };
    compare(&name, fixture, (800.0, 500.0), 1.0, Theme::Dark);
}

#[test]
fn the_welcome_chooses_devices_in_german() {
    compare_in(Language::German);
}

#[test]
fn the_welcome_chooses_devices_in_french() {
    compare_in(Language::French);
}

#[test]
fn the_welcome_chooses_devices_in_spanish() {
    compare_in(Language::Spanish);
}

#[test]
fn buttons_do_what_they_say() {
    let mut window = Fixture::running().window((1_000.0, 300.0), 1.0, Theme::Dark);
    for label in ["Record", "Test tone", "Monitor", "Devices"] {
        window.get_by_label(label).click();
        window.run_steps(2);
    }
    let fixture = window.state();
    assert_eq!(fixture.actions, [Action::Record, Action::Tone]);
    assert!(!fixture.settings.monitor);
    assert_eq!(fixture.fold, Fold::Devices);
}

#[test]
fn a_device_is_chosen_from_the_list() {
    let fixture = Fixture { fold: Fold::Devices, ..Fixture::running() };
    let mut window = fixture.window((1_000.0, 400.0), 1.0, Theme::Dark);
    window.get_by_value("Built-in Microphone").click();
    window.run_steps(3);
    window.get_by_label("USB Interface").click();
    window.run_steps(3);
    assert_eq!(window.state().settings.devices.input.as_deref(), Some("usb"));
}

#[test]
fn the_output_of_jack_can_be_left_unconnected_and_the_list_keeps_the_focus() {
    let fixture = Fixture { fold: Fold::Devices, ..Fixture::running() };
    let mut window = fixture.window((1_000.0, 420.0), 1.0, Theme::Dark);
    window.get_by_value("BlackHole 2ch").focus();
    window.run_steps(2);
    for key in [egui::Key::Space, egui::Key::ArrowDown, egui::Key::ArrowDown, egui::Key::Enter] {
        window.key_press(key);
        window.run_steps(3);
    }
    assert_eq!(window.state().settings.devices.output.as_deref(), Some(""));
    assert!(window.get_by_value("Not connected").is_focused());
}

#[test]
fn what_became_of_a_recording_that_was_cut_off_is_said() {
    let path = "/home/anna/Music/Patchveil/show.flac".into();
    let note = Mended::Complete { path, seconds: 754.2 };
    let fixture = Fixture { note: Some(note), ..Fixture::running() };
    let window = fixture.window((1_000.0, 128.0), 1.0, Theme::Dark);
    window.get_by_label_contains("A recording that was cut off is complete now, 12:34 min long");
}
