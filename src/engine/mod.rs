//! The engine: everything that happens on the audio thread.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | cuts a block where something changes, and processes the parts |
//! | `stage.rs` | the state machine: what leaves the engine, and how a command changes it |
//! | `change.rs`, `pace.rs` | when a change of settings acts, and whether to wait for its design |
//! | `chain.rs` | convolver or restorer, and the cross-fades behind them |
//! | `fade.rs` | the cross-fades |
//! | `jump.rs`, `recent.rs` | the cross-fade over a jump of the timeline, and what came in before it |
//! | `live_convolver.rs`, `live_restorer.rs` | applying and taking off mark and veil in real time |
//! | `transport.rs` | where a block lies on the timeline |
//! | `command.rs` | what passes between the engine and the design thread |
//!
//! [`Engine::process`] and [`Engine::reset`] never allocate, free, lock or panic. Renders are made to
//! wait for a design: those that say they are offline, by a lock; those that are ahead of real time,
//! by a bounded loop. A host of unknown pace may wait a quarter of a second before its first sound.

mod chain;
mod change;
#[cfg(test)]
mod change_tests;
mod command;
mod fade;
mod jump;
#[cfg(test)]
mod jump_tests;
mod live_convolver;
mod live_restorer;
#[cfg(test)]
mod original_tests;
mod pace;
mod recent;
mod stage;
#[cfg(test)]
mod tests;
mod transport;

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::chain::{Chain, split};
use self::change::{Change, PATIENCE_AT_START};
pub(crate) use self::command::{
    DesignRequest, DesignerLink, EngineCommand, EngineLink, OutputMode, Retired,
};
use self::fade::Target;
pub(crate) use self::live_convolver::LiveConvolver;
pub(crate) use self::live_restorer::LiveRestorer;
use self::pace::{Moment, Pace};
use self::stage::Stage;
use self::transport::TransportPosition;
use crate::handoff::BlockReport;
use crate::handoff::design_requests::{DesignRequests, PATIENCE};
use crate::params::RecipeSettings;

/// Most channels of any layout.
pub(crate) const CHANNELS_MAX: usize = 64;
/// A change that comes while the one before is still taking over is tried again at multiples of this
/// many samples.
const RETRY: u64 = 64;
/// Attempts to receive a command between two looks at the clock, while waiting.
const SPINS: usize = 64;

/// What the host states about a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// Position of its first sample, if the host plays and states one.
    pub(crate) host: Option<i64>,
    /// Whether it is a later part of the host's block, and so comes at once after the part before.
    pub(crate) goes_on: bool,
    /// In Hz. It may differ from the rate that was activated: a JACK server has the last word.
    pub(crate) sample_rate: u32,
    pub(crate) settings: RecipeSettings,
    pub(crate) controls: Controls,
}

/// The parameters that need no design.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Controls {
    pub(crate) bypass: bool,
    pub(crate) delta: bool,
    /// Linear.
    pub(crate) gain: f32,
    /// The editor's user wants to hear the input instead, at this linear gain.
    pub(crate) original: Option<f32>,
}

/// All that one instance keeps on the audio thread.
pub(crate) struct Engine {
    link: EngineLink,
    requests: Arc<DesignRequests>,
    epoch: u64,
    channels: usize,
    /// In Hz. What the host runs at, whatever it activated.
    sample_rate: u32,
    stage: Stage,
    chain: Chain,
    transport: TransportPosition,
    /// The settings that are, or are about to be, in force.
    applied: Option<RecipeSettings>,
    change: Option<Change>,
    /// A command that came before its time.
    held: Option<Box<EngineCommand>>,
    /// Samples processed since the instance was made.
    processed: u64,
    /// Requests made.
    requested: u64,
    pace: Pace,
    /// The host renders at its own pace, and says so.
    offline: bool,
    /// Waiting was in vain, or is not worth it: the engine does not wait again before a command has
    /// come.
    gave_up: bool,
}

impl Engine {
    /// An engine that is silent until it is prepared and the design thread has sent a command.
    pub(crate) fn new(link: EngineLink, requests: Arc<DesignRequests>) -> Self {
        Self {
            link,
            requests,
            epoch: 0,
            channels: 0,
            sample_rate: 48_000,
            stage: Stage::Muted,
            chain: Chain::new(0, 48_000),
            transport: TransportPosition::new(48_000),
            applied: None,
            change: None,
            held: None,
            processed: 0,
            requested: 0,
            pace: Pace::new(48_000),
            offline: false,
            gave_up: false,
        }
    }

    /// Prepares for `channels` at `sample_rate` Hz and commands of `epoch`. `offline` if the host
    /// renders at its own pace and may be kept waiting. Allocates and frees: for activation only.
    pub(crate) fn prepare(&mut self, channels: usize, sample_rate: u32, epoch: u64, offline: bool) {
        self.epoch = epoch;
        self.channels = channels;
        self.sample_rate = sample_rate;
        self.stage = Stage::Muted;
        self.chain = Chain::new(channels, sample_rate);
        self.transport = TransportPosition::new(sample_rate);
        self.applied = None;
        self.change = None;
        self.held = None;
        self.pace = Pace::new(sample_rate);
        self.offline = offline;
        self.gave_up = false;
    }

    /// Forgets all samples; the count of samples without a host's position starts at 0.
    pub(crate) fn reset(&mut self) {
        self.chain.reset();
        self.transport.reset();
        self.chain.convolver.recent.forget();
        self.stage.skip_warm_up();
        // What follows may be a render, whatever came before.
        self.pace = Pace::new(self.sample_rate);
    }

    /// Whether the host renders: it says so, or it is further ahead of the clock than one that fetches
    /// ahead of what it plays.
    pub(crate) fn renders(&self) -> bool {
        self.offline || self.pace.renders()
    }

    /// Samples that go on sounding after the input has ended.
    pub(crate) fn tail(&self) -> u32 {
        u32::try_from(self.chain.context()).unwrap_or(u32::MAX)
    }

    /// Processes one block in place: `channels` are equally long, at most [`CHANNELS_MAX`] and as
    /// many as prepared for.
    pub(crate) fn process(&mut self, block: &Block, channels: &mut [&mut [f32]]) -> BlockReport {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        if len == 0 {
            return BlockReport::default();
        }
        self.return_retired();
        let now = Moment { samples: self.processed, clock: Instant::now() };
        if block.sample_rate != self.sample_rate {
            self.follow_rate(block.sample_rate);
        }
        self.pace.block(now, len, block.goes_on);
        let (position, jumped_from) = self.transport.advance(block.host, len);
        if let Some(from) = jumped_from {
            // A render that starts here twice is the same twice, and so is what starts out of silence.
            let recent = &self.chain.convolver.recent;
            let sounds = !self.offline && recent.has_sound(self.chain.context());
            self.chain.jump(from, position, sounds);
        }
        self.chain.convolver.recent.record(channels, len);
        self.follow_settings(block.settings, now);
        self.chain.has_faded = false;
        let mut first = None;
        let mut done = 0;
        while done < len {
            let mut until_due = self.advance(now);
            if self.change.is_none()
                && self.applied.is_some_and(|applied| applied != block.settings)
            {
                // A change was wanted while another was under way. It begins here and not with the next
                // block, so that it does not matter how long blocks are.
                self.follow_settings(block.settings, Moment { samples: self.processed, ..now });
                until_due = self.advance(now);
            }
            first.get_or_insert((self.chain.serial(), self.chain.convolver.now.will_retire()));
            self.chain.fader.aim(&self.target(&block.controls));
            let count = until_due.min(self.samples_to_next_stage()).clamp(1, len - done);
            let at = position.saturating_add(done as i64);
            if count == len {
                self.chain.process(at, channels);
            } else {
                let (mut parts, used) = split(channels, done..done + count);
                self.chain.process(at, &mut parts[..used]);
            }
            self.stage.pass(count);
            self.processed += count as u64;
            done += count;
        }
        let last = (self.chain.serial(), self.chain.convolver.now.will_retire());
        let changing = self.chain.has_faded || first != Some(last) || last.1;
        self.return_retired();
        self.requests.set_processed(self.processed);
        self.report(position, block, changing)
    }

    /// Brings everything up to the present sample; returns the samples until a change is due.
    fn advance(&mut self, block_start: Moment) -> usize {
        self.settle_stage();
        self.return_retired();
        let Some(change) = self.change else { return usize::MAX };
        let left = change.samples_left(self.processed);
        if left > 0 {
            return left;
        }
        // Where it comes too late for this block, it is looked for again in the next.
        if !self.await_command(&change, block_start) {
            return usize::MAX;
        }
        if self.is_taking_over() {
            // The last change first; then at a place that does not depend on the blocks.
            let due = (self.processed / RETRY + 1) * RETRY;
            if let Some(change) = &mut self.change {
                change.due = due;
            }
            return (due - self.processed) as usize;
        }
        if let Some(command) = self.held.take() {
            self.change = None;
            self.apply(command);
            self.settle_stage();
        }
        usize::MAX
    }

    /// Sees to it that the settings wanted will act when they are due.
    fn follow_settings(&mut self, wanted: RecipeSettings, now: Moment) {
        self.receive();
        let changes = self.change.is_some_and(|change| Some(change.settings) != self.applied);
        // For the settings in force: the class or the keyring has changed, and that acts at once.
        if self.applied.is_some_and(|applied| self.holds(applied))
            && (changes || self.change.is_none())
            && self.can_apply()
            && let Some(command) = self.held.take()
        {
            self.apply(command);
        }
        if self.change.is_none() && self.applied == Some(wanted) {
            return;
        }
        let at_once = self.applied.is_none() || self.chain.fader.is_fresh();
        let change =
            self.change.get_or_insert_with(|| Change::new(wanted, now, self.sample_rate, at_once));
        if at_once && change.settings != wanted {
            // Nothing is heard of what was wanted before.
            *change = Change::new(wanted, now, self.sample_rate, true);
        } else if at_once {
            change.act_at_once(now);
        }
        let (settings, due) = (change.settings, change.wants_request(now));
        if due && !self.holds(settings) {
            self.request(now);
        }
    }

    /// Requests the design for the change under way.
    fn request(&mut self, now: Moment) {
        let Some(change) = &mut self.change else { return };
        let request = DesignRequest {
            epoch: self.epoch,
            number: self.requested + 1,
            settings: change.settings,
            sample_rate: self.sample_rate,
            needs_convolver: self.sample_rate != self.chain.sample_rate,
        };
        if self.link.request(request) {
            self.requested += 1;
            change.set_requested(now);
            self.requests.raise(false);
        }
    }

    /// Whether the command for `change` is there and can be applied, after as much waiting as the
    /// host allows. `block_start` is when the present block began.
    fn await_command(&mut self, change: &Change, block_start: Moment) -> bool {
        let ready = |engine: &mut Self| {
            engine.receive();
            engine.holds(change.settings)
        };
        if !self.can_apply() {
            return false;
        }
        if ready(self) {
            return true;
        }
        let patience = self.patience(change);
        if patience.is_zero() {
            return false;
        }
        // The design thread may have designed something else since.
        if self.change.as_mut().is_some_and(|change| change.wants_overdue_request(block_start)) {
            self.request(block_start);
        }
        if self.offline {
            let request = self.requests.request();
            self.requests.wait(request, patience);
        } else {
            self.requests.raise(true);
            let deadline = Instant::now() + patience;
            while !ready(self) && Instant::now() < deadline {
                for _ in 0..SPINS {
                    std::hint::spin_loop();
                }
            }
        }
        let came = ready(self);
        self.gave_up = !came && (self.offline || patience >= PATIENCE_AT_START);
        came
    }

    /// How long the host may be kept waiting for `change`: where nothing else is known, by as much as its
    /// blocks are ahead of the clock. Where each of them comes in its time, that is nothing.
    fn patience(&self, change: &Change) -> Duration {
        if self.gave_up || !self.requests.has_designer() {
            Duration::ZERO
        } else if self.offline || self.pace.is_ahead() {
            PATIENCE
        } else if change.at_once && self.pace.is_unknown() {
            PATIENCE_AT_START
        } else {
            self.pace.lead_since(change.seen).min(PATIENCE)
        }
    }

    /// Whether the command for `settings` has come.
    fn holds(&self, settings: RecipeSettings) -> bool {
        self.held.as_ref().is_some_and(|held| held.settings == settings)
    }

    /// Takes the newest command, if there is one and room to send back what it replaces.
    fn receive(&mut self) {
        if !self.link.has_room(2) {
            return;
        }
        let Some(command) = self.link.receive() else { return };
        self.gave_up = false;
        let fits = self.chain.sample_rate == self.sample_rate || command.convolver.is_some();
        let current =
            command.epoch == self.epoch && command.sample_rate == self.sample_rate && fits;
        // What the change under way waits for is not given up for what was designed meanwhile.
        let awaited = self.change.is_some_and(|change| {
            self.holds(change.settings) && command.settings != change.settings
        });
        let gone = if current && !awaited { self.held.replace(command) } else { Some(command) };
        if let Some(gone) = gone {
            self.retire(Retired::Command(gone));
        }
    }

    /// What the fader aims at.
    fn target(&self, controls: &Controls) -> Target {
        let &Controls { bypass, delta, gain, .. } = controls;
        let original = controls.original.filter(|_| self.may_play_original());
        // What should be protected must not leave restored, or unchanged, while its design is late.
        let chosen = matches!(self.stage, Stage::Passing)
            && self.requests.has_class()
            && self.applied.is_some_and(|applied| !applied.restore);
        let late = self.change.is_some_and(|change| {
            let restores = self.applied.is_some_and(|applied| applied.restore);
            change.due <= self.processed && restores && !change.settings.restore
        });
        let mute = late || chosen || self.stage.is_silent();
        Target { bypass, delta, gain, mute, original }
    }

    /// Whether the original may be heard for comparison: only in place of what is protected, and only
    /// where the host is known to run in real time. A render never contains it.
    fn may_play_original(&self) -> bool {
        let is_live = !self.offline && !self.pace.is_ahead() && !self.pace.is_unknown();
        is_live && matches!(self.stage, Stage::Protecting)
    }

    fn report(&self, position: i64, block: &Block, changing: bool) -> BlockReport {
        let original = block.controls.original.is_some() && self.may_play_original();
        let acts = match self.stage {
            _ if block.controls.bypass || original => false,
            Stage::Protecting | Stage::Restoring => true,
            _ => false,
        };
        let veil = if acts { self.chain.serial() } else { None };
        let without_effect = !self.chain.has_effect();
        let restored = veil.is_some() && self.chain.is_restoring();
        let Controls { delta, gain, .. } = block.controls;
        let host = block.host.is_some();
        BlockReport {
            position,
            host,
            veil,
            without_effect,
            restored,
            delta,
            original,
            gain,
            changing,
        }
    }
}
