//! The engine's state machine.
//!
//! ```text
//!              Mute                      Protect, other veil: patch by patch in the convolver
//!   ┌───────┐ ◄──── any stage            ┌──────────┐
//!   │ Muted │ ────────────────────────►  │Protecting│ ─┐
//!   └───────┘         Protect            └──────────┘  │ Restore, or back
//!       │ Pass        ┌───────┐   Pass         ▲       ▼
//!       └──────────►  │Passing│ ◄────────►     │   ┌─────────┐ silent  ┌─────────┐
//!                     └───────┘                │   │Switching│ ──────► │WarmingUp│
//!                                              │   └─────────┘         └─────────┘
//!                                              └────────── warm ────────┘   │
//!                                                        ┌─────────┐  warm  │
//!                                                        │Restoring│ ◄──────┘
//!                                                        └─────────┘
//! ```

use super::Engine;
use super::command::{EngineCommand, OutputMode, Retired};
use super::fade::Settled;
use super::pace::Pace;
use super::transport::TransportPosition;

/// What leaves the engine.
pub(crate) enum Stage {
    /// Silence: what should be protected must not leave unprotected.
    Muted,
    /// The input.
    Passing,
    /// The input with the veil applied. Another veil takes over inside the convolver.
    Protecting,
    /// The input with the veil taken off.
    Restoring,
    /// A fade to silence, in which this command acts. Between applying a veil and taking it off
    /// there is nothing to cross-fade.
    Switching(Box<EngineCommand>),
    /// Silence for `left` samples, until what took over has enough samples behind it.
    WarmingUp { left: usize, then: OutputMode },
}

impl Stage {
    /// The stage in which `mode` leaves.
    fn of(mode: OutputMode) -> Self {
        match mode {
            OutputMode::Mute => Self::Muted,
            OutputMode::Pass => Self::Passing,
            OutputMode::Protect => Self::Protecting,
            OutputMode::Restore => Self::Restoring,
        }
    }

    /// Whether it is, or fades to, silence.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, Self::Muted | Self::Switching(_) | Self::WarmingUp { .. })
    }

    /// `samples` were processed.
    pub(super) fn pass(&mut self, samples: usize) {
        if let Self::WarmingUp { left, .. } = self {
            *left = left.saturating_sub(samples);
        }
    }

    /// There is nothing to warm up with after a reset.
    pub(super) fn skip_warm_up(&mut self) {
        if let Self::WarmingUp { then, .. } = self {
            *self = Self::of(*then);
        }
    }
}

impl Engine {
    /// Whether a command can be applied now: none waits for silence, and there is room to send
    /// back what it replaces.
    pub(super) fn can_apply(&self) -> bool {
        let switching = matches!(self.stage, Stage::Switching(_));
        !switching && self.link.has_room(4)
    }

    /// Whether the command that came would have to wait in the convolver for the one before.
    pub(super) fn is_taking_over(&self) -> bool {
        let protects =
            self.held.as_ref().is_some_and(|command| command.mode == OutputMode::Protect);
        protects
            && matches!(self.stage, Stage::Protecting)
            && !self.chain.is_silent()
            && self.chain.convolver.now.will_retire()
    }

    /// Applies a command, or begins to.
    pub(super) fn apply(&mut self, mut command: Box<EngineCommand>) {
        self.applied = Some(command.settings);
        if let Some(convolver) = command.convolver.as_mut()
            && self.chain.sample_rate != command.sample_rate
        {
            // The host's sample rate has changed; everything is silent already.
            std::mem::swap(convolver, &mut self.chain.convolver);
            self.chain.sample_rate = command.sample_rate;
            self.chain.jump.set_rate(command.sample_rate);
            self.chain.latest = None;
        }
        if command.mode == OutputMode::Mute {
            self.stage = Stage::Muted;
            self.retire(Retired::Command(command));
            return;
        }
        let serial = command.serial();
        let same = serial.is_some() && serial == self.chain.latest;
        if command.restorer.is_some() || self.chain.restorer.is_some() {
            if same && command.restorer.is_some() && self.chain.restorer.is_some() {
                // A key that was missing for a while is back.
                self.stage = Stage::of(command.mode);
                self.retire(Retired::Command(command));
            } else {
                self.stage = Stage::Switching(command);
            }
            return;
        }
        self.stage = Stage::of(command.mode);
        if serial != self.chain.latest {
            if self.chain.is_silent() {
                // Out of silence there is no patch to wait for.
                self.chain.convolver.now.reset();
            }
            self.install_veil(&mut command);
        }
        self.retire(Retired::Command(command));
    }

    /// Carries out what waits for silence or for warm samples, if that is reached.
    pub(super) fn settle_stage(&mut self) {
        if let Stage::WarmingUp { left: 0, then } = self.stage {
            self.stage = Stage::of(then);
        }
        let fresh = self.chain.fader.is_fresh();
        let unheard = matches!(self.chain.fader.settled(), Some(Settled::Silent | Settled::Dry));
        if !matches!(self.stage, Stage::Switching(_)) || !(fresh || unheard) {
            return;
        }
        if !self.link.has_room(4) {
            return;
        }
        // Puts a veil that still waits in force, so that nothing waits any more.
        self.chain.convolver.now.reset();
        self.return_retired();
        let Stage::Switching(mut command) = std::mem::replace(&mut self.stage, Stage::Muted) else {
            return;
        };
        let mode = command.mode;
        std::mem::swap(&mut self.chain.restorer, &mut command.restorer);
        let installed = self.install_veil(&mut command);
        let left = match &self.chain.restorer {
            Some(restorer) => restorer.warm_up(),
            None => self.chain.context(),
        };
        self.stage = match (installed, fresh || left == 0) {
            (false, _) => Stage::Muted,
            (true, true) => Stage::of(mode),
            (true, false) => Stage::WarmingUp { left, then: mode },
        };
        self.return_retired();
        self.retire(Retired::Command(command));
    }

    /// Puts the veil of `command` in force; returns whether it could.
    fn install_veil(&mut self, command: &mut EngineCommand) -> bool {
        self.chain.latest = command.serial();
        let serial = command.veil.as_ref().map(|veil| veil.serial());
        let unused = self.chain.convolver.now.set_veil(command.veil.take());
        // Kernels longer than any valid recipe makes are refused: that cannot be, but must not pass
        // for protection.
        let refused = unused.as_ref().is_some_and(|veil| Some(veil.serial()) == serial);
        if refused {
            self.stage = Stage::Muted;
            self.chain.latest = None;
        }
        if let Some(veil) = unused {
            self.retire(Retired::Veil(veil));
        }
        !refused
    }

    /// Samples until the stage changes by itself.
    pub(super) fn samples_to_next_stage(&self) -> usize {
        match self.stage {
            Stage::Switching(_) => self.chain.fader.samples_to_silence(),
            Stage::WarmingUp { left, .. } => left,
            _ => usize::MAX,
        }
    }

    /// Sends back the veil that the last change replaced, once nothing of it sounds.
    pub(super) fn return_retired(&mut self) {
        if self.link.has_room(1)
            && let Some(veil) = self.chain.convolver.take_retired()
        {
            self.retire(Retired::Veil(veil));
        }
    }

    /// Sends `item` back to be freed. Whoever calls has made sure that there is room.
    pub(super) fn retire(&mut self, item: Retired) {
        if let Err(item) = self.link.retire(item) {
            // Cannot be. To leak it is better than to free it here.
            std::mem::forget(item);
        }
    }

    /// Starts anew at the sample rate that the host really runs at: silent until the design thread
    /// has sent what belongs to it.
    pub(super) fn follow_rate(&mut self, sample_rate: u32) {
        if !self.link.has_room(2) {
            return;
        }
        if let Stage::Switching(command) = std::mem::replace(&mut self.stage, Stage::Muted) {
            self.retire(Retired::Command(command));
        }
        if let Some(command) = self.held.take() {
            self.retire(Retired::Command(command));
        }
        self.sample_rate = sample_rate;
        self.chain.fader = self.chain.fader.silent_at(sample_rate);
        self.transport = TransportPosition::new(sample_rate);
        self.pace = Pace::new(sample_rate);
        self.applied = None;
        self.change = None;
        // It is silent meanwhile, and live.
        self.gave_up = true;
    }
}
