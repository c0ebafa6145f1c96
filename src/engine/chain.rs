//! What the samples go through: convolver or restorer, then the cross-fades.

use std::ops::Range;

use patchveil_veil::{Recipe, sanitize};

use super::CHANNELS_MAX;
use super::fade::{Fader, PIECE, Settled};
use super::jump::JumpFade;
use super::live_convolver::LiveConvolver;
use super::live_restorer::LiveRestorer;

/// The processors of one instance.
pub(crate) struct Chain {
    pub(super) fader: Fader,
    pub(super) convolver: Box<LiveConvolver>,
    /// In the place of the convolver while a veil is taken off.
    pub(super) restorer: Option<Box<LiveRestorer>>,
    pub(super) jump: JumpFade,
    /// Serial number of the veil that is, or is about to be, in force.
    pub(super) latest: Option<u64>,
    /// What the convolver was made for, in Hz.
    pub(super) sample_rate: u32,
    /// The input of one piece, channel by channel.
    dry: Box<[[f32; PIECE]]>,
    /// Something has cross-faded since the engine last set this to false.
    pub(super) has_faded: bool,
}

impl Chain {
    /// For `channels` at `sample_rate` Hz, without a veil.
    pub(super) fn new(channels: usize, sample_rate: u32) -> Self {
        Self {
            fader: Fader::new(sample_rate),
            convolver: Box::new(LiveConvolver::new(channels, sample_rate)),
            restorer: None,
            jump: JumpFade::new(channels, sample_rate),
            latest: None,
            sample_rate,
            dry: vec![[0.0; PIECE]; channels].into(),
            has_faded: false,
        }
    }

    /// Forgets all samples; the next target of the fader is reached at once.
    pub(super) fn reset(&mut self) {
        self.arrive();
        self.forget();
        self.fader.reset();
    }

    /// The timeline jumps to `position`, and would have gone on at `from`. Where sound goes on (`sounds`),
    /// what came in before stays the past, and what was made of it there fades out. Otherwise all
    /// samples are forgotten. A jump within such a fade has none of its own.
    pub(super) fn jump(&mut self, from: i64, position: i64, sounds: bool) {
        let unheard = self.fader.is_fresh()
            || matches!(self.fader.settled(), Some(Settled::Silent | Settled::Dry));
        let reach = self.context();
        let left = match &mut self.restorer {
            _ if unheard || !sounds || self.jump.is_under_way() => false,
            Some(restorer) => {
                restorer.leave();
                true
            }
            None => {
                let left = self.convolver.leave();
                if left {
                    self.convolver.feed_heard(position, reach);
                }
                left
            }
        };
        if left { self.jump.begin(from) } else { self.forget() }
    }

    /// Nothing of what was heard before a jump sounds any more.
    fn arrive(&mut self) {
        self.jump.end();
        self.convolver.arrive();
    }

    /// Forgets all samples.
    fn forget(&mut self) {
        self.convolver.now.reset();
        if let Some(restorer) = &mut self.restorer {
            restorer.reset();
        }
    }

    /// Samples that the veil in force reaches back.
    pub(super) fn context(&self) -> usize {
        match &self.restorer {
            Some(restorer) => restorer.context(),
            None => self.convolver.now.veil().map_or(0, |veil| veil.context()),
        }
    }

    /// Serial number of the veil in force.
    pub(super) fn serial(&self) -> Option<u64> {
        match &self.restorer {
            Some(restorer) => Some(restorer.serial()),
            None => self.convolver.now.veil().map(|veil| veil.serial()),
        }
    }

    /// Whether what is applied, or taken off, changes any sample.
    pub(super) fn has_effect(&self) -> bool {
        let acts = |recipe: &Recipe| {
            recipe.mark.is_some() || recipe.veil.as_ref().is_some_and(|veil| veil.amount > 0.0)
        };
        self.restorer.is_some() || self.convolver.now.veil().is_some_and(|veil| acts(veil.recipe()))
    }

    /// Whether a veil is taken off rather than applied.
    pub(super) fn is_restoring(&self) -> bool {
        self.restorer.is_some()
    }

    /// Whether nothing of the veil is heard, so that another may take its place at once.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self.fader.settled(), Some(Settled::Silent))
    }

    /// Processes part of a block in place, the first sample of which lies at `position`.
    pub(super) fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
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
                self.feed(position, channels, len);
                self.fader.skip(len);
                channels.iter_mut().for_each(|channel| _ = sanitize(channel));
            }
            Some(Settled::Silent) => {
                self.feed(position, channels, len);
                self.fader.skip(len);
                channels.iter_mut().for_each(|channel| channel.fill(0.0));
            }
            None => {
                self.has_faded = true;
                self.mix(position, channels, len);
            }
        }
    }

    /// Applies or takes off the veil in place.
    fn act(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        if !self.jump.is_under_way() {
            self.act_now(position, channels);
            return;
        }
        self.has_faded = true;
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut done = 0;
        while let Some((count, at, before)) = self.jump.take(channels, done, len - done)
            && count > 0
        {
            let before_channels = before.len();
            let mut pieces = no_samples();
            for (piece, before) in pieces.iter_mut().zip(before.iter_mut()) {
                *piece = &mut before[..count];
            }
            let used = channels.len().min(before_channels);
            match &mut self.restorer {
                Some(restorer) => restorer.process_before(at, &mut pieces[..used]),
                None => self.convolver.process_before(at, &mut pieces[..used]),
            }
            let (mut parts, used) = split(channels, done..done + count);
            self.act_now(position.saturating_add(done as i64), &mut parts[..used]);
            if self.jump.fade(count, &mut parts[..used]) {
                self.arrive();
            }
            done += count;
        }
        if done < len {
            let (mut parts, used) = split(channels, done..len);
            self.act_now(position.saturating_add(done as i64), &mut parts[..used]);
        }
    }

    /// The same where nothing is left of what was before a jump.
    fn act_now(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        match &mut self.restorer {
            Some(restorer) => restorer.process(position, channels),
            None => self.convolver.now.process(position, channels),
        }
    }

    /// Takes the samples in without output, so that the veil can set in at any time.
    fn feed(&mut self, position: i64, channels: &mut [&mut [f32]], len: usize) {
        if self.jump.is_under_way() {
            self.arrive();
        }
        if let Some(restorer) = &mut self.restorer {
            // A restorer remembers its own output, so it works on a copy.
            for from in (0..len).step_by(PIECE) {
                let count = (len - from).min(PIECE);
                let used = channels.len().min(self.dry.len());
                let mut pieces = no_samples();
                let copies = pieces.iter_mut().zip(self.dry.iter_mut());
                for ((piece, dry), channel) in copies.zip(channels.iter()) {
                    dry[..count].copy_from_slice(&channel[from..from + count]);
                    *piece = &mut dry[..count];
                }
                restorer.process(position.saturating_add(from as i64), &mut pieces[..used]);
            }
            return;
        }
        let mut views: [&[f32]; CHANNELS_MAX] = [&[]; CHANNELS_MAX];
        let count = channels.len().min(CHANNELS_MAX);
        for (view, channel) in views.iter_mut().zip(channels.iter()) {
            *view = &channel[..len];
        }
        self.convolver.now.feed(position, &views[..count]);
    }

    /// Cross-fades, which need input and output side by side.
    fn mix(&mut self, position: i64, channels: &mut [&mut [f32]], len: usize) {
        for from in (0..len).step_by(PIECE) {
            let range = from..(from + PIECE).min(len);
            let count = range.len();
            let (mut pieces, used) = split(channels, range);
            let pieces = &mut pieces[..used];
            for (piece, dry) in pieces.iter_mut().zip(self.dry.iter_mut()) {
                sanitize(piece);
                dry[..count].copy_from_slice(piece);
            }
            self.act(position.saturating_add(from as i64), pieces);
            let weights = self.fader.weights(count);
            for (piece, dry) in pieces.iter_mut().zip(self.dry.iter()) {
                weights.mix(&dry[..count], piece);
            }
        }
    }
}

/// The same part of every channel, and how many channels there are.
pub(super) fn split<'a>(
    channels: &'a mut [&mut [f32]],
    range: Range<usize>,
) -> ([&'a mut [f32]; CHANNELS_MAX], usize) {
    let mut parts = no_samples();
    let mut used = 0;
    for (part, channel) in parts.iter_mut().zip(channels.iter_mut()) {
        *part = &mut channel[range.clone()];
        used += 1;
    }
    (parts, used)
}

/// Room for the slices of all channels.
fn no_samples<'a>() -> [&'a mut [f32]; CHANNELS_MAX] {
    std::array::from_fn(|_| -> &mut [f32] { &mut [] })
}
