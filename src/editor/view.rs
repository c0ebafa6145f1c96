//! An editor without a window of its own: what an open window holds, and draws into any `Ui`.

use std::time::{Duration, Instant};

use egui::Ui;
use nice_plug::prelude::Param as _;

use super::analyzer_panel::FftSizes;
use super::history::{History, Recorded};
use super::layout::{self, Panels, Scene, UserRequests};
use super::param_gesture::ParamGesture;
use super::user_presets::Store;
use super::{presets, renderer, theme, words};
use crate::analyzer::{Analyzer, FFT_SIZES, View};
use crate::keys::{KeyringView, Keys};
use crate::remote::Remote;
use crate::route::Route;

/// The whole editor of one instance. Dropping it ends all work for it.
pub struct EditorView {
    remote: Remote,
    analyzer: Analyzer,
    keys: Keys,
    panels: Panels,
    route: Route,
    history: History,
    presets: Store,
    /// The processor paints.
    software: bool,
}

impl EditorView {
    /// The editor of the instance that `remote` belongs to. `changed` is called from another thread
    /// whenever the keyring has something new to show.
    #[must_use]
    pub fn new(remote: Remote, changed: impl Fn() + Send + 'static) -> Self {
        Self::with_history(remote, History::default(), changed)
    }

    /// The same, which goes on with what was changed in an earlier window.
    pub(super) fn with_history(
        remote: Remote,
        history: History,
        changed: impl Fn() + Send + 'static,
    ) -> Self {
        Self {
            analyzer: remote.analyzer(),
            keys: Keys::new(changed),
            remote,
            panels: Panels::default(),
            route: Route::Host,
            history,
            presets: Store::of_user(),
            software: false,
        }
    }

    /// Sets up colours, type and language. `renderer` is what OpenGL calls what paints, where that is
    /// known: where the processor paints, frames come less often.
    pub fn set_up(&mut self, context: &egui::Context, renderer: Option<&str>) {
        self.software = renderer.is_some_and(renderer::is_software);
        theme::apply(context);
        let look = self.remote.params().editor.get();
        context.set_theme(look.theme());
        words::set_language(context, look.language());
        // The scale is chosen from a list of what the layout supports.
        context.options_mut(|options| options.zoom_with_keyboard = false);
    }

    /// Shortest time between two frames that audio causes.
    #[must_use]
    pub fn frame_interval(&self, context: &egui::Context) -> Duration {
        if self.software { renderer::software_interval(context) } else { Duration::ZERO }
    }

    /// Says where sound comes from and goes to from now on. In the beginning that is a host.
    pub fn set_route(&mut self, route: Route) {
        self.route = route;
    }

    /// Whether nobody can see the editor. While that is so audio is not recorded for it, and asks for no
    /// new picture.
    pub fn set_hidden(&self, hidden: bool) {
        self.remote.port().set_hidden(hidden);
    }

    /// The audio as last drawn.
    #[must_use]
    pub fn audio(&self) -> &View {
        self.analyzer.view()
    }

    /// The keyring as last read.
    #[must_use]
    pub fn keyring(&self) -> std::sync::Arc<KeyringView> {
        self.keys.view()
    }

    /// Draws everything into the whole of `ui` and does what the user asks for there.
    pub fn ui(&mut self, ui: &mut Ui, gesture: &impl ParamGesture) {
        let params = self.remote.params().clone();
        self.analyzer.set_repaint_interval(self.frame_interval(ui.ctx()));
        self.analyzer.poll(Instant::now());
        let (status, keyring) = (self.remote.status(), self.keys.view());
        let history = self.history.clone();
        let held = ui.input(|input| input.pointer.any_down() || !input.keys_down.is_empty());
        history.begin_frame(&params.class, held);
        self.panels.history = history.buttons();
        let recorded = Recorded::new(gesture, &history);
        let scene = Scene {
            status: &status,
            route: &self.route,
            view: self.analyzer.view(),
            keyring: &keyring,
            params: &params,
            gesture: &recorded,
            fft_sizes: FftSizes { current: self.analyzer.fft_size(), all: &FFT_SIZES },
        };
        let requests = layout::draw(ui, &scene, &mut self.panels);
        let ask = requests.history;
        self.handle(requests, &recorded, words::words(ui));
        history.end_frame(&params.class);
        if let Some(ask) = ask {
            history.go(ask, &params, gesture);
        }
    }

    /// Does what the user asked for in the panels.
    fn handle(
        &mut self,
        requests: UserRequests,
        gesture: &impl ParamGesture,
        words: &patchveil_words::Words,
    ) {
        let Self { remote, analyzer, keys, panels, presets: store, .. } = self;
        if let Some(action) = requests.presets {
            store.handle(action, &mut panels.presets, remote.params(), gesture, words);
        }
        if let Some(original) = requests.original {
            analyzer.hear_original(original);
        }
        panels.keys.handle(requests.keys, keys, words, |class| {
            presets::follow_former_preset(remote.params(), gesture);
            remote.choose_class(class);
            // Hosts notice only changes of parameters, and save only after one.
            let amount = &remote.params().veil.amount;
            gesture.touch(amount, amount.unmodulated_normalized_value());
        });
        if let Some(size) = requests.analyzer.fft_size {
            analyzer.set_fft_size(size);
        }
        analyzer.listen(panels.keys.listening);
        if requests.analyzer.clear_peaks {
            analyzer.clear_peaks();
        }
    }
}
