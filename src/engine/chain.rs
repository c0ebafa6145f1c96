//! What the samples go through: convolver or restorer, then the cross-fades.

use std::ops::Range;

use patchveil_veil::{Convolver, sanitize};

use super::CHANNELS_MAX;
use super::fade::{Fader, PIECE, Settled};
use super::live_restorer::LiveRestorer;

/// The processors of one instance.
pub(crate) struct Chain {
    pub(super) fader: Fader,
    pub(super) convolver: Box<Convolver>,
    /// In the place of the convolver while a veil is taken off.
    pub(super) restorer: Option<Box<LiveRestorer>>,
    /// Serial number of the veil that is, or is about to be, in force.
    pub(super) latest: Option<u64>,
    /// What the convolver was made for, in Hz.
    pub(super) sample_rate: u32,
    /// The input of one piece, channel by channel.
    dry: Box<[[f32; PIECE]; CHANNELS_MAX]>,
    /// Something has cross-faded since the engine last set this to false.
    pub(super) has_faded: bool,
}

impl Chain {
    /// For `channels` at `sample_rate` Hz, without a veil.
    pub(super) fn new(channels: usize, sample_rate: u32) -> Self {
        Self {
            fader: Fader::new(sample_rate),
            convolver: Box::new(Convolver::new(channels, sample_rate)),
            restorer: None,
            latest: None,
            sample_rate,
            dry: Box::new([[0.0; PIECE]; CHANNELS_MAX]),
            has_faded: false,
        }
    }

    /// Forgets all samples; the next target of the fader is reached at once.
    pub(super) fn reset(&mut self) {
        self.forget();
        self.fader.reset();
    }

    /// Forgets all samples.
    pub(super) fn forget(&mut self) {
        self.convolver.reset();
        if let Some(restorer) = &mut self.restorer {
            restorer.reset();
        }
    }

    /// Samples that the veil in force reaches back.
    pub(super) fn context(&self) -> usize {
        match &self.restorer {
            Some(restorer) => restorer.context(),
            None => self.convolver.veil().map_or(0, |veil| veil.context()),
        }
    }

    /// Serial number of the veil in force.
    pub(super) fn serial(&self) -> Option<u64> {
        match &self.restorer {
            Some(restorer) => Some(restorer.serial()),
            None => self.convolver.veil().map(|veil| veil.serial()),
        }
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
        match &mut self.restorer {
            Some(restorer) => restorer.process(position, channels),
            None => self.convolver.process(position, channels),
        }
    }

    /// Takes the samples in without output, so that the veil can set in at any time.
    fn feed(&mut self, position: i64, channels: &mut [&mut [f32]], len: usize) {
        if let Some(restorer) = &mut self.restorer {
            // A restorer remembers its own output, so it works on a copy.
            for from in (0..len).step_by(PIECE) {
                let count = (len - from).min(PIECE);
                let mut pieces: [&mut [f32]; CHANNELS_MAX] = Default::default();
                let copies = pieces.iter_mut().zip(self.dry.iter_mut());
                for ((piece, dry), channel) in copies.zip(channels.iter()) {
                    dry[..count].copy_from_slice(&channel[from..from + count]);
                    *piece = &mut dry[..count];
                }
                let used = channels.len().min(CHANNELS_MAX);
                restorer.process(position.saturating_add(from as i64), &mut pieces[..used]);
            }
            return;
        }
        let mut views: [&[f32]; CHANNELS_MAX] = [&[]; CHANNELS_MAX];
        let count = channels.len().min(CHANNELS_MAX);
        for (view, channel) in views.iter_mut().zip(channels.iter()) {
            *view = &channel[..len];
        }
        self.convolver.feed(position, &views[..count]);
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
    let mut parts: [&mut [f32]; CHANNELS_MAX] = Default::default();
    let mut used = 0;
    for (part, channel) in parts.iter_mut().zip(channels.iter_mut()) {
        *part = &mut channel[range.clone()];
        used += 1;
    }
    (parts, used)
}
