//! The veil designer: one thread an instance that reads the keyring and designs veils.
//!
//! It compares what is wanted (class, settings, sample rate) with the command it sent last, and
//! sends another one where they differ. So it does not matter who changed what: host, editor,
//! automation or a loaded session. While audio runs, the engine states which settings it wants,
//! and when they act is the engine's affair; otherwise the parameters count.

mod class_key;
mod receipts;

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use nice_plug::prelude::{nice_log, nice_warn};
use patchveil_veil::{ClassKey, Fingerprint, Recipe, RecipeError, Veil};

use self::class_key::{ClassKeys, FoundKey, NoKey};
use self::receipts::ReceiptWriter;
use crate::engine::{
    DesignRequest, DesignerLink, EngineCommand, LiveConvolver, LiveRestorer, OutputMode,
};
use crate::handoff::design_requests::{Activation, AppliedVeil, DesignRequests};
use crate::handoff::rendered::RenderedReader;
use crate::handoff::request_watch::RequestWatch;
use crate::params::{PatchveilParams, RecipeSettings};
use crate::state::ChosenClass;
use crate::status::Status;
use crate::trouble::NoProtection;

/// How often keyring and parameters are looked at without a request.
const POLL: Duration = Duration::from_millis(100);
/// How often while nothing is activated.
const POLL_IDLE: Duration = Duration::from_millis(500);
/// How often the keyring file is looked at.
const POLL_KEYRING: Duration = Duration::from_millis(400);

/// Audio that has not moved for this long has stopped, and parameters count at once.
const STOPPED_AFTER: Duration = Duration::from_millis(200);

/// The design thread, ended and joined when dropped.
#[derive(Default)]
pub(crate) struct VeilDesigner {
    thread: Option<JoinHandle<()>>,
    requests: Option<Arc<DesignRequests>>,
    watch: Option<Arc<RequestWatch>>,
}

impl VeilDesigner {
    /// Starts the thread. Without one the output stays muted, and the status says so.
    pub(crate) fn start(
        params: Arc<PatchveilParams>,
        requests: Arc<DesignRequests>,
        link: DesignerLink,
        rendered: RenderedReader,
    ) -> Self {
        requests.open();
        let worker = Worker::new(params, requests.clone(), link, ReceiptWriter::new(rendered));
        let thread = Builder::new().name("patchveil-design".to_owned()).spawn(move || worker.run());
        match (thread, RequestWatch::of_process()) {
            (Ok(thread), Ok(watch)) => {
                Self { thread: Some(thread), requests: Some(requests), watch: Some(watch) }
            }
            (thread, watch) => {
                requests.close();
                let error = match thread {
                    // It ends at once: nothing of it may run when the library is unloaded.
                    Ok(thread) => {
                        let _ = thread.join();
                        watch.err()
                    }
                    Err(error) => Some(error),
                };
                let error = error.map_or_else(String::new, |error| error.to_string());
                let reason = format!("the system gave no thread to design with: {error}");
                nice_warn!("Patchveil is muted: {reason}");
                requests.report(Status::Muted { reason: NoProtection::Said(reason) });
                Self::default()
            }
        }
    }

    /// Looks at the audio thread's requests from now on, or no longer.
    pub(crate) fn watch(&self, active: bool) {
        if let (Some(watch), Some(requests)) = (&self.watch, &self.requests) {
            watch.remove(requests);
            if active {
                watch.add(requests);
            }
        }
    }
}

impl Drop for VeilDesigner {
    fn drop(&mut self) {
        self.watch(false);
        if let Some(requests) = &self.requests {
            requests.close();
        }
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

/// What the design thread works with.
struct Worker {
    params: Arc<PatchveilParams>,
    requests: Arc<DesignRequests>,
    link: DesignerLink,
    receipts: ReceiptWriter,
    keys: ClassKeys,
    looked: Option<Instant>,
    designed: Option<Arc<Veil>>,
    /// The newest request of the engine in this activation.
    request: Option<DesignRequest>,
    /// Samples that the engine had processed at the last look, and when that had last changed.
    processed: (u64, Option<Instant>),
    /// The command that was last sent.
    sent: Option<Sent>,
    /// Why its veil could not be made.
    refused: Option<String>,
}

/// What a command depends on.
#[derive(PartialEq)]
struct Sent {
    epoch: u64,
    /// The engine's request that it answers, 0 for none.
    number: u64,
    settings: RecipeSettings,
    sample_rate: u32,
    mode: OutputMode,
    fingerprint: Option<Fingerprint>,
    recipe: u32,
}

/// What a command brings along.
struct Design {
    veil: Arc<Veil>,
    restorer: Option<Box<LiveRestorer>>,
}

impl Worker {
    fn new(
        params: Arc<PatchveilParams>,
        requests: Arc<DesignRequests>,
        link: DesignerLink,
        receipts: ReceiptWriter,
    ) -> Self {
        Self {
            params,
            requests,
            link,
            receipts,
            keys: ClassKeys::default(),
            looked: None,
            designed: None,
            request: None,
            processed: (0, None),
            sent: None,
            refused: None,
        }
    }

    fn run(mut self) {
        // If this thread panics, nobody may wait for it, and the status must say so.
        let _guard = Ended(self.requests.clone());
        let mut patience = Duration::ZERO;
        while let Some(wake) = self.requests.next(patience) {
            self.link.free_retired();
            patience = POLL_IDLE;
            if let Some(activation) = wake.activation {
                let due = self.looked.is_none_or(|looked| looked.elapsed() >= POLL_KEYRING);
                let mut new_key = false;
                if wake.requested || due {
                    self.looked = Some(Instant::now());
                    new_key = self.keys.look_up(&self.params.class);
                }
                let request = self.wanted(activation);
                self.serve(activation, request, new_key);
                patience = POLL;
            }
            self.requests.serve(wake.request);
            // Last: nobody who waits for a design waits for a disk.
            self.receipts.write();
        }
        self.receipts.finish();
    }

    /// What the next command should be for: what the engine requested last while audio runs, else
    /// what the parameters say.
    fn wanted(&mut self, activation: Activation) -> DesignRequest {
        let new = self.link.newest_request();
        self.request = new.or(self.request).filter(|request| request.epoch == activation.epoch);
        let processed = self.requests.processed();
        if processed != self.processed.0 {
            self.processed = (processed, Some(Instant::now()));
        }
        let running = self.processed.1.is_some_and(|changed| changed.elapsed() < STOPPED_AFTER);
        match self.request {
            Some(request) if new.is_some() || running => request,
            last => DesignRequest {
                epoch: activation.epoch,
                number: last.map_or(0, |last| last.number),
                settings: self.params.settings(),
                sample_rate: last.map_or(activation.sample_rate, |last| last.sample_rate),
                needs_convolver: false,
            },
        }
    }

    /// Sends a command if the last one is not for `request`, and reports what is done. `new_key`
    /// if the keyring or the class has changed.
    fn serve(&mut self, activation: Activation, request: DesignRequest, new_key: bool) {
        let DesignRequest { epoch, number, settings, sample_rate, .. } = request;
        let Some((found, recipe)) = self.keys.found() else { return };
        let mode = match &found.key {
            Ok(_) if settings.restore => OutputMode::Restore,
            Ok(_) => OutputMode::Protect,
            Err(NoKey::Undecided) => OutputMode::Pass,
            Err(NoKey::Missing(_)) => mode_without_design(settings),
        };
        let fingerprint = found.fingerprint();
        let next = Sent { epoch, number, settings, sample_rate, mode, fingerprint, recipe };
        if self.sent.as_ref() != Some(&next) {
            let design = found.key.as_ref().ok().map(|(_, key)| {
                let recipe = settings.recipe(recipe);
                let veil = design(&mut self.designed, key, &recipe, sample_rate)?;
                self.receipts.remember(&veil);
                Design::new(veil, settings, activation.channels)
            });
            let design = design.transpose();
            let level =
                design.as_ref().ok().and_then(|design| design.as_ref()?.veil.mark().cloned());
            self.params.held_level.set(level.map(|mark| mark.level()));
            self.refused = self.send(activation, request, mode, design);
            self.sent = Some(next);
        } else if !new_key {
            return;
        }
        if let Some((found, _)) = self.keys.found() {
            self.report(status(settings, found, self.refused.as_deref()));
        }
    }

    /// Sends a command; returns why its design could not be made, if so.
    fn send(
        &self,
        activation: Activation,
        request: DesignRequest,
        mode: OutputMode,
        design: Result<Option<Design>, RecipeError>,
    ) -> Option<String> {
        let DesignRequest { epoch, settings, sample_rate, needs_convolver, .. } = request;
        let (design, mode, refused) = match design {
            Ok(design) => (design, mode, None),
            Err(error) => (None, mode_without_design(settings), Some(error.to_string())),
        };
        self.requests.set_veil(design.as_ref().map(|Design { veil, restorer }| AppliedVeil {
            veil: veil.clone(),
            restores: restorer.is_some(),
        }));
        let (veil, restorer) = match design {
            Some(Design { restorer: Some(restorer), .. }) => (None, Some(restorer)),
            Some(Design { veil, restorer: None }) => (Some(veil), None),
            None => (None, None),
        };
        let convolver =
            needs_convolver.then(|| Box::new(LiveConvolver::new(activation.channels, sample_rate)));
        let command =
            EngineCommand { epoch, settings, sample_rate, mode, veil, restorer, convolver };
        self.link.send(command);
        refused
    }

    fn report(&self, status: Status) {
        let text = status.to_string();
        let bad = matches!(status, Status::Muted { .. } | Status::NotRestoring { .. });
        if self.requests.report(status) {
            if bad { nice_warn!("Patchveil is {text}") } else { nice_log!("Patchveil is {text}") }
        }
    }
}

/// Closes the requests when the design thread ends, however it ends.
struct Ended(Arc<DesignRequests>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.close();
        if std::thread::panicking() {
            self.0.report(Status::Muted { reason: NoProtection::DesignFailed });
        }
    }
}

impl Design {
    fn new(
        veil: Arc<Veil>,
        settings: RecipeSettings,
        channels: usize,
    ) -> Result<Self, RecipeError> {
        let restorer = match settings.restore {
            true => Some(Box::new(LiveRestorer::new(veil.clone(), channels)?)),
            false => None,
        };
        Ok(Self { veil, restorer })
    }
}

/// What becomes of audio without a design: what should be protected must not leave, but what could
/// not be restored leaves as it was published.
fn mode_without_design(settings: RecipeSettings) -> OutputMode {
    if settings.restore { OutputMode::Pass } else { OutputMode::Mute }
}

/// What is done under `settings` with the key that was found, in words for the user.
fn status(settings: RecipeSettings, found: &FoundKey, refused: Option<&str>) -> Status {
    let failure = |reason: NoProtection| match settings.restore {
        true => Status::NotRestoring { reason },
        false => Status::Muted { reason },
    };
    match (&found.key, refused) {
        (_, Some(reason)) => failure(NoProtection::Said(reason.to_owned())),
        (Ok((class, _)), None) => {
            let ChosenClass { fingerprint, name: class } = class.clone();
            let trouble = found.trouble.clone();
            match settings.restore {
                true => Status::Restoring { class, fingerprint, trouble },
                false => Status::Protecting { class, fingerprint, trouble },
            }
        }
        (Err(NoKey::Undecided), None) if settings.restore => failure(NoProtection::NoClass),
        (Err(NoKey::Undecided), None) => Status::NotProtecting,
        (Err(NoKey::Missing(reason)), None) => failure(reason.clone()),
    }
}

/// The veil of `key` and `recipe`, designed only if the last one was another.
fn design(
    last: &mut Option<Arc<Veil>>,
    key: &ClassKey,
    recipe: &Recipe,
    sample_rate: u32,
) -> Result<Arc<Veil>, RecipeError> {
    if let Some(veil) = last
        && veil.fingerprint() == key.fingerprint()
        && veil.recipe() == recipe
        && veil.sample_rate() == sample_rate
    {
        return Ok(veil.clone());
    }
    let veil = Arc::new(Veil::new(key, recipe, sample_rate)?);
    *last = Some(veil.clone());
    Ok(veil)
}
