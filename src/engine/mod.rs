//! The audio thread's part: timeline, veil or its inverse, cross-fades.
//!
//! [`Audio::process`] and [`Audio::reset`] never allocate, free, lock, wait or panic.

mod fade;
mod live_restorer;
mod transport;

use std::sync::Arc;

use patchveil_veil::{Convolver, MAGNITUDE_MAX, Veil};

use self::fade::{Aim, Fader, PIECE, Settled};
pub(crate) use self::live_restorer::LiveRestorer;
use self::transport::Timeline;
use crate::handoff::command_slot::CommandReceiver;
use crate::params::VeilSettings;

/// Most channels of any layout.
pub(crate) const CHANNELS_MAX: usize = 8;
/// The bit of a sample that is its sign.
const SIGN: u32 = 1 << 31;

/// What the designer wants done with the audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputMode {
    /// Pass through: no class was chosen.
    Pass,
    /// Silence: the chosen class cannot be protected with.
    Mute,
    /// Apply the veil that comes along.
    Protect,
    /// Take off the veil whose inverse comes along.
    Restore,
}

/// A command from the designer. On its way back it carries what is to be freed.
pub(crate) struct EngineCommand {
    /// The activation it is for.
    pub(crate) epoch: u64,
    /// The parameters it answers.
    pub(crate) settings: VeilSettings,
    pub(crate) mode: OutputMode,
    pub(crate) veil: Option<Arc<Veil>>,
    pub(crate) inverse: Option<Box<LiveRestorer>>,
}

/// What the parameters say about this block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Controls {
    pub(crate) bypass: bool,
    pub(crate) delta: bool,
    /// Linear.
    pub(crate) gain: f32,
}

/// What became of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct BlockReport {
    /// Timeline position of its first sample.
    pub(crate) position: i64,
    /// Whether the host states it.
    pub(crate) host: bool,
    /// Address of the veil that was applied or taken off, for telling veils apart.
    pub(crate) veil: Option<usize>,
    /// Whether it was taken off.
    pub(crate) restored: bool,
}

/// All that one instance keeps on the audio thread.
pub(crate) struct Audio {
    slot: CommandReceiver<EngineCommand>,
    /// An empty command that waits for the veil which the last change retires.
    errand: Option<Box<EngineCommand>>,
    /// A command that found no room on its way back.
    leaving: Option<Box<EngineCommand>>,
    /// An order to go over from veiling to restoring or back, or to another inverse. It waits for
    /// silence, because the two have nothing in common that could be faded.
    turning: Option<Box<EngineCommand>>,
    /// Samples of silence left until what has taken over has heard enough.
    warming: usize,
    mode: OutputMode,
    settings: Option<VeilSettings>,
    epoch: u64,
    convolver: Convolver,
    /// In the place of the convolver while a veil is taken off.
    inverse: Option<Box<LiveRestorer>>,
    /// Address of the veil that is, or is about to be, in force: only ever compared, and kept alive
    /// by convolver or inverse, so that no other veil can get the same address.
    aimed: usize,
    timeline: Timeline,
    fader: Fader,
    /// The input of one piece, channel by channel.
    dry: Box<[[f32; PIECE]; CHANNELS_MAX]>,
}

impl Audio {
    pub(crate) fn new(slot: CommandReceiver<EngineCommand>) -> Self {
        Self {
            slot,
            errand: None,
            leaving: None,
            turning: None,
            warming: 0,
            // Silence until the designer has spoken: what should be protected must not slip through.
            mode: OutputMode::Mute,
            settings: None,
            epoch: 0,
            convolver: Convolver::new(0, 48_000),
            inverse: None,
            aimed: 0,
            timeline: Timeline::new(48_000),
            fader: Fader::new(48_000),
            dry: Box::new([[0.0; PIECE]; CHANNELS_MAX]),
        }
    }

    /// Makes ready for `channels` at `sample_rate` Hz and orders of `epoch`. Allocates and frees:
    /// for activation only.
    pub(crate) fn prepare(&mut self, channels: usize, sample_rate: u32, epoch: u64) {
        self.convolver = Convolver::new(channels, sample_rate);
        self.inverse = None;
        self.aimed = 0;
        self.errand = None;
        self.turning = None;
        self.warming = 0;
        self.mode = OutputMode::Mute;
        self.settings = None;
        self.epoch = epoch;
        self.timeline = Timeline::new(sample_rate);
        self.fader = Fader::new(sample_rate);
    }

    /// Forgets what was heard; the free-running count starts at 0.
    pub(crate) fn reset(&mut self) {
        self.forget();
        self.timeline.reset();
        self.fader.reset();
        self.warming = 0;
    }

    /// Forgets the samples of before.
    fn forget(&mut self) {
        self.convolver.reset();
        if let Some(inverse) = &mut self.inverse {
            inverse.reset();
        }
    }

    /// What the newest order answers.
    pub(crate) fn settings(&self) -> Option<VeilSettings> {
        self.settings
    }

    /// Samples that go on sounding after the input has ended.
    pub(crate) fn tail(&self) -> u32 {
        let context = match &self.inverse {
            Some(inverse) => inverse.context(),
            None => self.convolver.veil().map_or(0, |veil| veil.context()),
        };
        u32::try_from(context).unwrap_or(u32::MAX)
    }

    /// Processes one block in place. `host` is the position of its first sample if the host
    /// plays; `channels` are equally long, at most [`CHANNELS_MAX`] and as many as prepared for.
    pub(crate) fn process(
        &mut self,
        host: Option<i64>,
        controls: &Controls,
        channels: &mut [&mut [f32]],
    ) -> BlockReport {
        self.receive();
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        if len == 0 {
            return BlockReport::default();
        }
        let (position, jumped) = self.timeline.advance(host, len);
        if jumped {
            // What came before is not what lies before this position on the timeline. Without it,
            // a render that starts here twice is the same twice.
            self.forget();
        }
        self.turn();
        let waiting = self.turning.is_some() || self.warming > 0;
        self.fader.aim(&Aim {
            bypass: controls.bypass,
            delta: controls.delta,
            mute: self.mode == OutputMode::Mute || waiting,
            gain: controls.gain,
        });
        self.warming = self.warming.saturating_sub(len);
        match self.fader.settled() {
            Some(Settled::Veiled(gain)) => {
                self.act(position, channels);
                if gain != 1.0 {
                    for x in channels.iter_mut().flat_map(|channel| channel.iter_mut()) {
                        *x *= gain;
                    }
                }
            }
            Some(Settled::Dry) => {
                self.listen(position, channels);
                self.fader.skip(len);
                channels.iter_mut().for_each(|channel| clear_what_is_no_audio(channel));
            }
            Some(Settled::Silent) => {
                self.listen(position, channels);
                self.fader.skip(len);
                channels.iter_mut().for_each(|channel| channel.fill(0.0));
            }
            None => self.mix(position, channels, len),
        }
        self.send_back();
        let veil = match &self.inverse {
            _ if controls.bypass || waiting => None,
            Some(inverse) if self.mode == OutputMode::Restore => Some(inverse.address()),
            None if self.mode == OutputMode::Protect => {
                self.convolver.veil().map(|veil| Arc::as_ptr(veil) as usize)
            }
            _ => None,
        };
        let restored = veil.is_some() && self.inverse.is_some();
        BlockReport { position, host: host.is_some(), veil, restored }
    }

    /// Veils or restores in place.
    fn act(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        match &mut self.inverse {
            Some(inverse) => inverse.process(position, channels),
            None => self.convolver.process(position, channels),
        }
    }

    /// Takes the samples in without output, so that the veil can set in at any time.
    fn listen(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        if let Some(inverse) = &mut self.inverse {
            // What it restores is what it remembers, so it works on a copy.
            let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
            for done in (0..len).step_by(PIECE) {
                let count = (len - done).min(PIECE);
                let mut pieces: [&mut [f32]; CHANNELS_MAX] = Default::default();
                let copies = pieces.iter_mut().zip(self.dry.iter_mut());
                for ((piece, dry), channel) in copies.zip(channels.iter()) {
                    dry[..count].copy_from_slice(&channel[done..done + count]);
                    *piece = &mut dry[..count];
                }
                let used = channels.len().min(CHANNELS_MAX);
                inverse.process(position.saturating_add(done as i64), &mut pieces[..used]);
            }
            return;
        }
        let mut views: [&[f32]; CHANNELS_MAX] = [&[]; CHANNELS_MAX];
        let count = channels.len().min(CHANNELS_MAX);
        for (view, channel) in views.iter_mut().zip(channels.iter()) {
            *view = channel;
        }
        self.convolver.feed(position, &views[..count]);
    }

    /// The way of everything that needs input and veil side by side.
    fn mix(&mut self, position: i64, channels: &mut [&mut [f32]], len: usize) {
        let mut done = 0;
        while done < len {
            let count = (len - done).min(PIECE);
            let mut pieces: [&mut [f32]; CHANNELS_MAX] = Default::default();
            let mut used = 0;
            for ((piece, channel), dry) in
                pieces.iter_mut().zip(channels.iter_mut()).zip(self.dry.iter_mut())
            {
                *piece = &mut channel[done..done + count];
                clear_what_is_no_audio(piece);
                dry[..count].copy_from_slice(piece);
                used += 1;
            }
            let pieces = &mut pieces[..used];
            self.act(position.saturating_add(done as i64), pieces);
            let weights = self.fader.weights(count);
            for (piece, dry) in pieces.iter_mut().zip(self.dry.iter()) {
                weights.mix(&dry[..count], piece);
            }
            done += count;
        }
    }

    /// Follows the designer's newest order, if one came and there is room to send back what it
    /// replaces.
    fn receive(&mut self) {
        if let Some(command) = self.leaving.take() {
            self.leave(command);
        }
        // First the last change must be over and done with: one errand carries one veil.
        self.send_back();
        if self.leaving.is_some() || self.turning.is_some() || self.convolver.is_changing() {
            return;
        }
        let Some(mut order) = self.slot.receive() else { return };
        if order.epoch != self.epoch {
            self.leave(order);
            return;
        }
        self.settings = Some(order.settings);
        if order.mode != OutputMode::Mute && (order.inverse.is_some() || self.inverse.is_some()) {
            let address = order.inverse.as_ref().map_or(0, |inverse| inverse.address());
            if address != 0 && address == self.aimed && self.inverse.is_some() {
                // Nothing to change: a key that was missed for a while is back.
                self.mode = order.mode;
                self.leave(order);
            } else {
                self.turning = Some(order);
            }
            return;
        }
        self.mode = order.mode;
        let veil = order.veil.take();
        let address = veil.as_ref().map_or(0, |veil| Arc::as_ptr(veil) as usize);
        if order.mode == OutputMode::Mute || address == self.aimed {
            // Nothing to change; the same veil again would only cut its patch short.
            order.veil = veil;
            self.leave(order);
            return;
        }
        self.aimed = address;
        if self.errand.is_none() && matches!(self.fader.settled(), Some(Settled::Silent)) {
            // Out of silence there is nothing to go over from, and no patch to wait for.
            self.convolver.reset();
        }
        let refused = self.convolver.set_veil(veil);
        if refused.as_ref().is_some_and(|veil| Arc::as_ptr(veil) as usize == address) {
            // Longer than any valid recipe makes: cannot be, but must not pass for protection.
            self.mode = OutputMode::Mute;
            self.aimed = 0;
        }
        if refused.is_some() || self.errand.is_some() {
            order.veil = refused;
            self.leave(order);
        } else {
            self.errand = Some(order);
        }
    }

    /// Carries out the order that waits for silence, if it is silent, or if nothing was heard yet.
    fn turn(&mut self) {
        let fresh = self.fader.is_fresh();
        let silent = matches!(self.fader.settled(), Some(Settled::Silent | Settled::Dry));
        if self.turning.is_none() || self.leaving.is_some() || !(fresh || silent) {
            return;
        }
        // Brings a veil that still waits into force, so that nothing waits any more.
        self.convolver.reset();
        self.send_back();
        if self.leaving.is_some() {
            return;
        }
        let Some(mut order) = self.turning.take() else { return };
        self.mode = order.mode;
        let veil = order.veil.take();
        self.aimed = match &order.inverse {
            Some(inverse) => inverse.address(),
            None => veil.as_ref().map_or(0, |veil| Arc::as_ptr(veil) as usize),
        };
        let context = veil.as_ref().map_or(0, |veil| veil.context());
        let refused = self.convolver.set_veil(veil);
        if refused.is_some() {
            self.mode = OutputMode::Mute;
            self.aimed = 0;
        }
        order.veil = refused.or_else(|| self.convolver.take_retired());
        std::mem::swap(&mut self.inverse, &mut order.inverse);
        let enough = self.inverse.as_ref().map_or(context, |inverse| inverse.warm_up());
        self.warming = if fresh { 0 } else { enough };
        self.leave(order);
    }

    /// Sends what the last change retired back to the designer.
    fn send_back(&mut self) {
        if self.leaving.is_some() || self.errand.is_none() {
            return;
        }
        if let Some(veil) = self.convolver.take_retired()
            && let Some(mut command) = self.errand.take()
        {
            command.veil = Some(veil);
            self.leave(command);
        } else if !self.convolver.will_retire()
            && let Some(command) = self.errand.take()
        {
            // The first veil takes over from none.
            self.leave(command);
        }
    }

    fn leave(&mut self, command: Box<EngineCommand>) {
        self.leaving = self.slot.give_back(command);
    }
}

/// Sets NaN, infinities and what is beyond [`MAGNITUDE_MAX`] to 0, as the convolver does.
pub(crate) fn clear_what_is_no_audio(samples: &mut [f32]) {
    // Bits of magnitudes have the order of magnitudes, with NaN above all; and comparing integers
    // costs the same for denormals.
    let is_audio = |x: &f32| x.to_bits() & !SIGN <= MAGNITUDE_MAX.to_bits();
    let audio = samples.iter().fold(true, |all, x| all & is_audio(x));
    if !audio {
        for x in samples.iter_mut().filter(|x| !is_audio(x)) {
            *x = 0.0;
        }
    }
}

#[cfg(test)]
mod tests;
