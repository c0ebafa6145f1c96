//! Every interleaving of the mail between keeper and audio thread, by a model checker.

use std::cell::Cell;

use loom::thread;

mod sync {
    pub(crate) use loom::sync::Arc;
    pub(crate) use loom::sync::atomic::{AtomicPtr, Ordering};
}

// The file itself, compiled with the checker's atomics.
#[path = "../src/handoff/mail.rs"]
mod mail;

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

struct Letter {
    number: usize,
    veil: Option<Veil>,
}

fn letter(number: usize) -> Letter {
    Letter { number, veil: Some(Veil(loom::sync::Arc::new(number))) }
}

/// What the audio thread does with letters: the veil in force changes, and the one before goes
/// back in the box of its follower.
struct Audio {
    mail: mail::AudioEnd<Letter>,
    leaving: Option<Box<Letter>>,
    veil: Option<Veil>,
    last: usize,
}

impl Audio {
    fn block(&mut self) {
        if let Some(letter) = self.leaving.take() {
            self.leaving = self.mail.give_back(letter);
        }
        if self.leaving.is_some() {
            return;
        }
        let Some(mut letter) = self.mail.receive() else { return };
        assert!(letter.number > self.last, "an old letter came after a new one");
        self.last = letter.number;
        std::mem::swap(&mut self.veil, &mut letter.veil);
        self.leaving = self.mail.give_back(letter);
    }
}

#[test]
fn no_letter_is_lost_doubled_or_freed_on_the_audio_thread() {
    loom::model(|| {
        let (keeper, audio_end) = mail::mail();
        keeper.send(letter(1));
        let audio = thread::spawn(move || {
            ON_AUDIO_THREAD.with(|on| on.set(true));
            let mut audio = Audio { mail: audio_end, leaving: None, veil: None, last: 0 };
            for _ in 0..3 {
                audio.block();
            }
            ON_AUDIO_THREAD.with(|on| on.set(false));
            audio
        });
        keeper.send(letter(2));
        drop(keeper.collect());
        keeper.send(letter(3));
        drop(keeper.collect());
        let mut audio = audio.join().unwrap();
        // With time, the newest always arrives and everything else goes home.
        for _ in 0..3 {
            drop(keeper.collect());
            audio.block();
        }
        assert_eq!(audio.last, 3);
        assert!(audio.leaving.is_none());
    });
}

#[test]
fn either_end_may_go_first() {
    loom::model(|| {
        let (keeper, audio_end) = mail::mail();
        keeper.send(letter(1));
        let host = thread::spawn(move || {
            let taken = audio_end.receive();
            if let Some(letter) = taken {
                drop(audio_end.give_back(letter));
            }
            drop(audio_end);
        });
        keeper.send(letter(2));
        drop(keeper);
        host.join().unwrap();
    });
}
