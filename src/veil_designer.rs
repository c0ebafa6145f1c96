//! The designer: one thread an instance that reads the keyring and designs veils.
//!
//! It looks at what is wanted (class, parameters, sample rate) and at what was asked for last, and
//! closes the gap. So it does not matter who changed what: host, editor, automation or a loaded
//! session.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use nice_plug::prelude::{nice_log, nice_warn};
use patchveil_keyring::{Keyring, KeyringError, resolve_path};
use patchveil_veil::{ClassKey, Fingerprint, Recipe, RecipeError, Veil};

use crate::engine::{EngineCommand, LiveRestorer, OutputMode};
use crate::handoff::command_slot::CommandSender;
use crate::handoff::design_requests::{Activation, AppliedVeil, DesignRequests};
use crate::keys::{UnlockedKeyring, UnlockedState};
use crate::params::{PatchveilParams, VeilSettings};
use crate::state::{Choice, ChosenClass, Saved};
use crate::status::Status;

/// How often parameters are looked at while they move. The audio thread cannot knock: waking a
/// thread is a system call.
const POLL: Duration = Duration::from_millis(40);
/// How often they are looked at when nothing has moved for [`CALM_AFTER`]: each look costs a
/// wake-up, and there may be hundreds of instances.
const POLL_CALM: Duration = Duration::from_millis(100);
const CALM_AFTER: Duration = Duration::from_secs(2);
/// How often anything is looked at while no audio runs.
const POLL_IDLE: Duration = Duration::from_millis(500);
/// How often the keyring file is looked at.
const POLL_KEYRING: Duration = Duration::from_millis(400);

/// The designer's thread, ended and joined when dropped.
#[derive(Default)]
pub(crate) struct VeilDesigner {
    thread: Option<JoinHandle<()>>,
    requests: Option<Arc<DesignRequests>>,
}

impl VeilDesigner {
    /// Starts the thread. Without one the output stays muted, and the status says so.
    pub(crate) fn start(
        params: Arc<PatchveilParams>,
        requests: Arc<DesignRequests>,
        slot: CommandSender<EngineCommand>,
    ) -> Self {
        requests.open();
        let worker = Worker::new(params, requests.clone(), slot);
        match Builder::new().name("patchveil-designer".to_owned()).spawn(move || worker.run()) {
            Ok(thread) => Self { thread: Some(thread), requests: Some(requests) },
            Err(error) => {
                requests.close();
                let reason = format!("the system gave no thread to design with: {error}");
                nice_warn!("Patchveil is muted: {reason}");
                requests.report(Status::Muted { reason });
                Self::default()
            }
        }
    }

    /// Whether it was started.
    pub(crate) fn is_running(&self) -> bool {
        self.thread.is_some()
    }
}

impl Drop for VeilDesigner {
    fn drop(&mut self) {
        if let Some(requests) = &self.requests {
            requests.close();
        }
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

/// What the designer's thread works with.
struct Worker {
    params: Arc<PatchveilParams>,
    requests: Arc<DesignRequests>,
    slot: CommandSender<EngineCommand>,
    unlocked: Option<Arc<UnlockedKeyring>>,
    /// The keyring as last looked at.
    seen: Option<Seen>,
    looked: Instant,
    /// When something last changed.
    moved: Instant,
    key: Option<HeldKey>,
    designed: Option<Arc<Veil>>,
    /// What was last asked for.
    asked: Option<Asked>,
    /// Why that could not be made.
    refused: Option<String>,
}

/// What a look at the keyring depended on.
#[derive(PartialEq)]
struct Seen {
    saved: Saved,
    /// The file, and the passphrase that was typed in this process.
    keyring: Option<UnlockedState>,
}

/// What came of a look at the keyring.
struct HeldKey {
    key: Result<(ChosenClass, ClassKey), Keyless>,
    trouble: Option<String>,
}

/// Why there is no key.
#[derive(Clone, PartialEq)]
enum Keyless {
    /// No class was chosen, and there is no default.
    Undecided,
    /// A class was chosen, or may have been.
    Missing(String),
}

/// What an order is about.
#[derive(PartialEq)]
struct Asked {
    epoch: u64,
    settings: VeilSettings,
    mode: OutputMode,
    fingerprint: Option<Fingerprint>,
    recipe: u32,
}

impl Worker {
    fn new(
        params: Arc<PatchveilParams>,
        requests: Arc<DesignRequests>,
        slot: CommandSender<EngineCommand>,
    ) -> Self {
        Self {
            params,
            requests,
            slot,
            unlocked: None,
            seen: None,
            looked: Instant::now(),
            moved: Instant::now(),
            key: None,
            designed: None,
            asked: None,
            refused: None,
        }
    }

    fn run(mut self) {
        let mut patience = Duration::ZERO;
        while let Some(call) = self.requests.next_call(patience) {
            drop(self.slot.collect());
            if let Some(activation) = call.activation {
                let anew = self.look(call.asked);
                self.serve(activation, anew);
                patience = if self.moved.elapsed() < CALM_AFTER { POLL } else { POLL_CALM };
            } else {
                patience = POLL_IDLE;
            }
            self.requests.answer(call.request);
        }
    }

    /// Looks the class up in the keyring, if class or keyring have changed; says whether it did.
    fn look(&mut self, asked: bool) -> bool {
        if self.seen.is_some() && !asked && self.looked.elapsed() < POLL_KEYRING {
            return false;
        }
        self.looked = Instant::now();
        let unlocked = resolve_path(None).map(|path| UnlockedKeyring::of(&path));
        // Held, so that what was typed there stays as long as this instance.
        self.unlocked = unlocked.as_ref().ok().cloned();
        // Older than what is read, so a change in between is noticed next time.
        let keyring = self.unlocked.as_ref().map(|unlocked| unlocked.state());
        let seen = Seen { saved: self.params.class.get(), keyring };
        if self.seen.as_ref() == Some(&seen) {
            return false;
        }
        let opened = unlocked.and_then(|unlocked| unlocked.open()).map_err(|error| match error {
            KeyringError::Locked { .. } => format!("{error}; type it in Patchveil's window"),
            error => error.to_string(),
        });
        let held = self.find(&seen.saved.choice, opened);
        self.seen = match &held.key {
            // If something else was chosen meanwhile, `seen` is out of date, and so looked at again.
            Ok((class, _)) if self.params.class.adopt(class) => {
                Some(Seen { saved: self.params.class.get(), keyring })
            }
            _ => Some(seen),
        };
        self.key = Some(held);
        true
    }

    /// The key to `choice`.
    fn find(&mut self, choice: &Choice, keyring: Result<Arc<Keyring>, String>) -> HeldKey {
        let missing =
            |reason: String| HeldKey { key: Err(Keyless::Missing(reason)), trouble: None };
        match (choice, keyring) {
            (Choice::Newer(_), _) => missing(
                "the session was saved by a newer Patchveil; update Patchveil to read it"
                    .to_owned(),
            ),
            (Choice::Damaged(_), _) => missing(
                "the session is damaged, and which class it meant cannot be read; choose the class"
                    .to_owned(),
            ),
            (Choice::Undecided, Ok(keyring)) => match keyring.default_entry() {
                Some(entry) => {
                    let (fingerprint, name) = (entry.fingerprint(), entry.name().to_owned());
                    let key = Ok((ChosenClass { fingerprint, name }, entry.key().clone()));
                    HeldKey { key, trouble: None }
                }
                None => HeldKey { key: Err(Keyless::Undecided), trouble: None },
            },
            (Choice::Undecided, Err(trouble)) => match &self.key {
                // There was none when it could be read: what is on air stays there.
                Some(HeldKey { key: Err(Keyless::Undecided), .. }) => {
                    HeldKey { key: Err(Keyless::Undecided), trouble: None }
                }
                // There may well be one, and then nothing may leave without it.
                _ => missing(format!("whether there is a default class cannot be read: {trouble}")),
            },
            (Choice::Class(class), Ok(keyring)) => {
                match keyring.by_fingerprint(class.fingerprint) {
                    Some(entry) => {
                        let class = ChosenClass {
                            fingerprint: class.fingerprint,
                            name: entry.name().to_owned(),
                        };
                        HeldKey { key: Ok((class, entry.key().clone())), trouble: None }
                    }
                    None => missing(format!(
                        "the key of “{}” ({}) is not in the keyring; import it, or choose another class",
                        shown(&class.name),
                        class.fingerprint
                    )),
                }
            }
            (Choice::Class(class), Err(trouble)) => match self.key.take() {
                // A keyring that is locked or lost while a show is on must not silence it.
                Some(HeldKey { key: Ok((held, key)), .. })
                    if held.fingerprint == class.fingerprint =>
                {
                    HeldKey { key: Ok((held, key)), trouble: Some(trouble) }
                }
                _ => missing(format!(
                    "the key of “{}” ({}) cannot be read: {trouble}",
                    shown(&class.name),
                    class.fingerprint
                )),
            },
        }
    }

    /// Sends an order if the last one is not what is wanted now, and says what is done. `anew`: the
    /// keyring was looked at since.
    fn serve(&mut self, activation: Activation, anew: bool) {
        let settings = self.params.settings();
        let Some(Seen { saved, .. }) = &self.seen else { return };
        let recipe = saved.recipe;
        let Some(HeldKey { key, trouble }) = &self.key else { return };
        let (fingerprint, mode) = match key {
            Ok((class, _)) if settings.restore => (Some(class.fingerprint), OutputMode::Restore),
            Ok((class, _)) => (Some(class.fingerprint), OutputMode::Protect),
            Err(Keyless::Undecided) => (None, OutputMode::Pass),
            Err(Keyless::Missing(_)) => (None, failed(settings)),
        };
        let Activation { sample_rate, channels, epoch } = activation;
        let asked = Asked { epoch, settings, mode, fingerprint, recipe };
        let news = self.asked.as_ref() != Some(&asked);
        if !news && !anew {
            return;
        }
        self.moved = Instant::now();
        if news {
            let designed = &mut self.designed;
            let made = key.as_ref().ok().map(|(_, key)| {
                let veil = design(designed, key, &settings.recipe(recipe), sample_rate)?;
                Made::new(veil, settings, channels)
            });
            self.refused = self.send(&asked, made.transpose());
            self.asked = Some(asked);
        }
        self.report(match (key, &self.refused) {
            (_, Some(reason)) => failure(settings, reason.clone()),
            (Ok((class, _)), None) => doing(settings, class, trouble.clone()),
            (Err(Keyless::Undecided), None) if settings.restore => {
                failure(settings, "no class was chosen".to_owned())
            }
            (Err(Keyless::Undecided), None) => Status::NotProtecting,
            (Err(Keyless::Missing(reason)), None) => failure(settings, reason.clone()),
        });
    }

    /// Has done what was asked with what was made for it; gives back why not, if that could not be
    /// made.
    fn send(&self, asked: &Asked, made: Result<Option<Made>, RecipeError>) -> Option<String> {
        let &Asked { epoch, settings, mode, .. } = asked;
        let (made, mode, refused) = match made {
            Ok(made) => (made, mode, None),
            Err(error) => (None, failed(settings), Some(error.to_string())),
        };
        let shown = made.as_ref().map(|Made { veil, inverse }| AppliedVeil {
            veil: veil.clone(),
            restores: inverse.is_some(),
        });
        self.requests.show(shown);
        let (veil, inverse) = match made {
            Some(Made { inverse: Some(inverse), .. }) => (None, Some(inverse)),
            Some(Made { veil, inverse: None }) => (Some(veil), None),
            None => (None, None),
        };
        self.slot.send(EngineCommand { epoch, settings, mode, veil, inverse });
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

/// What an order is made of.
struct Made {
    veil: Arc<Veil>,
    inverse: Option<Box<LiveRestorer>>,
}

impl Made {
    fn new(veil: Arc<Veil>, settings: VeilSettings, channels: usize) -> Result<Self, RecipeError> {
        let inverse = match settings.restore {
            true => Some(Box::new(LiveRestorer::new(veil.clone(), channels)?)),
            false => None,
        };
        Ok(Self { veil, inverse })
    }
}

/// What becomes of audio that cannot be dealt with: what should be protected must not leave, but
/// what could not be restored leaves as it was published.
fn failed(settings: VeilSettings) -> OutputMode {
    if settings.restore { OutputMode::Pass } else { OutputMode::Mute }
}

fn failure(settings: VeilSettings, reason: String) -> Status {
    if settings.restore { Status::NotRestoring { reason } } else { Status::Muted { reason } }
}

fn doing(settings: VeilSettings, class: &ChosenClass, trouble: Option<String>) -> Status {
    let ChosenClass { fingerprint, name } = class.clone();
    match settings.restore {
        true => Status::Restoring { class: name, fingerprint, trouble },
        false => Status::Protecting { class: name, fingerprint, trouble },
    }
}

/// The veil of `key` and `recipe`, designed anew only if the last one was another.
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

/// A name from a session, made safe to print.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}
