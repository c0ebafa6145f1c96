//! An instance as its editor sees it.

use std::sync::Arc;

use nice_plug_egui::RepaintNotifier;
use patchveil_veil::{Fingerprint, Recipe};

use crate::analyzer::Analyzer;
use crate::handoff::analyzer_ring::AnalyzerPort;
use crate::handoff::design_requests::DesignRequests;
use crate::params::PatchveilParams;
use crate::state::ChosenClass;
use crate::status::Status;

/// What an editor, or anyone else outside the audio thread, can ask and tell an instance. It may
/// outlive the instance.
#[derive(Clone)]
pub struct Remote {
    params: Arc<PatchveilParams>,
    requests: Arc<DesignRequests>,
    port: AnalyzerPort,
}

impl Remote {
    pub(crate) fn new(
        params: Arc<PatchveilParams>,
        requests: Arc<DesignRequests>,
        port: AnalyzerPort,
    ) -> Self {
        Self { params, requests, port }
    }

    /// What the instance is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        self.requests.status()
    }

    /// The key and the recipe that the sound is protected with, as far as the parameters say; `None`
    /// while it is not protected, or not only that (bypass, delta).
    #[must_use]
    pub fn protection(&self) -> Option<(Fingerprint, Recipe)> {
        let params = &self.params;
        match self.status() {
            Status::Protecting { fingerprint, .. }
                if !params.bypass.value() && !params.output.delta.value() =>
            {
                Some((fingerprint, params.recipe_now()))
            }
            _ => None,
        }
    }

    /// The parameters.
    #[must_use]
    pub fn params(&self) -> &Arc<PatchveilParams> {
        &self.params
    }

    /// Protects with this class from now on: as soon as its key is read, from the next patch on.
    /// Returns at once. Touch a parameter as well to have the host notice that there is something
    /// to save.
    pub fn choose_class(&self, class: ChosenClass) {
        self.params.class.choose(class);
    }

    /// An analyzer of the audio from now on, for an editor to show. While it exists the audio thread
    /// records what it processes, so drop it when the window closes.
    #[must_use]
    pub fn analyzer(&self) -> Analyzer {
        Analyzer::new(self.port.clone(), self.requests.clone())
    }

    /// What went through, seen by who watches the window.
    pub(crate) fn port(&self) -> &AnalyzerPort {
        &self.port
    }

    /// Set whenever there is something to draw again: audio while an [`Analyzer`] is open, or another
    /// status. Setting it is one atomic store.
    #[must_use]
    pub fn news(&self) -> RepaintNotifier {
        self.port.news().clone()
    }
}
