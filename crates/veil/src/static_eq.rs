//! The static EQ in a stream of blocks: it acts on every sample, before the patches.

use std::sync::Arc;

use crate::edge::raised_cosine;
use crate::fir::fir;
use crate::history::{CHUNK, History};
use crate::kernel::Kernel;
use crate::spectrum::Transform;
use crate::tail::{Tail, TailBlock};

/// Samples over which one static EQ cross-fades to another when the veil changes.
const CROSS_FADE: usize = 512;

/// Applies the static EQ in place. When a veil replaces another, the old static EQ cross-fades to the new
/// one; a veil without a static EQ takes part with the unchanged signal.
pub(crate) struct StaticEq {
    channels: Vec<Channel>,
    /// The rising half of the cross-fade: a raised cosine.
    rise: Box<[f32]>,
    /// The convolved samples of one chunk: by the current static EQ, and by the previous one.
    wet: [Box<[f32]>; 2],
    /// Where the current cross-fade began.
    since: Option<i64>,
    /// Whether there is anything to apply.
    active: bool,
}

/// The state of one channel before the static EQ.
struct Channel {
    history: History,
    tail: Tail,
    /// For the current static EQ, and for the previous one.
    tail_blocks: [TailBlock; 2],
}

impl StaticEq {
    /// For `channels` channels and kernels that reach back less than `capacity` samples. `active`
    /// says whether there is a static EQ from the first sample on.
    pub(crate) fn new(
        channels: usize,
        capacity: usize,
        transform: &Arc<Transform>,
        active: bool,
    ) -> Self {
        let channel = || Channel {
            history: History::new(capacity),
            tail: Tail::new(transform.clone(), capacity),
            tail_blocks: [TailBlock::EMPTY; 2],
        };
        Self {
            channels: (0..channels).map(|_| channel()).collect(),
            rise: raised_cosine(CROSS_FADE).into(),
            wet: [vec![0.0; CHUNK].into(), vec![0.0; CHUNK].into()],
            since: None,
            active,
        }
    }

    /// Whether [`apply`](Self::apply) has anything to do.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    /// Where a cross-fade, which needs both veils, ends, if one is under way.
    pub(crate) fn cross_fade_end(&self) -> Option<i64> {
        self.since.map(|since| since.saturating_add(CROSS_FADE as i64))
    }

    /// Forgets all samples. `active` says whether the current veil has a static EQ.
    pub(crate) fn clear(&mut self, active: bool) {
        for channel in &mut self.channels {
            channel.history.clear();
        }
        self.active = active;
        self.forget(active);
    }

    /// To be called when the timeline jumps: ends a cross-fade, since the audio is interrupted anyway.
    /// `active` as above.
    pub(crate) fn forget(&mut self, active: bool) {
        self.since = None;
        self.active = active;
        for channel in &mut self.channels {
            channel.tail.forget();
            channel.tail_blocks.iter_mut().for_each(TailBlock::forget);
        }
    }

    /// Another veil takes over at `at`: `before` and `now` say whether the old and the new one have a
    /// static EQ, `at_once` whether to skip the cross-fade. `past` is the history of each channel's
    /// output so far, for a static EQ that begins.
    pub(crate) fn switch<'a>(
        &mut self,
        (before, now): (bool, bool),
        at: i64,
        at_once: bool,
        past: impl Iterator<Item = &'a History>,
    ) {
        for (channel, past) in self.channels.iter_mut().zip(past) {
            if !self.active {
                channel.history.copy_newest(past);
                channel.tail.forget();
            }
            channel.tail_blocks.swap(0, 1);
            channel.tail_blocks[0].forget();
        }
        self.since = if (before || now) && !at_once { Some(at) } else { None };
        self.active = now || self.since.is_some();
    }

    /// Applies the static EQ `now`, or this part of the cross-fade from `before`, to the next `samples`
    /// of a channel, at most [`CHUNK`], the first of which lies at `at`. Invalid samples become 0.
    pub(crate) fn apply(
        &mut self,
        channel: usize,
        (before, now): (Option<&Kernel>, Option<&Kernel>),
        at: i64,
        samples: &mut [f32],
    ) {
        let Some(Channel { history, tail, tail_blocks }) = self.channels.get_mut(channel) else {
            return;
        };
        history.record_and_sanitize(samples);
        let mut wet = |which: usize, kernel: Option<&Kernel>| {
            let wet = &mut self.wet[which][..samples.len()];
            match kernel {
                Some(kernel) => {
                    let (_, past) = history.recent(samples.len(), kernel.head().len());
                    fir(kernel.head(), past, wet);
                    tail.add(&mut tail_blocks[which], history, (kernel, 0), at, samples.len(), wet);
                }
                None => wet.copy_from_slice(samples),
            }
        };
        wet(0, now);
        let faded = self.since.map_or(CROSS_FADE, |since| {
            at.saturating_sub(since).clamp(0, CROSS_FADE as i64) as usize
        });
        if faded < CROSS_FADE {
            wet(1, before);
        }
        let [now, before] = &self.wet;
        let (now, before) = (&now[..samples.len()], &before[..samples.len()]);
        samples.copy_from_slice(now);
        for ((out, before), weight) in samples.iter_mut().zip(before).zip(&self.rise[faded..]) {
            *out = weight.mul_add(*out - before, *before);
        }
    }

    /// To be called when all channels are done up to `stop`. `active` says whether the current veil has
    /// a static EQ.
    pub(crate) fn advance_to(&mut self, stop: i64, active: bool) {
        if self.since.is_some_and(|since| stop.saturating_sub(since) >= CROSS_FADE as i64) {
            self.since = None;
            self.active = active;
        }
    }
}
