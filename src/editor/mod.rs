//! The editor: keys, spectra before and after, and what is happening now.
//!
//! | file | what it does |
//! |---|---|
//! | `window.rs` | the window, as hosts open and close it |
//! | `setup.rs` | its size, scale and colours, saved with the session |
//! | `theme.rs` | colours, spacing and type |
//! | `requests.rs` | which panel lies where |
//! | `status.rs` | the headline at the top, the figures at the bottom |
//! | `analyzer_panel/`, `timeline_panel.rs`, `axis.rs` | pictures of the sound |
//! | `controls.rs`, `param_control.rs`, `param_gesture.rs` | the row of controls |
//! | `keys.rs` | the class keys |
//! | `icons.rs`, `widgets.rs`, `mesh.rs` | what panels are made of |
//!
//! Panels are functions: the state they show and keep is passed in, so that a test can draw any
//! situation. They know neither the host nor the audio thread.

mod analyzer_panel;
mod axis;
mod controls;
mod icons;
mod keys;
mod layout;
mod mesh;
mod param_control;
mod param_gesture;
mod status;
mod theme;
mod timeline_panel;
mod widgets;
mod window;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::Param;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp};
pub use window::Window;

use self::analyzer_panel::Sizes;
use self::layout::{Panels, Scene, Wanted};
use self::param_gesture::ParamGesture;
use self::window::Measured;
use crate::Remote;
use crate::analyzer::{Analyzer, FFT_SIZES};
use crate::keys::Keys;

/// While audio runs, the picture is looked at anew at multiples of this, to notice that it stopped.
const WATCH: Duration = Duration::from_millis(250);

/// What an open window holds. It goes when the window closes, and with it all work done for it.
pub(crate) struct App {
    remote: Remote,
    analyzer: Analyzer,
    keys: Keys,
    /// The host, once the window is built.
    host: Option<GuiContext>,
    panels: Panels,
    measured: Measured,
    opened: Instant,
}

impl App {
    /// The app of a window that is about to open.
    pub(crate) fn new(remote: Remote, measured: Measured) -> Self {
        let news = remote.news();
        Self {
            analyzer: remote.analyzer(),
            keys: Keys::new(move || news.request_repaint()),
            remote,
            host: None,
            panels: Panels::default(),
            measured,
            opened: Instant::now(),
        }
    }

    /// Does what the user asked for in the panels.
    fn serve(&mut self, wanted: Wanted, gesture: &impl ParamGesture) {
        let Self { remote, analyzer, keys, panels, .. } = self;
        panels.keys.serve(wanted.keys, keys, |class| {
            remote.choose_class(class);
            // A host takes down only what it notices, and it notices parameters.
            let amount = &remote.params().veil.amount;
            gesture.touch(amount, amount.unmodulated_normalized_value());
        });
        if let Some(size) = wanted.spectra.size {
            analyzer.set_fft_size(size);
        }
        if wanted.spectra.clear_peaks {
            analyzer.clear_peaks();
        }
    }

    /// How long until the next look at whether audio still runs. All frames until then wait for
    /// the same moment, so that they cause one more frame and not one each.
    fn next_watch(&self) -> Duration {
        let since = self.opened.elapsed().as_millis() as u64;
        let watch = WATCH.as_millis() as u64;
        Duration::from_millis(watch - since % watch + watch)
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        context: egui::Context,
        host: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::dress(&context);
        context.set_theme(self.remote.params().editor.get().theme());
        // Scales are chosen from a list that ends where the layout does.
        context.options_mut(|options| options.zoom_with_keyboard = false);
        self.analyzer.set_apart(window::apart(frame));
        self.host = Some(host);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(host) = self.host.clone() else { return };
        let gesture = host.param_setter();
        let params = self.remote.params().clone();
        frame.set_clear_color(theme::background(ui));
        self.analyzer.poll(Instant::now());
        if self.analyzer.view().running {
            ui.ctx().request_repaint_after(self.next_watch());
        }
        let (status, keyring) = (self.remote.status(), self.keys.view());
        let scene = Scene {
            status: &status,
            view: self.analyzer.view(),
            keyring: &keyring,
            params: &params,
            gesture: &gesture,
            sizes: Sizes { now: self.analyzer.fft_size(), all: &FFT_SIZES },
        };
        let wanted = layout::draw(ui, &scene, &mut self.panels);
        self.serve(wanted, &gesture);
    }

    fn resized(&mut self, size: WindowSize) {
        let (width, height) = (size.logical.width as f32, size.logical.height as f32);
        self.remote.params().editor.set_size(width, height);
        self.measured.set(size);
    }
}
