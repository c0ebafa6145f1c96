//! The device panel.

use egui::{ComboBox, Grid, RichText, Ui};
use patchveil_plugin::look::{self, SMALL, colours};

use super::lists::{choice, show, take_focus};
use super::{Action, Scene, meter};
use crate::audio::{BackendKind, CHANNELS, Device, Wanted};
use crate::supervisor::State;
use crate::words::backend_name;

/// Rates to choose from, in Hz.
const RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
/// Block sizes to choose from, in frames.
const PERIODS: [u32; 8] = [32, 64, 128, 256, 512, 1_024, 2_048, 4_096];
/// Width of a long list in points.
const WIDE: f32 = 240.0;
/// Width of a short list in points.
const NARROW: f32 = 120.0;

/// Draws the panel; what the user chooses is changed in `wanted`.
pub(super) fn draw(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Wanted, actions: &mut Vec<Action>) {
    let words = look::words(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    Grid::new("devices").num_columns(4).spacing([10.0, 6.0]).show(ui, |ui| {
        draw_backend(ui, wanted, actions);
        draw_channels(ui, wanted);
        ui.end_row();
        let (inputs, outputs) = match scene.devices {
            Ok(list) => (list.inputs.as_slice(), list.outputs.as_slice()),
            Err(_) => (&[][..], &[][..]),
        };
        let before = wanted.input.clone();
        draw_device(ui, words.live.input, words.devices.none, inputs, None, &mut wanted.input);
        if wanted.input != before {
            // What is chosen here takes the place of what the command line says.
            wanted.jack_inputs = None;
        }
        draw_rate(ui, scene.state, wanted);
        ui.end_row();
        // Elsewhere the output is what drives, so there has to be one.
        let nowhere = Some(words.devices.not_connected).filter(|_| is_jack(scene.state, wanted));
        let default = words.devices.default;
        draw_device(ui, words.live.output, default, outputs, nowhere, &mut wanted.output);
        draw_period(ui, scene.state, wanted);
        ui.end_row();
    });
    if let Err(reason) = scene.devices {
        ui.label(RichText::new(reason.text(words)).font(SMALL).color(colours(ui).warn));
    }
    draw_check(ui, scene, actions);
}

fn named(ui: &mut Ui, text: &str) -> egui::Id {
    ui.label(RichText::new(text).font(SMALL).color(colours(ui).weak)).id
}

fn draw_backend(ui: &mut Ui, wanted: &mut Wanted, actions: &mut Vec<Action>) {
    let label = named(ui, look::words(ui).devices.backend);
    let words = look::words(ui);
    let before = wanted.backend;
    let kinds = [BackendKind::Auto, BackendKind::Jack, BackendKind::System, BackendKind::Dummy];
    let list = ComboBox::from_id_salt("backend")
        .width(WIDE)
        .selected_text(backend_name(wanted.backend, words));
    let list = show(ui, list, label, &mut wanted.backend, |ui, backend| {
        for kind in kinds {
            choice(ui, backend, kind, backend_name(kind, words));
        }
    });
    take_focus(ui, &list);
    if wanted.backend != before {
        // Names of another backend's devices mean nothing.
        (wanted.input, wanted.output, wanted.jack_inputs) = (None, None, None);
        actions.push(Action::List(wanted.backend));
    }
}

fn draw_channels(ui: &mut Ui, wanted: &mut Wanted) {
    let label = named(ui, look::words(ui).devices.channels);
    let words = &look::words(ui).devices;
    let name = |count: u16| match count {
        1 => words.mono.to_owned(),
        2 => words.stereo.to_owned(),
        6 => "5.1".to_owned(),
        8 => "7.1".to_owned(),
        count => format!("{count}"),
    };
    let list =
        ComboBox::from_id_salt("channels").width(NARROW).selected_text(name(wanted.channels));
    show(ui, list, label, &mut wanted.channels, |ui, channels| {
        for count in CHANNELS {
            choice(ui, channels, count, name(count));
        }
    });
}

/// Whether JACK is used, where nothing has to be connected.
fn is_jack(state: &State, wanted: &Wanted) -> bool {
    wanted.backend == BackendKind::Jack || server(state).is_some()
}

/// A list of devices; `none` is what no device is called, `nowhere` what it is called that nothing is
/// connected, where that can be.
fn draw_device(
    ui: &mut Ui,
    name: &str,
    none: &str,
    devices: &[Device],
    nowhere: Option<&str>,
    chosen: &mut Option<String>,
) {
    let label = named(ui, name);
    let words = &look::words(ui).devices;
    let known = devices.iter().find(|device| Some(&device.id) == chosen.as_ref());
    let shown = match (chosen.as_deref(), known) {
        (None, _) => none.to_owned(),
        (Some(""), _) => words.not_connected.to_owned(),
        (Some(_), Some(device)) => device.name.clone(),
        (Some(id), None) => (words.not_there)(id),
    };
    let list = ComboBox::from_id_salt(name).width(WIDE).truncate().selected_text(shown);
    show(ui, list, label, chosen, |ui, chosen| {
        choice(ui, chosen, None, none);
        if let Some(nowhere) = nowhere {
            choice(ui, chosen, Some(String::new()), nowhere);
        }
        for device in devices {
            choice(ui, chosen, Some(device.id.clone()), &device.name);
        }
    });
}

/// What a JACK server states instead of the user.
fn server(state: &State) -> Option<(u32, u32)> {
    match state {
        State::Running(connection) if connection.backend == BackendKind::Jack => {
            Some((connection.format.sample_rate, connection.block))
        }
        _ => None,
    }
}

fn draw_rate(ui: &mut Ui, state: &State, wanted: &mut Wanted) {
    let label = named(ui, look::words(ui).devices.rate);
    if let Some((rate, _)) = server(state) {
        stated(ui, &format!("{rate} Hz"));
        return;
    }
    let shown = format!("{} Hz", wanted.sample_rate);
    let list = ComboBox::from_id_salt("rate").width(NARROW).selected_text(shown);
    show(ui, list, label, &mut wanted.sample_rate, |ui, chosen| {
        for rate in RATES {
            choice(ui, chosen, rate, format!("{rate} Hz"));
        }
    });
}

fn draw_period(ui: &mut Ui, state: &State, wanted: &mut Wanted) {
    let label = named(ui, look::words(ui).devices.buffer);
    let frames = look::words(ui).devices.frames;
    if let Some((_, block)) = server(state) {
        stated(ui, &frames(block));
        return;
    }
    let list = ComboBox::from_id_salt("period").width(NARROW).selected_text(frames(wanted.period));
    show(ui, list, label, &mut wanted.period, |ui, chosen| {
        for period in PERIODS {
            choice(ui, chosen, period, frames(period));
        }
    });
}

fn stated(ui: &mut Ui, text: &str) {
    let stated = look::words(ui).devices.stated;
    ui.label(text).on_hover_text(stated);
}

/// "Say something", and a tone to listen for.
pub(super) fn draw_check(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let (colours, words) = (colours(ui), &look::words(ui).devices);
    ui.horizontal_wrapped(|ui| {
        let running = matches!(scene.state, State::Running(_));
        meter::bar(ui, words.check, &scene.heard.input, 160.0);
        let (text, colour) = match scene.state {
            State::Running(connection) if connection.from.is_none() => {
                (words.choose_input, colours.warn)
            }
            State::Running(_) if scene.heard.input.heard => (words.heard, colours.good),
            State::Running(_) => (words.say_something, colours.text),
            _ => (words.no_sound_yet, colours.weak),
        };
        ui.label(RichText::new(text).font(SMALL).color(colour));
        ui.add_enabled_ui(running, |ui| {
            let tone = look::press(ui, words.play_tone).on_hover_text(words.play_tone_tip);
            if tone.clicked() {
                actions.push(Action::Tone);
            }
        });
        let refresh = look::press(ui, words.look).on_hover_text(words.look_tip);
        if refresh.clicked() {
            actions.push(Action::List(scene.wanted.backend));
        }
    });
}
