//! What an entry (CLAP, VST3) shares with the instance that the framework makes for it and keeps to itself.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::state::ClassField;

/// How often the host has called an instance to process. Counted and read on the audio thread.
#[derive(Clone, Default)]
pub(crate) struct HostCalls(Arc<AtomicU64>);

impl HostCalls {
    /// The host calls. Never allocates, locks or waits.
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Calls so far; always 0 where the entry does not count.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An instance as its entry sees it.
#[derive(Clone, Default)]
pub(crate) struct Made {
    pub(crate) class: ClassField,
    pub(crate) calls: HostCalls,
}

/// Who makes an instance on this thread.
enum Maker {
    /// Nobody who has to know of it.
    Other,
    /// An entry, which waits for it.
    Entry,
    /// An entry, and this is it.
    Done(Made),
}

thread_local! {
    /// Has no destructor: one would keep hosts from unloading the library before the thread ends.
    static MAKER: RefCell<ManuallyDrop<Maker>> =
        const { RefCell::new(ManuallyDrop::new(Maker::Other)) };
}

fn set(maker: Maker) -> Maker {
    MAKER.with(|slot| ManuallyDrop::into_inner(slot.replace(ManuallyDrop::new(maker))))
}

/// Has the framework make an instance by `make`; returns what that returns, and the instance.
pub(crate) fn watch<T>(make: impl FnOnce() -> T) -> (T, Made) {
    set(Maker::Entry);
    let result = make();
    match set(Maker::Other) {
        Maker::Done(made) => (result, made),
        _ => (result, Made::default()),
    }
}

/// An instance is made on this thread: its entry learns of it, if it waits.
pub(crate) fn announce(made: &Made) {
    match set(Maker::Other) {
        Maker::Other => {}
        _ => drop(set(Maker::Done(made.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Patchveil;
    use crate::state::Choice;

    #[test]
    fn an_entry_learns_of_the_instance_that_is_made_for_it_and_of_no_other() {
        let other = Patchveil::default();
        let (instance, made) = watch(Patchveil::default);
        let later = Patchveil::default();
        made.class.load_failed();
        let damaged = |instance: &Patchveil| {
            matches!(instance.remote().params().class.get().choice, Choice::Damaged(_))
        };
        assert_eq!([&other, &instance, &later].map(damaged), [false, true, false]);
    }
}
