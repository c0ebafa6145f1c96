//! The audio thread's part: timeline, veil, cross-fades.
//!
//! [`Audio::process`] and [`Audio::reset`] never allocate, free, lock, wait or panic.

use std::sync::Arc;

use patchveil_veil::{Convolver, LOUDEST, Veil};

use crate::fade::{Aim, Fader, PIECE, Settled};
use crate::handoff::mail::AudioEnd;
use crate::params::Wish;
use crate::timeline::Timeline;

/// Most channels of any layout.
pub(crate) const CHANNELS_MAX: usize = 8;
/// The bit of a sample that is its sign.
const SIGN: u32 = 1 << 31;

/// What the keeper wants done with the audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Pass through: no class was chosen.
    Pass,
    /// Silence: the chosen class cannot be protected with.
    Mute,
    /// Apply the veil that comes along.
    Protect,
}

/// A letter from the keeper. On its way back it carries a veil to be freed.
pub(crate) struct Order {
    /// The activation it is for.
    pub(crate) epoch: u64,
    /// The parameters it answers.
    pub(crate) wish: Wish,
    pub(crate) verdict: Verdict,
    pub(crate) veil: Option<Arc<Veil>>,
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
pub(crate) struct Passed {
    /// Timeline position of its first sample.
    pub(crate) position: i64,
    /// Whether the host states it.
    pub(crate) host: bool,
    /// Address of the veil that the output went through, for telling veils apart.
    pub(crate) veil: Option<usize>,
}

/// All that one instance keeps on the audio thread.
pub(crate) struct Audio {
    mail: AudioEnd<Order>,
    /// An empty letter that waits for the veil which the last change retires.
    errand: Option<Box<Order>>,
    /// A letter that found no room on its way back.
    leaving: Option<Box<Order>>,
    verdict: Verdict,
    wish: Option<Wish>,
    epoch: u64,
    convolver: Convolver,
    /// Address of the veil that is, or is about to be, in force: only ever compared, and kept
    /// alive by the convolver, so that no other veil can get the same address.
    aimed: usize,
    timeline: Timeline,
    fader: Fader,
    /// The input of one piece, channel by channel.
    dry: Box<[[f32; PIECE]; CHANNELS_MAX]>,
}

impl Audio {
    pub(crate) fn new(mail: AudioEnd<Order>) -> Self {
        Self {
            mail,
            errand: None,
            leaving: None,
            // Silence until the keeper has spoken: what should be protected must not slip through.
            verdict: Verdict::Mute,
            wish: None,
            epoch: 0,
            convolver: Convolver::new(0, 48_000),
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
        self.aimed = 0;
        self.errand = None;
        self.verdict = Verdict::Mute;
        self.wish = None;
        self.epoch = epoch;
        self.timeline = Timeline::new(sample_rate);
        self.fader = Fader::new(sample_rate);
    }

    /// Forgets what was heard; the free-running count starts at 0.
    pub(crate) fn reset(&mut self) {
        self.convolver.reset();
        self.timeline.reset();
        self.fader.reset();
    }

    /// What the newest order answers.
    pub(crate) fn wish(&self) -> Option<Wish> {
        self.wish
    }

    /// Samples that go on sounding after the input has ended.
    pub(crate) fn tail(&self) -> u32 {
        let context = self.convolver.veil().map_or(0, |veil| veil.context());
        u32::try_from(context).unwrap_or(u32::MAX)
    }

    /// Processes one block in place. `host` is the position of its first sample if the host
    /// plays; `channels` are equally long, at most [`CHANNELS_MAX`] and as many as prepared for.
    pub(crate) fn process(
        &mut self,
        host: Option<i64>,
        controls: &Controls,
        channels: &mut [&mut [f32]],
    ) -> Passed {
        self.receive();
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        if len == 0 {
            return Passed::default();
        }
        let (position, jumped) = self.timeline.advance(host, len);
        if jumped {
            // What came before is not what lies before this position on the timeline. Without it,
            // a render that starts here twice is the same twice.
            self.convolver.reset();
        }
        self.fader.aim(&Aim {
            bypass: controls.bypass,
            delta: controls.delta,
            mute: self.verdict == Verdict::Mute,
            gain: controls.gain,
        });
        match self.fader.settled() {
            Some(Settled::Veiled(gain)) => {
                self.convolver.process(position, channels);
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
        let veiled = self.verdict == Verdict::Protect && !controls.bypass;
        let veil = self.convolver.veil().filter(|_| veiled);
        Passed { position, host: host.is_some(), veil: veil.map(|veil| Arc::as_ptr(veil) as usize) }
    }

    /// Takes the samples in without output, so that the veil can set in at any time.
    fn listen(&mut self, position: i64, channels: &mut [&mut [f32]]) {
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
            self.convolver.process(position.saturating_add(done as i64), pieces);
            let weights = self.fader.weights(count);
            for (piece, dry) in pieces.iter_mut().zip(self.dry.iter()) {
                weights.mix(&dry[..count], piece);
            }
            done += count;
        }
    }

    /// Follows the keeper's newest order, if one came and there is room to send back what it
    /// replaces.
    fn receive(&mut self) {
        if let Some(letter) = self.leaving.take() {
            self.leave(letter);
        }
        // First the last change must be over and done with: one errand carries one veil.
        self.send_back();
        if self.leaving.is_some() {
            return;
        }
        let Some(mut order) = self.mail.receive() else { return };
        if order.epoch != self.epoch {
            self.leave(order);
            return;
        }
        self.wish = Some(order.wish);
        self.verdict = order.verdict;
        let veil = order.veil.take();
        let address = veil.as_ref().map_or(0, |veil| Arc::as_ptr(veil) as usize);
        if order.verdict == Verdict::Mute || address == self.aimed {
            // Nothing to change; the same veil again would only cut its patch short.
            order.veil = veil;
            self.leave(order);
            return;
        }
        self.aimed = address;
        let refused = self.convolver.set_veil(veil);
        if refused.as_ref().is_some_and(|veil| Arc::as_ptr(veil) as usize == address) {
            // Longer than any valid recipe makes: cannot be, but must not pass for protection.
            self.verdict = Verdict::Mute;
            self.aimed = 0;
        }
        if refused.is_some() || self.errand.is_some() {
            order.veil = refused;
            self.leave(order);
        } else {
            self.errand = Some(order);
        }
    }

    /// Sends what the last change retired back to the keeper.
    fn send_back(&mut self) {
        if self.leaving.is_some() || self.errand.is_none() {
            return;
        }
        if let Some(veil) = self.convolver.take_retired()
            && let Some(mut letter) = self.errand.take()
        {
            letter.veil = Some(veil);
            self.leave(letter);
        }
    }

    fn leave(&mut self, letter: Box<Order>) {
        self.leaving = self.mail.give_back(letter);
    }
}

/// Sets NaN, infinities and what is beyond [`LOUDEST`] to 0, as the convolver does.
fn clear_what_is_no_audio(samples: &mut [f32]) {
    // Bits of magnitudes have the order of magnitudes, with NaN above all; and comparing integers
    // costs the same for denormals.
    let is_audio = |x: &f32| x.to_bits() & !SIGN <= LOUDEST.to_bits();
    let audio = samples.iter().fold(true, |all, x| all & is_audio(x));
    if !audio {
        for x in samples.iter_mut().filter(|x| !is_audio(x)) {
            *x = 0.0;
        }
    }
}

#[cfg(test)]
#[path = "audio_tests.rs"]
mod tests;
