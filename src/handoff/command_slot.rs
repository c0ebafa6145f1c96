//! Commands to the audio thread and back.
//!
//! Two slots for one box each. A command that was not fetched is replaced by a newer one, so the
//! audio thread never has a backlog; a command that is done with goes back in its own box, so the
//! audio thread never frees. Every call is a bounded number of atomic operations.
//!
//! This file uses nothing of the crate but `crate::handoff::sync`, so that the model checker's test can
//! compile it with atomics of its own.

use std::marker::PhantomData;
use std::ptr;

use crate::handoff::sync::{Arc, AtomicPtr, Ordering};

/// Room for one box.
struct Slot<T> {
    item: AtomicPtr<T>,
    /// The slot owns the box; `Send` and `Sync` follow from that.
    _owned: PhantomData<Box<T>>,
}

impl<T> Slot<T> {
    fn new() -> Self {
        Self { item: AtomicPtr::new(ptr::null_mut()), _owned: PhantomData }
    }

    /// Puts a box in, and gives back the one that lay there.
    fn put(&self, item: Box<T>) -> Option<Box<T>> {
        owned(self.item.swap(Box::into_raw(item), Ordering::AcqRel))
    }

    fn take(&self) -> Option<Box<T>> {
        // Looking costs a tenth of swapping, and there is nothing most of the time.
        if self.is_empty() {
            return None;
        }
        owned(self.item.swap(ptr::null_mut(), Ordering::AcqRel))
    }

    fn is_empty(&self) -> bool {
        self.item.load(Ordering::Acquire).is_null()
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// The box that a slot gave up.
#[allow(unsafe_code)]
fn owned<T>(item: *mut T) -> Option<Box<T>> {
    if item.is_null() {
        return None;
    }
    // SAFETY: every pointer in a slot comes from `Box::into_raw` and leaves the slot by a swap,
    // so exactly one caller gets it.
    Some(unsafe { Box::from_raw(item) })
}

struct CommandSlot<T> {
    out: Slot<T>,
    back: Slot<T>,
}

/// The designer's end.
pub(crate) struct CommandSender<T>(Arc<CommandSlot<T>>);

/// The audio thread's end.
pub(crate) struct CommandReceiver<T>(Arc<CommandSlot<T>>);

/// Both ends of a new slot.
pub(crate) fn slot<T>() -> (CommandSender<T>, CommandReceiver<T>) {
    let slot = Arc::new(CommandSlot { out: Slot::new(), back: Slot::new() });
    (CommandSender(slot.clone()), CommandReceiver(slot))
}

impl<T> CommandSender<T> {
    /// Sends a command. An earlier one that was not fetched will not be, and is freed here.
    pub(crate) fn send(&self, command: T) {
        drop(self.0.out.put(Box::new(command)));
    }

    /// Fetches what came back, to be freed here.
    pub(crate) fn collect(&self) -> Option<Box<T>> {
        self.0.back.take()
    }
}

impl<T> CommandReceiver<T> {
    /// The newest command, if one came. Never allocates, frees or waits.
    pub(crate) fn receive(&self) -> Option<Box<T>> {
        self.0.out.take()
    }

    /// Sends a command back; gives it back if the designer has not yet fetched the one before. Never
    /// allocates, frees or waits.
    #[must_use]
    pub(crate) fn give_back(&self, command: Box<T>) -> Option<Box<T>> {
        // Only this end fills the slot, so an empty one stays empty until it is filled here.
        if self.0.back.is_empty() { self.0.back.put(command) } else { Some(command) }
    }
}
