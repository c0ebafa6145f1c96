//! Which panel is where, depending on the size of the window.

use egui::{Rect, Ui, UiBuilder, pos2, vec2};

use super::analyzer_panel::{self, AnalyzerPanel, AnalyzerRequests, FftSizes};
use super::controls;
use super::figures;
use super::headline::{self, Conditions, Layers, Sound};
use super::history::{self, Ask, Buttons};
use super::keys_panel::{self, ClassUse, KeysAction, KeysPanel};
use super::param_control::HEIGHT;
use super::param_gesture::ParamGesture;
use super::strength::{self, Switches};
use super::theme::GAP;
use super::timeline_panel::{self, TimelinePanel};
use super::user_presets::{self, PresetAction, PresetsMenu};
use super::words::words;
use super::{ab, view_menu, widgets};
use crate::analyzer::View;
use crate::editor_state::SIZE_MIN;
use crate::keys::KeyringView;
use crate::params::PatchveilParams;
use crate::route::Route;
use crate::status::Status;

/// From this width on, in points, the keys are beside the analyzer instead of replacing it.
const WIDE: f32 = 880.0;
/// Width of the keys beside the analyzer, in points.
const KEYS_WIDTH: f32 = 300.0;
/// Height of the headline, in points.
const HEADLINE_HEIGHT: f32 = 52.0;
/// Height of the figures, in points.
const FIGURES_HEIGHT: f32 = 26.0;
/// Height of the timeline, in points: as much as its labels and axis take, and no more than is useful.
const TIMELINE: (f32, f32) = (94.0, 150.0);
/// Below this height, in points, there is room for the spectra only.
const WITH_TIMELINE: f32 = 220.0;

/// What is drawn.
pub(crate) struct Scene<'a, G> {
    pub(crate) status: &'a Status,
    pub(crate) route: &'a Route,
    pub(crate) view: &'a View,
    pub(crate) keyring: &'a KeyringView,
    pub(crate) params: &'a PatchveilParams,
    pub(crate) gesture: &'a G,
    pub(crate) fft_sizes: FftSizes<'a>,
}

/// State of the panels.
#[derive(Debug, Default)]
pub(crate) struct Panels {
    pub(crate) analyzer: AnalyzerPanel,
    pub(crate) timeline: TimelinePanel,
    pub(crate) keys: KeysPanel,
    /// In a narrow window: show the keys instead of the analyzer.
    pub(crate) show_keys: bool,
    pub(crate) history: Buttons,
    pub(crate) presets: PresetsMenu,
}

/// What the user asks for, besides changes of parameters.
#[derive(Debug, Default)]
pub(crate) struct UserRequests {
    pub(crate) keys: Vec<KeysAction>,
    pub(crate) analyzer: AnalyzerRequests,
    pub(crate) history: Option<Ask>,
    pub(crate) presets: Option<PresetAction>,
    /// To hear the original, or no longer.
    pub(crate) original: Option<bool>,
}

/// Where the panels are.
struct Areas {
    headline: Rect,
    strength: Rect,
    /// Analyzer and timeline.
    audio: Option<Rect>,
    keys: Option<Rect>,
    /// All controls, unless they are folded away.
    controls: Option<Rect>,
    figures: Rect,
}

impl Areas {
    fn of(rect: Rect, show_keys: bool, all_controls: bool) -> Self {
        let headline = Rect::from_min_size(rect.min, vec2(rect.width(), HEADLINE_HEIGHT));
        let corner = pos2(rect.left(), rect.bottom() - FIGURES_HEIGHT);
        let figures = Rect::from_min_max(corner, rect.max);
        let (left, right) = (rect.left() + GAP, rect.right() - GAP);
        let strength = Rect::from_min_max(
            pos2(left, headline.bottom()),
            pos2(right, headline.bottom() + strength::HEIGHT),
        );
        let controls = all_controls.then(|| {
            Rect::from_min_max(pos2(left, figures.top() - HEIGHT), pos2(right, figures.top()))
        });
        let bottom = controls.map_or(figures.top(), |controls| controls.top() - GAP);
        let middle = Rect::from_min_max(pos2(left, strength.bottom() + GAP), pos2(right, bottom));
        let (audio, keys) = if is_wide(rect) {
            let split = middle.right() - KEYS_WIDTH;
            let audio = Rect::from_min_max(middle.min, pos2(split - GAP, middle.bottom()));
            let keys = Rect::from_min_max(pos2(split, middle.top()), middle.max);
            (Some(audio), Some(keys))
        } else if show_keys {
            (None, Some(middle))
        } else {
            (Some(middle), None)
        };
        Self { headline, strength, audio, keys, controls, figures }
    }
}

fn is_wide(rect: Rect) -> bool {
    rect.width() >= WIDE
}

/// Draws everything into the whole of `ui`. The window is already filled with its background.
pub(crate) fn draw<G: ParamGesture>(
    ui: &mut Ui,
    scene: &Scene<'_, G>,
    panels: &mut Panels,
) -> UserRequests {
    let smallest = vec2(SIZE_MIN.0, SIZE_MIN.1);
    widgets::scrolled(ui, smallest, |ui, rect| draw_panels(ui, rect, scene, panels))
}

fn draw_panels<G: ParamGesture>(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_, G>,
    panels: &mut Panels,
) -> UserRequests {
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect));
    let ui = &mut ui;
    let mut requests = UserRequests::default();
    let Scene { status, view, params, gesture, .. } = *scene;
    let all_controls = params.editor.get().all_controls();
    // The buttons of the headline may switch between analyzer and keys in this frame.
    let top = Areas::of(rect, panels.show_keys, all_controls).headline;
    draw_top(ui, top, is_wide(rect), scene, panels);
    let areas = Areas::of(rect, panels.show_keys, all_controls);
    let switches =
        Switches { all: !all_controls, original: ab::choice(status, scene.route, view, params) };
    requests.original = strength::draw(ui, areas.strength, status, view, params, gesture, switches);
    if let Some(rect) = areas.audio {
        requests.analyzer = draw_audio(ui, rect, scene, panels);
    }
    if let Some(rect) = areas.keys {
        let class_use = class_use(status);
        let heard = view.heard.as_ref();
        let keys = &mut panels.keys;
        requests.keys = keys_panel::draw(ui, rect, scene.keyring, class_use, heard, keys);
    }
    if let Some(rect) = areas.controls {
        controls::draw(ui, rect, params, gesture);
    }
    requests.history = history::shortcut(ui.ctx());
    let fold = draw_bottom_buttons(ui, areas.figures, params, all_controls, panels, &mut requests);
    let figures = Rect::from_min_max(areas.figures.min, pos2(fold - GAP, rect.bottom()));
    figures::draw(ui, figures, view, scene.route);
    requests
}

/// Draws the buttons beside the figures: the user's presets, undo and redo, and the one that shows all
/// controls. Returns where they begin.
fn draw_bottom_buttons(
    ui: &mut Ui,
    rect: Rect,
    params: &PatchveilParams,
    shown: bool,
    panels: &mut Panels,
    requests: &mut UserRequests,
) -> f32 {
    widgets::header_buttons(ui, "figures", rect, |ui| {
        requests.presets = user_presets::draw(ui, &mut panels.presets);
        requests.history = history::draw_buttons(ui, panels.history).or(requests.history);
        let words = &words(ui).window;
        let fold =
            widgets::toggle(ui, words.all_settings, shown).on_hover_text(words.all_settings_tip);
        if fold.clicked() {
            params.editor.set_all_controls(!shown);
        }
    })
}

/// Draws the headline and the buttons beside it.
fn draw_top<G: ParamGesture>(
    ui: &mut Ui,
    rect: Rect,
    wide: bool,
    scene: &Scene<'_, G>,
    panels: &mut Panels,
) {
    let params = scene.params;
    let buttons = widgets::header_buttons(ui, "window", rect, |ui| {
        controls::draw_mode(ui, params, scene.gesture);
        if !wide {
            let words = &words(ui).window;
            let audio =
                widgets::toggle(ui, words.audio, !panels.show_keys).on_hover_text(words.audio_tip);
            let keys =
                widgets::toggle(ui, words.keys, panels.show_keys).on_hover_text(words.keys_tip);
            if keys.clicked() || audio.clicked() {
                panels.show_keys = keys.clicked();
            }
        }
        view_menu::draw(ui, params);
    });
    let conditions = Conditions {
        bypass: params.bypass.value(),
        delta: params.output.delta.value(),
        layers: Layers::of(&params.recipe_now()),
        no_host_position: scene.view.sound && !scene.view.host_timeline,
    };
    let left = Rect::from_min_max(rect.min, pos2(buttons - GAP, rect.bottom()));
    let all_words = words(ui);
    let (words, original) = (&all_words.headline, &all_words.original);
    let sound = Sound::of(scene.view);
    let headline = headline::headline(scene.status, conditions, all_words);
    let headline = headline.with_sound(scene.status, conditions, sound, scene.route, words);
    let headline = ab::headline(scene.status, scene.view, original).unwrap_or(headline);
    headline::draw(ui, left, &headline);
}

fn class_use(status: &Status) -> ClassUse<'_> {
    match status {
        Status::Protecting { fingerprint, .. } | Status::Restoring { fingerprint, .. } => {
            ClassUse::Active(*fingerprint)
        }
        Status::Muted { reason } => ClassUse::Muted(reason),
        Status::NotRestoring { reason } => ClassUse::NotRestoring(reason),
        _ => ClassUse::None,
    }
}

/// Draws the spectra, and the timeline below them.
fn draw_audio<G>(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_, G>,
    panels: &mut Panels,
) -> AnalyzerRequests {
    let height = (rect.height() * 0.26).clamp(TIMELINE.0, TIMELINE.1).round();
    let (upper, lower) = if rect.height() < WITH_TIMELINE {
        (rect, None)
    } else {
        let split = rect.bottom() - height;
        let upper = Rect::from_min_max(rect.min, pos2(rect.right(), split - GAP));
        (upper, Some(Rect::from_min_max(pos2(rect.left(), split), rect.max)))
    };
    let View { spectra, sample_rate, .. } = scene.view;
    let (sizes, panel) = (scene.fft_sizes, &mut panels.analyzer);
    let requests = analyzer_panel::draw(ui, upper, spectra, *sample_rate, sizes, panel);
    if let Some(lower) = lower {
        timeline_panel::draw(ui, lower, scene.view, &mut panels.timeline);
    }
    requests
}
