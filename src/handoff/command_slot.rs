//! The slot through which commands reach the audio thread.
//!
//! It has room for one box. A command that was not taken is replaced by a newer one, so the audio
//! thread never has a backlog. Every call is a bounded number of atomic operations.
//!
//! This file uses nothing of the crate but `crate::handoff::sync`, so that the model checker's
//! test can compile it with atomics of its own.

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

    /// Puts a box in and returns the one that was there.
    fn put(&self, item: Box<T>) -> Option<Box<T>> {
        owned(self.item.swap(Box::into_raw(item), Ordering::AcqRel))
    }

    fn take(&self) -> Option<Box<T>> {
        // A load costs a tenth of a swap, and the slot is empty most of the time.
        if self.item.load(Ordering::Acquire).is_null() {
            return None;
        }
        owned(self.item.swap(ptr::null_mut(), Ordering::AcqRel))
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// The box that a slot gave up.
#[expect(unsafe_code, reason = "a box goes through an atomic pointer")]
fn owned<T>(item: *mut T) -> Option<Box<T>> {
    if item.is_null() {
        return None;
    }
    // SAFETY: every pointer in a slot comes from `Box::into_raw` and leaves the slot by a swap,
    // so exactly one caller gets it.
    Some(unsafe { Box::from_raw(item) })
}

/// The design thread's end.
pub(crate) struct CommandSender<T>(Arc<Slot<T>>);

/// The audio thread's end.
pub(crate) struct CommandReceiver<T>(Arc<Slot<T>>);

/// Both ends of a new slot.
pub(crate) fn command_slot<T>() -> (CommandSender<T>, CommandReceiver<T>) {
    let slot = Arc::new(Slot::new());
    (CommandSender(slot.clone()), CommandReceiver(slot))
}

impl<T> CommandSender<T> {
    /// Sends a command. An earlier one that was not taken is freed here.
    pub(crate) fn send(&self, command: T) {
        drop(self.0.put(Box::new(command)));
    }
}

impl<T> CommandReceiver<T> {
    /// The newest command, if there is one. Never allocates, frees or waits.
    pub(crate) fn receive(&self) -> Option<Box<T>> {
        self.0.take()
    }
}
