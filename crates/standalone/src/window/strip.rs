//! The strip at the bottom: what is connected, meters, monitor, recorder.

use egui::{
    Align, Color32, Label, Layout, Rect, RichText, Sense, Shape, Stroke, Ui, UiBuilder, pos2, vec2,
};
use patchveil_plugin::look::{self, BODY, SMALL, colours};

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
    let mut child = ui.new_child(UiBuilder::new().max_rect(meters));
    child.spacing_mut().item_spacing.y = 5.0;
    let input = meter::draw(&mut child, "Input", &scene.heard.input, width);
    let output = meter::draw(&mut child, "Output", &scene.heard.output, width);
    if input || output {
        actions.push(Action::ClearClip);
    }
    let rtl = Layout::right_to_left(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(meters).layout(rtl));
    draw_recorder(&mut child, scene, fold, actions);
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
    let words = sound(scene.state, scene.dropouts);
    let colour = match words.tone {
        Tone::Good => colours.good,
        Tone::Warning => colours.warn,
        Tone::Error => colours.bad,
    };
    let devices = look::toggle(ui, "Devices", *fold == Fold::Devices)
        .on_hover_text("Input, output, rate and buffer (Ctrl+D).");
    if devices.clicked() {
        *fold = fold.toggled(Fold::Devices);
    }
    sign(ui, words.tone, colour);
    ui.label(RichText::new(&words.title).font(BODY).color(colour));
    let detail = RichText::new(&words.detail).font(SMALL).color(colours.weak);
    ui.add(Label::new(detail).truncate()).on_hover_text(&words.detail);
}

fn draw_recorder(ui: &mut Ui, scene: &Scene<'_>, fold: &mut Fold, actions: &mut Vec<Action>) {
    let running = matches!(scene.heard.recording, Recording::Running(_));
    let options = look::toggle(ui, "Options", *fold == Fold::Recording)
        .on_hover_text("Folder, format, and how recordings are split (Ctrl+O).");
    if options.clicked() {
        *fold = fold.toggled(Fold::Recording);
    }
    let text = if running { "Stop recording" } else { "Record" };
    let button = look::button(ui, text, !running)
        .on_hover_text("Record what is sent, with the seconds before (Ctrl+R).");
    if button.clicked() {
        actions.push(if running { Action::EndRecording } else { Action::Record });
    }
}

/// Monitor and test tone, and how far the recording is.
fn draw_line(ui: &mut Ui, scene: &Scene<'_>, settings: &mut Settings, actions: &mut Vec<Action>) {
    let colours = colours(ui);
    let monitor = look::toggle(ui, "Monitor", settings.monitor).on_hover_text(
        "Send the output to the device. Off, it is muted; meters and recorder go on (Ctrl+M).",
    );
    if monitor.clicked() {
        settings.monitor = !settings.monitor;
    }
    let tone = look::toggle(ui, "Test tone", false)
        .on_hover_text("One second at −20 dBFS, to check the output (Ctrl+T).");
    if tone.clicked() {
        actions.push(Action::Tone);
    }
    if !settings.monitor {
        ui.label(RichText::new("The output is muted.").font(SMALL).color(colours.warn));
    }
    let idle = matches!(scene.heard.recording, Recording::Idle);
    if scene.trouble.is_none()
        && scene.note.is_none()
        && idle
        && !settings.backed_up
        && scene.has_keys
    {
        if look::toggle(ui, "Back up the key", false).clicked() {
            actions.push(Action::BackUp);
        }
        let why = "Without its key nobody can find or restore what you protect.";
        ui.add(Label::new(RichText::new(why).font(SMALL).color(colours.warn)).truncate());
        return;
    }
    let (text, colour) = match (&scene.heard.recording, scene.trouble) {
        (_, Some(trouble)) => (trouble.to_owned(), colours.bad),
        (Recording::Idle, _) => match scene.note {
            Some(note) => (note.to_owned(), colours.text),
            None => return,
        },
        (Recording::Running(progress), _) => (going(progress), colours.text),
        (Recording::Done(progress), _) => (saved(progress), colours.good),
        (Recording::Failed { message }, _) => (message.clone(), colours.bad),
    };
    ui.add(Label::new(RichText::new(&text).font(SMALL).color(colour)).truncate())
        .on_hover_text(&text);
}

fn name(progress: &Progress) -> String {
    progress.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn lost(progress: &Progress) -> String {
    let lost = match progress.lost {
        0.0 => String::new(),
        lost => format!(" {lost:.2} s were lost and are silence."),
    };
    match progress.clipped {
        0 => lost,
        clipped => format!("{lost} {clipped} samples were above full scale and are clipped."),
    }
}

fn going(progress: &Progress) -> String {
    let name = name(progress);
    if progress.waits {
        return format!("Recording waits for sound: {name}");
    }
    format!("Recording {} to {name}.{}", length(progress.seconds), lost(progress))
}

fn saved(progress: &Progress) -> String {
    let files = match progress.files {
        0 | 1 => String::new(),
        count => format!(" ({count} files)"),
    };
    let unrecorded = match &progress.unrecorded {
        Some(reason) => format!(" No line in the manifest: {reason}."),
        None => String::new(),
    };
    format!(
        "Saved {}{}: {}{files}.{}{unrecorded}",
        length(progress.seconds),
        if progress.rounded { ", rounded to 24 bits" } else { "" },
        progress.path.display(),
        lost(progress)
    )
}
