//! An editor without a window of its own: what an open window holds, and draws into any `Ui`.

use std::time::{Duration, Instant};

use egui::Ui;
use nice_plug::prelude::Param as _;

use super::analyzer_panel::FftSizes;
use super::layout::{self, Panels, Scene, UserRequests};
use super::param_gesture::ParamGesture;
use super::{controls, renderer, theme};
use crate::analyzer::{Analyzer, FFT_SIZES, View};
use crate::keys::{KeyringView, Keys};
use crate::remote::Remote;

/// While audio runs, the window is redrawn at multiples of this to notice that it has stopped.
const STOP_CHECK: Duration = Duration::from_millis(250);

/// The whole editor of one instance. Dropping it ends all work for it.
pub struct EditorView {
    remote: Remote,
    analyzer: Analyzer,
    keys: Keys,
    panels: Panels,
    opened: Instant,
}

impl EditorView {
    /// The editor of the instance that `remote` belongs to. `changed` is called from another thread
    /// whenever the keyring has something new to show.
    #[must_use]
    pub fn new(remote: Remote, changed: impl Fn() + Send + 'static) -> Self {
        Self {
            analyzer: remote.analyzer(),
            keys: Keys::new(changed),
            remote,
            panels: Panels::default(),
            opened: Instant::now(),
        }
    }

    /// Sets up colours, type and scale. `renderer` is what OpenGL calls what paints, where that is
    /// known: where the processor paints, frames come half as often. Returns the shortest time
    /// between two frames.
    pub fn set_up(&self, context: &egui::Context, renderer: Option<&str>) -> Duration {
        self.set_up_style(context);
        let interval = renderer.map_or(Duration::ZERO, renderer::interval_of);
        self.set_frame_interval(interval);
        interval
    }

    /// Sets up colours and type.
    pub(super) fn set_up_style(&self, context: &egui::Context) {
        theme::apply(context);
        context.set_theme(self.remote.params().editor.get().theme());
        // The scale is chosen from a list of what the layout supports.
        context.options_mut(|options| options.zoom_with_keyboard = false);
    }

    /// Sets the shortest time between two frames that audio causes.
    pub(super) fn set_frame_interval(&self, interval: Duration) {
        self.analyzer.set_repaint_interval(interval);
    }

    /// Says above everything else why no sound goes through, if none does: what is not sent is not
    /// protected either.
    pub fn set_no_sound(&mut self, reason: Option<String>) {
        self.panels.no_sound = reason;
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
        self.analyzer.poll(Instant::now());
        if self.analyzer.view().running {
            ui.ctx().request_repaint_after(self.next_stop_check());
        }
        let (status, keyring) = (self.remote.status(), self.keys.view());
        let scene = Scene {
            status: &status,
            view: self.analyzer.view(),
            keyring: &keyring,
            params: &params,
            gesture,
            fft_sizes: FftSizes { current: self.analyzer.fft_size(), all: &FFT_SIZES },
        };
        let requests = layout::draw(ui, &scene, &mut self.panels);
        self.handle(requests, gesture);
    }

    /// Does what the user asked for in the panels.
    fn handle(&mut self, requests: UserRequests, gesture: &impl ParamGesture) {
        let Self { remote, analyzer, keys, panels, .. } = self;
        panels.keys.handle(requests.keys, keys, |class| {
            controls::follow_former_preset(remote.params(), gesture);
            remote.choose_class(class);
            // Hosts notice only changes of parameters, and save only after one.
            let amount = &remote.params().veil.amount;
            gesture.touch(amount, amount.unmodulated_normalized_value());
        });
        if let Some(size) = requests.analyzer.fft_size {
            analyzer.set_fft_size(size);
        }
        if requests.analyzer.clear_peaks {
            analyzer.clear_peaks();
        }
    }

    /// Time until the next check whether audio still runs. All frames until then wait for the same
    /// moment, so they cause one more frame together, not one each.
    fn next_stop_check(&self) -> Duration {
        let since = self.opened.elapsed().as_millis() as u64;
        let interval = STOP_CHECK.as_millis() as u64;
        Duration::from_millis(2 * interval - since % interval)
    }
}
