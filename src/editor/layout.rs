//! Which panel lies where, by the room there is.

use egui::{Popup, Rect, RichText, Ui, UiBuilder, pos2, vec2};

use super::analyzer_panel::{self, Asked, Sizes};
use super::controls;
use super::keys::{self, Act, Here};
use super::param_control::HEIGHT;
use super::param_gesture::ParamGesture;
use super::status::{self, Switches};
use super::theme::{GAP, INSET, NEAR, SMALL, palette};
use super::timeline_panel;
use super::widgets;
use crate::analyzer::View;
use crate::editor_state::{SCALES, SIZE_MIN};
use crate::keys::KeyringView;
use crate::params::PatchveilParams;
use crate::status::Status;

/// From this width on, in points, the keys are beside the sound instead of behind it.
const WIDE: f32 = 880.0;
/// Width of the keys beside the sound, in points.
const KEYS: f32 = 300.0;
/// Height of the first line, in points.
const HEADLINE: f32 = 52.0;
/// Height of the last line, in points.
const FIGURES: f32 = 26.0;

/// What is drawn.
pub(crate) struct Scene<'a, H> {
    pub(crate) status: &'a Status,
    pub(crate) view: &'a View,
    pub(crate) keyring: &'a KeyringView,
    pub(crate) params: &'a PatchveilParams,
    pub(crate) gesture: &'a H,
    /// Samples analysed at a time, and what can be chosen.
    pub(crate) sizes: Sizes<'a>,
}

/// What the panels remember.
#[derive(Debug, Default)]
pub(crate) struct Panels {
    pub(crate) spectra: analyzer_panel::Panel,
    pub(crate) strip: timeline_panel::Panel,
    pub(crate) keys: keys::Panel,
    /// Where there is no room for both: show the keys instead of the sound.
    pub(crate) turned: bool,
}

/// What the user wants done outside the panels.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) keys: Vec<Act>,
    pub(crate) spectra: Asked,
}

/// Draws everything into the whole of `ui`, on a window that has the colour of the background already.
pub(crate) fn draw<H: ParamGesture>(
    ui: &mut Ui,
    scene: &Scene<'_, H>,
    panels: &mut Panels,
) -> Wanted {
    let seen = ui.max_rect();
    // A window scaled up may be too small for all of it: then it can be moved about in.
    let least = vec2(SIZE_MIN.0, SIZE_MIN.1);
    if seen.width() >= least.x - 1.0 && seen.height() >= least.y - 1.0 {
        return lay_out(ui, seen, scene, panels);
    }
    egui::ScrollArea::both()
        .auto_shrink(false)
        .show(ui, |ui| {
            let (rect, _) = ui.allocate_exact_size(seen.size().max(least), egui::Sense::hover());
            lay_out(ui, rect, scene, panels)
        })
        .inner
}

fn lay_out<H: ParamGesture>(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_, H>,
    panels: &mut Panels,
) -> Wanted {
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect));
    let ui = &mut ui;
    let mut wanted = Wanted::default();
    let params = scene.params;
    let switches = Switches {
        bypass: params.bypass.value(),
        delta: params.output.delta.value(),
        nothing: params.veil.amount.value() < 0.05,
        adrift: scene.view.running && !scene.view.host_timeline,
    };
    let wide = rect.width() >= WIDE;

    let top = Rect::from_min_size(rect.min, vec2(rect.width(), HEADLINE));
    let tools = widgets::right(ui, top, |ui| {
        appearance(ui, params);
        if !wide {
            let keys = widgets::toggle(ui, "Keys", panels.turned)
                .on_hover_text("The class keys: choose, make, import and export.");
            let sound =
                widgets::toggle(ui, "Sound", !panels.turned).on_hover_text("Spectra and timeline.");
            if keys.clicked() || sound.clicked() {
                panels.turned = keys.clicked();
            }
        }
        controls::mode(ui, params, scene.gesture);
    });
    let headline = status::headline(scene.status, switches);
    let left = Rect::from_min_max(top.min, pos2(tools - GAP, top.bottom()));
    status::draw_headline(ui, left, &headline);

    let bottom = Rect::from_min_max(pos2(rect.left(), rect.bottom() - FIGURES), rect.max);
    let row = Rect::from_min_max(
        pos2(rect.left() + GAP, bottom.top() - HEIGHT),
        pos2(rect.right() - GAP, bottom.top()),
    );
    let middle = Rect::from_min_max(
        pos2(rect.left() + GAP, top.bottom()),
        pos2(rect.right() - GAP, row.top() - GAP),
    );
    let (sound, keys) = if wide {
        let edge = middle.right() - KEYS;
        let sound = Rect::from_min_max(middle.min, pos2(edge - GAP, middle.bottom()));
        let keys = Rect::from_min_max(pos2(edge, middle.top()), middle.max);
        (Some(sound), Some(keys))
    } else if panels.turned {
        (None, Some(middle))
    } else {
        (Some(middle), None)
    };

    if let Some(rect) = sound {
        wanted.spectra = draw_sound(ui, rect, scene, panels);
    }
    if let Some(rect) = keys {
        let here = match scene.status {
            Status::Protecting { fingerprint, .. } | Status::Restoring { fingerprint, .. } => {
                Here::Uses(*fingerprint)
            }
            Status::Muted { reason } => Here::Lacks(reason),
            Status::NotRestoring { reason } => Here::Passes(reason),
            _ => Here::Nothing,
        };
        wanted.keys = keys::draw(ui, rect, scene.keyring, here, &mut panels.keys);
    }
    controls::draw(ui, row, params, scene.gesture);
    status::draw_figures(ui, bottom, scene.view);
    wanted
}

/// Spectra above, the last seconds below.
fn draw_sound<H>(ui: &mut Ui, rect: Rect, scene: &Scene<'_, H>, panels: &mut Panels) -> Asked {
    let strip = (rect.height() * 0.26).clamp(74.0, 150.0).round();
    let edge = rect.bottom() - strip;
    let upper = Rect::from_min_max(rect.min, pos2(rect.right(), edge - GAP));
    let lower = Rect::from_min_max(pos2(rect.left(), edge), rect.max);
    let view = scene.view;
    let spectra = &mut panels.spectra;
    let asked =
        analyzer_panel::draw(ui, upper, &view.spectra, view.sample_rate, scene.sizes, spectra);
    timeline_panel::draw(ui, lower, view, &mut panels.strip);
    asked
}

/// Scale and colours.
fn appearance(ui: &mut Ui, params: &PatchveilParams) {
    let setup = params.editor.get();
    let button = widgets::opener(ui, "View").on_hover_text("Scale and colours of this window.");
    Popup::menu(&button).width(150.0).show(|ui| {
        let quiet = palette(ui).quiet;
        ui.label(RichText::new("Colours").font(SMALL).color(quiet));
        for (theme, name) in [(egui::Theme::Dark, "Dark"), (egui::Theme::Light, "Light")] {
            if widgets::option(ui, name, setup.theme() == theme).clicked() {
                params.editor.set_theme(theme);
                ui.ctx().set_theme(theme);
            }
        }
        ui.add_space(NEAR);
        ui.label(RichText::new("Scale").font(SMALL).color(quiet));
        for scale in SCALES {
            let chosen = (setup.zoom() * 100.0).round() == f32::from(scale);
            if widgets::option(ui, &format!("{scale} %"), chosen).clicked() {
                params.editor.set_scale(scale);
                ui.ctx().set_zoom_factor(f32::from(scale) / 100.0);
            }
        }
        ui.set_min_width(150.0 - INSET);
    });
}
