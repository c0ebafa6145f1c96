//! A model checker (loom) runs every interleaving of design thread and audio thread at the command
//! slot.

use std::cell::Cell;

use loom::thread;

mod handoff {
    pub(crate) mod sync {
        pub(crate) use loom::sync::Arc;
        pub(crate) use loom::sync::atomic::{AtomicPtr, Ordering};
    }
}

// The plug-in's own file, compiled with the checker's atomics.
#[path = "../src/handoff/command_slot.rs"]
mod command_slot;

loom::thread_local! {
    static ON_AUDIO_THREAD: Cell<bool> = Cell::new(false);
}

/// Stands for a veil: fails if it is freed on the audio thread. The checker's `Arc` detects leaks.
struct Veil(#[expect(dead_code, reason = "only held")] loom::sync::Arc<usize>);

impl Drop for Veil {
    fn drop(&mut self) {
        assert!(!ON_AUDIO_THREAD.with(Cell::get), "freed on the audio thread");
    }
}

struct Command {
    number: usize,
    _veil: Veil,
}

fn command(number: usize) -> Command {
    Command { number, _veil: Veil(loom::sync::Arc::new(number)) }
}

#[test]
fn no_command_is_duplicated_or_freed_on_the_audio_thread_and_the_newest_arrives() {
    loom::model(|| {
        let (sender, receiver) = command_slot::command_slot();
        sender.send(command(1));
        let audio = thread::spawn(move || {
            ON_AUDIO_THREAD.with(|on| on.set(true));
            // The plug-in sends back what was taken and frees it elsewhere.
            let taken: Vec<_> = (0..3).filter_map(|_| receiver.receive()).collect();
            ON_AUDIO_THREAD.with(|on| on.set(false));
            (taken, receiver)
        });
        sender.send(command(2));
        sender.send(command(3));
        let (mut taken, receiver) = audio.join().unwrap();
        taken.extend(receiver.receive());
        let numbers: Vec<usize> = taken.iter().map(|command| command.number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        // The newest always arrives.
        assert_eq!(numbers.last(), Some(&3));
    });
}

#[test]
fn either_end_may_be_dropped_first() {
    loom::model(|| {
        let (sender, receiver) = command_slot::command_slot();
        sender.send(command(1));
        let host = thread::spawn(move || {
            drop(receiver.receive());
            drop(receiver);
        });
        sender.send(command(2));
        drop(sender);
        host.join().unwrap();
    });
}
