//! What a session keeps beside the parameters: which class, and which version of the recipe.

mod saved;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::{PluginState, nice_error};
use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use patchveil_veil::RECIPE_VERSION;

pub use self::saved::{Choice, ChosenClass, Saved};
use crate::handoff::design_requests::{DesignRequests, PATIENCE};

/// Name of the field within the framework's state.
pub(crate) const FIELD: &str = "class";

/// The saved state of one instance, shared by host, editor and designer. Never to be touched on the
/// audio thread: it is behind a lock.
#[derive(Clone)]
pub struct ClassField {
    inner: Arc<Inner>,
}

struct Inner {
    saved: Mutex<Saved>,
    /// How often a host has loaded a session.
    loads: AtomicU64,
    requests: Arc<DesignRequests>,
}

impl Default for ClassField {
    fn default() -> Self {
        Self::new(Arc::new(DesignRequests::new(RepaintNotifier::new())))
    }
}

impl ClassField {
    /// Nothing chosen; changes are announced at `requests`.
    pub(crate) fn new(requests: Arc<DesignRequests>) -> Self {
        let (saved, loads) = (Mutex::new(Saved::default()), AtomicU64::new(0));
        Self { inner: Arc::new(Inner { saved, loads, requests }) }
    }

    /// What is chosen now.
    #[must_use]
    pub fn get(&self) -> Saved {
        self.inner.saved.lock().clone()
    }

    /// Protects with this class from now on, by the present recipe version.
    pub fn choose(&self, class: ChosenClass) {
        *self.inner.saved.lock() = Saved { recipe: RECIPE_VERSION, choice: Choice::Class(class) };
        self.inner.requests.set_has_class(true);
        self.inner.requests.request();
    }

    /// Goes over to the present recipe version, with the class that is chosen.
    pub(crate) fn use_newest_recipe(&self) {
        self.inner.saved.lock().recipe = RECIPE_VERSION;
        self.inner.requests.request();
    }

    /// Goes back to what was chosen before; where that was nothing, the present choice stays, since
    /// what is protected must not open.
    pub(crate) fn put_back(&self, earlier: &Saved) {
        let mut saved = self.inner.saved.lock();
        saved.recipe = earlier.recipe;
        if earlier.choice != Choice::Undecided {
            saved.choice = earlier.choice.clone();
            self.inner.requests.set_has_class(true);
        }
        drop(saved);
        self.inner.requests.request();
    }

    /// A host's session cannot be read, and nothing of it was loaded. A class may have been chosen in it, so
    /// where none is chosen yet this mutes until one is.
    pub(crate) fn load_failed(&self) {
        let mut saved = self.inner.saved.lock();
        if saved.choice != Choice::Undecided {
            return;
        }
        *saved = Saved::unreadable();
        drop(saved);
        self.loaded(true);
    }

    /// A session was loaded, in which a class is or may be `chosen`. The host tells nobody else of it, so the
    /// designer is asked here; and it may process right after, so this waits until that is designed.
    fn loaded(&self, chosen: bool) {
        self.inner.loads.fetch_add(1, Ordering::Relaxed);
        // From here on nothing passes unprotected, even if the key takes its time.
        self.inner.requests.set_has_class(chosen);
        let request = self.inner.requests.request();
        self.inner.requests.wait(request, PATIENCE);
    }

    /// How often a host has loaded a session.
    pub(crate) fn loads(&self) -> u64 {
        self.inner.loads.load(Ordering::Relaxed)
    }

    /// Chooses the keyring's default class if nothing was chosen yet; says whether it did.
    pub(crate) fn adopt(&self, class: &ChosenClass) -> bool {
        let mut saved = self.inner.saved.lock();
        let undecided = saved.choice == Choice::Undecided;
        if undecided {
            saved.choice = Choice::Class(class.clone());
        }
        undecided
    }
}

impl PersistentField<'_, Saved> for ClassField {
    /// A host loads a session.
    fn set(&self, saved: Saved) {
        let chosen = saved.choice != Choice::Undecided;
        *self.inner.saved.lock() = saved;
        self.loaded(chosen);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Saved) -> R,
    {
        f(&self.get())
    }
}

/// Looks through a state before any of it is loaded. A class that is no JSON becomes JSON: the
/// framework would leave it out, and what should be protected would leave open.
pub(crate) fn check(state: &mut PluginState) {
    let Some(text) = state.fields.get_mut(FIELD) else { return };
    if let Err(error) = saved::make_json(text) {
        nice_error!("The session's class cannot be read: {error}");
    }
}
