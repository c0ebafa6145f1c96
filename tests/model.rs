//! Every interleaving of the slot between designer and audio thread, by a model checker.

use std::cell::Cell;

use loom::thread;

mod handoff {
    pub(crate) mod sync {
        pub(crate) use loom::sync::Arc;
        pub(crate) use loom::sync::atomic::{AtomicPtr, Ordering};
    }
}

// The file itself, compiled with the checker's atomics.
#[path = "../src/handoff/command_slot.rs"]
mod command_slot;

loom::thread_local! {
    static ON_AUDIO_THREAD: Cell<bool> = Cell::new(false);
}

/// Stands for a veil: notices when it is freed, and where. The checker's `Arc` notices a leak.
struct Veil(#[allow(dead_code)] loom::sync::Arc<usize>);

impl Drop for Veil {
    fn drop(&mut self) {
        assert!(!ON_AUDIO_THREAD.with(Cell::get), "freed on the audio thread");
    }
}

struct Command {
    number: usize,
    veil: Option<Veil>,
}

fn command(number: usize) -> Command {
    Command { number, veil: Some(Veil(loom::sync::Arc::new(number))) }
}

/// What the audio thread does with commands: the veil in force changes, and the one before goes
/// back in the box of its follower.
struct Audio {
    slot: command_slot::CommandReceiver<Command>,
    leaving: Option<Box<Command>>,
    veil: Option<Veil>,
    last: usize,
}

impl Audio {
    fn block(&mut self) {
        if let Some(command) = self.leaving.take() {
            self.leaving = self.slot.give_back(command);
        }
        if self.leaving.is_some() {
            return;
        }
        let Some(mut command) = self.slot.receive() else { return };
        assert!(command.number > self.last, "an old command came after a new one");
        self.last = command.number;
        std::mem::swap(&mut self.veil, &mut command.veil);
        self.leaving = self.slot.give_back(command);
    }
}

#[test]
fn no_letter_is_lost_doubled_or_freed_on_the_audio_thread() {
    loom::model(|| {
        let (designer, receiver) = command_slot::slot();
        designer.send(command(1));
        let audio = thread::spawn(move || {
            ON_AUDIO_THREAD.with(|on| on.set(true));
            let mut audio = Audio { slot: receiver, leaving: None, veil: None, last: 0 };
            for _ in 0..3 {
                audio.block();
            }
            ON_AUDIO_THREAD.with(|on| on.set(false));
            audio
        });
        designer.send(command(2));
        drop(designer.collect());
        designer.send(command(3));
        drop(designer.collect());
        let mut audio = audio.join().unwrap();
        // With time, the newest always arrives and everything else goes home.
        for _ in 0..3 {
            drop(designer.collect());
            audio.block();
        }
        assert_eq!(audio.last, 3);
        assert!(audio.leaving.is_none());
    });
}

#[test]
fn either_end_may_go_first() {
    loom::model(|| {
        let (designer, receiver) = command_slot::slot();
        designer.send(command(1));
        let host = thread::spawn(move || {
            let taken = receiver.receive();
            if let Some(command) = taken {
                drop(receiver.give_back(command));
            }
            drop(receiver);
        });
        designer.send(command(2));
        drop(designer);
        host.join().unwrap();
    });
}
