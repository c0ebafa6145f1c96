//! What lies between the design thread and the audio thread: commands one way; requests, and what
//! is to be freed, the other.
//!
//! The audio thread's end never allocates, frees, locks or waits.

use rtrb::{Consumer, Producer, RingBuffer};

use super::command_slot::{CommandReceiver, CommandSender, command_slot};

/// Items that may be on their way back to be freed. The audio thread takes no further command
/// while there is not room for all that one can retire.
const RETIRED_MAX: usize = 16;
/// Requests that may be on their way. The audio thread has one open at a time.
const REQUESTS_MAX: usize = 4;

/// The design thread's end: commands of type `C` out, retired items `R` and requests `Q` in.
pub(crate) struct DesignerEnd<C, R, Q> {
    commands: CommandSender<C>,
    retired: Consumer<R>,
    requests: Consumer<Q>,
}

/// The audio thread's end.
pub(crate) struct EngineEnd<C, R, Q> {
    commands: CommandReceiver<C>,
    retired: Producer<R>,
    requests: Producer<Q>,
}

/// Both ends of a new link.
pub(crate) fn link<C, R, Q>() -> (DesignerEnd<C, R, Q>, EngineEnd<C, R, Q>) {
    let (sender, receiver) = command_slot();
    let (retire, retired) = RingBuffer::new(RETIRED_MAX);
    let (request, requests) = RingBuffer::new(REQUESTS_MAX);
    (
        DesignerEnd { commands: sender, retired, requests },
        EngineEnd { commands: receiver, retired: retire, requests: request },
    )
}

impl<C, R, Q> DesignerEnd<C, R, Q> {
    /// Sends a command, in the place of one that was not taken.
    pub(crate) fn send(&self, command: C) {
        self.commands.send(command);
    }

    /// Frees what came back; returns how many items that were.
    pub(crate) fn free_retired(&mut self) -> usize {
        std::iter::from_fn(|| self.retired.pop().ok()).count()
    }

    /// The newest request since the last call.
    pub(crate) fn newest_request(&mut self) -> Option<Q> {
        std::iter::from_fn(|| self.requests.pop().ok()).last()
    }
}

impl<C, R, Q> EngineEnd<C, R, Q> {
    /// The newest command, if there is one.
    pub(crate) fn receive(&self) -> Option<Box<C>> {
        self.commands.receive()
    }

    /// Whether `count` items can be retired.
    pub(crate) fn has_room(&self, count: usize) -> bool {
        self.retired.slots() >= count
    }

    /// Hands `item` back to be freed; returns it where there is no room.
    pub(crate) fn retire(&mut self, item: R) -> Result<(), R> {
        self.retired.push(item).map_err(|rtrb::PushError::Full(item)| item)
    }

    /// Asks for a design; returns whether there was room for the request.
    pub(crate) fn request(&mut self, request: Q) -> bool {
        self.requests.push(request).is_ok()
    }
}
