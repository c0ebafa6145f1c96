//! The strip at the bottom: what is connected, meters, monitor, recorder.

use egui::{
    Align, Color32, Label, Layout, Rect, Response, RichText, Sense, Shape, Stroke, Ui, UiBuilder,
    pos2, vec2,
};
use patchveil_plugin::look::{self, BODY, SMALL, colours};
use patchveil_words::Live;

use super::{Action, Fold, Scene, meter};
use crate::recorder::{Progress, Recording, length};
use crate::settings::Settings;
use crate::words::{Tone, sound};

/// Space between rows, in points.
const SMALL_GAP: f32 = 5.0;

/// Height of the strip in points.
pub(super) const HEIGHT: f32 = 110.0;
/// Height of its first and last row, and of the two meters between them, in points.
const ROWS: (f32, f32) = (24.0, 38.0);
/// From this width on there is room for long meters, in points.
const WIDE: f32 = 780.0;

/// Draws the strip.
pub(super) fn draw(
    ui: &mut Ui,
    scene: &Scene<'_>,
    settings: &mut Settings,
    fold: &mut Fold,
    actions: &mut Vec<Action>,
) {
    let rect = ui.max_rect();
    let row = |top: f32, height: f32| {
        Rect::from_min_size(pos2(rect.left(), rect.top() + top), vec2(rect.width(), height))
    };
    let first = row(0.0, ROWS.0);
    let meters = row(ROWS.0 + SMALL_GAP, ROWS.1);
    let last = row(ROWS.0 + ROWS.1 + 2.0 * SMALL_GAP, ROWS.0);
    let ltr = Layout::left_to_right(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(first).layout(ltr));
    draw_connection(&mut child, scene, fold);
    let width = if rect.width() >= WIDE { 220.0 } else { 110.0 };
    let words = &look::words(ui).live;
    let mut child = ui.new_child(UiBuilder::new().max_rect(meters));
    child.spacing_mut().item_spacing.y = 5.0;
    let input = meter::draw(&mut child, words.input, &scene.heard.input, width);
    let output = meter::draw(&mut child, words.output, &scene.heard.output, width);
    if input || output {
        actions.push(Action::ClearClip);
    }
    look::at_the_right(ui, "recorder", meters, |ui| draw_recorder(ui, scene, fold, actions));
    let mut child = ui.new_child(UiBuilder::new().max_rect(last).layout(ltr));
    draw_line(&mut child, scene, settings, actions);
}

/// Paints how good or bad it is: a disc, a triangle or a square, so that colour alone says nothing.
fn sign(ui: &mut Ui, tone: Tone, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    let painter = ui.painter();
    match tone {
        Tone::Good => drop(painter.circle_filled(rect.center(), 4.5, colour)),
        Tone::Warning => {
            let points = vec![rect.center_top(), rect.right_bottom(), rect.left_bottom()];
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Tone::Error => drop(painter.rect_filled(rect.shrink(1.0), 0.0, colour)),
    }
}

/// What is connected, and the button that opens the devices.
fn draw_connection(ui: &mut Ui, scene: &Scene<'_>, fold: &mut Fold) {
    let colours = colours(ui);
    let words = sound(scene.state, scene.dropouts, look::words(ui));
    let colour = match words.tone {
        Tone::Good => colours.good,
        Tone::Warning => colours.warn,
        Tone::Error => colours.bad,
    };
    let live = &look::words(ui).live;
    let devices =
        look::toggle(ui, live.devices, *fold == Fold::Devices).on_hover_text(live.devices_tip);
    if devices.clicked() {
        *fold = fold.toggled(Fold::Devices);
    }
    sign(ui, words.tone, colour);
    let title = ui.label(RichText::new(&words.title).font(BODY).color(colour));
    announce(ui, &title);
    let detail = RichText::new(&words.detail).font(SMALL).color(colours.weak);
    ui.add(Label::new(detail).truncate()).on_hover_text(&words.detail);
}

fn draw_recorder(ui: &mut Ui, scene: &Scene<'_>, fold: &mut Fold, actions: &mut Vec<Action>) {
    let running = matches!(scene.heard.recording, Recording::Running(_));
    let words = &look::words(ui).live;
    let text = if running { words.stop_recording } else { words.record };
    let button = look::button(ui, text, !running).on_hover_text(words.record_tip);
    if button.clicked() {
        actions.push(if running { Action::EndRecording } else { Action::Record });
    }
    let options =
        look::toggle(ui, words.options, *fold == Fold::Recording).on_hover_text(words.options_tip);
    if options.clicked() {
        *fold = fold.toggled(Fold::Recording);
    }
}

/// Monitor and test tone, and how far the recording is.
fn draw_line(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings, actions: &mut Vec<Action>) {
    let colours = colours(ui);
    let words = &look::words(ui).live;
    let monitor =
        look::toggle(ui, words.monitor, settings.monitor).on_hover_text(words.monitor_tip);
    if monitor.clicked() {
        settings.monitor = !settings.monitor;
    }
    let tone = look::press(ui, words.test_tone).on_hover_text(words.test_tone_tip);
    if tone.clicked() {
        actions.push(Action::Tone);
    }
    if !settings.monitor {
        ui.label(RichText::new(words.output_muted).font(SMALL).color(colours.warn));
    }
    let idle = matches!(scene.heard.recording, Recording::Idle);
    if scene.trouble.is_none()
        && scene.note.is_none()
        && idle
        && !settings.backed_up
        && scene.has_keys
    {
        if look::press(ui, words.back_up).clicked() {
            actions.push(Action::BackUp);
        }
        let why = words.back_up_why;
        ui.add(Label::new(RichText::new(why).font(SMALL).color(colours.warn)).truncate())
            .on_hover_text(why);
        return;
    }
    let all_words = look::words(ui);
    let (text, colour) = match (&scene.heard.recording, scene.trouble) {
        (_, Some(trouble)) => (trouble.to_owned(), colours.bad),
        (Recording::Idle, _) => match scene.note {
            Some(note) => (note.to_owned(), colours.text),
            None => return,
        },
        (Recording::Running(progress), _) => (going(progress, words), colours.text),
        (Recording::Done(progress), _) => (saved(progress, words), colours.good),
        (Recording::Failed(failure), _) => (failure.text(all_words), colours.bad),
    };
    let said = ui.add(Label::new(RichText::new(&text).font(SMALL).color(colour)).truncate());
    // How long a recording is changes all the time.
    if !matches!(scene.heard.recording, Recording::Running(_)) {
        announce(ui, &said);
    }
    said.on_hover_text(&text);
}

fn name(progress: &Progress) -> String {
    progress.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// How much was lost and clipped, each after a space.
fn lost(progress: &Progress, words: &Live) -> String {
    let lost = match progress.lost {
        0.0 => String::new(),
        lost => format!(" {}", (words.lost)(lost)),
    };
    match progress.clipped {
        0 => lost,
        clipped => format!("{lost} {}", (words.over_full_scale)(clipped)),
    }
}

fn going(progress: &Progress, words: &Live) -> String {
    let name = name(progress);
    if progress.waits {
        return (words.recording_waits)(&name);
    }
    let text = (words.recording_to)(&length(progress.seconds), &name);
    format!("{text}{}", lost(progress, words))
}

fn saved(progress: &Progress, words: &Live) -> String {
    let files = match progress.files {
        0 | 1 => String::new(),
        count => format!(" {}", (words.files)(count)),
    };
    let unrecorded = match &progress.unrecorded {
        Some(reason) => format!(" {}", (words.not_in_manifest)(&reason.text(words))),
        None => String::new(),
    };
    let rounded = if progress.rounded { format!(" {}", words.rounded) } else { String::new() };
    let path = format!("{}{files}{rounded}", progress.path.display());
    let text = (words.saved)(&length(progress.seconds), &path);
    format!("{text}{}{unrecorded}", lost(progress, words))
}

/// Has screen readers say a line when it changes.
fn announce(ui: &Ui, line: &Response) {
    ui.ctx().accesskit_node_builder(line.id, |node| node.set_live(egui::accesskit::Live::Polite));
}
